//! The word books that are shown, in memory: rows of the store to a lexicon. Immutable; another
//! one takes its place when the books change. `selection` looks words up in it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::cache::{Cache, ENTRIES_BYTES_MAX, EntryPart, SUGGESTIONS_BYTES_MAX};
use crate::lexicon::{BookId, Builder, EntryRef, Lexicon, Stamp};
use crate::model::Languages;
use crate::store::{self, Store};

/// The words of all books that are shown.
#[derive(Debug)]
pub struct Shelf {
    lexicon: Lexicon,
    /// In the order in which their entries are shown; a [`BookId`] is a place here.
    books: Vec<ShownBook>,
    version: u64,
    entries: Cache<EntryPart>,
    suggestions: Cache<[u8]>,
}

/// A word book as pages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownBook {
    /// The name that settings know it by.
    pub name: String,
    /// What people read.
    pub title: String,
    /// The key by which the store knows it.
    pub id: store::BookId,
    /// Its languages, if they are known.
    pub languages: Option<Languages>,
    digest: String,
}

/// Another import may come between two looks at the books; so many in a row are a fault.
const TRIES: usize = 5;

impl Shelf {
    /// Takes the books of the store into memory; those that `order` names first. `saved_at` is
    /// where the lexicon is kept for the next time.
    pub(super) fn load(
        store: &Store,
        order: &[String],
        saved_at: Option<&Path>,
    ) -> anyhow::Result<Shelf> {
        for _ in 0..TRIES {
            let version = store.lexicon_version()?;
            let books = books(store, order)?;
            let stamp = stamp(&books);
            if let Some(lexicon) = saved_at.and_then(|path| open_saved(path, &stamp)) {
                return Ok(Shelf::new(lexicon, books, version));
            }
            let (lexicon, built_from) = build(store, &books)?;
            if built_from == version {
                if let Some(path) = saved_at {
                    save(&lexicon, path, &stamp);
                }
                return Ok(Shelf::new(lexicon, books, version));
            }
        }
        bail!("the word books changed {TRIES} times while they were read");
    }

    /// No books at all, for commands that look nothing up.
    pub(super) fn empty() -> anyhow::Result<Shelf> {
        Ok(Shelf::new(Builder::default().build()?, Vec::new(), 0))
    }

    fn new(lexicon: Lexicon, books: Vec<ShownBook>, version: u64) -> Shelf {
        let entries = Cache::new(ENTRIES_BYTES_MAX);
        Shelf { lexicon, books, version, entries, suggestions: Cache::new(SUGGESTIONS_BYTES_MAX) }
    }

    /// Every way to find a word.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Rendered entries of these books.
    pub fn entries(&self) -> &Cache<EntryPart> {
        &self.entries
    }

    /// Suggestions from these books, as they are sent.
    pub fn suggestions(&self) -> &Cache<[u8]> {
        &self.suggestions
    }

    /// The books in their order.
    pub fn books(&self) -> &[ShownBook] {
        &self.books
    }

    /// The languages of the book of an entry, if they are known.
    pub fn languages(&self, entry: &EntryRef<'_>) -> Option<Languages> {
        self.books.get(usize::from(entry.book.0))?.languages
    }

    /// The state of the store that this was made from.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// The books that are shown, those named first in front.
fn books(store: &Store, order: &[String]) -> anyhow::Result<Vec<ShownBook>> {
    let mut books = store.books()?;
    store::put_first(&mut books, order);
    let shown = books.into_iter().filter(|book| !book.hidden);
    let named = |store::Book { id, name, title, languages, digest, .. }| ShownBook {
        name,
        title,
        id,
        languages,
        digest,
    };
    Ok(shown.map(named).collect())
}

/// Names everything that a saved lexicon depends on.
fn stamp(books: &[ShownBook]) -> Stamp {
    let mut hash = Sha256::new();
    for ShownBook { name, id, digest, .. } in books {
        for text in [id.to_string().as_str(), name, digest] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
    }
    hash.finalize().into()
}

fn open_saved(path: &Path, stamp: &Stamp) -> Option<Lexicon> {
    match Lexicon::open_saved(path, stamp) {
        Ok(lexicon) => Some(lexicon),
        Err(error) if error.is_absent() || error.is_stale() => None,
        Err(error) => {
            log::warn!("{error}; it is made anew");
            None
        }
    }
}

/// What is not saved only costs time at the next start.
fn save(lexicon: &Lexicon, path: &Path, stamp: &Stamp) {
    if let Err(error) = lexicon.save(path, stamp) {
        log::warn!("{error}");
    }
}

/// The lexicon, and the state of the store that it was built from.
fn build(store: &Store, books: &[ShownBook]) -> anyhow::Result<(Lexicon, u64)> {
    let places: HashMap<store::BookId, BookId> =
        books.iter().zip(0_u16..).map(|(book, place)| (book.id, BookId(place))).collect();
    let mut builder = Lexicon::builder();
    let version = store.each_entry(|book, entry| {
        if let Some(place) = places.get(&book.id) {
            builder.add(*place, &entry);
        }
        ControlFlow::Continue(())
    })?;
    let lexicon = builder.build().context("the word books are too large")?;
    Ok((lexicon, version))
}
