//! Rendered entries that are the same for every visitor, kept in memory with the compressed forms
//! of the whole page. Each shelf has a cache of its own, so a change of the books empties it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use webframe::Result;
use webframe::accept::Coding;

/// The most bytes of one generation of the cache: about two thousand entries with their compressed
/// forms. Two generations are kept.
const GENERATION_BYTES_MAX: usize = 24 << 20;

/// What an entry takes beside its texts: keys, tables and counters.
const ENTRY_BYTES: usize = 512;

/// The part of an entry's page that all visitors share, and the page of a guest.
pub struct EntryPart {
    /// The headwords, at least one.
    pub words: Vec<String>,
    /// Its first gloss, for link previews.
    pub description: String,
    /// The rendered entry.
    pub html: String,
    /// The page of a guest without settings of their own, in each coding.
    pages: [OnceLock<Arc<[u8]>>; 3],
}

impl EntryPart {
    /// An entry whose page was not asked for yet.
    pub fn new(words: Vec<String>, description: String, html: String) -> EntryPart {
        EntryPart { words, description, html, pages: Default::default() }
    }

    /// The first headword.
    pub fn word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The page of a guest in this coding. `render` makes the plain page; it is called at most
    /// once, except by threads that ask at the same time.
    ///
    /// # Errors
    /// The error of `render`.
    pub fn page(
        &self,
        coding: Coding,
        render: impl FnOnce() -> Result<String>,
    ) -> Result<(Arc<[u8]>, Coding)> {
        let plain = match self.pages[0].get() {
            Some(plain) => plain,
            None => {
                let page: Arc<[u8]> = render()?.into_bytes().into();
                self.pages[0].get_or_init(|| page)
            }
        };
        let place = match coding {
            Coding::Gzip => 1,
            Coding::Brotli => 2,
            Coding::Identity => return Ok((Arc::clone(plain), Coding::Identity)),
        };
        let coded = self.pages[place]
            .get_or_init(|| coding.encode(plain).map_or_else(|| Arc::clone(plain), Arc::from));
        // A page that does not shrink is kept as it is.
        let coding = if Arc::ptr_eq(coded, plain) { Coding::Identity } else { coding };
        Ok((Arc::clone(coded), coding))
    }
}

impl fmt::Debug for EntryPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryPart({:?}, {} bytes)", self.words, self.html.len())
    }
}

/// The language tag of a page, and the query.
type Key = (&'static str, Box<str>);

/// Entries by language and query. Entries that nobody asked for during a whole generation are
/// dropped.
#[derive(Debug, Default)]
pub struct EntryCache {
    generations: RwLock<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Arc<EntryPart>>,
    old: HashMap<Key, Arc<EntryPart>>,
    young_bytes: usize,
}

impl EntryCache {
    /// The entry of a query, if it is kept.
    pub fn get(&self, language: &'static str, query: &str) -> Option<Arc<EntryPart>> {
        let key: Key = (language, query.into());
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(part) = generations.young.get(&key) {
            return Some(Arc::clone(part));
        }
        let part = Arc::clone(generations.old.get(&key)?);
        drop(generations);
        self.keep(key, &part);
        Some(part)
    }

    /// Keeps an entry.
    pub fn put(&self, language: &'static str, query: &str, part: &Arc<EntryPart>) {
        self.keep((language, query.into()), part);
    }

    fn keep(&self, key: Key, part: &Arc<EntryPart>) {
        // The page holds the entry once more, and its two coded forms are smaller than it.
        let bytes = 3 * part.html.len() + ENTRY_BYTES;
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young_bytes + bytes > GENERATION_BYTES_MAX {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        if generations.young.insert(key, Arc::clone(part)).is_none() {
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
    fn entries_that_are_asked_for_stay_and_the_others_make_room() {
        let cache = EntryCache::default();
        let large = GENERATION_BYTES_MAX / 8;
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
        assert!(kept.map(|part| 3 * part.html.len()).sum::<usize>() <= 2 * GENERATION_BYTES_MAX);
    }

    #[test]
    fn a_page_is_rendered_once_and_compressed_once_for_each_coding() {
        let part = part(10);
        let page = || Ok("a long page ".repeat(300));
        let (plain, coding) = part.page(Coding::Identity, page).unwrap();
        assert_eq!((plain.len(), coding), (3600, Coding::Identity));
        let never = || -> Result<String> { panic!("it is rendered already") };
        let (gzip, coding) = part.page(Coding::Gzip, never).unwrap();
        assert!(gzip.len() < plain.len() && coding == Coding::Gzip);
        let (again, _) = part.page(Coding::Gzip, never).unwrap();
        assert!(Arc::ptr_eq(&gzip, &again));
    }
}
