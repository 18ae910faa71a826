//! Reports to long-running code whether the client of a request is still connected.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::outlet::Slot;

/// The connected clients of a server, for other threads.
#[derive(Debug)]
pub(crate) struct PresenceTable {
    /// For each shard (event loop) an array with an entry for each connection: the connection's
    /// token plus one, with the bit [`LEFT`] if its client has shut down its side; 0 if nobody
    /// waits for an answer. The low 32 bits of a token are the index in the array.
    shards: Vec<Box<[AtomicU64]>>,
}

/// In an entry: the client has shut down its side, but may still read. Tokens stay below 2^63.
const LEFT: u64 = 1 << 63;

impl PresenceTable {
    /// A table for this number of shards, and of connections in each.
    pub(crate) fn new(shards: usize, connections: usize) -> PresenceTable {
        let shard = |_| (0..connections).map(|_| AtomicU64::new(0)).collect();
        PresenceTable { shards: (0..shards).map(shard).collect() }
    }

    /// The entry of a connection. `None` beyond the expected number of connections: such a client
    /// always counts as connected.
    fn place(&self, slot: Slot) -> Option<&AtomicU64> {
        self.shards.get(slot.shard)?.get(slot.token as u32 as usize)
    }

    /// Called when a client has connected.
    pub(crate) fn enter(&self, slot: Slot) {
        if let Some(place) = self.place(slot) {
            place.store(slot.token + 1, Relaxed);
        }
    }

    /// Called when a client has shut down its side. It may still wait for an answer.
    pub(crate) fn leave(&self, slot: Slot) {
        if let Some(place) = self.place(slot) {
            place.store((slot.token + 1) | LEFT, Relaxed);
        }
    }

    /// Called when a connection is closed, or its request has been answered without the handler.
    pub(crate) fn close(&self, slot: Slot) {
        if let Some(place) = self.place(slot) {
            place.store(0, Relaxed);
        }
    }

    /// Whether nobody waits for the answer of the handler. A client that has only shut down its
    /// side still waits.
    pub(crate) fn is_closed(&self, slot: Slot) -> bool {
        self.place(slot).is_some_and(|place| place.load(Relaxed) & !LEFT != slot.token + 1)
    }

    fn is_there(&self, slot: Slot) -> bool {
        self.place(slot).is_none_or(|place| place.load(Relaxed) == slot.token + 1)
    }
}

/// Reports whether the client of a request is still connected. Any thread may use it, for example
/// the source of a streamed answer.
#[derive(Clone, Default)]
pub struct Presence {
    /// `None` in tests without a server: the client always counts as connected.
    table: Option<Arc<PresenceTable>>,
    slot: Slot,
}

impl Presence {
    pub(crate) fn new(table: Arc<PresenceTable>) -> Presence {
        Presence { table: Some(table), slot: Slot::default() }
    }

    pub(crate) fn set_slot(&mut self, slot: Slot) {
        self.slot = slot;
    }

    /// `false` once the client has closed its connection or shut down its side. A client that
    /// vanishes without closing its connection is not noticed.
    pub fn is_there(&self) -> bool {
        self.table.as_ref().is_none_or(|table| table.is_there(self.slot))
    }
}

impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Presence({})", self.is_there())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_present_until_it_leaves_and_its_successor_is_distinct() {
        let table = Arc::new(PresenceTable::new(2, 10));
        let presence_of = |token| {
            let mut presence = Presence::new(Arc::clone(&table));
            presence.set_slot(Slot { shard: 1, token });
            presence
        };
        let first = Slot { shard: 1, token: 3 };
        table.enter(first);
        assert!(presence_of(3).is_there());
        assert!(!table.is_closed(first));
        table.leave(first);
        assert!(!presence_of(3).is_there() && !table.is_closed(first), "it may still read");
        table.close(first);
        assert!(!presence_of(3).is_there() && table.is_closed(first));
        let next = Slot { shard: 1, token: 1 << 32 | 3 };
        table.enter(next);
        assert!(presence_of(1 << 32 | 3).is_there() && !presence_of(3).is_there());
        assert!(!table.is_closed(next) && table.is_closed(first));
        assert!(presence_of(99).is_there(), "not known");
        assert!(Presence::default().is_there());
    }
}
