//! Stops a server from another thread, and reports how it ended.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use crate::lock::{lock, unpoisoned};

/// Stops a server from another thread.
#[derive(Clone, Debug, Default)]
pub struct StopHandle(Arc<Stop>);

#[derive(Debug, Default)]
struct Stop {
    /// Number of stop requests: 1 is a graceful stop, 2 an immediate one.
    asked: Mutex<usize>,
    changed: Condvar,
}

/// The result of a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Number of connections that were closed before their answers were complete.
    pub cut: usize,
}

impl StopHandle {
    /// Requests a graceful stop; when called again, an immediate one.
    pub fn stop(&self) {
        *lock(&self.0.asked) += 1;
        self.0.changed.notify_all();
    }

    /// Requests a graceful stop, unless one was requested already.
    pub(crate) fn stop_anyway(&self) {
        let mut asked = lock(&self.0.asked);
        *asked = 1.max(*asked);
        self.0.changed.notify_all();
    }

    /// Number of stop requests.
    pub(crate) fn asked(&self) -> usize {
        *lock(&self.0.asked)
    }

    /// Waits for this number of stop requests, or until the deadline.
    pub(crate) fn wait_for(&self, times: usize, deadline: Option<Instant>) {
        let mut asked = lock(&self.0.asked);
        while *asked < times {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            asked = match left {
                Some(Duration::ZERO) => return,
                Some(left) => unpoisoned(self.0.changed.wait_timeout(asked, left)).0,
                None => unpoisoned(self.0.changed.wait(asked)),
            };
        }
    }
}
