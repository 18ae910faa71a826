//! A row of the history on its way to the database, and the caller that waits for it.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::Instant,
};

use crate::lock::{lock, unpoisoned};
use crate::store::{Lookup, UserId, db::Value, error::Result};

/// A row and the caller that waits for it.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) row: HistRow,
    /// The headword to look for in the user's word book (the user's saved words).
    pub(super) headword: Option<String>,
    pub(super) slot: Arc<Slot>,
}

/// What a caller waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Store the row, and find out whether the user has saved the headword.
    Record,
    /// Only find out whether the user has saved the headword. The row is not stored.
    Ask,
}

/// Passes the result of a row from the writer to the caller.
#[derive(Debug, Default)]
pub(super) struct Slot {
    progress: Mutex<Progress>,
    done: Condvar,
}

#[derive(Clone, Debug, Default)]
enum Progress {
    #[default]
    Queued,
    Writing,
    Cancelled,
    Done(Result<Saved>),
}

/// Whether the user has saved the headword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The word is in the user's word book.
    Yes,
    /// The word is not in it, or this was not requested, or the row is stored and the query failed.
    No,
}

/// A row of the table `hist`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HistRow {
    pub(super) user: i64,
    pub(super) time: i64,
    pub(super) word: String,
    pub(super) found: bool,
}

/// The state of a row when its caller gives up.
pub(super) enum GaveUp {
    /// The row will not be stored.
    Queued,
    /// The row may be stored.
    Writing,
}

impl Job {
    pub(super) fn new(lookup: &Lookup) -> Job {
        let row = HistRow {
            user: lookup.user.0,
            time: lookup.at.as_microsecond(),
            word: lookup.word.as_str().to_owned(),
            found: lookup.found,
        };
        let headword = lookup.headword.clone();
        Job { task: Task::Record, row, headword, slot: Arc::default() }
    }

    /// Asks whether a user has saved a headword.
    pub(super) fn ask(user: UserId, headword: &str) -> Job {
        let row = HistRow { user: user.0, time: 0, word: String::new(), found: false };
        let headword = Some(headword.to_owned());
        Job { task: Task::Ask, row, headword, slot: Arc::default() }
    }
}

impl Slot {
    /// Waits until the row is durable or refused, or the deadline has come.
    pub(super) fn wait(&self, deadline: Instant) -> std::result::Result<Result<Saved>, GaveUp> {
        let mut progress = lock(&self.progress);
        loop {
            if let Progress::Done(result) = &*progress {
                return Ok(result.clone());
            }
            let now = Instant::now();
            if now >= deadline {
                break;
            }
            let waited = self.done.wait_timeout(progress, deadline - now);
            progress = unpoisoned(waited).0;
        }
        if matches!(*progress, Progress::Queued) {
            *progress = Progress::Cancelled;
            return Err(GaveUp::Queued);
        }
        Err(GaveUp::Writing)
    }

    /// Claims the row for a writer. From then on, the caller cannot take the row back. `false`: the
    /// caller has given up.
    pub(super) fn take(&self) -> bool {
        let mut progress = lock(&self.progress);
        let is_wanted = matches!(*progress, Progress::Queued);
        if is_wanted {
            *progress = Progress::Writing;
        }
        is_wanted
    }

    /// Stores the result and wakes the caller.
    pub(super) fn finish(&self, result: Result<Saved>) {
        *lock(&self.progress) = Progress::Done(result);
        self.done.notify_all();
    }
}

impl HistRow {
    pub(super) fn params(&self) -> [Value; 4] {
        [self.user.into(), self.time.into(), self.word.as_str().into(), self.found.into()]
    }
}
