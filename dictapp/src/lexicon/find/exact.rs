//! Finds entries with the spelling of a query, ignoring case and accents, and if there are none,
//! the joints of a word (`ice-cream`), dots of abbreviations and umlauts. Also removes punctuation
//! around a query. A key is a folded spelling.

use std::collections::HashMap;

use crate::model::Word;

use super::{lemma, umlauts};
use crate::lexicon::{FoundBy, Hit, Lexicon, fold};

/// The joints: characters between the words of a phrase or the parts of a word, in keys.
const JOINTS: [&str; 3] = [" ", "-", "'"];

/// Maximum number of joints in a key for which all combinations are tried. Each may be a space, a
/// hyphen or missing, so these are 27 keys.
const JOINTS_MAX: usize = 3;

/// The lengths, in bytes, of the queries for which a missing joint is tried at each position.
const UNJOINED_BYTES: std::ops::RangeInclusive<usize> = 4..=32;

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

/// Marks: punctuation that may be around a word in a text. `*`, `?` and `/` are excluded, since
/// they make a pattern, and `#` and `+`, since they are part of names (`C#`).
const MARKS: &str = ".,;:!\"'()[]{}<>|_~^=\\-`´“”„‟‘’‚‛«»‹›…—–―·•、。，；：！（）《》〈〉「」『』【】〔〕［］｛｝＜＞\
    ．｡､｢｣＂＇～｜＿‼⁉¿¡®™©†‡§¶、؟،؛۔।॥׃״׳·;፣።၊။";

/// Maximum number of marks on one side of a word whose combinations are all tried.
const MARKS_MAX: usize = 4;

fn is_mark(c: char) -> bool {
    c.is_whitespace() || MARKS.contains(c)
}

/// The query with more and more of the punctuation around it removed, at last without any:
/// headwords may have marks of their own (`.NET`, `etc.`). Two stars on both sides are Markdown,
/// not a pattern. Returns nothing if the query has no punctuation around it, or consists only of
/// punctuation.
pub(crate) fn unmarkings(query: &str) -> impl Iterator<Item = &str> {
    let whole = query.trim();
    let bold = whole.strip_prefix("**").and_then(|query| query.strip_suffix("**"));
    let bold = bold.filter(|query| !query.is_empty() && !query.contains(['*', '?']));
    let query = bold.unwrap_or(whole);
    // Removes the sign of a hashtag, but not that of `C#`.
    let inner = query.trim_start_matches(|c: char| is_mark(c) || c == '#' || c == '@');
    let inner = inner.trim_end_matches(is_mark);
    let (before, after) = query.split_once(inner).unwrap_or_default();
    let starts = before.char_indices().map(|(at, _)| at).chain([before.len()]);
    let starts: Vec<usize> = starts.take(MARKS_MAX + 1).collect();
    let ends = after.char_indices().map(|(at, _)| query.len() - after.len() + at).rev();
    let ends: Vec<usize> = [query.len()].into_iter().chain(ends).take(MARKS_MAX + 1).collect();
    let (most_before, most_after) = (starts.len(), ends.len());
    let taken = (1..most_before + most_after).flat_map(move |count| {
        (0..=count)
            .map(move |from| (from, count - from))
            .filter(move |&(from, to)| from < most_before && to < most_after)
    });
    let some = taken.map(move |(from, to)| query[starts[from]..ends[to]].trim());
    let has_marks = !inner.is_empty() && inner.len() < whole.len();
    bold.into_iter().chain(some).chain([inner]).filter(move |_| has_marks)
}

/// Maximum length in digits of the number of a footnote.
const FOOTNOTE_DIGITS_MAX: usize = 3;

/// Minimum length in characters of a word before the number of a footnote: `B12` is a name.
const FOOTNOTED_CHARS_MIN: usize = 3;

