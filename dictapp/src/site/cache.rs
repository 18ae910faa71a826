//! Caches of values that are the same for many visitors: rendered entries and results, whole pages
//! of guests (plain and compressed), suggestions, and cards of words. Each shelf (the books in
//! memory) has caches of its own, so the caches are empty after a change of the books. Values that
//! belong to one user must never be stored here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, RwLock};

use webframe::Result;
use webframe::accept::Coding;

use super::history::Outcome;
use crate::lexicon::End;
use crate::lock::unpoisoned;
use crate::model::{FormKind, LanguageTag};

/// Maximum bytes of one generation of rendered entries: about two thousand entries with their
/// compressed forms. Two generations are kept.
pub(super) const ENTRIES_BYTES_MAX: usize = 24 << 20;

/// Maximum bytes of one generation of suggestions: about four thousand typed texts.
pub(super) const SUGGESTIONS_BYTES_MAX: usize = 8 << 20;

/// An estimate of the bytes that a value takes besides its texts: key, table and counters.
const VALUE_BYTES: usize = 512;

/// Maximum bytes of one generation of search results: about a thousand pages of thirty words.
pub(super) const RESULTS_BYTES_MAX: usize = 16 << 20;

/// Maximum bytes of one generation of cards: about ten thousand words.
pub(super) const CARDS_BYTES_MAX: usize = 8 << 20;

/// Maximum bytes of one generation of guests' home pages: about thirty pages, one for each day and
/// language.
pub(super) const HOMES_BYTES_MAX: usize = 1 << 20;

/// A whole page for guests without settings of their own: plain, with gzip and with Brotli, in this
/// order. Each form is made when it is first asked for.
#[derive(Debug, Default)]
pub struct GuestPage([OnceLock<Arc<[u8]>>; 3]);

impl GuestPage {
    /// The page in this coding, and the coding that it really has: a page that compression does not
    /// shrink stays plain. `render` makes the plain page. It is called only once, unless threads
    /// need the page at the same time.
    ///
    /// # Errors
    /// The error of `render`.
    pub fn coded(
        &self,
        coding: Coding,
        render: impl FnOnce() -> Result<String>,
    ) -> Result<(Arc<[u8]>, Coding)> {
        let plain = match self.0[0].get() {
            Some(plain) => plain,
            None => {
                let page: Arc<[u8]> = render()?.into_bytes().into();
                self.0[0].get_or_init(|| page)
            }
        };
        let index = match coding {
            Coding::Gzip => 1,
            Coding::Brotli => 2,
            Coding::Identity => return Ok((Arc::clone(plain), Coding::Identity)),
        };
        let coded = self.0[index]
            .get_or_init(|| coding.encode(plain).map_or_else(|| Arc::clone(plain), Arc::from));
        let coding = if Arc::ptr_eq(coded, plain) { Coding::Identity } else { coding };
        Ok((Arc::clone(coded), coding))
    }
}

/// The part of an entry's page that all visitors share, and the whole page of a guest.
pub struct EntryPart {
    /// The headwords, at least one.
    pub words: Vec<String>,
    /// The first gloss, for link previews.
    pub description: String,
    /// The rendered HTML of the entry.
    pub html: String,
    /// The whole page for guests without settings.
    pub page: GuestPage,
}

impl EntryPart {
    /// An entry without rendered pages.
    pub fn new(words: Vec<String>, description: String, html: String) -> EntryPart {
        EntryPart { words, description, html, page: GuestPage::default() }
    }

    /// The first headword.
    pub fn word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }
}

impl fmt::Debug for EntryPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryPart({:?}, {} bytes)", self.words, self.html.len())
    }
}

/// A value of a cache.
pub trait Cached {
    /// The size in bytes.
    fn bytes(&self) -> usize;
}

impl Cached for EntryPart {
    fn bytes(&self) -> usize {
        // An estimate, since the page may be rendered after this value is cached: `html`, the
        // guest's page, which contains it, and the two compressed pages, which are smaller.
        3 * self.html.len()
    }
}

/// The results of a query that all visitors share, and the whole page of a guest.
pub struct ResultsPart {
    /// The heading. The template replaces its placeholder `{query}`.
    pub title: &'static str,
    /// The text above the list. The template replaces its placeholder `{problem}`.
    pub text: &'static str,
    /// Why the pattern of a search is invalid; empty if it is valid.
    pub problem: String,
    /// The rendered list.
    pub html: String,
    /// Whether the list has no word.
    pub is_empty: bool,
    /// Whether the list is complete, and why not.
    pub end: End,
    /// The outcome of this look-up, for the history.
    pub outcome: Outcome<'static>,
    /// The whole page for guests without settings.
    pub page: GuestPage,
}

impl fmt::Debug for ResultsPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResultsPart({:?}, {} bytes)", self.title, self.html.len())
    }
}

impl Cached for ResultsPart {
    fn bytes(&self) -> usize {
        3 * self.html.len() // see `EntryPart`
    }
}

/// A card: what a user's word book (the saved words), reviews and exports show of a word.
#[derive(Clone, Debug)]
pub struct Card {
    /// The pronunciation; empty if there is none.
    pub phonetic: String,
    /// The glosses in one line; empty if no book has the word.
    pub meaning: String,
    /// The language of the glosses.
    pub lang: LanguageTag,
    /// The first example; empty if there is none.
    pub example: String,
    /// The translation of the example.
    pub translation: String,
    /// The headword that the glosses belong to, if the word is an inflected form of it.
    pub inflection: Option<Inflection>,
}

/// An inflected form of a headword.
#[derive(Clone, Debug)]
pub struct Inflection {
    /// The headword.
    pub headword: String,
    /// Which forms of the headword the word is; empty if no book says so.
    pub kinds: Vec<FormKind>,
}

