//! Sends on a live connection from any thread, by a message to its shard (the event loop that owns
//! the connection).

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

/// The address of a connection in an engine.
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

impl Delivery {
    /// The token of the connection; `None` for a group.
    pub(crate) fn token(&self) -> Option<u64> {
        match self {
            Delivery::Bytes(slot, _) | Delivery::Close(slot) => Some(slot.token),
            Delivery::Published { .. } => None,
        }
    }
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

/// Sends on one live connection from any thread. Clones send on the same connection. An outlet is
/// a single pointer, since both the shard and the conversation keep one for each idle connection.
#[derive(Clone)]
pub(crate) struct Outlet(Arc<Shared>);

struct Shared {
    engine: Weak<dyn Deliver>,
    slot: Slot,
    /// Number of all bytes that wait: on their way to the shard, or in the shard and not yet in the
    /// socket. It is one number, so that no sender ever sees bytes counted twice or not at all.
    queued: AtomicUsize,
    /// The part of `queued` that the shard has already.
    unwritten: AtomicUsize,
    closed: AtomicBool,
}

impl Outlet {
    pub(crate) fn new(engine: Weak<dyn Deliver>, slot: Slot) -> Outlet {
        let (queued, unwritten) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Outlet(Arc::new(Shared { engine, slot, queued, unwritten, closed: AtomicBool::new(false) }))
    }

    /// Sends bytes, unless more than `queue_max` bytes would wait then. Bytes are written in the
    /// order in which they were sent. They never interrupt the output of one call of the
    /// conversation (the protocol of the connection).
    ///
    /// # Errors
    /// If the connection is closed or its queue is full.
    pub(crate) fn send(&self, bytes: Arc<[u8]>, queue_max: usize) -> Result<(), SendError> {
        if self.is_closed() {
            return Err(SendError::Closed);
        }
        let length = bytes.len();
        let engine = self.0.engine.upgrade().ok_or(SendError::Closed)?;
        let fits = |queued: usize| queued.checked_add(length).filter(|&sum| sum <= queue_max);
        if self.0.queued.fetch_update(Relaxed, Relaxed, fits).is_err() {
            return Err(SendError::Full);
        }
        engine.deliver(Delivery::Bytes(self.0.slot, bytes));
        Ok(())
    }

    /// Closes the connection when everything is written.
    pub(crate) fn close(&self) {
        if let Some(engine) = self.0.engine.upgrade() {
            engine.deliver(Delivery::Close(self.0.slot));
        }
    }

    /// Whether the connection is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.closed.load(Relaxed)
    }

    /// Bytes that wait for the peer to read.
    #[cfg(any(feature = "websocket", test))]
    pub(crate) fn queued(&self) -> usize {
        self.0.queued.load(Relaxed)
    }

    /// Whether the shard has not yet taken all sent bytes.
    #[cfg(any(feature = "websocket", test))]
    pub(crate) fn has_bytes_in_flight(&self) -> bool {
        self.queued() > self.0.unwritten.load(Relaxed)
    }

    /// Records that the shard has taken `taken` more of the sent bytes, and that `unwritten` bytes
    /// in the shard are not yet in the socket.
    pub(crate) fn note_progress(&self, taken: usize, unwritten: usize) {
        let before = self.0.unwritten.swap(unwritten, Relaxed);
        let change = unwritten.wrapping_sub(before).wrapping_sub(taken);
        self.0.queued.fetch_add(change, Relaxed); // wraps: the change may be negative
    }

    /// Records that the connection is closed.
    pub(crate) fn note_closed(&self) {
        self.0.closed.store(true, Relaxed);
    }
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outlet({:?})", self.0.slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;

    impl Deliver for Nowhere {
        fn deliver(&self, _: Delivery) {}
    }

    /// At no moment are bytes between the sender and the socket counted twice or not at all.
    #[test]
    fn bytes_are_counted_once_from_the_sender_to_the_socket() {
        let engine: Arc<dyn Deliver> = Arc::new(Nowhere);
        let outlet = Outlet::new(Arc::downgrade(&engine), Slot::default());
        let send = |length: usize| outlet.send(vec![0; length].into(), 100);
        send(70).expect("room for 70 bytes");
        send(30).expect("room for 30 bytes");
        assert_eq!(send(1), Err(SendError::Full));
        outlet.note_progress(70, 50); // 20 bytes are in the socket
        assert_eq!(outlet.queued(), 80);
        assert_eq!(send(21), Err(SendError::Full));
        send(20).expect("room for 20 bytes");
        outlet.note_progress(0, 10);
        assert_eq!(outlet.queued(), 60);
        outlet.note_progress(50, 0);
        assert_eq!(outlet.queued(), 0);
    }
}
