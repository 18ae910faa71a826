//! The books that one visitor sees: those of the shelf (all books in memory), except books that the
//! visitor switched off, or that were hidden or removed since the shelf was loaded. A word of a
//! book that is left out is found if another book has it.

use super::shelf::{Shelf, ShownBook};
use crate::lexicon::{BookIndex, End, EntryRef, FoundBy, MatchPage, MatchRange};
use crate::model::Languages;
use crate::store;

/// The books of a shelf without those that are left out for a visitor.
#[derive(Clone, Debug)]
pub struct Selection<'s> {
    shelf: &'s Shelf,
    /// The books that are left out: switched off, hidden or removed.
    left_out: Vec<BookIndex>,
}

/// A headword with the entries of all books of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The headword.
    pub word: &'a str,
    /// How the query matched it.
    pub by: FoundBy,
    /// The pronunciation in the first book that has one.
    pub phonetic: Option<&'a str>,
    /// The best frequency rank that a book gives; 1 is the most frequent word.
    pub rank: Option<u32>,
    /// The entries, in the order of the books.
    pub entries: Vec<FoundEntry<'a>>,
}

/// The entry of one book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundEntry<'a> {
    /// The title of the book.
    pub book: &'a str,
    /// The languages of the book, if they are known.
    pub languages: Option<Languages>,
    /// The explanation, in the project's own text form, which `model` parses.
    pub explanation: &'a str,
}

impl<'s> Selection<'s> {
    /// The shelf without the books that the visitor switched off, and without books that were
    /// hidden or removed after it was loaded.
    pub fn new(shelf: &'s Shelf, switched_off: &[store::BookId]) -> Selection<'s> {
        let books = shelf.books().iter().zip(0_u16..);
        let books = books.filter(|(book, _)| switched_off.contains(&book.id));
        let mut left_out = shelf.hidden_or_removed();
        left_out.extend(books.map(|(_, index)| BookIndex(index)));
        Selection { shelf, left_out }
    }

    /// The shelf itself.
    pub fn shelf(&self) -> &'s Shelf {
        self.shelf
    }

    /// The books, in their order.
    pub fn books(&self) -> impl Iterator<Item = &'s ShownBook> {
        let books = self.shelf.books().iter().zip(0_u16..);
        books.filter(|(_, index)| !self.left_out.contains(&BookIndex(*index))).map(|(book, _)| book)
    }

    /// Whether no book of the shelf is left out.
    pub fn is_whole(&self) -> bool {
        self.left_out.is_empty()
    }

    /// The entries for a query: each headword once, the most likely first.
    pub fn look_up(&self, query: &str) -> Vec<Found<'s>> {
        let mut found: Vec<(Found<'s>, Vec<EntryRef<'s>>)> = Vec::new();
        for hit in self.shelf.lexicon().look_up(query) {
            let entry = hit.entry;
            if self.is_left_out(&entry) {
                continue;
            }
            match found.iter_mut().find(|(found, _)| found.word == entry.word) {
                // The query may lead to one entry in several ways.
                Some((_, entries)) if entries.contains(&entry) => {}
                Some((_, entries)) => entries.push(entry),
                None => {
                    let word = entry.word;
                    let by = hit.by;
                    let headword =
                        Found { word, by, phonetic: None, rank: None, entries: Vec::new() };
                    found.push((headword, vec![entry]));
                }
            }
        }
        found.into_iter().map(|(found, entries)| self.with_entries(found, entries)).collect()
    }

    /// Whether a book of the selection has a headword with this spelling, ignoring case and
    /// accents. If books are left out, an inflected form counts, too, since the lexicon cannot
    /// check the headwords of single books.
    pub fn has_headword(&self, text: &str) -> bool {
        if self.left_out.is_empty() {
            self.shelf.lexicon().has_headword(text)
        } else {
            self.has(text)
        }
    }

    /// Whether a book of the selection has an entry for a query.
    pub fn has(&self, query: &str) -> bool {
        let lexicon = self.shelf.lexicon();
        if self.left_out.is_empty() {
            return lexicon.has(query);
        }
        lexicon.look_up(query).iter().any(|hit| !self.is_left_out(&hit.entry))
    }

    /// The page `wanted` of the matches that `find` returns. If books are left out, this takes all
    /// matches from `find`, replaces or drops those of the left-out books, and cuts the page from
    /// the rest.
    pub fn page(
        &self,
        wanted: MatchRange,
        find: impl Fn(MatchRange) -> MatchPage<'s>,
    ) -> MatchPage<'s> {
        if self.left_out.is_empty() {
            return find(wanted);
        }
        let MatchPage { entries, end } = find(MatchRange::first(usize::MAX));
        let mut visible = self.replace_left_out(entries).into_iter().skip(wanted.skip);
        let entries = visible.by_ref().take(wanted.take).collect();
        MatchPage { entries, end: if visible.next().is_some() { End::More } else { end } }
    }

    /// The entries of a list as the visitor sees them. An entry of a book that is left out is
    /// replaced by one of another book with the same headword, or dropped if there is none.
    pub fn replace_left_out(&self, entries: Vec<EntryRef<'s>>) -> Vec<EntryRef<'s>> {
        if self.left_out.is_empty() {
            return entries;
        }
        entries.into_iter().filter_map(|entry| self.or_alternative(entry)).collect()
    }

    /// The entry, or one of another book with the same headword if its book is left out.
    fn or_alternative(&self, entry: EntryRef<'s>) -> Option<EntryRef<'s>> {
        if !self.is_left_out(&entry) {
            return Some(entry);
        }
        let hits = self.shelf.lexicon().look_up(entry.word);
        let mut others = hits.into_iter().map(|hit| hit.entry);
        others.find(|other| other.word == entry.word && !self.is_left_out(other))
    }

    fn is_left_out(&self, entry: &EntryRef<'_>) -> bool {
        self.left_out.contains(&entry.book)
    }

    /// Adds the entries to their headword, in the order of the books: the lexicon finds them in an
    /// order that may differ.
    fn with_entries(&self, mut found: Found<'s>, mut entries: Vec<EntryRef<'s>>) -> Found<'s> {
        entries.sort_by_key(|entry| entry.book);
        found.phonetic = entries.iter().find_map(|entry| entry.phonetic);
        found.rank = entries.iter().filter_map(|entry| entry.rank).min();
        found.entries = entries.iter().map(|entry| self.found_entry(entry)).collect();
        found
    }

    fn found_entry(&self, entry: &EntryRef<'s>) -> FoundEntry<'s> {
        let book = self.shelf.books().get(usize::from(entry.book.0));
        FoundEntry {
            book: book.map_or("", |book| book.title.as_str()),
            languages: book.and_then(|book| book.languages),
            explanation: entry.explanation,
        }
    }
}
