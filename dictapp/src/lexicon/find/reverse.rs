//! Finds words by Chinese text in their glosses (`苹果` finds `apple`), and builds the index for this
//! search. Words with the text as a whole gloss come first, sorted by the position of the gloss,
//! then the others by frequency.
//!
//! A gloss is a run of letters and digits between punctuation, so `（使）苹果树；果` is `使`, `苹果树`, `果`.
//! Two neighbouring characters of a gloss are a *pair* if at least one of them is Chinese. The edge
//! of a gloss counts as a neighbour: `果` is `(edge, 果), (果, edge)`. For each pair, the index has
//! its *postings*: the places of the keys that have it in a gloss, ascending, as differences in a
//! variable number of bytes. A key is a folded spelling of a headword; its place is its number in
//! the order of frequency. A search intersects the lists of its pairs and stops when the page is
//! full. So its results are sorted by frequency already.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::lexicon::columns::{Columns, Pairs, partition};
use crate::lexicon::han::simplified;
use crate::lexicon::{EntryRef, Lexicon, MatchPage, MatchRange, fold};
use crate::model::{sense_lines, split_part};

/// Maximum length of a query in characters: longer than any gloss that a user would type.
const QUERY_CHARS_MAX: usize = 32;

/// Maximum number of words that are checked in a search by reading their explanations. Even a
/// common character occurs in fewer words of the largest known book.
const VERIFIED_MAX: usize = 20_000;

/// Maximum number of words with the query as a whole gloss that are sorted by closeness (the
/// position of the gloss), for each of [`ENDINGS`]. The most frequent are taken; others follow by
/// frequency.
const CLOSEST_MAX: usize = 300;

/// The endings of adjective and adverb glosses: `高兴` also finds `高兴的`.
const ENDINGS: [&str; 3] = ["", "的", "地"];

/// The neighbour of the first and the last character of a gloss.
pub(super) const EDGE: char = '\0';

