//! The words in memory: all data of look-ups in flat columns, which are saved unchanged.
//!
//! A *key* is a folded spelling. Keys are sorted and numbered. A key has one or more entries, and
//! the entries of key `k` follow those of key `k - 1`. The *rank* of an entry is the frequency rank
//! in its book; 1 is the most frequent word. The *place* of a key is its number in the order of
//! frequency, from 0; keys without a rank follow in their own order. Columns may come from a file,
//! so no number is trusted: a value out of range counts as absent.

use std::ops::Range;

mod min_tree;
mod build;
mod initials;
mod key_map;
mod saved;

use super::{BookIndex, EntryRef};

pub use build::{BuildError, Builder};
pub(super) use initials::Initials;
pub(super) use min_tree::MinTree;
pub use saved::{SavedError, Stamp};

/// Separates headword, phonetic and explanation in a record. Headwords have no control characters,
/// so it cannot occur in them.
pub(crate) const FIELD_SEPARATOR: char = '\0';

/// A list of texts, stored in one string. Each ends in a line feed, so that one search of a pattern
/// covers many texts. The first is number 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) text: String,
    /// The offset of each text, and the end of the last one.
    pub(crate) starts: Vec<u32>,
}

impl Texts {
    pub(crate) fn with_capacity(texts: usize, bytes: usize) -> Texts {
        let mut starts = Vec::with_capacity(texts + 1);
        starts.push(0);
        Texts { text: String::with_capacity(bytes), starts }
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Appends one text, given in parts.
    pub(crate) fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.text.push_str(part));
        self.text.push('\n');
        // The builder has checked the size (`build::TEXT_BYTES_MAX`).
        self.starts.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Text number `i`; empty if it does not exist.
    pub(crate) fn get(&self, i: usize) -> &str {
        let range = self.starts.get(i).zip(self.starts.get(i + 1));
        range
            .and_then(|(&a, &b)| self.text.get(a as usize..(b as usize).wrapping_sub(1)))
            .unwrap_or("")
    }

    /// The bytes of text number `i`; none if it does not exist.
    pub(crate) fn bytes(&self, i: usize) -> &[u8] {
        let range = self.starts.get(i).zip(self.starts.get(i + 1));
        let bytes = |(&a, &b): (&u32, &u32)| {
            self.text.as_bytes().get(a as usize..(b as usize).wrapping_sub(1))
        };
        range.and_then(bytes).unwrap_or_default()
    }

    /// The number of texts before the first one for which `before` is false. The texts must be
    /// sorted.
    pub(crate) fn partition(&self, before: impl Fn(&str) -> bool) -> usize {
        partition(0..self.len(), |i| before(self.get(i)))
    }

    /// The numbers of the texts that begin with `prefix`. The texts must be sorted.
    pub(crate) fn starting_with(&self, prefix: &str) -> Range<usize> {
        let from = self.partition(|text| text < prefix);
        from..partition(from..self.len(), |i| self.get(i).starts_with(prefix))
    }
}

/// The first number of `range` for which `before` is false, like `slice::partition_point`.
pub(crate) fn partition(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let mut low = range.start;
    let mut high = range.end.max(range.start);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// All columns. The module documentation defines *key*, *entry* and *place*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// The keys, sorted.
    pub(crate) keys: Texts,
    /// The first entry of each key, and the end of the last one.
    pub(crate) first_entry: Vec<u32>,
    /// The place of each key.
    pub(crate) places: Vec<u32>,
    /// The key of each place.
    pub(crate) by_place: Vec<u32>,
    /// The number of keys that have a rank in some book; their places come first.
    pub(crate) ranked: u32,
    /// The record of each entry: headword, phonetic and explanation, with
    /// [`FIELD_SEPARATOR`] between them. A headword that equals its key is omitted, which saves a
    /// fifth of the memory.
    pub(crate) records: Texts,
    /// The book of each entry.
    pub(crate) books: Vec<u16>,
    /// The rank of each entry; 0: none.
    pub(crate) ranks: Vec<u32>,
    /// The key of each suffix. The suffixes of a key of several words begin at each word after the
    /// first. All are sorted by text.
    pub(crate) inner_keys: Vec<u32>,
    /// The offset of each suffix in its key, in bytes.
    pub(crate) inner_offsets: Vec<u16>,
    /// Inflected forms in the books, folded and sorted, and the key of the lemma of each.
    pub(crate) forms: Texts,
    pub(crate) form_lemmas: Vec<u32>,
    /// The index of Chinese text in glosses.
    pub(crate) pairs: Pairs,
}

