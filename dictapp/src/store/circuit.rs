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
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::{
    error::{Result, StoreError},
    pool::lock,
};

/// Open (calls fail at once) while the database is known to be down.
#[derive(Debug)]
pub(super) struct Circuit {
    pause: Duration,
    /// The short way for the usual case.
    is_down: AtomicBool,
    down: Mutex<Option<Down>>,
}

#[derive(Debug)]
struct Down {
    until: Instant,
    why: StoreError,
}

impl Circuit {
    pub(super) fn new(pause: Duration) -> Circuit {
        Circuit { pause, is_down: AtomicBool::new(false), down: Mutex::new(None) }
    }

    /// Whether a call may try; of those that come after the pause only the first may.
    pub(super) fn admit(&self) -> Result<()> {
        if !self.is_down.load(Relaxed) {
            return Ok(());
        }
        let mut down = lock(&self.down);
        let Some(down) = &mut *down else { return Ok(()) };
        let now = Instant::now();
        if now < down.until {
            return Err(down.why.clone());
        }
        down.until = now + self.pause;
        Ok(())
    }

    /// Some server answered.
    pub(super) fn up(&self) {
        if self.is_down.load(Relaxed) {
            *lock(&self.down) = None;
            self.is_down.store(false, Relaxed);
        }
    }

    /// No server could be reached.
    pub(super) fn down(&self, why: &StoreError) {
        let down = Down { until: Instant::now() + self.pause, why: why.clone() };
        *lock(&self.down) = Some(down);
        self.is_down.store(true, Relaxed);
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
}
