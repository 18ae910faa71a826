//! Finds the best matches for a query that is not a headword of the visitor's books (dictionaries):
//! words that match a pattern, words by their Chinese gloss or its pinyin, the words of a sentence,
//! or words with a similar spelling.

use super::word::{Brief, brief};
use crate::lexicon::{self, End, MatchPage, MatchRange, Pattern, SentencePiece, is_han};
use crate::settings;
use crate::site::{Outcome, Selection};
use crate::texts::Texts;

/// How the matches relate to the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MatchKind {
    /// Words that match a wildcard pattern.
    Pattern,
    /// Words that match a regular expression.
    Regex,
    /// Words by their Chinese gloss.
    Reverse,
    /// Words by the pinyin of their Chinese gloss.
    Pinyin,
    /// The words of a sentence.
    Words,
    /// Words of a similar spelling or meaning.
    Near,
    /// No word at all.
    #[default]
    Nothing,
    /// No word, because the pattern is invalid.
    BadPattern,
}

impl MatchKind {
    /// The title and the text of the page.
    pub(super) fn texts(self, t: &Texts) -> (&'static str, &'static str) {
        let s = &t.search;
        match self {
            MatchKind::Pattern => (s.pattern_title, s.pattern_text),
            MatchKind::Regex => (s.regex_title, s.regex_text),
            MatchKind::Reverse => (s.reverse_title, s.reverse_text),
            MatchKind::Pinyin => (s.pinyin_title, s.pinyin_text),
            MatchKind::Words => (s.words_title, s.words_text),
            MatchKind::Near => (s.near_title, s.near_text),
            MatchKind::Nothing => (s.nothing_title, s.nothing_text),
            MatchKind::BadPattern => (s.bad_pattern_title, s.bad_pattern_text),
        }
    }

    /// The outcome for the history. Near words are only suggestions, so they count as not found.
    pub(super) fn outcome(self) -> Outcome<'static> {
        match self {
            MatchKind::Pattern
            | MatchKind::Regex
            | MatchKind::Reverse
            | MatchKind::Pinyin
            | MatchKind::Words => Outcome::Found,
            MatchKind::Near | MatchKind::Nothing | MatchKind::BadPattern => Outcome::Missing,
        }
    }
}

/// The matches of a query that is not a headword.
#[derive(Default)]
pub(super) struct BestMatches {
    pub(super) kind: MatchKind,
    /// Why the pattern is invalid, in English; empty if it is valid, or if the query is not a
    /// pattern.
    pub(super) problem: String,
    pub(super) words: Vec<Brief>,
    /// Whether there are more pages, or the search ended early.
    pub(super) end: End,
}

/// Maximum number of phrases that the page of a word shows, and maximum number of words with the
/// same beginning that are searched for phrases.
const PHRASES_SHOWN_MAX: usize = 8;
const PHRASE_CANDIDATES_MAX: usize = 100;

/// Number of matches on a page.
const PAGE_WORDS: usize = 30;

/// One page of the best matches; `page` counts from 1.
pub(super) fn best_matches(
    books: &Selection<'_>,
    query: &str,
    page: usize,
    settings: &settings::Dictionary,
) -> BestMatches {
    let wanted = MatchRange { skip: (page - 1) * PAGE_WORDS, take: PAGE_WORDS };
    let pattern = match Pattern::parse(query) {
        None => return text_matches(books, query, wanted, settings),
        Some(Err(error)) => {
            let problem = error.to_string();
            return BestMatches { kind: MatchKind::BadPattern, problem, ..BestMatches::default() };
        }
        Some(Ok(pattern)) => pattern,
    };
    let lexicon = books.shelf().lexicon();
    let search = |page| lexicon.matching(&pattern, page, settings.pattern_time_max);
    let found = books.page(wanted, search);
    // If nothing matches the pattern, its question mark may be punctuation. A page after the last
    // one is empty, too, so the first page must be empty.
    let is_empty = found.entries.is_empty() && found.end == End::Complete;
    let matches_nothing =
        is_empty && (page == 1 || books.page(MatchRange::first(1), search).entries.is_empty());
    match text_without_wildcards(query).filter(|_| matches_nothing && !pattern.is_regex()) {
        Some(question) => text_matches(books, question, wanted, settings),
        None => from_lexicon(
            books,
            if pattern.is_regex() { MatchKind::Regex } else { MatchKind::Pattern },
            &found,
        ),
    }
}

/// The text of a query if its question marks or stars may be punctuation instead of wildcards. A
/// question loses its question mark; a sentence stays as it is. `None`: the query can only be a
/// pattern.
fn text_without_wildcards(query: &str) -> Option<&str> {
    let marks = ['?', '？'];
    let question = query.trim().strip_suffix(marks).map(|text| text.trim_end_matches(marks));
    let question = question.map(str::trim_end).filter(|text| !text.is_empty());
    let is_sentence = |text: &&str| text.contains(char::is_whitespace);
    let question = question.filter(|text| Pattern::parse(text).is_none());
    question.or_else(|| Some(query.trim()).filter(is_sentence))
}

/// The best matches for a text that is not a pattern.
fn text_matches(
    books: &Selection<'_>,
    text: &str,
    wanted: MatchRange,
    settings: &settings::Dictionary,
) -> BestMatches {
    if has_chinese(text) {
        return chinese_matches(books, text, wanted);
    }
    let words = words_of_sentence(books, text);
    if !words.is_empty() {
        return BestMatches { kind: MatchKind::Words, words, ..BestMatches::default() };
    }
    let spelled = books.replace_left_out(books.shelf().lexicon().by_pinyin(text, PAGE_WORDS));
    if !spelled.is_empty() {
        let words = spelled.iter().map(|entry| brief(books.shelf(), entry)).collect();
        return BestMatches { kind: MatchKind::Pinyin, words, ..BestMatches::default() };
    }
    let words = similar_words(books, text, settings.near_words);
    let kind = if words.is_empty() { MatchKind::Nothing } else { MatchKind::Near };
    BestMatches { kind, words, ..BestMatches::default() }
}

