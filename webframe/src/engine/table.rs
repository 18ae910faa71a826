//! The table: where a worker leaves its shard while a handler runs, so that the watchdog can give
//! it to another worker when the handler takes long.
//!
//! One place for one shard. Whoever takes the item owns it; the other finds the place empty. The
//! count tells the watchdog whether what lies there is what lay there a tick ago, without a clock.

#[cfg(loom)]
use loom::sync::Mutex;
#[cfg(not(loom))]
use std::sync::Mutex;

use super::lock;

/// A place for one item and a note of why it lies there.
#[derive(Debug)]
pub(super) struct Table<T, N> {
    place: Mutex<Place<T, N>>,
}

#[derive(Debug)]
struct Place<T, N> {
    laid: u64,
    item: Option<(T, N)>,
}

/// What the watchdog saw at its last look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen(u64);

impl<T, N> Table<T, N> {
    pub(super) fn new() -> Table<T, N> {
        Table { place: Mutex::new(Place { laid: 0, item: None }) }
    }

    /// Leaves the item; its owner comes back for it with [`Table::take_back`].
    pub(super) fn lay(&self, item: T, note: N) {
        let mut place = lock(&self.place);
        place.laid = place.laid.wrapping_add(1);
        place.item = Some((item, note));
    }

    /// Takes the item back, or finds that it was given to somebody else.
    pub(super) fn take_back(&self) -> Option<T> {
        lock(&self.place).item.take().map(|laid| laid.0)
    }

    /// Takes what has lain here since the last look with the same `seen`.
    pub(super) fn take_stale(&self, seen: &mut Seen) -> Option<(T, N)> {
        let mut place = lock(&self.place);
        let stale = place.laid == seen.0;
        seen.0 = place.laid;
        if stale { place.item.take() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_takes_nothing_and_the_second_takes_what_still_lies_there() {
        let (table, mut seen) = (Table::new(), Seen::default());
        table.lay("shard", 1);
        assert_eq!(table.take_stale(&mut seen), None);
        assert_eq!(table.take_stale(&mut seen), Some(("shard", 1)));
        assert_eq!(table.take_back(), None);
    }

    #[test]
    fn what_was_taken_back_and_laid_again_is_fresh() {
        let (table, mut seen) = (Table::new(), Seen::default());
        table.lay("shard", 1);
        assert_eq!(table.take_stale(&mut seen), None);
        assert_eq!(table.take_back(), Some("shard"));
        table.lay("shard", 2);
        assert_eq!(table.take_stale(&mut seen), None);
    }
}