/// Pairs of neighbouring characters in glosses, at least one of them Chinese, and their postings:
/// the places of the keys with such a gloss. `find/reverse.rs` explains the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    /// The pairs, sorted.
    pub(crate) pairs: Vec<u64>,
    /// The start of the postings of each pair, and the end of the last one.
    pub(crate) starts: Vec<u32>,
    pub(crate) postings: Vec<u8>,
}

impl Columns {
    /// The numbers of the entries of a key.
    pub(crate) fn entries(&self, key: usize) -> Range<usize> {
        match (self.first_entry.get(key), self.first_entry.get(key + 1)) {
            (Some(&from), Some(&to)) => from as usize..(to as usize).min(self.records.len()),
            _ => 0..0,
        }
    }

    /// The place of a key; an absent key is last.
    pub(crate) fn place(&self, key: usize) -> u32 {
        self.places.get(key).copied().unwrap_or(u32::MAX)
    }

    /// The key at a place.
    pub(crate) fn key_at(&self, place: u32) -> Option<usize> {
        self.by_place.get(place as usize).map(|&key| key as usize)
    }

    /// Entry number `entry`, which must be one of `key`.
    pub(crate) fn entry(&self, key: usize, entry: usize) -> EntryRef<'_> {
        let mut fields = self.records.get(entry).splitn(3, FIELD_SEPARATOR);
        let word = fields.next().unwrap_or("");
        let phonetic = fields.next().unwrap_or("");
        EntryRef {
            word: if word.is_empty() { self.keys.get(key) } else { word },
            phonetic: Some(phonetic).filter(|phonetic| !phonetic.is_empty()),
            explanation: fields.next().unwrap_or(""),
            book: BookIndex(self.books.get(entry).copied().unwrap_or(0)),
            rank: self.ranks.get(entry).copied().filter(|&rank| rank > 0),
        }
    }

    /// The entries of a key.
    pub(crate) fn entry_refs(&self, key: usize) -> impl Iterator<Item = EntryRef<'_>> {
        self.entries(key).map(move |entry| self.entry(key, entry))
    }

    /// The best rank of a key in any book.
    pub(crate) fn rank(&self, key: usize) -> Option<u32> {
        let ranks = self.entries(key).filter_map(|entry| self.ranks.get(entry).copied());
        ranks.filter(|&rank| rank > 0).min()
    }

    /// The entry that represents a key in a list: the first book's entry of the most frequent
    /// spelling.
    pub(crate) fn representative(&self, key: usize) -> Option<EntryRef<'_>> {
        let commonest = self.entry_refs(key).min_by_key(|entry| entry.rank.unwrap_or(u32::MAX))?;
        self.entry_refs(key).find(|entry| entry.word == commonest.word)
    }

    /// Suffix number `i` of those in `inner_keys`; empty if it does not exist.
    pub(crate) fn inner(&self, i: usize) -> &str {
        match (self.inner_keys.get(i), self.inner_offsets.get(i)) {
            (Some(&key), Some(&offset)) => {
                self.keys.get(key as usize).get(offset as usize..).unwrap_or("")
            }
            _ => "",
        }
    }

    /// The place of the key that suffix `i` belongs to.
    pub(crate) fn inner_place(&self, i: usize) -> u32 {
        self.inner_keys.get(i).map_or(u32::MAX, |&key| self.place(key as usize))
    }
}
