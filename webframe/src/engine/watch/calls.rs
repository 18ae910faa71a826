//! Durations of calls in a shard, learned with few readings of the clock.

use std::time::{Duration, Instant};

use crate::{contract::service::Endpoint, engine::Engine, pace::Pace};

/// A handler that takes longer is slow and should not run in a shard.
pub(crate) const SLOW: Duration = Duration::from_micros(500);

/// The calls since the shard last waited for events. Reading the clock for each call would add a
/// tenth to its cost, so the round is timed as a whole. If it exceeded [`SLOW`], the next calls of
/// its routes are timed one by one.
#[derive(Debug)]
pub(crate) struct Calls {
    since: Instant,
    /// Routes that were called without timing.
    untimed: Vec<Endpoint>,
}

impl Calls {
    pub(crate) fn new() -> Calls {
        Calls { since: Instant::now(), untimed: Vec::new() }
    }

    /// Records a call. Returns its start if it is timed.
    pub(crate) fn begin(&mut self, endpoint: Endpoint, pace: &Pace) -> Option<Instant> {
        if pace.is_in_doubt() {
            return Some(Instant::now());
        }
        if self.untimed.last() != Some(&endpoint) {
            self.untimed.push(endpoint);
        }
        None
    }

    /// Passes the duration of a timed call to its route and excludes it from the round's duration.
    pub(crate) fn end(&mut self, began: Option<Instant>, pace: &Pace) {
        if let Some(began) = began {
            let took = began.elapsed();
            self.since += took;
            pace.learn(took > SLOW);
        }
    }

    /// Ends the round.
    pub(crate) fn next_round(&mut self, now: Instant, engine: &Engine) {
        if !self.untimed.is_empty() && now.saturating_duration_since(self.since) > SLOW {
            for &endpoint in &self.untimed {
                engine.service.pace(endpoint).suspect();
            }
        }
        self.untimed.clear();
        self.since = now;
    }
}
