//! Sessions in memory: records by key, in a table of bounded size. A session is removed only when
//! it has ended, never to make room for another.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{SessionKey, SessionStore};
use crate::{Error, Result, lock::lock};

/// Maximum number of sessions. With records of the default maximum size, 16 Ki of them take at most
/// 80 MiB.
const SESSIONS_MAX: usize = 16 << 10;

/// The `Retry-After` of responses while the table is full.
const RETRY: Duration = Duration::from_secs(60);

/// A [`SessionStore`] in memory: its sessions are lost when the process ends. If it is full, no
/// session begins until another has ended: limit the rate of the requests that begin one.
#[derive(Debug)]
pub struct MemorySessions {
    sessions_max: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    sessions: HashMap<SessionKey, Entry>,
    /// The same sessions, the earliest end first, to find those that have ended.
    ends: BTreeSet<(Instant, SessionKey)>,
}

#[derive(Debug)]
struct Entry {
    record: String,
    end: Instant,
}

impl MemorySessions {
    /// A store for at most 16,384 sessions.
    pub fn new() -> MemorySessions {
        MemorySessions { sessions_max: SESSIONS_MAX, table: Mutex::default() }
    }

    /// The same store for at most this many sessions.
    #[must_use]
    pub fn with_sessions_max(mut self, sessions_max: usize) -> MemorySessions {
        self.sessions_max = sessions_max;
        self
    }

    /// Adds a session with this end. The current time is an argument, so that tests can choose it.
    fn insert_at(&self, key: &SessionKey, record: &str, end: Instant, now: Instant) -> Result<()> {
        let mut table = lock(&self.table);
        table.remove_ended(now);
        if table.sessions.len() >= self.sessions_max {
            return Err(Error::unavailable("too many sessions are open", RETRY));
        }
        table.put(*key, Entry { record: record.to_owned(), end });
        Ok(())
    }

    /// The record of a session. Moves the end of the session to `idle` after `now`, unless its end
    /// is later already.
    fn load_at(&self, key: &SessionKey, idle: Duration, now: Instant) -> Option<String> {
        let mut table = lock(&self.table);
        let Entry { record, end } = table.take(key, now)?;
        table.put(*key, Entry { record: record.clone(), end: end.max(now + idle) });
        Some(record)
    }
}

impl Table {
    fn put(&mut self, key: SessionKey, entry: Entry) {
        self.ends.insert((entry.end, key));
        self.sessions.insert(key, entry);
    }

    /// Takes out a session; `None` if it has ended.
    fn take(&mut self, key: &SessionKey, now: Instant) -> Option<Entry> {
        let entry = self.sessions.remove(key)?;
        self.ends.remove(&(entry.end, *key));
        (entry.end > now).then_some(entry)
    }

    /// Removes the sessions that have ended.
    fn remove_ended(&mut self, now: Instant) {
        while let Some(&(end, key)) = self.ends.first()
            && end <= now
        {
            self.ends.pop_first();
            self.sessions.remove(&key);
        }
    }
}

impl Default for MemorySessions {
    fn default() -> MemorySessions {
        MemorySessions::new()
    }
}

impl SessionStore for MemorySessions {
    fn insert(&self, key: &SessionKey, record: &str, idle: Duration) -> Result<()> {
        let now = Instant::now();
        self.insert_at(key, record, now + idle, now)
    }

    fn load(&self, key: &SessionKey, idle: Duration) -> Result<Option<String>> {
        Ok(self.load_at(key, idle, Instant::now()))
    }

    fn replace(&self, key: &SessionKey, old: &str, new: &str) -> Result<bool> {
        let now = Instant::now();
        let mut table = lock(&self.table);
        let entry = table.sessions.get_mut(key);
        let Some(entry) = entry.filter(|entry| entry.end > now && entry.record == old) else {
            return Ok(false);
        };
        new.clone_into(&mut entry.record);
        Ok(true)
    }

    fn rename(&self, old: &SessionKey, new: &SessionKey) -> Result<bool> {
        let mut table = lock(&self.table);
        let Some(entry) = table.take(old, Instant::now()) else { return Ok(false) };
        table.put(*new, entry);
        Ok(true)
    }

    fn remove(&self, key: &SessionKey) -> Result<()> {
        lock(&self.table).take(key, Instant::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::secret::Secret;

    const HOUR: Duration = Duration::from_secs(3600);

    fn key() -> SessionKey {
        Secret::random().unwrap().key()
    }

    #[test]
    fn a_full_table_drops_only_sessions_that_have_ended() {
        let store = MemorySessions::new().with_sessions_max(2);
        let start = Instant::now();
        let (old, new, third) = (key(), key(), key());
        store.insert_at(&old, "old", start + HOUR, start).unwrap();
        store.insert_at(&new, "new", start + HOUR * 2, start).unwrap();
        let refused = store.insert_at(&third, "third", start + HOUR, start).unwrap_err();
        assert_eq!(refused.status().as_u16(), 503);
        assert_eq!(store.load_at(&old, HOUR, start).as_deref(), Some("old"));
        store.insert_at(&third, "third", start + HOUR * 9, start + HOUR).unwrap();
        assert_eq!(store.load_at(&old, HOUR, start + HOUR), None);
        assert_eq!(store.load_at(&new, HOUR, start + HOUR).as_deref(), Some("new"));
        let table = lock(&store.table);
        assert_eq!((table.sessions.len(), table.ends.len()), (2, 2));
    }

    #[test]
    fn use_moves_the_end_of_a_session() {
        let store = MemorySessions::new();
        let (start, key) = (Instant::now(), key());
        store.insert_at(&key, "x", start + HOUR, start).unwrap();
        let minute = HOUR / 60;
        assert!(store.load_at(&key, HOUR, start + minute * 59).is_some());
        assert!(store.load_at(&key, HOUR, start + minute * 118).is_some());
        assert!(store.load_at(&key, HOUR, start + minute * 178).is_none());
        assert!(lock(&store.table).sessions.is_empty());
    }

    #[test]
    fn a_record_is_replaced_only_if_no_other_request_has_changed_it() {
        let store = MemorySessions::new();
        let (one, other) = (key(), key());
        store.insert(&one, "a", HOUR).unwrap();
        assert!(store.replace(&one, "a", "b").unwrap());
        assert!(!store.replace(&one, "a", "c").unwrap());
        assert!(!store.replace(&other, "a", "c").unwrap());
        assert!(store.rename(&one, &other).unwrap() && !store.rename(&one, &other).unwrap());
        assert_eq!(store.load(&one, HOUR).unwrap(), None);
        assert_eq!(store.load(&other, HOUR).unwrap().as_deref(), Some("b"));
        store.remove(&other).unwrap();
        assert!(!store.replace(&other, "b", "c").unwrap(), "an ended session is not revived");
        let table = lock(&store.table);
        assert!(table.sessions.is_empty() && table.ends.is_empty());
    }
}
