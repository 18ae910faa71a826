//! A timer wheel for the deadlines of connections. Its cost does not grow with idle connections.
//!
//! A connection has at most one valid entry, which is at or before its deadline. The connection
//! stores its deadline, and as `armed` the tick of this entry; the shard ignores entries of the
//! connection at other ticks. A later deadline is only stored: when the wheel reaches the
//! entry, the shard sees the later deadline and adds an entry for it. So a request on a busy
//! connection does not touch the wheel, and an idle connection costs about one visit a minute.

/// Time since the engine started, in units of [`TICK_MS`].
pub(crate) type Tick = u32;

/// Resolution of deadlines.
pub(crate) const TICK_MS: u64 = 32;
/// As a deadline: there is none. As `armed`: there is no valid entry in the wheel.
pub(crate) const NEVER: Tick = Tick::MAX;

/// Number of ticks in the wheel: 65 s. A later deadline, such as that of an idle connection (75 s
/// by default), takes another visit.
const SLOTS: usize = 2048;

/// The connections to visit at each of the next 2,048 ticks, by their indexes in the shard.
#[derive(Debug)]
pub(crate) struct Wheel {
    slots: Vec<Vec<u32>>,
    /// The next tick to visit.
    next: Tick,
    /// No entry is before this tick: the search for the next one begins here.
    empty_before: Tick,
    /// Number of entries.
    entries: usize,
}

impl Wheel {
    pub(crate) fn new() -> Wheel {
        Wheel { slots: vec![Vec::new(); SLOTS], next: 0, empty_before: 0, entries: 0 }
    }

    /// Adds an entry for the connection with this index, and returns the tick of the entry. A tick
    /// beyond the wheel becomes the last one of the wheel; a tick that has passed becomes the next
    /// one.
    pub(crate) fn arm(&mut self, index: u32, tick: Tick) -> Tick {
        let last = self.next.saturating_add(SLOTS as u32 - 1);
        let tick = tick.clamp(self.next, last);
        self.slots[tick as usize % SLOTS].push(index);
        self.entries += 1;
        self.empty_before = self.empty_before.min(tick);
        tick
    }

    /// Calls `visit` with the tick and the connection of every entry up to `now`, and removes these
    /// entries.
    pub(crate) fn advance(&mut self, now: Tick, mut visit: impl FnMut(Tick, u32)) {
        while self.next <= now {
            let tick = self.next;
            self.next += 1;
            if self.entries == 0 {
                self.next = now + 1;
                return;
            }
            let slot = &mut self.slots[tick as usize % SLOTS];
            self.entries -= slot.len();
            slot.drain(..).for_each(|index| visit(tick, index));
            slot.shrink_to(64);
        }
    }

    /// The next tick with an entry.
    pub(crate) fn next_due(&mut self) -> Option<Tick> {
        if self.entries == 0 {
            return None;
        }
        let mut tick = self.empty_before.max(self.next);
        while self.slots[tick as usize % SLOTS].is_empty() {
            tick += 1;
        }
        self.empty_before = tick;
        Some(tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visited(wheel: &mut Wheel, now: Tick) -> Vec<(Tick, u32)> {
        let mut seen = Vec::new();
        wheel.advance(now, |tick, token| seen.push((tick, token)));
        seen
    }

    #[test]
    fn each_token_is_visited_once_at_its_tick() {
        let mut wheel = Wheel::new();
        wheel.arm(1, 5);
        wheel.arm(2, 3);
        assert_eq!(wheel.next_due(), Some(3));
        assert_eq!(visited(&mut wheel, 4), [(3, 2)]);
        assert_eq!(visited(&mut wheel, 100), [(5, 1)]);
        assert_eq!(wheel.next_due(), None);
    }

    #[test]
    fn a_tick_beyond_the_wheel_is_visited_at_the_last_slot() {
        let mut wheel = Wheel::new();
        let armed = wheel.arm(1, 1_000_000);
        assert_eq!(armed, SLOTS as u32 - 1);
        assert_eq!(visited(&mut wheel, armed), [(armed, 1)]);
    }

    #[test]
    fn a_tick_in_the_past_is_visited_next() {
        let mut wheel = Wheel::new();
        visited(&mut wheel, 50);
        assert_eq!(wheel.arm(7, 10), 51);
    }
}
