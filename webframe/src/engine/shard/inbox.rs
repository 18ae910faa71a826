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

use crate::lock::lock;

/// A queue with a bell; many put in, one takes out.
#[derive(Debug)]
pub(crate) struct Inbox<M> {
    /// `None` when the owner has gone.
    messages: Mutex<Option<VecDeque<M>>>,
    waker: Waker,
}

impl<M> Inbox<M> {
    pub(crate) fn new(waker: Waker) -> Inbox<M> {
        Inbox { messages: Mutex::new(Some(VecDeque::new())), waker }
    }

    /// Puts a message in; rings only for the first, the owner empties the box each time it wakes.
    /// Where the owner has gone the message is dropped.
    pub(crate) fn put(&self, message: M) {
        let mut open = lock(&self.messages);
        let Some(messages) = &mut *open else {
            drop(open);
            return drop(message); // which may take its time
        };
        messages.push_back(message);
        let first = messages.len() == 1;
        drop(open);
        if first && let Err(error) = self.waker.wake() {
            log::error!("a shard cannot be woken: {error}");
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.messages).as_ref().is_none_or(VecDeque::is_empty)
    }

    /// Moves everything to the end of `into`, in order.
    pub(crate) fn empty_into(&self, into: &mut VecDeque<M>) {
        if let Some(messages) = &mut *lock(&self.messages) {
            into.append(messages);
        }
    }

    /// Takes what is in it, and has it take no more.
    pub(crate) fn close(&self) -> VecDeque<M> {
        lock(&self.messages).take().unwrap_or_default()
    }
}
