//! Finds entries with the spelling of a query, ignoring case, accents and marks.

use std::collections::HashMap;

use crate::model::Word;

use crate::lexicon::{FoundBy, Hit, Lexicon, fold};

/// The separators of words in a phrase or of parts of a word, in keys.
const JOINTS: [&str; 3] = [" ", "-", "'"];

/// Maximum number of joints for which all combinations are tried: 3 to the power of 3 keys.
const JOINTS_MAX: usize = 3;

/// Length in bytes of queries in which a missing joint is searched.
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

/// Punctuation around a word in a text. `*`, `?` and `/` are excluded, since they make a pattern.
const MARKS: &str = ".,;:!\"'()[]{}-“”„‘’‚«»‹›…—–·、。，；：！（）《》〈〉「」『』【】〔〕．｡¿¡";

/// Maximum number of marks on one side of a word whose combinations are all tried.
const MARKS_MAX: usize = 4;

/// A query without some of the punctuation around it; variants with less removed come first:
/// headwords may have marks of their own (`.NET`, `etc.`). Nothing if the query has no
/// punctuation, or nothing else.
pub(crate) fn unmarkings(query: &str) -> impl Iterator<Item = &str> {
    let query = query.trim();
    let is_mark = |c: char| c.is_whitespace() || MARKS.contains(c);
    let inner = query.trim_matches(is_mark);
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
    let has_marks = !inner.is_empty() && inner.len() < query.len();
    some.chain([inner]).filter(move |_| has_marks)
}

impl Lexicon {
    /// A query without the punctuation around it that belongs to no headword. `None`: it has no
    /// punctuation, or nothing else.
    pub(crate) fn unmarked<'q>(&self, query: &'q str) -> Option<&'q str> {
        let spelled = unmarkings(query).find(|text| self.key(&fold(text)).is_some());
        spelled.or_else(|| unmarkings(query).last())
    }

    /// The number of a key.
    pub(crate) fn key(&self, key: &str) -> Option<usize> {
        self.keys.get(key).and_then(|number| usize::try_from(number).ok())
    }

    /// The entries with the spelling of the query, then the others of its key by frequency. If the
    /// key does not exist: the entries whose joints differ (`icecream`, `ice-cream`, `ice cream`).
    pub(crate) fn spelled(&self, query: &Query) -> Vec<Hit<'_>> {
        let keys = match self.key(&query.key) {
            Some(key) => vec![key],
            None => self.respelled(&query.key),
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

    fn respelled(&self, key: &str) -> Vec<usize> {
        let mut keys: Vec<usize> = respellings(key).iter().filter_map(|k| self.key(k)).collect();
        keys.sort_by_key(|&key| self.columns.place(key));
        keys.dedup();
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

/// The keys that differ from `key` in their joints.
fn respellings(key: &str) -> Vec<String> {
    // `children's` is a form of `children`, not another spelling of `childrens`.
    if key.ends_with("'s") || key.ends_with('\'') {
        return Vec::new();
    }
    let parts: Vec<&str> = key.split([' ', '-', '\'']).collect();
    match parts.len() - 1 {
        0 => with_joint(key),
        1..=JOINTS_MAX => joined_each(&parts),
        _ => [" ", "-", ""].iter().map(|joint| parts.join(joint)).collect(),
    }
}

/// All combinations of joints: each is a space, a hyphen or nothing.
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

/// The key with one joint inserted at each position: for `oclock`, `icecream`.
fn with_joint(key: &str) -> Vec<String> {
    if !UNJOINED_BYTES.contains(&key.len()) {
        return Vec::new();
    }
    let places = key.char_indices().skip(1).map(|(at, _)| key.split_at(at));
    places
        .flat_map(|(left, right)| JOINTS.iter().map(move |joint| [left, joint, right].concat()))
        .collect()
}
