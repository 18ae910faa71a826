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
    requests: Mutex<usize>,
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
        *lock(&self.0.requests) += 1;
        self.0.changed.notify_all();
    }

    /// Requests a graceful stop, unless one was requested already.
    pub(crate) fn stop_if_running(&self) {
        let mut requests = lock(&self.0.requests);
        *requests = 1.max(*requests);
        self.0.changed.notify_all();
    }

    /// Number of stop requests.
    pub(crate) fn requests(&self) -> usize {
        *lock(&self.0.requests)
    }

    /// Waits for this number of stop requests, or until the deadline.
    pub(crate) fn wait_for(&self, times: usize, deadline: Option<Instant>) {
        let mut requests = lock(&self.0.requests);
        while *requests < times {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            requests = match left {
                Some(Duration::ZERO) => return,
                Some(left) => unpoisoned(self.0.changed.wait_timeout(requests, left)).0,
                None => unpoisoned(self.0.changed.wait(requests)),
            };
        }
    }
}
