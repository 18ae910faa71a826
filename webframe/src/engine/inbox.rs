//! The inbox of a shard: what workers and other shards have for it, and the bell that wakes it.

#[cfg(loom)]
use loom::sync::Mutex;
use std::collections::VecDeque;
#[cfg(not(loom))]
use std::sync::Mutex;

#[cfg(loom)]
use super::Waker;
#[cfg(not(loom))]
use mio::Waker;

use super::lock;

/// A queue with a bell; many put in, one takes out.
#[derive(Debug)]
pub(super) struct Inbox<M> {
    /// `None` when the owner has gone.
    messages: Mutex<Option<VecDeque<M>>>,
    bell: Waker,
}

impl<M> Inbox<M> {
    pub(super) fn new(bell: Waker) -> Inbox<M> {
        Inbox { messages: Mutex::new(Some(VecDeque::new())), bell }
    }

    /// Puts a message in; rings only for the first, the owner empties the box each time it wakes.
    /// Where the owner has gone the message is dropped.
    pub(super) fn put(&self, message: M) {
        let mut open = lock(&self.messages);
        let Some(messages) = &mut *open else {
            drop(open);
            return drop(message); // which may take its time
        };
        messages.push_back(message);
        let first = messages.len() == 1;
        drop(open);
        if first && let Err(error) = self.bell.wake() {
            log::error!("a shard cannot be woken: {error}");
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        lock(&self.messages).as_ref().is_none_or(VecDeque::is_empty)
    }

    /// Moves everything to the end of `into`, in order.
    pub(super) fn empty_into(&self, into: &mut VecDeque<M>) {
        if let Some(messages) = &mut *lock(&self.messages) {
            into.append(messages);
        }
    }

    /// Takes what is in it, and has it take no more.
    pub(super) fn close(&self) -> VecDeque<M> {
        lock(&self.messages).take().unwrap_or_default()
    }
}
