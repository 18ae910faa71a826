//! Remembers that the database is down, so that each request does not find it out for itself.
//!
//! ```text
//!          no server reached                  pause over: one call goes through
//!   up ───────────────────────▶ down until ────────────────────────────────────▶ (down until)
//!    ▲                                                                                │
//!    └───────────────────────────────── a call succeeds ──────────────────────────────┘
//! ```

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::store::{
    db::lock,
    error::{Result, StoreError},
};

/// Open (calls fail at once) while the database is known to be down.
#[derive(Debug)]
pub(crate) struct Circuit {
    pause: Duration,
    /// How often the database went down; odd while it is down. The short way for the usual case.
    epoch: AtomicU64,
    down: Mutex<Option<Down>>,
}

#[derive(Debug)]
struct Down {
    until: Instant,
    why: StoreError,
}

/// What a call was told when it began; without news it may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission(u64);

impl Circuit {
    pub(crate) fn new(pause: Duration) -> Circuit {
        Circuit { pause, epoch: AtomicU64::new(0), down: Mutex::new(None) }
    }

    /// Whether a call may begin; of those that come after the pause only the first may.
    pub(crate) fn admit(&self) -> Result<Admission> {
        let admission = Admission(self.epoch.load(Relaxed));
        if admission.is_up() {
            return Ok(admission);
        }
        let mut down = lock(&self.down);
        if let Some(down) = &mut *down {
            let now = Instant::now();
            if now < down.until {
                return Err(down.why.clone());
            }
            down.until = now + self.pause;
        }
        Ok(Admission(self.epoch.load(Relaxed)))
    }

    /// Whether a call may go on: not when others found the database down since it began.
    pub(crate) fn check(&self, admission: Admission) -> Result<()> {
        let now = Admission(self.epoch.load(Relaxed));
        if now == admission || now.is_up() {
            return Ok(());
        }
        lock(&self.down).as_ref().map_or(Ok(()), |down| Err(down.why.clone()))
    }

    /// Some server answered.
    pub(crate) fn up(&self) {
        if !Admission(self.epoch.load(Relaxed)).is_up() {
            let mut down = lock(&self.down);
            if down.take().is_some() {
                self.epoch.fetch_add(1, Relaxed);
            }
        }
    }

    /// No server could be reached.
    pub(crate) fn down(&self, why: &StoreError) {
        let mut down = lock(&self.down);
        let new = Down { until: Instant::now() + self.pause, why: why.clone() };
        if down.replace(new).is_none() {
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
    use super::*;

    #[test]
    fn admits_nobody_while_down_and_one_after_each_pause() {
        let circuit = Circuit::new(Duration::from_secs(3600));
        assert!(circuit.admit().is_ok());
        circuit.down(&StoreError::unavailable("the database at h:1/d cannot be reached"));
        let error = circuit.admit().unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("h:1/d"));

        lock(&circuit.down).as_mut().unwrap().until = Instant::now();
        assert!(circuit.admit().is_ok());
        assert!(circuit.admit().is_err());

        circuit.up();
        assert!(circuit.admit().is_ok() && circuit.admit().is_ok());
    }

    #[test]
    fn stops_who_waited_while_others_found_it_down_but_not_who_came_after() {
        let circuit = Circuit::new(Duration::ZERO);
        let before = circuit.admit().unwrap();
        assert!(circuit.check(before).is_ok());
        circuit.down(&StoreError::unavailable("down"));
        assert!(circuit.check(before).is_err());
        let after = circuit.admit().unwrap();
        assert!(circuit.check(after).is_ok());
        circuit.up();
        assert!(circuit.check(before).is_ok() && circuit.check(after).is_ok());
    }
}
