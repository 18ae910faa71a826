//! Keeps entries in memory while their files on disk do not change. An entry has the header fields
//! of a file, and the bytes of the file if it is small.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::{entry::Entry, stamp::Stamp};
use crate::lock::unpoisoned;

/// Entries by name, of bounded total size.
#[derive(Debug)]
pub(super) struct Cache {
    bytes_max: usize,
    recheck: Duration,
    started: Instant,
    table: RwLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<String, Arc<Cached>>,
    bytes: usize,
}

/// An entry and the files that it was made from.
#[derive(Debug)]
struct Cached {
    entry: Arc<Entry>,
    sources: Sources,
    /// When the sources were last compared with the disk, in milliseconds since the cache began.
    checked: AtomicU64,
    /// Whether the entry was used since the last [`Table::forget_unused`].
    used: AtomicBool,
}

/// The paths and stamps of the files that an entry was made from. A stamp is metadata that changes
/// with the file; it is `None` if there was no file.
pub(super) type Sources = Vec<(PathBuf, Option<Stamp>)>;

impl Cache {
    /// A cache of at most `bytes_max` bytes. An entry is compared with the disk at most once in
    /// each interval `recheck`.
    pub(super) fn new(bytes_max: usize, recheck: Duration) -> Cache {
        Cache { bytes_max, recheck, started: Instant::now(), table: RwLock::default() }
    }

    /// The entry with this name, if its files have not changed.
    pub(super) fn find(&self, name: &str) -> Option<Arc<Entry>> {
        // The disk is read outside the lock: a slow disk must delay only requests for this file.
        let cached = {
            let table = unpoisoned(self.table.read());
            Arc::clone(table.entries.get(name)?)
        };
        let now = self.now();
        let age = now.saturating_sub(cached.checked.load(Relaxed));
        if u128::from(age) >= self.recheck.as_millis() {
            let is_unchanged = |source: &(PathBuf, Option<Stamp>)| stamp_at(&source.0) == source.1;
            if !cached.sources.iter().all(is_unchanged) {
                return None;
            }
            cached.checked.store(now, Relaxed);
        }
        if !cached.used.load(Relaxed) {
            cached.used.store(true, Relaxed);
        }
        Some(Arc::clone(&cached.entry))
    }

    /// Keeps an entry if there is room. An entry that is not kept is made again for each request.
    pub(super) fn keep(&self, name: &str, entry: Arc<Entry>, sources: Sources) {
        let bytes = entry.memory();
        let mut table = unpoisoned(self.table.write());
        table.remove(name);
        if table.bytes + bytes > self.bytes_max {
            table.forget_unused();
        }
        if table.bytes + bytes > self.bytes_max {
            return;
        }
        table.bytes += bytes;
        let checked = AtomicU64::new(self.now());
        let cached = Cached { entry, sources, checked, used: AtomicBool::new(true) };
        table.entries.insert(name.to_owned(), Arc::new(cached));
    }

    /// Removes an outdated entry.
    pub(super) fn forget(&self, name: &str) {
        unpoisoned(self.table.write()).remove(name);
    }

    /// Milliseconds since the cache began.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Table {
    fn remove(&mut self, name: &str) {
        if let Some(cached) = self.entries.remove(name) {
            self.bytes -= cached.entry.memory();
        }
    }

    /// Removes the entries that were not used since the last call, and marks the others as unused.
    fn forget_unused(&mut self) {
        let bytes = &mut self.bytes;
        self.entries.retain(|_, cached| {
            let used = cached.used.swap(false, Relaxed);
            if !used {
                *bytes -= cached.entry.memory();
            }
            used
        });
    }
}

/// The stamp of the file at this path, if there is one; links are followed.
pub(super) fn stamp_at(path: &std::path::Path) -> Option<Stamp> {
    std::fs::metadata(path).ok().map(|metadata| Stamp::from_metadata(&metadata))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        files::entry::{Bytes, Caching},
        response::coding::Coding,
    };

    fn entry(length: usize) -> Arc<Entry> {
        let bytes = Bytes::Shared(vec![7; length].into());
        Arc::new(Entry::new("a", None, vec![(Coding::Identity, bytes)], &Caching::default()))
    }

    #[test]
    fn an_entry_is_valid_until_one_of_its_files_changes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let cache = Cache::new(1 << 20, Duration::ZERO);
        let keep = || cache.keep("a", entry(1), vec![(path.clone(), stamp_at(&path))]);
        keep();
        assert!(cache.find("a").is_some());
        std::fs::write(&path, "x").unwrap();
        assert!(cache.find("a").is_none());
        keep();
        assert!(cache.find("a").is_some());
        std::fs::write(&path, "longer").unwrap();
        assert!(cache.find("a").is_none());
        keep();
        std::fs::remove_file(&path).unwrap();
        assert!(cache.find("a").is_none());
    }

    #[test]
    fn an_entry_is_compared_with_the_disk_once_in_its_interval() {
        let cache = Cache::new(1 << 20, Duration::from_secs(3600));
        cache.keep("a", entry(1), vec![("/".into(), None)]);
        assert!(cache.find("a").is_some());
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_used_entries() {
        let cache = Cache::new(10_000, Duration::from_secs(3600));
        for name in ["a", "b", "c"] {
            cache.keep(name, entry(2_000), Vec::new());
        }
        let names = |wanted: &[&str]| {
            let table = cache.table.read().unwrap();
            assert!(table.bytes <= 10_000);
            let mut names: Vec<_> = table.entries.keys().cloned().collect();
            names.sort();
            assert_eq!(names, wanted);
        };
        // All three are in use: there is no room for the fourth, and they are marked as unused.
        cache.keep("d", entry(2_000), Vec::new());
        names(&["a", "b", "c"]);
        cache.find("b");
        cache.keep("d", entry(2_000), Vec::new());
        names(&["b", "d"]);
        cache.keep("b", entry(9_999), Vec::new());
        names(&["d"]);
    }
}
