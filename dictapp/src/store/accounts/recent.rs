//! A cache of rows that were just read, so that the next requests of a user need no query.
//!
//! A change by this instance is visible at once, since each method that changes a row removes it
//! from the cache. A change by another instance is visible after at most [`KEPT_FOR`].

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::lock::lock;
use crate::store::error::Result;

/// How long a row is kept. A log-out must take effect on other instances within two seconds. The
/// difference is the time for the replication of the database.
const KEPT_FOR: Duration = Duration::from_millis(1500);
/// Maximum number of rows, which take some megabytes.
const ROWS_MAX: usize = 16_384;

/// The cache: rows by their key.
pub(crate) struct Recent<K, V>(Mutex<Rows<K, V>>);

struct Rows<K, V> {
    rows: HashMap<K, Row<V>>,
    /// Increases with each change, so that a row that was read before a change is not kept after
    /// it.
    generation: u64,
}

struct Row<V> {
    value: V,
    /// When it was read from the database.
    read: Instant,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// The cached row of this key, or the result of `load`, which reads it from the database. A row
    /// that does not exist (`None`) is not cached.
    pub(crate) fn read(
        &self,
        key: K,
        load: impl FnOnce() -> Result<Option<V>>,
    ) -> Result<Option<V>> {
        let read = Instant::now();
        let cache = lock(&self.0);
        if let Some(row) = cache.rows.get(&key).filter(|row| read - row.read < KEPT_FOR) {
            return Ok(Some(row.value.clone()));
        }
        let generation = cache.generation;
        drop(cache);
        let Some(value) = load()? else { return Ok(None) };
        let mut cache = lock(&self.0);
        if cache.generation == generation {
            cache.make_room(read);
            cache.rows.insert(key, Row { value: value.clone(), read });
        }
        Ok(Some(value))
    }

    /// Removes a row. Each method that changes the row in the database calls this or `forget_all`.
    pub(crate) fn forget(&self, key: &K) {
        let mut cache = lock(&self.0);
        cache.rows.remove(key);
        cache.generation += 1;
    }

    /// Removes all rows, after some of them were changed.
    pub(crate) fn forget_all(&self) {
        let mut cache = lock(&self.0);
        cache.rows.clear();
        cache.generation += 1;
    }
}

impl<K: Eq + Hash, V> Rows<K, V> {
    /// Drops outdated rows if the cache is full. If more than half of the rows remain, drops all
    /// rows, so that the next search for outdated rows is needed only after many new rows.
    fn make_room(&mut self, now: Instant) {
        if self.rows.len() < ROWS_MAX {
            return;
        }
        self.rows.retain(|_, row| now - row.read < KEPT_FOR);
        if self.rows.len() > ROWS_MAX / 2 {
            self.rows.clear();
        }
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Recent<K, V> {
        Recent(Mutex::new(Rows { rows: HashMap::new(), generation: 0 }))
    }
}

// Omits the rows: token hashes must not get into a log.
impl<K, V> fmt::Debug for Recent<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recent({} rows)", lock(&self.0).rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(recent: &Recent<u8, u8>, stored: u8) -> Option<u8> {
        recent.read(1, || Ok(Some(stored))).unwrap()
    }

    #[test]
    fn a_row_is_cached_for_a_moment_or_until_it_changes() {
        let recent = Recent::default();
        assert_eq!(read(&recent, 1), Some(1));
        assert_eq!(read(&recent, 2), Some(1));
        recent.forget(&1);
        assert_eq!(read(&recent, 3), Some(3));
        recent.forget_all();
        assert_eq!(read(&recent, 4), Some(4));
        lock(&recent.0).rows.get_mut(&1).unwrap().read -= KEPT_FOR;
        assert_eq!(read(&recent, 5), Some(5));
    }

    #[test]
    fn a_row_that_changes_while_it_is_read_is_not_cached() {
        let recent = Recent::default();
        let load = || {
            recent.forget(&1);
            Ok(Some(1))
        };
        assert_eq!(recent.read(1, load).unwrap(), Some(1));
        assert_eq!(read(&recent, 2), Some(2));
    }

    #[test]
    fn a_row_that_does_not_exist_is_read_again() {
        let recent = Recent::default();
        assert_eq!(recent.read(1, || Ok(None)).unwrap(), None);
        assert_eq!(read(&recent, 2), Some(2));
    }
}
