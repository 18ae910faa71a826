//! The rows that wait for a writer, and the keys that they get: user and time.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use super::job::{HistRow, Job};

/// Maximum number of waiting rows: more than the requests that a server with default settings
/// handles at the same time.
pub(super) const QUEUE_ROWS_MAX: usize = 1024;
/// The number of recent keys that are kept, to give each row of a user a unique time.
const KEYS_REMEMBERED: usize = 4096;
/// Maximum number of unconfirmed rows that are remembered.
const UNCONFIRMED_MAX: usize = 4096;
/// How long an unconfirmed row is remembered.
const UNCONFIRMED_KEPT: Duration = Duration::from_secs(60);

/// The waiting rows, and what is known of recent ones.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) jobs: VecDeque<Job>,
    pub(super) is_closed: bool,
    /// The number of rows of the last batch.
    pub(super) expected: usize,
    /// The latest keys, so that two look-ups of a user in one microsecond are two rows.
    given: HashSet<(i64, i64)>,
    /// The rows that may have been stored, by user and word.
    unconfirmed: HashMap<(i64, String), Unconfirmed>,
}

/// A row that may have been stored.
#[derive(Clone, Copy, Debug)]
struct Unconfirmed {
    time: i64,
    since: Instant,
}

impl Queue {
    /// Remembers a row that may have been stored, so that the same look-up gets the same key.
    pub(super) fn remember(&mut self, row: &HistRow) {
        let since = Instant::now();
        if self.unconfirmed.len() >= UNCONFIRMED_MAX {
            self.unconfirmed.clear();
        }
        let key = (row.user, row.word.clone());
        self.unconfirmed.insert(key, Unconfirmed { time: row.time, since });
    }

    /// Sets the time of a row. If the same look-up was sent before and not confirmed, its time is
    /// taken again, so that it is stored once. Otherwise the time is increased until no recent row
    /// of the user has it.
    pub(super) fn give_time(&mut self, row: &mut HistRow) {
        let known = self.unconfirmed.remove(&(row.user, row.word.clone()));
        if let Some(known) = known.filter(|known| known.since.elapsed() < UNCONFIRMED_KEPT) {
            row.time = known.time;
            return;
        }
        if self.given.len() >= KEYS_REMEMBERED {
            self.given.clear();
        }
        while !self.given.insert((row.user, row.time)) {
            row.time += 1;
        }
    }
}
