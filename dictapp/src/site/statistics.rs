//! Counts the look-ups of all visitors by hour, and the look-ups of each word that no book has. The
//! counts are kept in memory and added to the database from time to time. A crash loses the counts
//! since the last addition.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::{Outcome, Site};
use crate::lock::lock;
use crate::model::Word;
use crate::store::{LookupHour, MissingWord, StoreError};

/// Maximum number of missing words counted between two additions to the database.
const WORDS_MAX: usize = 200;

/// How long the database keeps counts.
const UPLOADS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

const MICROSECONDS_OF_HOUR: i64 = 3_600_000_000;

/// The counts since the last addition to the database.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    found: AtomicU64,
    missing: AtomicU64,
    /// The words that no book has, with their look-ups.
    missing_words: Mutex<HashMap<String, u64>>,
}

impl Site {
    /// Counts a look-up of any visitor. A word that no book has is also counted by itself, up to
    /// `WORDS_MAX` words and a limit for each network.
    pub fn count_lookup(&self, word: &Word, outcome: Outcome<'_>, client: IpAddr) {
        let counts = &self.statistics;
        if outcome != Outcome::Missing {
            counts.found.fetch_add(1, Relaxed);
            return;
        }
        counts.missing.fetch_add(1, Relaxed);
        match self.throttle.begin_missing_word(client, Instant::now()) {
            Ok(attempt) => attempt.keep_counted(),
            Err(_) => return,
        }
        let mut words = lock(&counts.missing_words);
        if let Some(lookups) = words.get_mut(word.as_str()) {
            *lookups += 1;
        } else if words.len() < WORDS_MAX {
            words.insert(word.as_str().to_owned(), 1);
        }
    }

    /// Adds the counts to the database.
    ///
    /// # Errors
    /// The database is unavailable; the counts are kept for the next time.
    pub fn store_lookup_counts(&self) -> Result<(), StoreError> {
        let counts = &self.statistics;
        let found = counts.found.load(Relaxed);
        let missing = counts.missing.load(Relaxed);
        if found + missing == 0 {
            return Ok(());
        }
        let now = Timestamp::now();
        let words = lock(&counts.missing_words).clone();
        let missing_words: Vec<MissingWord> = words
            .iter()
            .map(|(word, lookups)| MissingWord { word: word.clone(), lookups: *lookups, last: now })
            .collect();
        let hour = now.as_microsecond() / MICROSECONDS_OF_HOUR;
        self.store.add_lookup_counts(LookupHour { hour, found, missing }, &missing_words)?;
        // Other look-ups may have been counted meanwhile, so only the stored numbers are
        // subtracted.
        counts.found.fetch_sub(found, Relaxed);
        counts.missing.fetch_sub(missing, Relaxed);
        lock(&counts.missing_words).retain(|word, lookups| {
            *lookups -= words.get(word).copied().unwrap_or_default();
            *lookups > 0
        });
        Ok(())
    }

    /// The look-ups of the last `hours` hours, an element for each hour.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lookup_hours(&self, hours: u32) -> Result<Vec<LookupHour>, StoreError> {
        let last = Timestamp::now().as_microsecond() / MICROSECONDS_OF_HOUR;
        let first = last - i64::from(hours) + 1;
        let stored = self.store.lookup_hours(first)?;
        let stored: HashMap<i64, LookupHour> =
            stored.into_iter().map(|hour| (hour.hour, hour)).collect();
        let hour = |hour| {
            stored.get(&hour).copied().unwrap_or(LookupHour { hour, ..LookupHour::default() })
        };
        Ok((first..=last).map(hour).collect())
    }

    /// The words that no book has, the most often looked up first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn most_missed_words(&self, limit: u32) -> Result<Vec<MissingWord>, StoreError> {
        self.store.most_missed_words(limit)
    }

    /// Removes a word from the list of [`Site::most_missed_words`], until it is looked up again.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn forget_missing_word(&self, word: &str) -> Result<(), StoreError> {
        self.store.forget_missing_word(word)
    }

    /// Removes counts that are older than `UPLOADS_KEPT`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn remove_old_lookup_counts(&self) -> Result<(), StoreError> {
        let oldest = Timestamp::now().checked_sub(UPLOADS_KEPT).unwrap_or(Timestamp::UNIX_EPOCH);
        self.store.delete_lookup_counts(oldest.as_microsecond() / MICROSECONDS_OF_HOUR, oldest)
    }
}
