//! The table: where a worker leaves its shard while handlers run, so that whoever looks after it can
//! give it to another worker when one of them takes long.
//!
//! One place for one shard. Whoever takes the item owns it; the others find the place empty. The
//! calls are counted: so who looks knows whether the one that runs now ran a look ago, without a
//! clock, and a worker may leave its shard here for several calls in a row.

#[cfg(loom)]
use loom::sync::{
    Mutex,
    atomic::{
        AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
};
#[cfg(not(loom))]
use std::sync::{
    Mutex,
    atomic::{
        AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
};

use crate::lock::lock;

/// A place for one item, and which call it waits for.
#[derive(Debug)]
pub(crate) struct ParkingSpot<T> {
    place: Mutex<Option<T>>,
    /// How many calls have begun, above the 32 bits that say what the last one calls.
    calls: AtomicU64,
    /// How many items were given to somebody else.
    given: AtomicU64,
}

/// What somebody saw at the last look.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastScan {
    calls: u64,
    /// An item lay there, for a call that the look before had not seen.
    pub(crate) waits: bool,
}

/// What a worker knows who left its item here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ticket(u64);

impl<T> ParkingSpot<T> {
    pub(crate) fn new() -> ParkingSpot<T> {
        ParkingSpot { place: Mutex::new(None), calls: AtomicU64::new(0), given: AtomicU64::new(0) }
    }

    /// Says that a call begins, and of what: before the item is laid, or while it lies here.
    pub(crate) fn begin_call(&self, what: u32) {
        // No exchange, for one worker at a time calls; where a late one still does, for a moment
        // after its item was given away, the other's call is taken for a newer one, and may be
        // taken for one of this route.
        let count = (self.calls.load(Relaxed) >> 32).wrapping_add(1);
        self.calls.store(count << 32 | u64::from(what), Release);
    }

    /// Leaves the item; its owner comes back for it with [`Table::take_back`].
    pub(crate) fn park(&self, item: T) -> Ticket {
        let mut place = lock(&self.place);
        *place = Some(item);
        Ticket(self.given.load(Relaxed))
    }

    /// Whether an item was given away since this one was laid. Told a moment late: who needs to
    /// know asks for the item.
    pub(crate) fn was_stolen(&self, since: Ticket) -> bool {
        self.given.load(Relaxed) != since.0
    }

    /// Takes the item back, or finds that it was given to somebody else.
    pub(crate) fn reclaim(&self) -> Option<T> {
        lock(&self.place).take()
    }

    /// How many calls have begun since the last look with this `seen`.
    pub(crate) fn calls_since(&self, seen: LastScan) -> u32 {
        let counts = [self.calls.load(Relaxed), seen.calls].map(|calls| (calls >> 32) as u32);
        counts[0].wrapping_sub(counts[1])
    }

    /// Takes what lies here where the call runs that ran at the last look with the same `seen`;
    /// and says what is called.
    pub(crate) fn steal(&self, seen: &mut LastScan) -> Option<(T, u32)> {
        let mut place = lock(&self.place);
        let calls = self.calls.load(Acquire);
        let newer = std::mem::replace(&mut seen.calls, calls) != calls;
        seen.waits = newer && place.is_some();
        if newer {
            return None;
        }
        let item = place.take()?;
        self.given.store(self.given.load(Relaxed).wrapping_add(1), Relaxed);
        Some((item, calls as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_takes_nothing_and_the_second_takes_what_still_lies_there() {
        let (spot, mut seen) = (ParkingSpot::new(), LastScan::default());
        spot.begin_call(1);
        let ticket = spot.park("shard");
        assert_eq!(spot.steal(&mut seen), None);
        assert!(!spot.was_stolen(ticket));
        assert_eq!(spot.steal(&mut seen), Some(("shard", 1)));
        assert!(spot.was_stolen(ticket));
        assert_eq!(spot.reclaim(), None);
    }

    #[test]
    fn each_who_looks_has_looks_of_their_own_and_one_of_them_gets_the_item() {
        let (spot, mut one, mut other) =
            (ParkingSpot::new(), LastScan::default(), LastScan::default());
        spot.begin_call(1);
        spot.park("shard");
        assert_eq!(spot.steal(&mut one), None);
        assert_eq!(spot.steal(&mut other), None);
        assert_eq!(spot.steal(&mut other), Some(("shard", 1)));
        assert_eq!(spot.steal(&mut one), None);
    }

    #[test]
    fn a_look_tells_whether_a_call_waits_that_the_look_before_had_not_seen() {
        let (spot, mut seen) = (ParkingSpot::new(), LastScan::default());
        spot.begin_call(1);
        spot.steal(&mut seen);
        assert!(!seen.waits, "nothing lies there");
        spot.begin_call(2);
        spot.park("shard");
        spot.steal(&mut seen);
        assert!(seen.waits);
        spot.steal(&mut seen);
        assert!(!seen.waits, "it was given away");
    }

    #[test]
    fn what_was_taken_back_and_laid_again_is_fresh() {
        let (spot, mut seen) = (ParkingSpot::new(), LastScan::default());
        spot.begin_call(1);
        spot.park("shard");
        assert_eq!(spot.steal(&mut seen), None);
        assert_eq!(spot.reclaim(), Some("shard"));
        spot.begin_call(1);
        spot.park("shard");
        assert_eq!(spot.steal(&mut seen), None);
    }

    #[test]
    fn the_calls_between_two_looks_are_counted() {
        let (spot, mut seen) = (ParkingSpot::<()>::new(), LastScan::default());
        (0..3).for_each(|_| spot.begin_call(u32::MAX));
        assert_eq!(spot.calls_since(seen), 3);
        spot.steal(&mut seen);
        assert_eq!(spot.calls_since(seen), 0);
        spot.begin_call(0);
        assert_eq!(spot.calls_since(seen), 1);
    }

    #[test]
    fn each_call_has_its_own_time_while_the_item_lies_there() {
        let (spot, mut seen) = (ParkingSpot::new(), LastScan::default());
        spot.begin_call(1);
        spot.park("shard");
        for what in 2..9 {
            assert_eq!(spot.steal(&mut seen), None);
            spot.begin_call(what);
        }
        assert_eq!(spot.steal(&mut seen), None);
        assert_eq!(spot.steal(&mut seen), Some(("shard", 8)));
    }
}
