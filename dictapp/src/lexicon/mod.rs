//! The words of all books (dictionaries) in memory, and all searches in them. No search uses the
//! database.
//!
//! A [`Lexicon`] is built from the entries of all books and is immutable; a new one replaces it as
//! a whole. [`fold`] turns a spelling into its *key*, which ignores case and accents. `find/` has
//! the searches for a query, `pattern/` those for a pattern (`re?d`, `/^un.*ed$/`), `daily` the
//! word of the day and random words. `columns/` has the data: the words as flat columns, their
//! building and saving. Nothing here uses SQL or HTTP.

mod fold;
mod han;
mod find;
mod pattern;
mod columns;
mod daily;

pub use columns::{BuildError, Builder, SavedError, Stamp};
pub use find::phrase::SentencePiece;
pub use find::reverse::is_han;
pub use fold::fold;
pub use pattern::{Pattern, PatternError};

use columns::{Columns, Initials, MinTree};
use find::exact;

/// The number of a book (a dictionary) in the lexicon. Entries of one headword are in the order of
/// these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BookIndex(pub u16);

/// An entry in the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// The headword in the spelling of the book.
    pub word: &'a str,
    /// The pronunciation, if the book has one.
    pub phonetic: Option<&'a str>,
    /// The explanation in the format of [`Explanation`](crate::model::Explanation).
    pub explanation: &'a str,
    /// The book.
    pub book: BookIndex,
    /// The frequency rank from 1, if the book has one.
    pub rank: Option<u32>,
}

/// The way in which an entry was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The headword has the spelling of the query.
    Spelling,
    /// The headword differs in case, accents, width, hyphens, apostrophes or spaces.
    Folding,
    /// The query is an inflected form of the headword: `went` of `go`.
    Inflection,
}

/// An entry, and the way in which it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The entry.
    pub entry: EntryRef<'a>,
    /// The way in which it was found.
    pub by: FoundBy,
}

/// The requested page of matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchRange {
    /// Number of matches to skip.
    pub skip: usize,
    /// Number of matches to return.
    pub take: usize,
}

impl MatchRange {
    /// The first page, with this number of matches.
    pub fn first(take: usize) -> MatchRange {
        MatchRange { skip: 0, take }
    }

    /// The number of the first match after the page, at most [`MATCHES_MAX`].
    fn end(self) -> usize {
        self.skip.saturating_add(self.take).min(MATCHES_MAX)
    }
}

/// Maximum number of matches of a query on all pages.
const MATCHES_MAX: usize = 10_000;

/// A page of matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchPage<'a> {
    /// The matches on the page.
    pub entries: Vec<EntryRef<'a>>,
    /// How the page ends.
    pub end: End,
}

/// How a page of matches ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// There are no more matches.
    #[default]
    Complete,
    /// The next page has more.
    More,
    /// This is the last page, but there are more matches than can be shown.
    TooMany,
    /// The search took too long; there may be more.
    OutOfTime,
}

impl<'a> MatchPage<'a> {
    /// Makes a page of matches. `found` begins with the first match of all pages. If there are
    /// matches after the page, it has at least one of them.
    fn cut(found: impl Iterator<Item = EntryRef<'a>>, page: MatchRange) -> MatchPage<'a> {
        let mut found = found.skip(page.skip.min(page.end()));
        let entries = found.by_ref().take(page.end() - page.skip.min(page.end())).collect();
        let end = match found.next() {
            None => End::Complete,
            Some(_) if page.end() == MATCHES_MAX => End::TooMany,
            Some(_) => End::More,
        };
        MatchPage { entries, end }
    }
}

/// The words of all books in memory; immutable.
#[derive(Debug)]
pub struct Lexicon {
    columns: Columns,
    /// Maps keys to their numbers, for fuzzy searches.
    keys: fst::Map<Vec<u8>>,
    /// Finds the number of a key.
    initials: Initials,
    /// Finds the most frequent keys in any range of keys.
    keys_by_place: MinTree,
    /// Finds the most frequent phrases in any range of inner words (the later words of phrases).
    inner_words_by_place: MinTree,
    /// The common words for `daily`: key, and a hash of its text.
    common: Vec<(u32, u64)>,
    /// The words of the latest days.
    days: daily::Days,
}

impl Lexicon {
    /// A builder without entries.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A lexicon without words.
    pub fn empty() -> Lexicon {
        Lexicon::from_columns(Columns::default(), fst::Map::default())
    }

    /// The number of entries of all books.
    pub fn len(&self) -> usize {
        self.columns.records.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries in the order of their keys.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'_>> {
        (0..self.columns.keys.len()).flat_map(|key| self.columns.entry_refs(key))
    }

    /// The entries for a query: those with its spelling, then those that differ in case, accents
    /// and the like, then those that have it as an inflected form (`left`, `leave`). If there are
    /// none, the search is repeated without the punctuation around the query (`went.`, `《apple》`).
    /// For an empty result [`did_you_mean`](Lexicon::did_you_mean) has suggestions.
    pub fn look_up(&self, query: &str) -> Vec<Hit<'_>> {
        let hits = self.hits(query);
        if !hits.is_empty() {
            return hits;
        }
        self.stripped(query).map(|inner| self.hits(inner)).unwrap_or_default()
    }

    /// Whether a headword has this spelling, ignoring case, accents and the like. Always quick.
    pub fn has_headword(&self, text: &str) -> bool {
        // A text that is a key needs no folding. A key has at least one entry, so it is enough to
        // find the key.
        let is_key = |query: exact::Query| self.key(&query.key).is_some();
        self.key(text).is_some() || exact::Query::parse(text).is_some_and(is_key)
    }

    /// Whether [`look_up`](Lexicon::look_up) finds anything. Quick for headwords.
    pub fn has(&self, query: &str) -> bool {
        self.has_headword(query) || !self.look_up(query).is_empty()
    }

    /// The part of a query that [`look_up`](Lexicon::look_up) finds: the query, or the query
    /// without the punctuation around it. Returns the query if nothing is found.
    pub fn matched_part<'q>(&self, query: &'q str) -> &'q str {
        if !self.hits(query).is_empty() {
            return query;
        }
        self.stripped(query).filter(|inner| !self.hits(inner).is_empty()).unwrap_or(query)
    }

    /// The entries for a query. The punctuation around it is not removed.
    fn hits(&self, query: &str) -> Vec<Hit<'_>> {
        let Some(query) = exact::Query::parse(query) else { return Vec::new() };
        let mut hits = self.spelled(&query);
        for lemma in self.lemmas(&query.key) {
            hits.extend(self.lemma_hits(lemma));
        }
        hits
    }

    /// Makes a lexicon: derives the data that is not saved with the columns.
    fn from_columns(columns: Columns, keys: fst::Map<Vec<u8>>) -> Lexicon {
        let keys_by_place = MinTree::new(columns.keys.len(), |key| columns.place(key));
        let inner_words_by_place =
            MinTree::new(columns.inner_keys.len(), |i| columns.inner_place(i));
        let common = daily::common_words(&columns);
        Lexicon {
            initials: Initials::new(&columns.keys),
            columns,
            keys,
            keys_by_place,
            inner_words_by_place,
            common,
            days: daily::Days::default(),
        }
    }
}