impl Card {
    /// The card of a word that no book has.
    pub fn unknown() -> Card {
        let none = String::new;
        let lang = LanguageTag::ENGLISH;
        Card {
            phonetic: none(),
            meaning: none(),
            lang,
            example: none(),
            translation: none(),
            inflection: None,
        }
    }

    /// The example with its translation, in one line.
    pub fn example_line(&self) -> String {
        format!("{} {}", self.example, self.translation).trim_end().to_owned()
    }
}

impl Cached for Card {
    fn bytes(&self) -> usize {
        let texts = [&self.phonetic, &self.meaning, &self.example, &self.translation];
        let headword = self.inflection.as_ref().map_or(0, |inflection| inflection.headword.len());
        texts.into_iter().map(String::len).sum::<usize>() + headword
    }
}

impl Cached for GuestPage {
    fn bytes(&self) -> usize {
        // The page is rendered after it is cached. This is more than a home page and its two
        // compressed forms take.
        32 << 10
    }
}

/// The body of a response.
impl Cached for [u8] {
    fn bytes(&self) -> usize {
        self.len()
    }
}

/// The key of a value: the language tag of the page (empty if the value is the same in all
/// languages), and the query. In some caches, the query is the path of a page, a word or a day.
type Key = (&'static str, Box<str>);

/// Values by language and query, in two generations. When the young generation is full, it becomes
/// the old one, and the values of the old one are dropped. A value that is used moves to the young
/// generation.
#[derive(Debug)]
pub struct Cache<V: ?Sized> {
    generation_bytes_max: usize,
    generations: RwLock<Generations<V>>,
}

#[derive(Debug)]
struct Generations<V: ?Sized> {
    young: HashMap<Key, Arc<V>>,
    old: HashMap<Key, Arc<V>>,
    young_bytes: usize,
}

impl<V: Cached + ?Sized> Cache<V> {
    /// An empty cache. It keeps at most twice `generation_bytes_max` bytes.
    pub fn new(generation_bytes_max: usize) -> Cache<V> {
        let young = HashMap::new();
        let old = HashMap::new();
        let generations = RwLock::new(Generations { young, old, young_bytes: 0 });
        Cache { generation_bytes_max, generations }
    }

    /// The value for a query, if it is cached.
    pub fn get(&self, language: &'static str, query: &str) -> Option<Arc<V>> {
        let key: Key = (language, query.into());
        let generations = unpoisoned(self.generations.read());
        if let Some(value) = generations.young.get(&key) {
            return Some(Arc::clone(value));
        }
        let value = Arc::clone(generations.old.get(&key)?);
        drop(generations);
        self.keep(key, &value);
        Some(value)
    }

    /// The value for a query: the cached one, or a new one, which is cached.
    pub fn get_or(&self, language: &'static str, query: &str, make: impl FnOnce() -> V) -> Arc<V>
    where
        V: Sized,
    {
        self.get(language, query).unwrap_or_else(|| {
            let value = Arc::new(make());
            self.put(language, query, &value);
            value
        })
    }

    /// Stores a value.
    pub fn put(&self, language: &'static str, query: &str, value: &Arc<V>) {
        self.keep((language, query.into()), value);
    }

    /// Stores a value in the young generation, and begins a new generation if it is full.
    fn keep(&self, key: Key, value: &Arc<V>) {
        let bytes = value.bytes() + key.1.len() + VALUE_BYTES;
        let mut generations = unpoisoned(self.generations.write());
        if generations.young_bytes + bytes > self.generation_bytes_max {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        if generations.young.insert(key, Arc::clone(value)).is_none() {
            generations.young_bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bytes: usize) -> Arc<EntryPart> {
        Arc::new(EntryPart::new(vec!["a".to_owned()], String::new(), "x".repeat(bytes)))
    }

    #[test]
    fn used_entries_stay_and_unused_ones_are_dropped() {
        let cache = Cache::new(ENTRIES_BYTES_MAX);
        let large = ENTRIES_BYTES_MAX / 8;
        cache.put("en", "often", &part(10));
        cache.put("en", "once", &part(10));
        for n in 0..12 {
            assert!(cache.get("en", "often").is_some(), "{n}");
            cache.put("en", &format!("other {n}"), &part(large));
        }
        assert!(cache.get("en", "once").is_none());
        assert!(cache.get("zh", "often").is_none());
        let generations = cache.generations.read().unwrap();
        let kept = generations.young.values().chain(generations.old.values());
        assert!(kept.map(|part| part.bytes()).sum::<usize>() <= 2 * ENTRIES_BYTES_MAX);
    }

    #[test]
    fn a_value_is_made_once() {
        let cache = Cache::new(CARDS_BYTES_MAX);
        let made = cache.get_or("", "apple", Card::unknown);
        let known = cache.get_or("", "apple", || panic!("it is cached"));
        assert!(Arc::ptr_eq(&made, &known));
    }

    #[test]
    fn a_page_is_rendered_once_and_compressed_once_for_each_coding() {
        let part = part(10);
        let page = || Ok("a long page ".repeat(300));
        let (plain, coding) = part.page.coded(Coding::Identity, page).unwrap();
        assert_eq!((plain.len(), coding), (3600, Coding::Identity));
        let never = || -> Result<String> { panic!("it is rendered already") };
        let (gzip, coding) = part.page.coded(Coding::Gzip, never).unwrap();
        assert!(gzip.len() < plain.len() && coding == Coding::Gzip);
        let (again, _) = part.page.coded(Coding::Gzip, never).unwrap();
        assert!(Arc::ptr_eq(&gzip, &again));
    }
}
