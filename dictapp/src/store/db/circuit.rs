//! A circuit breaker: while the database is down, callers wait for a limited time, and one caller
//! at a time retries.
//!
//! ```text
//!          no server reached              each `pause` one caller tries
//!   up ───────────────────────▶ down ──────────────────────────────────▶ down
//!    ▲                            │
//!    └────────────────────────────┘ a call succeeds: all waiting callers go on
//! ```
//!
//! A caller waits until its own deadline. When the outage has lasted longer than the patience (the
//! maximum time of a call), callers fail at once, so a long outage does not delay requests.

use std::{
    sync::{
        Condvar, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::lock::{lock, unpoisoned};
use crate::store::error::{Result, StoreError};

/// Maximum number of waiting callers, since each occupies a worker thread of the server. Further
/// callers fail at once.
const WAITING_MAX: usize = 256;

/// The circuit breaker. It is open (calls wait or fail) while the database is known to be down.
#[derive(Debug)]
pub(crate) struct Circuit {
    /// The time between two attempts while the database is down.
    pause: Duration,
    /// How long callers wait in an outage, counted from its beginning. Later callers fail at once.
    patience: Duration,
    /// Number of changes of the state; odd while the database is down. Calls read it instead of
    /// taking the lock while the database is up.
    epoch: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    down: Option<Down>,
    waiting: usize,
}

#[derive(Debug)]
struct Down {
    since: Instant,
    next_try: Instant,
    why: StoreError,
}

/// The state in which a call was admitted. While it is unchanged, the call may continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission(u64);

impl Circuit {
    pub(crate) fn new(pause: Duration, patience: Duration) -> Circuit {
        Circuit {
            pause,
            patience,
            epoch: AtomicU64::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Admits a call at once while the database is up. While it is down, waits until it is up again
    /// or until this call is the next one to retry. Fails at the deadline, at the end of the
    /// patience, or if too many callers wait.
    pub(crate) fn admit(&self, deadline: Instant) -> Result<Admission> {
        let admission = Admission(self.epoch.load(Relaxed));
        if admission.is_up() {
            return Ok(admission);
        }
        let mut state = lock(&self.state);
        loop {
            let waiting = state.waiting;
            let Some(down) = &mut state.down else { break };
            let now = Instant::now();
            if now >= down.next_try {
                down.next_try = now + self.pause;
                break;
            }
            let give_up = deadline.min(down.since + self.patience);
            if now >= give_up || waiting >= WAITING_MAX {
                return Err(down.why.clone());
            }
            let wake = give_up.min(down.next_try);
            state.waiting += 1;
            let waited = self.changed.wait_timeout(state, wake - now);
            state = unpoisoned(waited).0;
            state.waiting -= 1;
        }
        Ok(Admission(self.epoch.load(Relaxed)))
    }

    /// Whether the call must be admitted again, since other calls found the database down.
    pub(crate) fn is_outdated(&self, admission: Admission) -> bool {
        let now = Admission(self.epoch.load(Relaxed));
        now != admission && !now.is_up()
    }

    /// Called when a server has answered: all waiting callers go on.
    pub(crate) fn up(&self) {
        if !Admission(self.epoch.load(Relaxed)).is_up() {
            let mut state = lock(&self.state);
            if state.down.take().is_some() {
                self.epoch.fetch_add(1, Relaxed);
                drop(state);
                self.changed.notify_all();
            }
        }
    }

    /// Called when no server could be reached: an outage begins or goes on.
    pub(crate) fn down(&self, why: &StoreError) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let since = state.down.as_ref().map(|down| down.since);
        let next_try = now + self.pause;
        state.down = Some(Down { since: since.unwrap_or(now), next_try, why: why.clone() });
        if since.is_none() {
            self.epoch.fetch_add(1, Relaxed);
        }
    }
}

impl Admission {
    fn is_up(self) -> bool {
        self.0.is_multiple_of(2)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread};

    use super::*;

    const NEVER: Duration = Duration::from_secs(3600);

    fn why() -> StoreError {
        StoreError::unavailable("the database at h:1/d cannot be reached")
    }

    #[test]
    fn admits_one_caller_after_each_pause() {
        let circuit = Circuit::new(NEVER, Duration::ZERO);
        let now = Instant::now();
        circuit.admit(now).unwrap();
        circuit.down(&why());
        assert!(circuit.admit(now).unwrap_err().to_string().contains("h:1/d"));

        lock(&circuit.state).down.as_mut().unwrap().next_try = now;
        circuit.admit(now).unwrap();
        circuit.admit(now).unwrap_err();

        circuit.up();
        circuit.admit(now).unwrap();
        circuit.admit(now).unwrap();
    }

    #[test]
    fn a_caller_waits_within_its_patience_for_the_database() {
        let circuit = Arc::new(Circuit::new(NEVER, NEVER));
        circuit.down(&why());
        let waiting = {
            let circuit = Arc::clone(&circuit);
            thread::spawn(move || circuit.admit(Instant::now() + NEVER).is_ok())
        };
        while lock(&circuit.state).waiting == 0 {
            thread::yield_now();
        }
        circuit.up();
        assert!(waiting.join().unwrap());
        circuit.down(&why());
        circuit.admit(Instant::now()).unwrap_err();
    }

    #[test]
    fn the_number_of_waiting_callers_is_bounded() {
        let circuit = Circuit::new(NEVER, NEVER);
        circuit.down(&why());
        lock(&circuit.state).waiting = WAITING_MAX;
        circuit.admit(Instant::now() + NEVER).unwrap_err();
    }

    #[test]
    fn a_call_is_outdated_when_others_found_the_database_down() {
        let circuit = Circuit::new(Duration::ZERO, Duration::ZERO);
        let before = circuit.admit(Instant::now()).unwrap();
        assert!(!circuit.is_outdated(before));
        circuit.down(&why());
        assert!(circuit.is_outdated(before));
        let after = circuit.admit(Instant::now()).unwrap();
        assert!(!circuit.is_outdated(after));
        circuit.up();
        assert!(!circuit.is_outdated(before) && !circuit.is_outdated(after));
    }
}
