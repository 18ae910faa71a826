//! The words in memory: everything a look-up reads, as flat columns that are saved as they are.
//!
//! A *key* is a folded spelling, and keys are numbered in their order. A key has one entry or
//! more, and the entries of key `k` follow those of key `k - 1`. A key's *place* is its number in
//! the order of commonness: 0 for the commonest, then on, the keys without a rank by their order.
//! Nothing here trusts a number: columns may come from a file, so what is out of range is absent.

use std::ops::Range;

mod best;
mod build;
mod key_map;
mod saved;

use super::{BookId, EntryRef};

pub(super) use best::Best;
pub use build::{BuildError, Builder};
pub use saved::{SavedError, Stamp};

/// Between headword, phonetic and explanation in a record: no headword holds control characters.
pub(crate) const FIELD_END: char = '\0';

/// Texts one after another, each ended by a line feed, found by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) text: String,
    /// Where each text begins, and behind the last one where the next would.
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

    pub(crate) fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.text.push_str(part));
        self.text.push('\n');
        // Whoever fills the texts has checked that they fit (`build::TEXT_BYTES_MAX`).
        self.starts.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Text number `i`, empty where there is none.
    pub(crate) fn get(&self, i: usize) -> &str {
        let range = self.starts.get(i).zip(self.starts.get(i + 1));
        range
            .and_then(|(&a, &b)| self.text.get(a as usize..(b as usize).wrapping_sub(1)))
            .unwrap_or("")
    }

    /// How many of the texts, which are in order, come before the first that is not `before`.
    pub(crate) fn partition(&self, before: impl Fn(&str) -> bool) -> usize {
        partition(0..self.len(), |i| before(self.get(i)))
    }

    /// The numbers of the texts that begin with `prefix`, where the texts are in order.
    pub(crate) fn starting_with(&self, prefix: &str) -> Range<usize> {
        let from = self.partition(|text| text < prefix);
        from..partition(from..self.len(), |i| self.get(i).starts_with(prefix))
    }
}

/// The first number of `range` for which `before` does not hold, as `slice::partition_point`.
pub(crate) fn partition(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end.max(range.start));
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// All columns. See the head of this file for the words *key*, *entry* and *place*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// The keys in order.
    pub(crate) keys: Texts,
    /// Key to its first entry, and one number more for the end of the last.
    pub(crate) first_entry: Vec<u32>,
    /// Key to place.
    pub(crate) places: Vec<u32>,
    /// Place to key.
    pub(crate) by_place: Vec<u32>,
    /// How many places, from the first, belong to keys that some book gives a rank.
    pub(crate) ranked: u32,
    /// Entry to `headword FIELD_END phonetic FIELD_END explanation`; a headword that is spelled
    /// as its key is left out, which saves a fifth of the memory.
    pub(crate) records: Texts,
    /// Entry to book.
    pub(crate) books: Vec<u16>,
    /// Entry to rank, 0 for none.
    pub(crate) ranks: Vec<u32>,
    /// The later words of phrases, in order of the text from there: key, and offset in the key.
    pub(crate) inner_keys: Vec<u32>,
    pub(crate) inner_offsets: Vec<u16>,
    /// Inflected forms that books name, folded and in order, and beside each the key of its lemma.
    pub(crate) forms: Texts,
    pub(crate) form_lemmas: Vec<u32>,
    pub(crate) pairs: Pairs,
}

/// Pairs of neighbouring Chinese characters in glosses, and where they stand: see `reverse`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    /// The pairs in order.
    pub(crate) pairs: Vec<u64>,
    /// Pair to where its postings begin, and one number more.
    pub(crate) starts: Vec<u32>,
    pub(crate) postings: Vec<u8>,
}

impl Columns {
    /// The entries of a key.
    pub(crate) fn entries(&self, key: usize) -> Range<usize> {
        match (self.first_entry.get(key), self.first_entry.get(key + 1)) {
            (Some(&from), Some(&to)) => from as usize..(to as usize).min(self.records.len()),
            _ => 0..0,
        }
    }

    /// The place of a key; an absent key is behind all.
    pub(crate) fn place(&self, key: usize) -> u32 {
        self.places.get(key).copied().unwrap_or(u32::MAX)
    }

    /// The key at a place.
    pub(crate) fn key_at(&self, place: u32) -> Option<usize> {
        self.by_place.get(place as usize).map(|&key| key as usize)
    }

    /// An entry of `key` as the rest of the program sees it.
    pub(crate) fn entry(&self, key: usize, entry: usize) -> EntryRef<'_> {
        let mut fields = self.records.get(entry).splitn(3, FIELD_END);
        let (word, phonetic) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        EntryRef {
            word: if word.is_empty() { self.keys.get(key) } else { word },
            phonetic: Some(phonetic).filter(|phonetic| !phonetic.is_empty()),
            mean: fields.next().unwrap_or(""),
            book: BookId(self.books.get(entry).copied().unwrap_or(0)),
            rank: self.ranks.get(entry).copied().filter(|&rank| rank > 0),
        }
    }

    /// The entries of a key as the rest of the program sees them.
    pub(crate) fn entry_refs(&self, key: usize) -> impl Iterator<Item = EntryRef<'_>> {
        self.entries(key).map(move |entry| self.entry(key, entry))
    }

    /// The best rank that any book gives a key.
    pub(crate) fn rank(&self, key: usize) -> Option<u32> {
        let ranks = self.entries(key).filter_map(|entry| self.ranks.get(entry).copied());
        ranks.filter(|&rank| rank > 0).min()
    }

    /// The one entry that stands for a key in a list: of the commonest spelling, what the first
    /// book says of it.
    pub(crate) fn face(&self, key: usize) -> Option<EntryRef<'_>> {
        let commonest = self.entry_refs(key).min_by_key(|entry| entry.rank.unwrap_or(u32::MAX))?;
        self.entry_refs(key).find(|entry| entry.word == commonest.word)
    }

    /// The text from a later word of a phrase on.
    pub(crate) fn inner(&self, i: usize) -> &str {
        match (self.inner_keys.get(i), self.inner_offsets.get(i)) {
            (Some(&key), Some(&offset)) => {
                self.keys.get(key as usize).get(offset as usize..).unwrap_or("")
            }
            _ => "",
        }
    }

    /// The place of the phrase to which a later word belongs.
    pub(crate) fn inner_place(&self, i: usize) -> u32 {
        self.inner_keys.get(i).map_or(u32::MAX, |&key| self.place(key as usize))
    }
}
