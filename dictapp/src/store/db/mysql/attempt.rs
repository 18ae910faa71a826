//! A call to a MySQL database: its deadline, its attempts, and whether a change may have been
//! stored.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::store::{
    db::circuit::{Admission, Circuit},
    error::{Result, StoreError, StoreErrorKind},
};

/// The pause between two attempts. It doubles from the minimum to the maximum.
const PAUSE_MIN: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(200);
/// Minimum timeout of a connection or a statement, even if less time remains until the deadline.
pub(crate) const TIMEOUT_MIN: Duration = Duration::from_millis(50);

/// The progress of a call.
pub(crate) struct Attempt {
    pub(crate) admission: Admission,
    pub(crate) deadline: Instant,
    pause: Duration,
    /// Duration of the latest attempt: a statement that waited for a lock may wait again.
    latest: Duration,
    /// Number of servers that could not be reached.
    pub(crate) unreached: usize,
    /// A server got the statement and did not confirm it: it may have been carried out.
    pub(crate) is_unconfirmed: bool,
}

impl Attempt {
    /// Waits for the database if it is down.
    pub(crate) fn begin(circuit: &Circuit, patience: Duration) -> Result<Attempt> {
        let deadline = Instant::now() + patience;
        let admission = circuit.admit(deadline)?;
        Ok(Attempt {
            admission,
            deadline,
            pause: PAUSE_MIN,
            latest: Duration::ZERO,
            unreached: 0,
            is_unconfirmed: false,
        })
    }

    pub(crate) fn wait(&mut self) {
        thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() + self.pause >= self.deadline
    }

    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.latest = began.elapsed();
        result
    }

    /// Whether another attempt of the same duration would end after the deadline.
    pub(crate) fn cannot_repeat(&self) -> bool {
        Instant::now() + self.pause + self.latest >= self.deadline
    }

    /// The timeout of the settings, shortened to the remaining time after a failure.
    pub(crate) fn shortened(&self, timeout: Duration) -> Duration {
        if self.unreached == 0 {
            return timeout;
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        timeout.min(left.max(TIMEOUT_MIN))
    }

    pub(crate) fn give_up(&self, error: StoreError) -> StoreError {
        if self.is_unconfirmed {
            StoreError::new(StoreErrorKind::Unconfirmed, error.to_string())
        } else {
            error.given_up()
        }
    }
}