impl Lexicon {
    /// The words with `chinese` in their glosses: first those that have it as a whole gloss, sorted
    /// by the position of the gloss and then by frequency, then the others by frequency. If the
    /// text has several parts separated by spaces, all must occur. Each word occurs once.
    pub fn reverse(&self, chinese: &str, page: MatchRange) -> MatchPage<'_> {
        let query = fold(chinese);
        let parts: Vec<&str> = glosses(&query).collect();
        let is_han = |part: &&str| part.contains(is_han);
        if query.chars().count() > QUERY_CHARS_MAX || !parts.iter().any(is_han) {
            return MatchPage::default();
        }
        let mut found = match parts[..] {
            [part] => self.closest(part),
            _ => Vec::new(),
        };
        if found.len() <= page.end() {
            let known: HashSet<usize> = found.iter().map(|&(key, _)| key).collect();
            let others =
                self.words_with_inner_pairs(&parts).filter(|(key, _)| !known.contains(key));
            self.collect(
                others.map(|(_, place)| place),
                page.end(),
                |explanation| parts.iter().all(|part| has_part(explanation, part)),
                &mut found,
            );
        }
        MatchPage::cut(found.into_iter().map(|(_, entry)| entry), page)
    }

    /// Whether `gloss` is a whole gloss of some word.
    pub(super) fn is_whole_gloss(&self, gloss: &str) -> bool {
        let gloss = fold(gloss);
        pairs_of(&gloss).all(|pair| self.pair_weight(pair) > 0) && !self.closest(&gloss).is_empty()
    }

    /// The weight of a pair: the length of its list in bytes plus one, or 0 if no gloss has it.
    pub(super) fn pair_weight(&self, pair: (char, char)) -> usize {
        let pairs = &self.columns.pairs;
        let found = pairs.pairs.binary_search(&encode_pair(pair)).ok();
        found.map_or(0, |i| PostingList::new(pairs, i).bytes.len() + 1)
    }

    /// The words that have `part` as a whole gloss, perhaps with an ending, the closest first: keys
    /// with their entries.
    fn closest(&self, part: &str) -> Vec<(usize, EntryRef<'_>)> {
        let mut found = Vec::new();
        for ending in ENDINGS {
            let gloss = part.to_owned() + ending;
            let lists = pairs_of(&gloss).map(|pair| Postings::of_pair(&self.columns.pairs, pair));
            for place in intersection(lists.collect()).take(CLOSEST_MAX) {
                let Some(key) = self.columns.key_at(place) else { continue };
                let entries = self.columns.entry_refs(key);
                let near = entries.filter_map(|it| Some((closeness(it.explanation, &gloss)?, it)));
                let closest = near.min_by_key(|(closeness, _)| *closeness);
                found.extend(closest.map(|(closeness, entry)| ((closeness, place), key, entry)));
            }
        }
        found.sort_by_key(|&(order, ..)| order);
        let mut known = HashSet::new();
        found.retain(|&(_, key, _)| known.insert(key));
        found.into_iter().map(|(_, key, entry)| (key, entry)).collect()
    }

    /// Adds the words at these places if `fits` returns `true` for an explanation, until there are
    /// more than `count_max` words.
    fn collect<'a>(
        &'a self,
        places: impl Iterator<Item = u32>,
        count_max: usize,
        fits: impl Fn(&str) -> bool,
        found: &mut Vec<(usize, EntryRef<'a>)>,
    ) {
        for place in places.take(VERIFIED_MAX) {
            let Some(key) = self.columns.key_at(place) else { continue };
            let entry = self.columns.entry_refs(key).find(|entry| fits(entry.explanation));
            found.extend(entry.map(|entry| (key, entry)));
            if found.len() > count_max {
                return;
            }
        }
    }

    /// Keys and places of the words with all pairs of the parts in their glosses. Pairs with an
    /// edge do not count. The pairs may be in different glosses, so each explanation must still be
    /// checked.
    fn words_with_inner_pairs(&self, parts: &[&str]) -> impl Iterator<Item = (usize, u32)> {
        let columns = &self.columns;
        let mut lists = Vec::new();
        for part in parts {
            let inner = pairs_of(part).filter(|&(a, b)| a != EDGE && b != EDGE);
            lists.extend(inner.map(|pair| Postings::of_pair(&columns.pairs, pair)));
            // A single character has no inner pair: search all pairs that begin with it.
            let mut chars = part.chars();
            if let (Some(c), None) = (chars.next(), chars.next())
                && is_han(c)
            {
                lists.push(Postings::of_first(&columns.pairs, c));
            }
        }
        intersection(lists).filter_map(|place| Some((columns.key_at(place)?, place)))
    }
}

/// Builds the index: the pairs of all glosses and their postings.
pub(crate) fn index(columns: &Columns) -> Pairs {
    let mut counts: HashMap<u64, u32, BuildHasherDefault<PairHasher>> = HashMap::default();
    each_pair(columns, |pair, _| *counts.entry(pair).or_default() += 1);
    let mut pairs: Vec<u64> = counts.keys().copied().collect();
    pairs.sort_unstable();
    // The start of each pair's places in one array. `counts` becomes the next index to fill.
    let mut starts = Vec::with_capacity(pairs.len());
    let mut total = 0;
    for pair in &pairs {
        let count = counts.get_mut(pair).expect("a pair that was counted");
        starts.push(total);
        total += std::mem::replace(count, total);
    }
    // The places of all pairs, in the order of pairs.
    let mut row = vec![0; total as usize];
    each_pair(columns, |pair, place| {
        let next = counts.get_mut(&pair).expect("a pair that was counted");
        row[*next as usize] = place;
        *next += 1;
    });
    let mut postings = Vec::with_capacity(row.len());
    let mut ends = vec![0];
    for (i, &from) in starts.iter().enumerate() {
        let to = starts.get(i + 1).copied().unwrap_or(total);
        push_list(&row[from as usize..to as usize], &mut postings);
        ends.push(postings.len() as u32);
    }
    postings.shrink_to_fit();
    Pairs { pairs, starts: ends, postings }
}

/// A fast hasher for pairs, with one multiplication: no attacker chooses pairs to collide. It takes
/// a quarter of the time of the default one.
#[derive(Default)]
struct PairHasher(u64);

