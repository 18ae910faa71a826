//! Finds entries with the spelling of a query: `Apple` finds `apple`. Case and accents are ignored.
//! If there are no such entries, separators between words (`ice-cream`, `icecream`), dots of
//! abbreviations and umlauts are ignored, too. Also removes punctuation around a query. A key is a
//! folded spelling.

use std::collections::HashMap;

use crate::model::Word;

use super::{lemma, umlauts};
use crate::lexicon::{FoundBy, Hit, Lexicon, fold};

/// The separators: characters between the words of a phrase or the parts of a word, in keys.
const SEPARATORS: [&str; 3] = [" ", "-", "'"];

/// Maximum number of separators in a key for which all combinations are tried. Each may be a space,
/// a hyphen or missing, so these are 27 keys.
const SEPARATORS_MAX: usize = 3;

/// The lengths, in bytes, of the queries for which a missing separator is tried at each position.
const UNSEPARATED_BYTES: std::ops::RangeInclusive<usize> = 4..=32;

/// A valid query with its key.
pub(crate) struct Query {
    spelling: String,
    pub(crate) key: String,
}

impl Query {
    /// Parses a query. `None`: it is empty, too long, or has control characters.
    pub(crate) fn parse(text: &str) -> Option<Query> {
        let spelling = Word::parse(text).ok()?.into_string();
        let key = fold(&spelling);
        Some(Query { spelling, key })
    }
}

/// Punctuation that may be around a word in a text. `*`, `?` and `/` are excluded, since they make
/// a pattern, and `#` and `+`, since they are part of names (`C#`).
const PUNCTUATION: &str = ".,;:!\"'()[]{}<>|_~^=\\-`´“”„‟‘’‚‛«»‹›…—–―·•、。，；：！（）《》〈〉「」『』【】〔〕［］｛｝＜＞\
    ．｡､｢｣＂＇～｜＿‼⁉¿¡®™©†‡§¶、؟،؛۔।॥׃״׳·;፣።၊။";

/// Maximum number of punctuation characters on each side of a word for which all combinations are
/// tried.
const PUNCTUATION_MAX: usize = 4;

fn is_punctuation(c: char) -> bool {
    c.is_whitespace() || PUNCTUATION.contains(c)
}

/// Removes more and more of the punctuation around a query: `(.NET)` gives `.NET)`, `(.NET`, `.NET`
/// and so on, at last `NET`. Headwords may have punctuation of their own (`.NET`, `etc.`). Two
/// stars on both sides are Markdown, not a pattern. Returns nothing if the query has no punctuation
/// around it, or consists only of punctuation.
pub(crate) fn stripped_step_by_step(query: &str) -> impl Iterator<Item = &str> {
    let whole = query.trim();
    let in_stars = whole.strip_prefix("**").and_then(|query| query.strip_suffix("**"));
    let in_stars = in_stars.filter(|query| !query.is_empty() && !query.contains(['*', '?']));
    let query = in_stars.unwrap_or(whole);
    // Removes the number sign of a hashtag, but not that of `C#`.
    let inner = query.trim_start_matches(|c: char| is_punctuation(c) || c == '#' || c == '@');
    let inner = inner.trim_end_matches(is_punctuation);
    let (before, after) = query.split_once(inner).unwrap_or_default();
    let starts = before.char_indices().map(|(at, _)| at).chain([before.len()]);
    let starts: Vec<usize> = starts.take(PUNCTUATION_MAX + 1).collect();
    let ends = after.char_indices().map(|(at, _)| query.len() - after.len() + at).rev();
    let ends: Vec<usize> =
        [query.len()].into_iter().chain(ends).take(PUNCTUATION_MAX + 1).collect();
    let (most_before, most_after) = (starts.len(), ends.len());
    let taken = (1..most_before + most_after).flat_map(move |count| {
        (0..=count)
            .map(move |from| (from, count - from))
            .filter(move |&(from, to)| from < most_before && to < most_after)
    });
    let some = taken.map(move |(from, to)| query[starts[from]..ends[to]].trim());
    let has_punctuation = !inner.is_empty() && inner.len() < whole.len();
    in_stars.into_iter().chain(some).chain([inner]).filter(move |_| has_punctuation)
}

