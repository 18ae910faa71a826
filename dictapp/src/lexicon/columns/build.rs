//! Builds the columns of a lexicon from the entries of all books (dictionaries): collects, sorts,
//! numbers and indexes the entries. A key is a folded spelling. The place of a key is its number in
//! the order of frequency.

use std::fmt;

use crate::model::Entry;

use super::{Columns, FIELD_SEPARATOR, Texts, key_map};
use crate::lexicon::find::reverse;
use crate::lexicon::{BookIndex, Lexicon, fold};

/// Maximum size of the text of all books together, in bytes: the columns have 32-bit offsets. The
/// largest known book has a hundredth of it.
const TEXT_BYTES_MAX: usize = u32::MAX as usize;

/// The reason why a lexicon cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The books have more than 4 GiB of text.
    TooLarge,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the dictionaries have more than {TEXT_BYTES_MAX} bytes of text")
    }
}

impl std::error::Error for BuildError {}

/// Collects the entries of all books, in the order of precedence of the books.
#[derive(Debug, Default)]
pub struct Builder {
    drafts: Vec<Draft>,
    /// The keys, concatenated, and the records (headword, pronunciation and explanation of an
    /// entry), concatenated. The drafts have the end of each.
    keys: String,
    records: String,
    /// Inflected forms, folded, each with the number of the draft of its lemma.
    forms: Vec<(Box<str>, u32)>,
    /// Whether an entry was left out, since the books have too much text. Then nothing can be
    /// built.
    too_large: bool,
}

/// An entry that was added but not numbered yet: ends and lengths of its texts, and its numbers.
#[derive(Clone, Copy, Debug)]
struct Draft {
    key_end: u32,
    record_end: u32,
    key_bytes: u16,
    word_bytes: u16,
    book: u16,
    rank: u32,
    record_bytes: u32,
}

impl Builder {
    /// Adds an entry. Entries of the same headword stay in the order of the books.
    pub fn add(&mut self, book: BookIndex, entry: &Entry) -> &mut Builder {
        let word = entry.word.as_str();
        let phonetic = entry.phonetic.as_deref().unwrap_or("");
        let key = fold(word);
        let record_bytes = word.len() + phonetic.len() + entry.explanation.len() + 2;
        // One more byte for each text: in the columns each ends with a line feed.
        if self.records.len() + record_bytes + self.drafts.len() + 1 > TEXT_BYTES_MAX
            || self.keys.len() + key.len() + self.drafts.len() + 1 > TEXT_BYTES_MAX
        {
            self.too_large = true;
            return self;
        }
        let record_from = self.records.len();
        self.records.push_str(word);
        self.records.push(FIELD_SEPARATOR);
        self.records.extend(phonetic.chars().filter(|&c| c != FIELD_SEPARATOR));
        self.records.push(FIELD_SEPARATOR);
        self.records.push_str(&entry.explanation);
        self.keys.push_str(&key);
        let number = self.drafts.len() as u32;
        self.drafts.push(Draft {
            key_end: self.keys.len() as u32,
            record_end: self.records.len() as u32,
            record_bytes: (self.records.len() - record_from) as u32,
            // A headword has at most 255 characters, and folding turns none of them into as many as
            // 256 bytes, so the length fits in 16 bits.
            key_bytes: key.len() as u16,
            word_bytes: word.len() as u16,
            book: book.0,
            rank: entry.rank.unwrap_or(0),
        });
        for form in &entry.forms {
            let form = fold(form);
            if form != key {
                self.forms.push((form.into_boxed_str(), number));
            }
        }
        self
    }

    /// Sorts and numbers the added entries, and builds the lexicon.
    ///
    /// # Errors
    /// If the books have too much text.
    pub fn build(mut self) -> Result<Lexicon, BuildError> {
        if self.too_large {
            return Err(BuildError::TooLarge);
        }
        let forms = std::mem::take(&mut self.forms);
        let (mut columns, key_of_draft) = self.sorted_and_numbered();
        add_places(&mut columns);
        // These steps run one after the other. With the largest known book, a second thread would
        // save half a second, but the allocator would keep 6 MB for it.
        (columns.inner_keys, columns.inner_offsets) = inner_words(&columns);
        columns.pairs = reverse::index(&columns);
        add_forms(&mut columns, forms, &key_of_draft);
        let map = key_map::build(&columns.keys).expect("keys were sorted and made distinct");
        Ok(Lexicon::from_columns(columns, map))
    }