impl Hasher for PairHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number ^ (number >> 32) << 16).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Calls `take` with each pair of each gloss and the place of its key, in ascending order of
/// places.
fn each_pair(columns: &Columns, mut take: impl FnMut(u64, u32)) {
    for (place, &key) in columns.by_place.iter().enumerate() {
        for entry in columns.entry_refs(key as usize) {
            for gloss in sense_lines(entry.explanation).flat_map(glosses) {
                pairs_of(gloss).for_each(|pair| take(encode_pair(pair), place as u32));
            }
        }
    }
}

/// Encodes ascending numbers as differences, with seven bits in each byte, the lowest first. Omits
/// repetitions.
fn push_list(places: &[u32], postings: &mut Vec<u8>) {
    let mut last = None;
    for &place in places {
        let mut rest = match last.replace(place) {
            Some(before) if before == place => continue,
            Some(before) => place - before,
            None => place,
        };
        while rest >= 0x80 {
            postings.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        postings.push(rest as u8);
    }
}

/// The runs of letters and digits of a text.
fn glosses(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|gloss| !gloss.is_empty())
}

/// The pairs of neighbours in a gloss, including its edges, with at least one Chinese character.
fn pairs_of(gloss: &str) -> impl Iterator<Item = (char, char)> {
    let chars = || gloss.chars().map(normalise);
    let firsts = std::iter::once(EDGE).chain(chars());
    firsts.zip(chars().chain([EDGE])).filter(|&(a, b)| is_han(a) || is_han(b))
}

/// Normalises a letter like a folded query: lower case, normal width (`Ｔ恤`), simplified.
fn normalise(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(c as u32 - 0xFEE0).unwrap_or(c).to_ascii_lowercase()
        }
        _ => simplified(c.to_ascii_lowercase()),
    }
}

/// Whether a character is Chinese: [`Lexicon::reverse`] searches for texts with such a character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// A pair as one number, sorted by its first character.
fn encode_pair((a, b): (char, char)) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

/// The position of a gloss in an explanation: 0 in the first part of the first line, 1 in the first
/// part of another line, 2 in a later part; semicolons separate the parts. `None`: it is no gloss,
/// or occurs only in brackets, like a field of knowledge or a hint.
fn closeness(explanation: &str, wanted: &str) -> Option<usize> {
    let is_wanted = |gloss: &str| gloss.chars().map(normalise).eq(wanted.chars());
    let position = |(number, line): (usize, &str)| {
        let outer = without_brackets(split_part(line).1);
        let mut parts = outer.split(['；', ';']);
        let part = parts.position(|part| glosses(part).any(is_wanted))?;
        Some(if part > 0 { 2 } else { number.min(1) })
    };
    sense_lines(explanation).enumerate().filter_map(position).min()
}

/// A line without the text in brackets.
fn without_brackets(line: &str) -> String {
    let mut pieces = line.split(['（', '(', '[', '［', '【', '〔', '<']);
    let mut outer = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let closed = piece.split_once(['）', ')', ']', '］', '】', '〕', '>']);
        outer.push_str(closed.map_or("", |(_, after)| after));
    }
    outer
}

/// Whether a sense of an explanation contains this folded text.
fn has_part(explanation: &str, part: &str) -> bool {
    sense_lines(explanation).any(|line| {
        line.contains(part) || line.chars().map(normalise).collect::<String>().contains(part)
    })
}

