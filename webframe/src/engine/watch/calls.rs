//! The calls of handlers in a shard to what is learned of their routes, with few looks at the clock.

use std::time::{Duration, Instant};

use crate::{app::pace::Pace, app::service::Endpoint, engine::Engine};

/// A handler that takes longer is slow: it had better not run in the shard.
pub(crate) const SLOW: Duration = Duration::from_micros(500);

/// The calls since the last wait for events. To look at the clock for each would cost a tenth of
/// it: where all of them together were quick, none was slow; else the next calls of these routes
/// are timed one by one.
#[derive(Debug)]
pub(crate) struct Calls {
    since: Instant,
    /// Routes called without a look at the clock.
    untimed: Vec<Endpoint>,
}

impl Calls {
    pub(crate) fn new() -> Calls {
        Calls { since: Instant::now(), untimed: Vec::new() }
    }

    /// Notes that a route is called; its beginning where the call has to be timed.
    pub(crate) fn begin(&mut self, endpoint: Endpoint, pace: &Pace) -> Option<Instant> {
        if pace.is_in_doubt() {
            return Some(Instant::now());
        }
        if self.untimed.last() != Some(&endpoint) {
            self.untimed.push(endpoint);
        }
        None
    }

    /// Learns from a call that was timed; it is no part of what the others took together.
    pub(crate) fn end(&mut self, began: Option<Instant>, pace: &Pace) {
        if let Some(began) = began {
            let took = began.elapsed();
            self.since += took;
            pace.learn(took > SLOW);
        }
    }

    /// No more calls until the next round, which begins at this instant: suspects those of this
    /// one if they took long together.
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
