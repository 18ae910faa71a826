//! The rows that wait for a writer, and the keys that they get.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use super::job::{HistRow, Job};

/// Rows that may wait: more than the requests that a server with default settings has in hand.
pub(super) const QUEUE_ROWS_MAX: usize = 1024;
/// How many of the latest keys are remembered to give each row of a user its own time.
const KEYS_REMEMBERED: usize = 4096;
/// How many unconfirmed rows are remembered, and how long.
const UNCONFIRMED_MAX: usize = 4096;
const UNCONFIRMED_KEPT: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) jobs: VecDeque<Job>,
    pub(super) is_closed: bool,
    /// The rows of the last batch.
    pub(super) expected: usize,
    /// The latest keys, so that two look-ups of a user in one microsecond are two rows.
    given: HashSet<(i64, i64)>,
    unconfirmed: HashMap<(i64, String), Unconfirmed>,
}

/// A row that was perhaps stored.
#[derive(Clone, Copy, Debug)]
struct Unconfirmed {
    time: i64,
    since: Instant,
}

impl Queue {
    /// Remembers a row that was perhaps stored: the same look-up gets its key.
    pub(super) fn remember(&mut self, row: &HistRow) {
        let since = Instant::now();
        if self.unconfirmed.len() >= UNCONFIRMED_MAX {
            self.unconfirmed.clear();
        }
        let key = (row.user, row.word.clone());
        self.unconfirmed.insert(key, Unconfirmed { time: row.time, since });
    }

    /// The key of the same look-up if that was not confirmed; otherwise one that no row has.
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