/// The word without the number of a footnote that was copied with it: `apple1`, `apple²`,
/// `apple[3]`. `None`: there is no such number.
fn without_footnote(query: &str) -> Option<&str> {
    let text = query.trim_end_matches(is_mark);
    let marked = text.trim_end_matches(char::is_numeric);
    let digits = text[marked.len()..].chars().count();
    let word = marked.trim_matches(is_mark);
    let is_word = word.chars().count() >= FOOTNOTED_CHARS_MIN
        && word.ends_with(char::is_alphabetic)
        && !marked.ends_with(|c: char| c.is_whitespace() || c == '-');
    ((1..=FOOTNOTE_DIGITS_MAX).contains(&digits) && is_word).then_some(word)
}

impl Lexicon {
    /// The query without the punctuation around it, except punctuation of a headword, or without
    /// the number of a footnote. `None`: it has no such punctuation or number, or no other text.
    pub(crate) fn unmarked<'q>(&self, query: &'q str) -> Option<&'q str> {
        let has = |text: &&str| self.key(&fold(text)).is_some();
        let spelled = unmarkings(query).find(has);
        let footnoted = || without_footnote(query).filter(|word| self.is_known(word));
        spelled.or_else(footnoted).or_else(|| unmarkings(query).last())
    }

    /// Whether a key is a contraction of a headword: `we'll` is not another spelling of `well`.
    fn is_contraction(&self, key: &str) -> bool {
        lemma::GLUED.iter().any(|ending| key.ends_with(ending)) && !self.lemmas(key).is_empty()
    }

    /// Whether a text is a headword or a form of one.
    fn is_known(&self, text: &str) -> bool {
        let key = fold(text);
        self.key(&key).is_some() || !self.lemmas(&key).is_empty()
    }

    /// The number of a key; `None`: no headword has it.
    pub(crate) fn key(&self, key: &str) -> Option<usize> {
        self.keys.get(key).and_then(|number| usize::try_from(number).ok())
    }

    /// The entries with the spelling of the query, then the others of its key by frequency. If the
    /// key does not exist: the entries whose joints differ (`icecream`, `ice-cream`, `ice cream`).
    pub(crate) fn spelled(&self, query: &Query) -> Vec<Hit<'_>> {
        let keys = match self.key(&query.key) {
            Some(key) => vec![key],
            None if self.is_contraction(&query.key) => Vec::new(),
            None => match self.respelled(&respellings(&query.key)) {
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

    /// The numbers of those of these keys that headwords have, by frequency.
    fn respelled(&self, spellings: &[String]) -> Vec<usize> {
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
            return self.respelled(&[fold(&spelled_out)]);
        }
        let mut keys = self.respelled(&umlauts::folded(&query.key));
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

/// Possible keys that differ from `key` in their joints, or in the dots of an abbreviation. They
/// need not exist.
fn respellings(key: &str) -> Vec<String> {
    // `children's` is a form of `children`, not another spelling of `childrens`.
    if key.ends_with("'s") || key.ends_with('\'') {
        return Vec::new();
    }
    let parts: Vec<&str> = key.split([' ', '-', '\'', '_']).collect();
    match parts.len() - 1 {
        0 => [with_joint(key), with_dots(key)].concat(),
        1..=JOINTS_MAX => joined_each(&parts),
        _ => [" ", "-", ""].iter().map(|joint| parts.join(joint)).collect(),
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

/// Joins the parts of a key in all ways: each joint is a space, a hyphen or nothing.
fn joined_each(parts: &[&str]) -> Vec<String> {
    let mut keys = vec![String::new()];
    for (i, part) in parts.iter().enumerate() {
        let joints: &[&str] = if i == 0 { &[""] } else { &[" ", "-", ""] };
        keys = keys
            .iter()
            .flat_map(|key| joints.iter().map(move |joint| [key.as_str(), joint, part].concat()))
            .collect();
    }
    keys
}

/// The keys with one joint inserted, at each position: `oclock` gives `o'clock` among others.
fn with_joint(key: &str) -> Vec<String> {
    if !UNJOINED_BYTES.contains(&key.len()) {
        return Vec::new();
    }
    let splits = key.char_indices().skip(1).map(|(at, _)| key.split_at(at));
    splits
        .flat_map(|(left, right)| JOINTS.iter().map(move |joint| [left, joint, right].concat()))
        .collect()
}