/// The places of one pair, or of all pairs with the same first character, ascending.
enum Postings<'a> {
    One(PostingList<'a>),
    Any(Vec<PostingList<'a>>),
}

impl<'a> Postings<'a> {
    fn of_pair(pairs: &'a Pairs, pair: (char, char)) -> Postings<'a> {
        match pairs.pairs.binary_search(&encode_pair(pair)) {
            Ok(i) => Postings::One(PostingList::new(pairs, i)),
            Err(_) => Postings::Any(Vec::new()),
        }
    }

    fn of_first(pairs: &'a Pairs, first: char) -> Postings<'a> {
        let end = pairs.pairs.len();
        let from = partition(0..end, |i| pairs.pairs[i] < encode_pair((first, EDGE)));
        let to = partition(from..end, |i| pairs.pairs[i] >> 32 == u64::from(first));
        let mut lists: Vec<PostingList<'a>> =
            (from..to).map(|i| PostingList::new(pairs, i)).collect();
        // Long lists first: most words with the character are in them.
        lists.sort_by_key(|list| std::cmp::Reverse(list.bytes.len()));
        Postings::Any(lists)
    }

    /// Skips to the first place from `place_min` on and returns it. `None`: there is none.
    fn advance(&mut self, place_min: u32) -> Option<u32> {
        match self {
            Postings::One(list) => list.advance(place_min),
            Postings::Any(lists) => {
                lists.iter_mut().filter_map(|list| list.advance(place_min)).min()
            }
        }
    }
}

/// The encoded places of one pair.
struct PostingList<'a> {
    /// The encoded places after `at`.
    bytes: &'a [u8],
    /// The place that was decoded last; `None` at the end.
    at: Option<u32>,
}

impl<'a> PostingList<'a> {
    fn new(pairs: &'a Pairs, i: usize) -> PostingList<'a> {
        let starts = pairs.starts.get(i).zip(pairs.starts.get(i + 1));
        let bytes = starts.and_then(|(&a, &b)| pairs.postings.get(a as usize..b as usize));
        let mut list = PostingList { bytes: bytes.unwrap_or(&[]), at: None };
        list.at = list.number();
        list
    }

    fn advance(&mut self, place_min: u32) -> Option<u32> {
        while let Some(at) = self.at.filter(|&at| at < place_min) {
            self.at = self.number().and_then(|more| at.checked_add(more.max(1)));
        }
        self.at
    }

    /// The next number of the list; `None` at its end or if it is damaged.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

/// The places that are in all lists, ascending; none if there are no lists.
fn intersection(mut lists: Vec<Postings<'_>>) -> impl Iterator<Item = u32> {
    let mut next = (!lists.is_empty()).then_some(0);
    std::iter::from_fn(move || {
        let mut place = next?;
        let mut agreed = 0;
        let mut i = 0;
        while agreed < lists.len() {
            let found = lists[i].advance(place)?;
            agreed = if found == place { agreed + 1 } else { 1 };
            place = found;
            i = (i + 1) % lists.len();
        }
        next = place.checked_add(1);
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gloss_ends_at_punctuation() {
        let found: Vec<&str> = glosses("（使）苹果树；果, T恤 n. ok").collect();
        assert_eq!(found, ["使", "苹果树", "果", "T恤", "n", "ok"]);
        assert_eq!(pairs_of("T恤").collect::<Vec<_>>(), [('t', '恤'), ('恤', EDGE)]);
        assert_eq!(pairs_of("ok").count(), 0);
    }

    #[test]
    fn a_gloss_in_brackets_does_not_count() {
        assert_eq!(without_brackets("（使）苹果树；果(核)x[网络]"), "苹果树；果x");
        for (explanation, place) in [
            ("n. 苹果；果\nv. 结果", Some(0)),
            ("n. 树，苹果；果", Some(0)),
            ("v. 结果\nn. 苹果", Some(1)),
            ("n. 果；苹果\nn. 树；苹果", Some(2)),
            ("n. （苹果）酒；[苹果] 电脑", None),
            ("n. 苹果酒\n> Apple! = 苹果", None),
        ] {
            assert_eq!(closeness(explanation, "苹果"), place, "{explanation}");
        }
    }

    #[test]
    fn lists_with_differences_of_any_size_are_decoded() {
        let places = [0, 1, 1, 128, 16_511, 3_000_000, u32::MAX];
        let mut pairs = Pairs::default();
        push_list(&places, &mut pairs.postings);
        pairs.starts = vec![0, pairs.postings.len() as u32];
        let mut list = PostingList::new(&pairs, 0);
        let found: Vec<u32> = [0, 1, 2, 129, 16_512, 3_000_001]
            .iter()
            .map(|&place_min| list.advance(place_min).expect("one more"))
            .collect();
        assert_eq!(found, [0, 1, 128, 16_511, 3_000_000, u32::MAX]);
        assert_eq!(PostingList { bytes: &[0xFF; 9], at: None }.number(), None);
    }
}