/// Maximum number of Chinese headwords that begin with the query. They are shown before the words
/// that mean the query.
const CHINESE_HEADWORDS_MAX: usize = 10;

/// Finds Chinese headwords that begin with the text, and words that mean it. If there are none,
/// divides the text into parts that have entries.
fn chinese_matches(books: &Selection<'_>, text: &str, wanted: MatchRange) -> BestMatches {
    let lexicon = books.shelf().lexicon();
    let found = books.page(wanted, |page| lexicon.reverse(text, page));
    let headwords =
        if wanted.skip == 0 { lexicon.suggest(text, CHINESE_HEADWORDS_MAX) } else { Vec::new() };
    let mut words: Vec<Brief> =
        books.replace_left_out(headwords).iter().map(|entry| brief(books.shelf(), entry)).collect();
    if words.is_empty() && found.entries.is_empty() && wanted.skip == 0 {
        let parts = lexicon.segments(text);
        let words = first_entries(books, &parts);
        let kind = if words.is_empty() { MatchKind::Nothing } else { MatchKind::Words };
        return BestMatches { kind, words, ..BestMatches::default() };
    }
    let BestMatches { words: meant, end, .. } = from_lexicon(books, MatchKind::Reverse, &found);
    words.extend(meant);
    let kind = if words.is_empty() { MatchKind::Nothing } else { MatchKind::Reverse };
    BestMatches { kind, words, end, ..BestMatches::default() }
}

/// The first entry of each piece of a text, each word once.
fn first_entries(books: &Selection<'_>, pieces: &[SentencePiece<'_>]) -> Vec<Brief> {
    let mut words: Vec<Brief> = Vec::new();
    for piece in pieces {
        let entries = piece.hits.iter().map(|hit| hit.entry).filter(|entry| books.has(entry.word));
        let known = |entry: &lexicon::EntryRef<'_>| words.iter().any(|it| it.word == entry.word);
        if let Some(entry) = entries.into_iter().find(|entry| !known(entry)) {
            words.push(brief(books.shelf(), &entry));
        }
    }
    words
}

/// Converts matches of the lexicon. If there are none, the kind is [`MatchKind::Nothing`].
fn from_lexicon(books: &Selection<'_>, kind: MatchKind, found: &MatchPage<'_>) -> BestMatches {
    BestMatches {
        kind: if found.entries.is_empty() { MatchKind::Nothing } else { kind },
        problem: String::new(),
        words: found.entries.iter().map(|entry| brief(books.shelf(), entry)).collect(),
        end: found.end,
    }
}

/// The words and phrases of a sentence, or the parts of a compound if all parts have an entry; each
/// once. A single word that has an entry counts as a sentence. Such a query ends in a question
/// mark: without one it leads to the page of the word.
pub(super) fn words_of_sentence(books: &Selection<'_>, query: &str) -> Vec<Brief> {
    let is_sentence = query.contains(char::is_whitespace) || books.has(query);
    let pieces = books.shelf().lexicon().phrase(query);
    let is_compound = pieces.len() > 1 && pieces.iter().all(|piece| !piece.hits.is_empty());
    if !is_sentence && !is_compound {
        return Vec::new();
    }
    let first = pieces.iter().filter_map(|piece| Some(piece.hits.first()?.entry)).collect();
    let mut words: Vec<Brief> = Vec::new();
    for entry in books.replace_left_out(first) {
        if !words.iter().any(|known| known.word == entry.word) {
            words.push(brief(books.shelf(), &entry));
        }
    }
    words
}

/// At most `limit` words that the visitor may have meant: for a Chinese query words that mean it,
/// for others words of a similar spelling. If there are none, words by misspelt pinyin. If there
/// are none of these either, words with the same beginning.
pub(super) fn similar_words(books: &Selection<'_>, query: &str, limit: usize) -> Vec<Brief> {
    let lexicon = books.shelf().lexicon();
    let mut near = if has_chinese(query) {
        lexicon.reverse(query, MatchRange::first(limit)).entries
    } else {
        lexicon.did_you_mean(query, limit)
    };
    if near.is_empty() {
        near = lexicon.by_misspelt_pinyin(query, limit);
    }
    if near.is_empty() {
        near = lexicon.suggest(query, limit);
    }
    books.replace_left_out(near).iter().map(|entry| brief(books.shelf(), entry)).collect()
}

/// Phrases that contain a headword as one of their words. Only the suggestions for the headword are
/// searched.
pub(super) fn phrases(books: &Selection<'_>, headword: &str) -> Vec<Brief> {
    let is_part = |phrase: &str| {
        phrase.split(' ').skip(1).count() > 0
            && phrase.split(' ').any(|word| word.eq_ignore_ascii_case(headword))
    };
    let near =
        books.replace_left_out(books.shelf().lexicon().suggest(headword, PHRASE_CANDIDATES_MAX));
    let phrases = near.iter().filter(|entry| entry.word != headword && is_part(entry.word));
    phrases.take(PHRASES_SHOWN_MAX).map(|entry| brief(books.shelf(), entry)).collect()
}

pub(super) fn has_chinese(text: &str) -> bool {
    text.contains(is_han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chinese_zero_counts_as_chinese() {
        assert!(has_chinese("二〇二六") && has_chinese("〇"));
        assert!(!has_chinese("café ガラス"));
    }
}
