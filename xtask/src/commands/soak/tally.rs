//! Counts the results of all clients of `cargo xtask soak`, and keeps the first failures.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Counts shared by all clients of a run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sent: AtomicU64,
    connections: AtomicU64,
    /// Answers by the first digit of their status.
    answers: [AtomicU64; 6],
    /// Answers with status 503: the server was too busy.
    shed: AtomicU64,
    /// The number of failures: reactions of the server that are wrong.
    wrong: AtomicU64,
    /// The first failures.
    examples: Mutex<Vec<String>>,
}

const EXAMPLES_MAX: usize = 10;

impl Tally {
    pub(super) fn count_sent(&self, requests: usize) {
        self.sent.fetch_add(requests as u64, Relaxed);
    }

    pub(super) fn count_connection(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub(super) fn count_answer(&self, status: u16) {
        if status == 503 {
            self.shed.fetch_add(1, Relaxed);
        }
        if let Some(class) = self.answers.get(usize::from(status / 100)) {
            class.fetch_add(1, Relaxed);
        }
    }

    /// Records a failure, and prints it if it is among the first.
    pub(super) fn record_failure(&self, failure: String) {
        self.wrong.fetch_add(1, Relaxed);
        let mut examples = self.examples.lock().unwrap_or_else(PoisonError::into_inner);
        if examples.len() < EXAMPLES_MAX {
            eprintln!("wrong: {failure}");
            examples.push(failure);
        }
    }

    pub(super) fn wrong_count(&self) -> u64 {
        self.wrong.load(Relaxed)
    }

    pub(super) fn shed_count(&self) -> u64 {
        self.shed.load(Relaxed)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = |count: &AtomicU64| count.load(Relaxed);
        let [.., two, three, four, five] = &self.answers;
        write!(
            f,
            "{} requests, {} connections; answers 2xx {}, 3xx {}, 4xx {}, 5xx {}; wrong {}",
            load(&self.sent),
            load(&self.connections),
            load(two),
            load(three),
            load(four),
            load(five),
            self.wrong_count()
        )
    }
}
