//! Finds slow handlers among those that a shard (event loop) calls, while reading the clock rarely.

use std::time::Instant;

use crate::{
    contract::service::Endpoint,
    engine::Engine,
    pace::{Pace, SLOW},
};

/// The calls of one round, that is since the shard last waited for events. Reading the clock for
/// each call would add a tenth to its cost, so the round is timed as a whole. If it took longer
/// than [`SLOW`], the next calls of the same routes are timed one by one.
#[derive(Debug)]
pub(crate) struct Calls {
    /// The start of the round, moved later by the duration of each timed call, so that the time
    /// since then is that of the untimed calls.
    since: Instant,
    /// Routes that were called without timing.
    untimed: Vec<Endpoint>,
}

impl Calls {
    pub(crate) fn new() -> Calls {
        Calls { since: Instant::now(), untimed: Vec::new() }
    }

    /// Records the beginning of a call. Returns the current time if the call is to be timed.
    pub(crate) fn begin(&mut self, endpoint: Endpoint, pace: &Pace) -> Option<Instant> {
        if pace.needs_timing() {
            return Some(Instant::now());
        }
        // Several calls of one route in a row are one item. Other duplicates are harmless.
        if self.untimed.last() != Some(&endpoint) {
            self.untimed.push(endpoint);
        }
        None
    }

    /// Passes the duration of a timed call to the pace of its route, which learns from it, and
    /// excludes it from the round's duration.
    pub(crate) fn end(&mut self, began: Option<Instant>, pace: &Pace) {
        if let Some(began) = began {
            let took = began.elapsed();
            self.since += took;
            pace.learn(took);
        }
    }

    /// Ends the round and begins the next one. If the round took too long, the next calls of its
    /// routes are to be timed.
    pub(crate) fn next_round(&mut self, now: Instant, engine: &Engine) {
        if !self.untimed.is_empty() && now.saturating_duration_since(self.since) > SLOW {
            for &endpoint in &self.untimed {
                engine.service.pace(endpoint).request_timing();
            }
        }
        self.untimed.clear();
        self.since = now;
    }
}
