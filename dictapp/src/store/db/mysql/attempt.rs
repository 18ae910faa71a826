//! The state of a call to a MySQL database, which may need several attempts: its deadline, the
//! pauses between attempts, and whether a change may have been stored.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::store::{
    db::circuit::{Admission, Circuit},
    error::{Result, StoreError, StoreErrorKind},
};

/// The first pause between two attempts. Each pause is twice the one before, up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(2);
/// Maximum pause between two attempts.
const PAUSE_MAX: Duration = Duration::from_millis(200);
/// Minimum timeout of a connection or a statement, even if less time remains until the deadline.
pub(crate) const TIMEOUT_MIN: Duration = Duration::from_millis(50);

/// The state of a call.
pub(crate) struct Attempt {
    /// The state of the circuit breaker when it admitted the call.
    pub(crate) admission: Admission,
    pub(crate) deadline: Instant,
    pause: Duration,
    /// Duration of the latest attempt: a statement that waited for a lock may wait again.
    latest: Duration,
    /// Number of attempts in which a server could not be reached.
    pub(crate) unreached: usize,
    /// Whether a server got the statement and did not confirm it: it may have been carried out.
    pub(crate) is_unconfirmed: bool,
}

impl Attempt {
    /// Begins a call that may take as long as `patience`. Waits for the database if it is down.
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

    /// Pauses before the next attempt.
    pub(crate) fn wait(&mut self) {
        thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }

    /// Whether the next attempt would begin after the deadline.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() + self.pause >= self.deadline
    }

    /// Runs one attempt and measures its duration.
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

    /// The timeout for an attempt. After a server could not be reached it is shortened to the
    /// remaining time, so that another server can still answer before the deadline.
    pub(crate) fn shortened(&self, timeout: Duration) -> Duration {
        if self.unreached == 0 {
            return timeout;
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        timeout.min(left.max(TIMEOUT_MIN))
    }

    /// The error of the call after the last attempt. Its kind shows whether the change may be
    /// stored.
    pub(crate) fn give_up(&self, error: StoreError) -> StoreError {
        if self.is_unconfirmed {
            StoreError::new(StoreErrorKind::Unconfirmed, error.to_string())
        } else {
            error.given_up()
        }
    }
}
