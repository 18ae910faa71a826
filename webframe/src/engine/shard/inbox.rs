//! The inbox of a shard: a queue of messages from workers and other shards, and the waker of its
//! poll.

#[cfg(loom)]
use loom::sync::Mutex;
use std::collections::VecDeque;
#[cfg(not(loom))]
use std::sync::Mutex;

#[cfg(loom)]
use super::Waker;
#[cfg(not(loom))]
use mio::Waker;

use crate::{lock::lock, report};

/// A queue with many senders, one receiver, and a waker.
#[derive(Debug)]
pub(crate) struct Inbox<M> {
    /// `None` when the receiver has ended.
    messages: Mutex<Option<VecDeque<M>>>,
    waker: Waker,
}

impl<M> Inbox<M> {
    pub(crate) fn new(waker: Waker) -> Inbox<M> {
        Inbox { messages: Mutex::new(Some(VecDeque::new())), waker }
    }

    /// Adds a message. Wakes the receiver only if the queue was empty, since it takes all messages
    /// at once. Drops the message if the receiver has ended.
    pub(crate) fn put(&self, message: M) {
        let mut open = lock(&self.messages);
        let Some(messages) = &mut *open else {
            drop(open);
            return drop(message); // outside the lock: it may block
        };
        messages.push_back(message);
        let first = messages.len() == 1;
        drop(open);
        if first && let Err(error) = self.waker.wake() {
            report::error(format_args!("a shard cannot be woken: {error}"));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.messages).as_ref().is_none_or(VecDeque::is_empty)
    }

    /// Appends all messages to `into`, in order.
    pub(crate) fn empty_into(&self, into: &mut VecDeque<M>) {
        if let Some(messages) = &mut *lock(&self.messages) {
            into.append(messages);
        }
    }

    /// Takes all messages. Further ones are dropped.
    pub(crate) fn close(&self) -> VecDeque<M> {
        lock(&self.messages).take().unwrap_or_default()
    }
}