/// Maximum length in digits of the number of a footnote.
const FOOTNOTE_DIGITS_MAX: usize = 3;

/// Minimum length in characters of a word before the number of a footnote: `B12` is a name.
const FOOTNOTED_CHARS_MIN: usize = 3;

/// The word without the number of a footnote that was copied with it: `apple1`, `apple²`,
/// `apple[3]`. `None`: there is no such number.
fn without_footnote(query: &str) -> Option<&str> {
    let text = query.trim_end_matches(is_punctuation);
    let without_digits = text.trim_end_matches(char::is_numeric);
    let digits = text[without_digits.len()..].chars().count();
    let word = without_digits.trim_matches(is_punctuation);
    let is_word = word.chars().count() >= FOOTNOTED_CHARS_MIN
        && word.ends_with(char::is_alphabetic)
        && !without_digits.ends_with(|c: char| c.is_whitespace() || c == '-');
    ((1..=FOOTNOTE_DIGITS_MAX).contains(&digits) && is_word).then_some(word)
}

impl Lexicon {
    /// The query without the punctuation around it, except punctuation of a headword, or without
    /// the number of a footnote. `None`: it has no such punctuation or number, or no other text.
    pub(crate) fn stripped<'q>(&self, query: &'q str) -> Option<&'q str> {
        let has = |text: &&str| self.key(&fold(text)).is_some();
        let spelled = stripped_step_by_step(query).find(has);
        let footnoted = || without_footnote(query).filter(|word| self.is_known(word));
        spelled.or_else(footnoted).or_else(|| stripped_step_by_step(query).last())
    }

    /// Whether a key is a contraction of a headword: `we'll` is not another spelling of `well`.
    fn is_contraction(&self, key: &str) -> bool {
        lemma::CONTRACTION_ENDINGS.iter().any(|ending| key.ends_with(ending))
            && !self.lemmas(key).is_empty()
    }

    /// Whether a text is a headword or a form of one.
    fn is_known(&self, text: &str) -> bool {
        let key = fold(text);
        self.key(&key).is_some() || !self.lemmas(&key).is_empty()
    }

    /// The number of a key; `None`: no headword has it.
    pub(crate) fn key(&self, key: &str) -> Option<usize> {
        self.initials.find(key, &self.columns.keys)
    }

    /// The entries with the spelling of the query, then the others of its key by frequency. If the
    /// key does not exist: the entries with other separators (`icecream`, `ice-cream`,
    /// `ice cream`).
    pub(crate) fn spelled(&self, query: &Query) -> Vec<Hit<'_>> {
        let keys = match self.key(&query.key) {
            Some(key) => vec![key],
            None if self.is_contraction(&query.key) => Vec::new(),
            None => match self.existing_keys(&respellings(&query.key)) {
                keys if keys.is_empty() => self.with_umlauts(query),
                keys => keys,
            },
        };
        let entries = keys.into_iter().flat_map(|key| self.columns.entry_refs(key));
        let mut hits: Vec<Hit<'_>> = entries
            .map(|entry| {
                let is_same = entry.word == query.spelling;
                Hit { entry, by: if is_same { FoundBy::Spelling } else { FoundBy::Folding } }
            })
            .collect();
        if hits.len() > 1 {
            sort(&mut hits);
        }
        hits
    }

    /// The numbers of the keys in `spellings` that headwords have, by frequency.
    fn existing_keys(&self, spellings: &[String]) -> Vec<usize> {
        let mut keys: Vec<usize> = spellings.iter().filter_map(|k| self.key(k)).collect();
        keys.sort_by_key(|&key| self.columns.place(key));
        keys.dedup();
        keys
    }

    /// The keys of headwords with umlauts for which the query has two letters (`Kaese`, `Aarhus`),
    /// or of headwords with two letters for the umlauts of the query.
    fn with_umlauts(&self, query: &Query) -> Vec<usize> {
        let spelled_out = umlauts::spelled_out(&query.spelling);
        if spelled_out != query.spelling {
            return self.existing_keys(&[fold(&spelled_out)]);
        }
        let mut keys = self.existing_keys(&umlauts::folded(&query.key));
        let is_same = |word: &str| fold(&umlauts::spelled_out(word)) == query.key;
        keys.retain(|&key| self.columns.entry_refs(key).any(|entry| is_same(entry.word)));
        keys
    }
}

