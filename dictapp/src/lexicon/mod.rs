//! The words in memory and every way to find one: a query to entries, without the database.
//!
//! A [`Lexicon`] is built from the entries of all books, never changes, and is swapped whole. The
//! flow of a look-up: [`fold`] forgets case and accents, `find/` has the ways from a query to
//! entries, `pattern/` those from a pattern (`re?d`, `/^un.*ed$/`), `columns/` what they read: the
//! words as flat columns, how these are built, and how they are saved. Nothing here knows SQL or
//! HTTP.

mod fold;
mod han;
mod find;
mod pattern;
mod columns;
mod daily;

pub use columns::{BuildError, Builder, SavedError, Stamp};
pub use find::phrase::Piece;
pub use find::reverse::is_han;
pub use fold::fold;
pub use pattern::{Pattern, PatternError};

use columns::{Best, Columns};
use find::exact;

/// The number of a word book, as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BookId(pub u16);

/// An entry as it lies in the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// The headword as the book spells it.
    pub word: &'a str,
    /// The pronunciation, where the book gives one.
    pub phonetic: Option<&'a str>,
    /// The explanation in the notation of [`Explanation`](crate::model::Explanation).
    pub mean: &'a str,
    /// The book it is from.
    pub book: BookId,
    /// Place in the order of commonness, 1 for the commonest, where the book gives one.
    pub rank: Option<u32>,
}

/// By what an entry was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The headword is spelled as the query.
    Spelling,
    /// The headword differs in case, accents, width, hyphens, apostrophes or spaces.
    Folding,
    /// The query is an inflected form of the headword: `went` of `go`.
    Inflection,
}

/// An entry and by what it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The entry.
    pub entry: EntryRef<'a>,
    /// By what it was found.
    pub by: FoundBy,
}

/// Which of many matches are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many are passed over.
    pub skip: usize,
    /// How many are given.
    pub take: usize,
}

impl Page {
    /// The first so many.
    pub fn first(take: usize) -> Page {
        Page { skip: 0, take }
    }

    /// How many must be known to fill the page, never more than 10,000.
    fn end(self) -> usize {
        self.skip.saturating_add(self.take).min(MATCHES_MAX)
    }
}

/// The most matches that are found for one query, over all its pages.
const MATCHES_MAX: usize = 10_000;

/// A page of matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches<'a> {
    /// Those of the page.
    pub entries: Vec<EntryRef<'a>>,
    /// What is behind it.
    pub end: End,
}

/// How a page of matches ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// There are no more matches.
    #[default]
    Complete,
    /// The next page has some.
    More,
    /// There are more than may be shown for one query, and this is the last page of those.
    TooMany,
    /// The search took too long; there may be more.
    OutOfTime,
}

impl<'a> Matches<'a> {
    /// The page of what was found, which is one more than the page needs if there is one more.
    fn page_of(found: impl Iterator<Item = EntryRef<'a>>, page: Page) -> Matches<'a> {
        let mut found = found.skip(page.skip.min(page.end()));
        let entries = found.by_ref().take(page.end() - page.skip.min(page.end())).collect();
        let end = match found.next() {
            None => End::Complete,
            Some(_) if page.end() == MATCHES_MAX => End::TooMany,
            Some(_) => End::More,
        };
        Matches { entries, end }
    }
}

/// The words of all books, ready to be looked up; immutable.
#[derive(Debug)]
pub struct Lexicon {
    columns: Columns,
    /// Key to its number, for exact, prefix and fuzzy search.
    keys: fst::Map<Vec<u8>>,
    /// The commonest key of any range of keys, and of any range of later words.
    best_key: Best,
    best_inner: Best,
    /// Words to draw from, see `daily`.
    common: Vec<(u32, u64)>,
}

impl Lexicon {
    /// Begins a lexicon.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A lexicon without a word.
    pub fn empty() -> Lexicon {
        Lexicon::from_columns(Columns::default(), fst::Map::default())
    }

    /// How many entries there are, of all books.
    pub fn len(&self) -> usize {
        self.columns.records.len()
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries in the order of their keys.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'_>> {
        (0..self.columns.keys.len()).flat_map(|key| self.columns.entry_refs(key))
    }

    /// Entries for a query: those spelled so, then those that differ in case, accents and the
    /// like, then those of which the query is an inflected form (`left`, `leave`). If there is
    /// none, the same without the marks around the query (`went.`, `《apple》`). Empty when there is
    /// none: ask [`did_you_mean`](Lexicon::did_you_mean) then.
    pub fn look_up(&self, query: &str) -> Vec<Hit<'_>> {
        let hits = self.hits(query);
        match exact::unmarked(query).filter(|_| hits.is_empty()) {
            Some(inner) => self.hits(inner),
            None => hits,
        }
    }

    /// What of a query is looked up: all of it, or, if only that is found, what stands between the
    /// marks around it.
    pub fn asked<'q>(&self, query: &'q str) -> &'q str {
        let inner = exact::unmarked(query)
            .filter(|inner| self.hits(query).is_empty() && !self.hits(inner).is_empty());
        inner.unwrap_or(query)
    }

    fn hits(&self, query: &str) -> Vec<Hit<'_>> {
        let Some(query) = exact::Query::parse(query) else { return Vec::new() };
        let mut hits = self.spelled(&query);
        for lemma in self.lemmas(&query.key) {
            hits.extend(self.lemma_hits(lemma));
        }
        hits
    }

    /// Derives the rest of what is not kept in columns.
    fn from_columns(columns: Columns, keys: fst::Map<Vec<u8>>) -> Lexicon {
        let best_key = Best::over(columns.keys.len(), |key| columns.place(key));
        let best_inner = Best::over(columns.inner_keys.len(), |i| columns.inner_place(i));
        let common = daily::common_words(&columns);
        Lexicon { columns, keys, best_key, best_inner, common }
    }
}
