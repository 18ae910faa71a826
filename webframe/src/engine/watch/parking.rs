//! A parking spot: a worker leaves its shard (event loop) here while handlers run, so that the
//! shard can be stolen and run by another worker when a handler takes long.
//!
//! There is one spot for each shard. The thread that takes the item owns it; others find the spot
//! empty. Observers (the watchdog and the neighbouring shard) scan the spot. Calls are counted, so
//! an observer can tell without a clock whether the call of its last scan is still running, and a
//! shard can stay parked for several calls in a row.

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

/// A spot for one item, and the call during which the item is parked.
#[derive(Debug)]
pub(crate) struct ParkingSpot<T> {
    place: Mutex<Option<T>>,
    /// High 32 bits: number of calls. Low 32 bits: the endpoint (such as a route) of the latest
    /// call, as a number.
    calls: AtomicU64,
    /// Number of items that were stolen.
    stolen: AtomicU64,
}

/// The state at an observer's last scan.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastScan {
    calls: u64,
    /// Whether an item was parked at that scan, for a call that began after the previous scan.
    pub(crate) is_parked_for_new_call: bool,
}

/// Identifies a parked item, for the worker that parked it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ticket(u64);

impl<T> ParkingSpot<T> {
    pub(crate) fn new() -> ParkingSpot<T> {
        ParkingSpot { place: Mutex::new(None), calls: AtomicU64::new(0), stolen: AtomicU64::new(0) }
    }

    /// Records the beginning of a call of the endpoint with this number. The item may be parked
    /// already, or is parked next.
    pub(crate) fn begin_call(&self, endpoint: u32) {
        // A plain store suffices: usually only one worker at a time begins calls here. The
        // exception is a worker that has not noticed yet that its item was stolen. It may overwrite
        // the entry of the worker that has the item now: that worker's call then looks newer than
        // it is, or like a call of another route. Both are harmless.
        let count = (self.calls.load(Relaxed) >> 32).wrapping_add(1);
        self.calls.store(count << 32 | u64::from(endpoint), Release);
    }

    /// Parks the item. Its owner returns for it with [`ParkingSpot::reclaim`].
    pub(crate) fn park(&self, item: T) -> Ticket {
        let mut place = lock(&self.place);
        *place = Some(item);
        Ticket(self.stolen.load(Relaxed))
    }

    /// Whether an item was stolen since the one with this ticket was parked. A theft may be noticed
    /// late; only [`ParkingSpot::reclaim`] is certain.
    pub(crate) fn was_stolen(&self, since: Ticket) -> bool {
        self.stolen.load(Relaxed) != since.0
    }

    /// Takes the item back, unless it was stolen.
    pub(crate) fn reclaim(&self) -> Option<T> {
        lock(&self.place).take()
    }

    /// The number of calls since the last scan with this `seen`.
    pub(crate) fn calls_since(&self, seen: LastScan) -> u32 {
        let counts = [self.calls.load(Relaxed), seen.calls].map(|calls| (calls >> 32) as u32);
        counts[0].wrapping_sub(counts[1])
    }

    /// Scans the spot: takes the item if the call of the last scan with this `seen` is still
    /// running. Returns the item and the number of the call's endpoint.
    pub(crate) fn steal(&self, seen: &mut LastScan) -> Option<(T, u32)> {
        let mut place = lock(&self.place);
        let calls = self.calls.load(Acquire);
        let newer = std::mem::replace(&mut seen.calls, calls) != calls;
        seen.is_parked_for_new_call = newer && place.is_some();
        if newer {
            return None;
        }
        let item = place.take()?;
        self.stolen.store(self.stolen.load(Relaxed).wrapping_add(1), Relaxed);
        Some((item, calls as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_scan_steals_nothing_and_the_second_steals_an_item_that_is_still_parked() {
        let spot = ParkingSpot::new();
        let mut seen = LastScan::default();
        spot.begin_call(1);
        let ticket = spot.park("shard");
        assert_eq!(spot.steal(&mut seen), None);
        assert!(!spot.was_stolen(ticket));
        assert_eq!(spot.steal(&mut seen), Some(("shard", 1)));
        assert!(spot.was_stolen(ticket));
        assert_eq!(spot.reclaim(), None);
    }

    #[test]
    fn observers_scan_independently_and_only_one_of_them_steals_the_item() {
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
    fn a_scan_reports_whether_an_item_waits_for_a_new_call() {
        let spot = ParkingSpot::new();
        let mut seen = LastScan::default();
        spot.begin_call(1);
        spot.steal(&mut seen);
        assert!(!seen.is_parked_for_new_call, "nothing is parked");
        spot.begin_call(2);
        spot.park("shard");
        spot.steal(&mut seen);
        assert!(seen.is_parked_for_new_call);
        spot.steal(&mut seen);
        assert!(!seen.is_parked_for_new_call, "it was stolen");
    }

    #[test]
    fn an_item_that_was_reclaimed_and_parked_again_is_not_stolen_at_once() {
        let spot = ParkingSpot::new();
        let mut seen = LastScan::default();
        spot.begin_call(1);
        spot.park("shard");
        assert_eq!(spot.steal(&mut seen), None);
        assert_eq!(spot.reclaim(), Some("shard"));
        spot.begin_call(1);
        spot.park("shard");
        assert_eq!(spot.steal(&mut seen), None);
    }

    #[test]
    fn the_calls_between_two_scans_are_counted() {
        let spot = ParkingSpot::<()>::new();
        let mut seen = LastScan::default();
        (0..3).for_each(|_| spot.begin_call(u32::MAX));
        assert_eq!(spot.calls_since(seen), 3);
        spot.steal(&mut seen);
        assert_eq!(spot.calls_since(seen), 0);
        spot.begin_call(0);
        assert_eq!(spot.calls_since(seen), 1);
    }

    #[test]
    fn each_call_has_its_own_time_while_the_item_is_parked() {
        let spot = ParkingSpot::new();
        let mut seen = LastScan::default();
        spot.begin_call(1);
        spot.park("shard");
        for endpoint in 2..9 {
            assert_eq!(spot.steal(&mut seen), None);
            spot.begin_call(endpoint);
        }
        assert_eq!(spot.steal(&mut seen), None);
        assert_eq!(spot.steal(&mut seen), Some(("shard", 8)));
    }
}
