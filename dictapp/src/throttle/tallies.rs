//! Counts failures by key in memory of a fixed size: a count-min sketch. Each key has one slot in
//! each row and shares it with other keys; its tally is the smallest count in its slots. No count
//! is ever evicted, so a flood of new keys makes tallies too high and never too low.

use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

/// The number of rows. Two keys that share a slot in one row are unlikely to share one in the
/// other.
const ROWS: usize = 2;

/// Slots of a row. The server can check about 70,000 passwords in 15 minutes with two hashing
/// permits. Each failure counts for up to three IPv6 prefixes. So even if all fail, a slot has
/// about three failures: far below the ten that a name may have by default.
const SLOTS: usize = 1 << 16;

/// A count for each key. Its first failure begins a window, and the count ends with the window.
pub(super) struct Tallies {
    hashers: [RandomState; ROWS],
    failures: Vec<u32>,
    /// When the window of each slot ends, in nanoseconds of the owner's clock.
    ends: Vec<u64>,
}

/// The slots of a key. Keys are never stored, since users sometimes type a password instead of a
/// name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots([usize; ROWS]);

/// The number of failures, and the time until their window ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) failures: u32,
    pub(super) left: Duration,
}

impl Tallies {
    pub(super) fn new() -> Tallies {
        Tallies {
            hashers: [RandomState::new(), RandomState::new()],
            failures: vec![0; ROWS * SLOTS],
            ends: vec![0; ROWS * SLOTS],
        }
    }

    /// The slots of a key, as indices over all rows.
    pub(super) fn slots(&self, key: impl Hash) -> Slots {
        let mut row = 0;
        Slots(self.hashers.each_ref().map(|hasher| {
            let hash = usize::try_from(hasher.hash_one(&key) % SLOTS as u64).unwrap_or_default();
            row += SLOTS;
            row - SLOTS + hash
        }))
    }

    /// The tally of these slots at `now`.
    pub(super) fn tally(&self, Slots(slots): Slots, now: Duration) -> Tally {
        let now = nanoseconds(now);
        let tallies = slots.map(|slot| match self.ends[slot].saturating_sub(now) {
            0 => Tally { failures: 0, left: Duration::ZERO },
            left => Tally { failures: self.failures[slot], left: Duration::from_nanos(left) },
        });
        tallies.into_iter().min_by_key(|tally| (tally.failures, tally.left)).expect("two rows")
    }

    /// Counts one failure; the first one begins a window.
    pub(super) fn add(&mut self, Slots(slots): Slots, now: Duration, window: Duration) {
        for slot in slots {
            if self.ends[slot] <= nanoseconds(now) {
                self.failures[slot] = 0;
                self.ends[slot] = nanoseconds(now + window);
            }
            self.failures[slot] = self.failures[slot].saturating_add(1);
        }
    }

    /// Subtracts failures from each slot, at most down to zero.
    pub(super) fn subtract(&mut self, Slots(slots): Slots, failures: u32) {
        for slot in slots {
            self.failures[slot] = self.failures[slot].saturating_sub(failures);
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(900);

    #[test]
    fn a_flood_of_other_keys_never_lowers_a_tally() {
        let (mut tallies, now) = (Tallies::new(), Duration::from_secs(5));
        let key = tallies.slots("Levi");
        for _ in 0..3 {
            tallies.add(key, now, WINDOW);
        }
        for other in 0..4 * SLOTS {
            tallies.add(tallies.slots(other), now, WINDOW);
        }
        assert!(tallies.tally(key, now).failures >= 3);
    }

    #[test]
    fn the_largest_possible_flood_locks_no_other_key_out() {
        let (mut tallies, now) = (Tallies::new(), Duration::ZERO);
        for other in 0..210_000 {
            tallies.add(tallies.slots(other), now, WINDOW);
        }
        let others = (0..1000).map(|key| tallies.tally(tallies.slots(("new", key)), now).failures);
        assert!(others.filter(|&failures| failures >= 10).count() < 3);
    }

    #[test]
    fn a_tally_ends_a_window_after_its_first_failure() {
        let mut tallies = Tallies::new();
        let (key, now) = (tallies.slots("Levi"), Duration::from_secs(5));
        tallies.add(key, now, WINDOW);
        tallies.add(key, now + WINDOW / 2, WINDOW);
        let tally = tallies.tally(key, now + WINDOW / 2);
        assert_eq!(tally, Tally { failures: 2, left: WINDOW / 2 });
        assert_eq!(tallies.tally(key, now + WINDOW).failures, 0);
        tallies.add(key, now + WINDOW, WINDOW);
        assert_eq!(tallies.tally(key, now + WINDOW).failures, 1);
    }
}
