//! The shelf: the books in memory, built from the rows of the store, and the caches of what views
//! render from them. When the books change, a new shelf replaces the old one. Its words never
//! change, but it has a list of the books that were hidden or removed since it was loaded, which
//! look-ups skip. `selection` looks words up in a shelf.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::RwLock;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::cache::{
    CARDS_BYTES_MAX, Cache, Card, ENTRIES_BYTES_MAX, EntryPart, GuestPage, HOMES_BYTES_MAX,
    RESULTS_BYTES_MAX, ResultsPart, SUGGESTIONS_BYTES_MAX,
};
use crate::lexicon::{BookIndex, Builder, EntryRef, Lexicon, Stamp};
use crate::lock::unpoisoned;
use crate::model::Languages;
use crate::store::{self, Store, StoreError};

/// The words of all books that are shown.
#[derive(Debug)]
pub struct Shelf {
    lexicon: Lexicon,
    /// The books in the order in which their entries are shown. A [`BookIndex`], which identifies a
    /// book in the lexicon, is an index into this list.
    books: Vec<ShownBook>,
    /// The books that were hidden or removed since this shelf was loaded.
    hidden_or_removed: RwLock<Vec<BookIndex>>,
    version: u64,
    entries: Cache<EntryPart>,
    results: Cache<ResultsPart>,
    suggestions: Cache<[u8]>,
    cards: Cache<Card>,
    homes: Cache<GuestPage>,
}

/// A book, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownBook {
    /// The name, for settings and commands.
    pub name: String,
    /// The title, for readers.
    pub title: String,
    /// The key in the store.
    pub id: store::BookId,
    /// The languages, if they are known.
    pub languages: Option<Languages>,
    /// The digest of the imported files.
    digest: String,
}

/// Maximum number of attempts to read a consistent state. The books may change during an attempt,
/// but hardly during this many in a row.
const TRIES: usize = 5;

impl Shelf {
    /// Loads the books of the store, the ones named in `order` first. `saved` is the file in which
    /// the lexicon is kept for the next start. If that file was made from the same books, the
    /// lexicon is read from it.
    pub(super) fn load(
        store: &Store,
        order: &[String],
        saved: Option<&Path>,
    ) -> anyhow::Result<Shelf> {
        for _ in 0..TRIES {
            let version = store.lexicon_version()?;
            let books = books(store, order)?;
            let stamp = stamp(&books);
            if let Some(lexicon) = saved.and_then(|path| open_saved(path, &stamp)) {
                return Ok(Shelf::new(lexicon, books, version));
            }
            let (lexicon, built_from) = build(store, &books)?;
            // If the versions differ, the lexicon may be built from other books than `books`.
            if built_from == version {
                if let Some(path) = saved {
                    save(&lexicon, path, &stamp);
                }
                return Ok(Shelf::new(lexicon, books, version));
            }
        }
        bail!("the dictionaries changed {TRIES} times while they were loaded");
    }

    /// No books, for commands that need none.
    pub(super) fn empty() -> anyhow::Result<Shelf> {
        Ok(Shelf::new(Builder::default().build()?, Vec::new(), 0))
    }

    fn new(lexicon: Lexicon, books: Vec<ShownBook>, version: u64) -> Shelf {
        Shelf {
            lexicon,
            books,
            hidden_or_removed: RwLock::default(),
            version,
            entries: Cache::new(ENTRIES_BYTES_MAX),
            results: Cache::new(RESULTS_BYTES_MAX),
            suggestions: Cache::new(SUGGESTIONS_BYTES_MAX),
            cards: Cache::new(CARDS_BYTES_MAX),
            homes: Cache::new(HOMES_BYTES_MAX),
        }
    }

    /// The index of all words.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The cache of rendered entries.
    pub fn entries(&self) -> &Cache<EntryPart> {
        &self.entries
    }

    /// Rendered results of queries to these books, by the path of the page.
    pub fn results(&self) -> &Cache<ResultsPart> {
        &self.results
    }

    /// The cache of suggestions, as bodies of responses.
    pub fn suggestions(&self) -> &Cache<[u8]> {
        &self.suggestions
    }

    /// The cache of cards, by word, without a language.
    pub fn cards(&self) -> &Cache<Card> {
        &self.cards
    }

    /// The home pages of guests, by day: each shows the word of the day.
    pub fn homes(&self) -> &Cache<GuestPage> {
        &self.homes
    }

    /// The books in their order.
    pub fn books(&self) -> &[ShownBook] {
        &self.books
    }

    /// The books that were hidden or removed since this shelf was loaded. Look-ups skip them.
    pub fn hidden_or_removed(&self) -> Vec<BookIndex> {
        unpoisoned(self.hidden_or_removed.read()).clone()
    }

    /// Reads from the store which books are still shown. Look-ups skip the others from now on.
    pub(super) fn skip_hidden_or_removed(&self, store: &Store) -> Result<(), StoreError> {
        let shown = store.books()?;
        let is_shown = |id| shown.iter().any(|book| book.id == id && !book.hidden);
        let skipped = self.books.iter().zip(0_u16..).filter(|(book, _)| !is_shown(book.id));
        let skipped = skipped.map(|(_, index)| BookIndex(index)).collect();
        *unpoisoned(self.hidden_or_removed.write()) = skipped;
        Ok(())
    }

    /// The languages of the book of an entry, if they are known.
    pub fn languages(&self, entry: &EntryRef<'_>) -> Option<Languages> {
        self.books.get(usize::from(entry.book.0))?.languages
    }

    /// The version of the store's books that this shelf was loaded from.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// The books that are shown, the ones named in `order` first.
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

/// A hash of everything that a saved lexicon depends on.
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

/// The saved lexicon; `None` if there is none, if it was built from other books, or if it cannot be
/// read.
fn open_saved(path: &Path, stamp: &Stamp) -> Option<Lexicon> {
    match Lexicon::open_saved(path, stamp) {
        Ok(lexicon) => Some(lexicon),
        Err(error) if error.is_absent() || error.is_stale() => None,
        Err(error) => {
            log::warn!("{error}; it is built again");
            None
        }
    }
}

/// Saves the lexicon for the next start. A failure is only logged: then the next start takes
/// longer.
fn save(lexicon: &Lexicon, path: &Path, stamp: &Stamp) {
    if let Err(error) = lexicon.save(path, stamp) {
        log::warn!("{error}");
    }
}

/// Builds the lexicon from the entries of the store. Returns it with the version of the store's
/// books that it was built from.
fn build(store: &Store, books: &[ShownBook]) -> anyhow::Result<(Lexicon, u64)> {
    let indices: HashMap<store::BookId, BookIndex> =
        books.iter().zip(0_u16..).map(|(book, index)| (book.id, BookIndex(index))).collect();
    let mut builder = Lexicon::builder();
    let version = store.each_entry(|book, entry| {
        if let Some(index) = indices.get(&book.id) {
            builder.add(*index, &entry);
        }
        ControlFlow::Continue(())
    })?;
    let lexicon = builder.build().context("the dictionaries are too large")?;
    Ok((lexicon, version))
}
