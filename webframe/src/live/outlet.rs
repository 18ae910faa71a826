//! Sending on a live connection from any thread: bytes become a message to its shard.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

/// A live connection of an engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) shard: usize,
    /// The connection's token, as the shard encodes it.
    pub(crate) token: u64,
}

/// A message to a shard about its live connections.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// Bytes for a connection.
    Bytes(Slot, Arc<[u8]>),
    /// Close a connection when its output is written.
    Close(Slot),
    /// A feed has new blocks for this group of the shard's connections.
    Published {
        /// The shard.
        shard: usize,
        /// The group in that shard.
        group: usize,
    },
}

/// The receiver of deliveries: an engine, or a test.
pub(crate) trait Deliver: Send + Sync {
    fn deliver(&self, delivery: Delivery);
}

/// The reason why bytes were not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The connection is closed.
    Closed,
    /// Too many bytes wait for the peer to read.
    Full,
}

/// Sends on one live connection from any thread. Clones send on the same connection.
#[derive(Clone)]
pub(crate) struct Outlet {
    engine: Weak<dyn Deliver>,
    slot: Slot,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes that are on their way to the shard.
    sent: AtomicUsize,
    /// Bytes that the shard has not written yet.
    unwritten: AtomicUsize,
    closed: AtomicBool,
}

impl Outlet {
    pub(crate) fn new(engine: Weak<dyn Deliver>, slot: Slot) -> Outlet {
        Outlet { engine, slot, state: Arc::default() }
    }

    /// Sends bytes, unless more than `queue_max` bytes are waiting. They are written in order, and
    /// never within the output of a call of the conversation.
    ///
    /// # Errors
    /// If the connection is closed or its queue is full.
    pub(crate) fn send(&self, bytes: Arc<[u8]>, queue_max: usize) -> Result<(), SendError> {
        if self.is_closed() {
            return Err(SendError::Closed);
        }
        let length = bytes.len();
        if self.queued().saturating_add(length) > queue_max {
            return Err(SendError::Full);
        }
        let engine = self.engine.upgrade().ok_or(SendError::Closed)?;
        self.state.sent.fetch_add(length, Relaxed);
        engine.deliver(Delivery::Bytes(self.slot, bytes));
        Ok(())
    }

    /// Closes the connection when everything is written.
    pub(crate) fn close(&self) {
        if let Some(engine) = self.engine.upgrade() {
            engine.deliver(Delivery::Close(self.slot));
        }
    }

    /// Whether the connection is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.closed.load(Relaxed)
    }

    /// Bytes that wait for the peer to read.
    pub(crate) fn queued(&self) -> usize {
        self.state.sent.load(Relaxed) + self.state.unwritten.load(Relaxed)
    }

    /// Called when the shard has received this number of sent bytes.
    pub(crate) fn note_taken(&self, bytes: usize) {
        self.state.sent.fetch_sub(bytes, Relaxed);
    }

    /// Records the number of bytes that the shard has not written yet.
    pub(crate) fn note_unwritten(&self, bytes: usize) {
        self.state.unwritten.store(bytes, Relaxed);
    }

    /// Records that the connection is closed.
    pub(crate) fn note_closed(&self) {
        self.state.closed.store(true, Relaxed);
    }
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outlet({:?})", self.slot)
    }
}