/// Sorts exact spellings first, then spellings by their best rank in any book. Entries of a
/// spelling stay together.
fn sort(hits: &mut [Hit<'_>]) {
    let mut ranks: HashMap<&str, u32> = HashMap::new();
    for entry in hits.iter().map(|hit| hit.entry) {
        let rank = ranks.entry(entry.word).or_insert(u32::MAX);
        *rank = entry.rank.unwrap_or(u32::MAX).min(*rank);
    }
    let rank = |hit: &Hit<'_>| ranks.get(hit.entry.word).copied();
    hits.sort_by_key(|hit| (hit.by != FoundBy::Spelling, rank(hit), hit.entry.word));
}

/// Possible keys that differ from `key` in their separators, or in the dots of an abbreviation.
/// They need not exist.
fn respellings(key: &str) -> Vec<String> {
    // `children's` is a form of `children`, not another spelling of `childrens`.
    if key.ends_with("'s") || key.ends_with('\'') {
        return Vec::new();
    }
    let parts: Vec<&str> = key.split([' ', '-', '\'', '_']).collect();
    match parts.len() - 1 {
        0 => [with_one_separator(key), with_dots(key)].concat(),
        1..=SEPARATORS_MAX => with_all_separators(&parts),
        _ => [" ", "-", ""].iter().map(|separator| parts.join(separator)).collect(),
    }
}

/// Maximum length in characters of an abbreviation.
const ABBREVIATION_CHARS_MAX: usize = 5;

/// The key as an abbreviation with other dots: `usa` gives `usa.`, `u.s.a` and `u.s.a.`.
fn with_dots(key: &str) -> Vec<String> {
    let letters: Vec<char> = key.chars().filter(|&c| c != '.').collect();
    let mut keys = vec![format!("{key}.")];
    if letters.len() <= ABBREVIATION_CHARS_MAX && letters.iter().all(|c| c.is_alphabetic()) {
        let dotted: String = letters.iter().flat_map(|&c| [c, '.']).collect();
        keys.extend([dotted.trim_end_matches('.').to_owned(), dotted]);
        // A dot at the end is punctuation.
        let has_dots = key.trim_end_matches('.').contains('.');
        keys.extend(has_dots.then(|| letters.iter().collect::<String>()));
    }
    keys
}

/// Joins the parts of a key in all ways: each separator is a space, a hyphen or nothing.
fn with_all_separators(parts: &[&str]) -> Vec<String> {
    let mut keys = vec![String::new()];
    for (i, part) in parts.iter().enumerate() {
        let separators: &[&str] = if i == 0 { &[""] } else { &[" ", "-", ""] };
        keys = keys
            .iter()
            .flat_map(|key| {
                separators.iter().map(move |separator| [key.as_str(), separator, part].concat())
            })
            .collect();
    }
    keys
}

/// The keys with one separator inserted, at each position: `oclock` gives `o'clock` among others.
fn with_one_separator(key: &str) -> Vec<String> {
    if !UNSEPARATED_BYTES.contains(&key.len()) {
        return Vec::new();
    }
    let splits = key.char_indices().skip(1).map(|(at, _)| key.split_at(at));
    splits
        .flat_map(|(left, right)| {
            SEPARATORS.iter().map(move |separator| [left, separator, right].concat())
        })
        .collect()
}
