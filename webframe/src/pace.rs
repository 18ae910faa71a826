//! The pace of a route: whether its handler is called in the shard (by the thread that also serves
//! the connections) or on a worker thread. It is learned from the last eight calls.

#[cfg(loom)]
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// A call that takes longer than this is slow: the handler should run on a worker, not in a shard.
pub(crate) const SLOW: Duration = Duration::from_micros(500);

/// Whether a route is slow: marked by the app, or learned from its last eight calls.
///
/// A new route starts as slow. It becomes quick when at most one of its last eight calls was slow,
/// and slow again when two of them were: a single slow call is usually an interruption by the
/// operating system. A call during which another worker stole the shard counts as eight slow ones.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Bits 0 to 7: the last eight calls, the newest in bit 0; 1 is a slow call. Bit 8,
    /// [`MARKED`]: the app marked the route, and nothing is learned. From bit 9 ([`CALL_TO_TIME`])
    /// on: the number of calls that are still to be timed, because an untimed call may have been
    /// slow.
    recent: AtomicU32,
    /// Whether calls for some requests always go to workers, by a condition of the app.
    is_conditional: bool,
}

/// The bit of a route that the app marked.
const MARKED: u32 = 1 << 8;
/// The bits of the last eight calls.
const LAST_EIGHT: u32 = 0xff;
/// The lowest bit of the number of calls to be timed.
const CALL_TO_TIME: u32 = 1 << 9;
/// Number of calls that are timed after an untimed call that may have been slow.
const TIMED: u32 = 8;

impl Pace {
    /// An unknown route. Its first calls go to workers, where they are timed.
    pub(crate) fn learned() -> Pace {
        Pace { recent: AtomicU32::new(LAST_EIGHT), is_conditional: false }
    }

    /// A route whose calls always go to workers.
    pub(crate) fn blocking() -> Pace {
        Pace { recent: AtomicU32::new(LAST_EIGHT | MARKED), is_conditional: false }
    }

    /// A route whose calls always run in the shard.
    pub(crate) fn quick() -> Pace {
        Pace { recent: AtomicU32::new(MARKED), is_conditional: false }
    }

    /// A route whose calls for some requests always go to workers. Nothing is learned from these
    /// calls.
    pub(crate) fn conditional() -> Pace {
        Pace { is_conditional: true, ..Pace::learned() }
    }

    /// Whether the app marked the route; then nothing is learned.
    pub(crate) fn is_marked(&self) -> bool {
        self.recent.load(Relaxed) & MARKED != 0
    }

    /// Whether calls for some requests always go to workers, by a condition of the app.
    pub(crate) fn is_conditional(&self) -> bool {
        self.is_conditional
    }

    /// Whether calls go to a worker. If the pace is [conditional](Pace::is_conditional), the
    /// app's condition may send a call there anyway.
    pub(crate) fn blocks(&self) -> bool {
        (self.recent.load(Relaxed) & LAST_EIGHT).count_ones() >= 2
    }

    /// Whether the next call is to be timed, because one of the last calls was slow or may have
    /// been slow.
    pub(crate) fn needs_timing(&self) -> bool {
        let recent = self.recent.load(Relaxed);
        recent & MARKED == 0 && recent != 0
    }

    /// Records how long a call took. If two calls end at once, one of them may be lost, which is
    /// harmless. The result of [`Pace::learn_stall`] is never overwritten.
    pub(crate) fn learn(&self, took: Duration) {
        let is_slow = took > SLOW;
        let recent = self.recent.load(Relaxed);
        let to_time = (recent / CALL_TO_TIME).saturating_sub(1) * CALL_TO_TIME;
        let next = (((recent << 1) | u32::from(is_slow)) & LAST_EIGHT) | to_time;
        if recent & MARKED == 0 && next != recent {
            let _ = self.recent.compare_exchange(recent, next, Relaxed, Relaxed);
        }
    }

    /// Records that an untimed call may have been slow: the next [`TIMED`] calls are timed.
    pub(crate) fn request_timing(&self) {
        let recent = self.recent.load(Relaxed);
        if recent & MARKED == 0 {
            let next = (recent & LAST_EIGHT) | (TIMED * CALL_TO_TIME);
            let _ = self.recent.compare_exchange(recent, next, Relaxed, Relaxed);
        }
    }

    /// Records a call during which another worker stole the shard: the route becomes slow.
    pub(crate) fn learn_stall(&self) {
        if self.recent.load(Relaxed) & MARKED == 0 {
            self.recent.fetch_or(LAST_EIGHT, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK_CALL: Duration = Duration::from_micros(5);
    const SLOW_CALL: Duration = Duration::from_millis(5);

    #[test]
    fn one_slow_call_among_eight_changes_nothing() {
        let pace = Pace::learned();
        assert!(pace.blocks());
        (0..7).for_each(|_| pace.learn(QUICK_CALL));
        assert!(!pace.blocks());
        pace.learn(SLOW_CALL);
        assert!(!pace.blocks() && pace.needs_timing());
        pace.learn(SLOW_CALL);
        assert!(pace.blocks());
    }

    #[test]
    fn eight_quick_calls_or_a_mark_end_the_doubt() {
        let pace = Pace::learned();
        for _ in 0..2 {
            (0..7).for_each(|_| pace.learn(QUICK_CALL));
            assert!(pace.needs_timing());
            pace.learn(QUICK_CALL);
            assert!(!pace.needs_timing());
            pace.request_timing();
            assert!(!pace.blocks());
        }
        let marked = Pace::quick();
        marked.request_timing();
        assert!(!marked.needs_timing() && !Pace::blocking().needs_timing());
    }

    #[test]
    fn a_stall_makes_a_route_slow_and_a_mark_is_permanent() {
        let pace = Pace::learned();
        (0..8).for_each(|_| pace.learn(QUICK_CALL));
        pace.learn_stall();
        assert!(pace.blocks());
        let marked = Pace::quick();
        (0..8).for_each(|_| marked.learn(SLOW_CALL));
        marked.learn_stall();
        assert!(!marked.blocks());
    }
}
