//! What is known of how long a route takes: its last calls to "runs in the shard" or "moves".

#[cfg(loom)]
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How a route behaves: marked, or learned from its last eight calls.
///
/// A route is quick once eight calls in a row were watched in the pool and at most one was slow;
/// it moves again as soon as two of its last eight are slow, for one long call is most often the
/// machine doing something else. A call that a shard was taken from counts as all eight.
#[derive(Debug)]
pub struct Pace {
    /// The last eight calls, a bit each, 1 for slow, the newest lowest; above them, at
    /// [`MARKED`], that the route was marked and nothing is learned; and from [`SUSPECTED`] on, how
    /// many calls are to be timed because one that was not may have been slow.
    recent: AtomicU32,
}

const MARKED: u32 = 1 << 8;
const ALL: u32 = 0xff;
const SUSPECTED: u32 = 1 << 9;
/// Calls that are timed upon a suspicion.
const TIMED: u32 = 8;

impl Pace {
    /// Nothing known yet: the first calls go to the pool, where they are watched.
    pub(crate) fn learned() -> Pace {
        Pace { recent: AtomicU32::new(ALL) }
    }

    /// Always moved to the pool.
    pub(crate) fn blocking() -> Pace {
        Pace { recent: AtomicU32::new(ALL | MARKED) }
    }

    /// Always run in the shard.
    pub(crate) fn quick() -> Pace {
        Pace { recent: AtomicU32::new(MARKED) }
    }

    /// Whether a call is to move to the pool.
    pub(crate) fn blocks(&self) -> bool {
        (self.recent.load(Relaxed) & ALL).count_ones() >= 2
    }

    /// Whether the next call is to be timed: one of the last was slow, or may have been.
    pub(crate) fn is_in_doubt(&self) -> bool {
        let recent = self.recent.load(Relaxed);
        recent & MARKED == 0 && recent != 0
    }

    /// Learns from one call. Of two calls that end at once one may not count, for it is a hint; but
    /// what a call has not seen it does not overwrite: a stall is remembered.
    pub(crate) fn learn(&self, slow: bool) {
        let recent = self.recent.load(Relaxed);
        let to_time = (recent / SUSPECTED).saturating_sub(1) * SUSPECTED;
        let next = (((recent << 1) | u32::from(slow)) & ALL) | to_time;
        if recent & MARKED == 0 && next != recent {
            let _ = self.recent.compare_exchange(recent, next, Relaxed, Relaxed);
        }
    }

    /// A call that was not timed may have been slow.
    pub(crate) fn suspect(&self) {
        let recent = self.recent.load(Relaxed);
        if recent & MARKED == 0 {
            let next = (recent & ALL) | (TIMED * SUSPECTED);
            let _ = self.recent.compare_exchange(recent, next, Relaxed, Relaxed);
        }
    }

    /// Learns from a call that kept a shard waiting.
    pub(crate) fn learn_stall(&self) {
        if self.recent.load(Relaxed) & MARKED == 0 {
            self.recent.fetch_or(ALL, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_call_among_eight_moves_nothing() {
        let pace = Pace::learned();
        assert!(pace.blocks());
        (0..7).for_each(|_| pace.learn(false));
        assert!(!pace.blocks());
        pace.learn(true);
        assert!(!pace.blocks() && pace.is_in_doubt());
        pace.learn(true);
        assert!(pace.blocks());
    }

    #[test]
    fn only_eight_quick_calls_leave_no_doubt_and_a_mark_none_ever() {
        let pace = Pace::learned();
        for _ in 0..2 {
            (0..7).for_each(|_| pace.learn(false));
            assert!(pace.is_in_doubt());
            pace.learn(false);
            assert!(!pace.is_in_doubt());
            pace.suspect();
            assert!(!pace.blocks());
        }
        let marked = Pace::quick();
        marked.suspect();
        assert!(!marked.is_in_doubt() && !Pace::blocking().is_in_doubt());
    }

    #[test]
    fn a_stall_is_remembered_at_once_and_a_mark_for_ever() {
        let pace = Pace::learned();
        (0..8).for_each(|_| pace.learn(false));
        pace.learn_stall();
        assert!(pace.blocks());
        let marked = Pace::quick();
        (0..8).for_each(|_| marked.learn(true));
        marked.learn_stall();
        assert!(!marked.blocks());
    }
}