    /// Sorts and numbers the drafts. Returns the columns of keys and entries, and the number of the
    /// key of each draft.
    fn sorted_and_numbered(self) -> (Columns, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.drafts.len() as u32).collect();
        // A stable sort keeps the order within a book, and is fast since books are mostly sorted.
        order.sort_by(|&a, &b| {
            let a = &self.drafts[a as usize];
            let b = &self.drafts[b as usize];
            (self.key(a), self.word(a), a.book).cmp(&(self.key(b), self.word(b), b.book))
        });
        let mut columns = Columns {
            keys: Texts::with_capacity(self.drafts.len(), self.keys.len() + self.drafts.len()),
            records: Texts::with_capacity(self.drafts.len(), self.records.len()),
            first_entry: Vec::with_capacity(self.drafts.len() + 1),
            books: Vec::with_capacity(self.drafts.len()),
            ranks: Vec::with_capacity(self.drafts.len()),
            ..Columns::default()
        };
        let mut key_of_draft = vec![0; self.drafts.len()];
        for number in order {
            let draft = &self.drafts[number as usize];
            let key = self.key(draft);
            let entries = columns.records.len();
            if columns.keys.len() == 0 || columns.keys.get(columns.keys.len() - 1) != key {
                columns.keys.push(&[key]);
                columns.first_entry.push(entries as u32);
            }
            key_of_draft[number as usize] = columns.keys.len() as u32 - 1;
            self.push_record(draft, &mut columns);
        }
        columns.first_entry.push(columns.records.len() as u32);
        columns.records.text.shrink_to_fit();
        columns.keys.text.shrink_to_fit();
        (columns, key_of_draft)
    }

    /// Appends a record, without its headword if that equals its key.
    fn push_record(&self, draft: &Draft, columns: &mut Columns) {
        let record = self.record(draft);
        let omitted_bytes = if self.word(draft) == self.key(draft) { draft.word_bytes } else { 0 };
        columns.records.push(&[&record[usize::from(omitted_bytes)..]]);
        columns.books.push(draft.book);
        columns.ranks.push(draft.rank);
    }

    fn key(&self, draft: &Draft) -> &str {
        &self.keys[draft.key_end as usize - usize::from(draft.key_bytes)..draft.key_end as usize]
    }

    fn record(&self, draft: &Draft) -> &str {
        &self.records[(draft.record_end - draft.record_bytes) as usize..draft.record_end as usize]
    }

    fn word(&self, draft: &Draft) -> &str {
        &self.record(draft)[..usize::from(draft.word_bytes)]
    }
}

/// Adds the places: sorts the keys by frequency, which is the best rank in any book, then by the
/// order of the keys.
fn add_places(columns: &mut Columns) {
    let rank = |key: usize| columns.rank(key).unwrap_or(u32::MAX);
    let ranks: Vec<u32> = (0..columns.keys.len()).map(rank).collect();
    let mut by_place: Vec<u32> = (0..ranks.len() as u32).collect();
    by_place.sort_by_key(|&key| ranks[key as usize]);
    let mut places = vec![0; by_place.len()];
    for (place, &key) in by_place.iter().enumerate() {
        places[key as usize] = place as u32;
    }
    columns.ranked = by_place.partition_point(|&key| ranks[key as usize] < u32::MAX) as u32;
    columns.places = places;
    columns.by_place = by_place;
}

/// The later words of phrases and compounds, sorted by the text from that word on: the keys of the
/// phrases, and the offsets of the words in them.
fn inner_words(columns: &Columns) -> (Vec<u32>, Vec<u16>) {
    let mut inner: Vec<(u32, u16)> = Vec::new();
    for key in 0..columns.keys.len() {
        let text = columns.keys.get(key);
        let starts = text.match_indices([' ', '-']).map(|(at, _)| at + 1);
        let words = starts.filter(|&at| text[at..].starts_with(char::is_alphanumeric));
        inner.extend(words.filter_map(|at| Some((key as u32, u16::try_from(at).ok()?))));
    }
    let text = |&(key, at): &(u32, u16)| &columns.keys.get(key as usize)[usize::from(at)..];
    inner.sort_unstable_by(|a, b| text(a).cmp(text(b)).then(a.cmp(b)));
    inner.into_iter().unzip()
}

/// Adds the inflected forms, sorted and without duplicates.
fn add_forms(columns: &mut Columns, forms: Vec<(Box<str>, u32)>, key_of_draft: &[u32]) {
    let mut named: Vec<(Box<str>, u32)> =
        forms.into_iter().map(|(form, draft)| (form, key_of_draft[draft as usize])).collect();
    named.sort_unstable();
    named.dedup();
    columns.forms = Texts::with_capacity(named.len(), 0);
    for (form, key) in named {
        columns.forms.push(&[&form]);
        columns.form_lemmas.push(key);
    }
}
