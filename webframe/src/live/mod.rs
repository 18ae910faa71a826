//! Live connections: they stay open after the head of a response, or use a line protocol without
//! one, and hold no thread.
//!
//! This is the contract between the engine and the kinds of live connection. A [`Conversation`]
//! reads bytes and calls the app (WebSockets, line protocols). A [`Subscription`] sends the blocks
//! of a feed, a ring of published blocks (event streams). An [`Outlet`] sends bytes from any
//! thread.

pub(crate) mod feed;
pub(crate) mod outlet;
pub(crate) mod presence;

use std::{fmt, sync::Arc, time::Duration};

use feed::Subscription;
use outlet::Outlet;

use crate::pace::Pace;

/// A protocol other than HTTP requests, on one connection.
///
/// The engine calls it in order, never from two threads at once: in the shard (event loop) of the
/// connection while its calls are quick, otherwise on a worker thread. While a call runs, nothing
/// is read from the connection.
pub(crate) trait Conversation: Send {
    /// Passes the outlet of the connection. Must not call code of the app.
    fn attach(&mut self, outlet: Outlet) {
        drop(outlet);
    }

    /// Consumes input and appends output.
    ///
    /// An implementation must consume at least part of an input that is longer than half of the
    /// read buffer (32 KiB), and should return [`Next::Again`] when the output exceeds
    /// [`Limits::output_bytes_max`](crate::Limits::output_bytes_max).
    fn proceed(
        &mut self,
        reason: CallReason,
        place: CallPlace,
        input: &[u8],
        output: &mut Vec<u8>,
    ) -> Outcome;

    /// Whether calls of the app's code are quick or may block, learned from all connections of the
    /// same kind.
    fn pace(&self) -> &Arc<Pace>;
}

/// Why a conversation is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallReason {
    /// The connection is open: the first call.
    Opened,
    /// Input has arrived, or the output is written for which earlier input had to wait.
    Input,
    /// The peer has shut down its writing side. After this call the connection closes.
    Ended,
    /// The time of [`Next::Wait`] has passed.
    TimedOut,
    /// The server stops: the last chance to send.
    Stopping,
    /// The connection is closed: the last call, always on a worker. Output is discarded.
    Closed,
}

/// The place of a call. It decides what is written first, if the app also sends through the
/// [`Outlet`] during the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallPlace {
    /// In the shard of the connection. The output of the call is written before all bytes that the
    /// shard has not yet taken from the outlet.
    Shard,
    /// On a worker. Bytes that are sent through the outlet during the call are written before the
    /// output of the call.
    Worker,
}

/// The result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Number of consumed bytes of the input. The next call gets the rest, and the bytes that have
    /// arrived after it.
    pub(crate) consumed: usize,
    pub(crate) next: Next,
}

/// The step after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Wait for input; after this time, if there is one, call with [`CallReason::TimedOut`].
    Wait(Option<Duration>),
    /// Call again as soon as the output is written.
    Again,
    /// Write the output and close the connection.
    Close,
}

/// A connection that stays open after the head of its response; the value of
/// [`Body::Live`](crate::Body::Live). It has either a conversation or a subscription.
pub struct Live {
    pub(crate) conversation: Option<Box<dyn Conversation>>,
    pub(crate) subscription: Option<Box<Subscription>>,
}

impl Live {
    /// A connection that sends the blocks of a feed.
    pub(crate) fn subscription(subscription: Subscription) -> Live {
        Live { conversation: None, subscription: Some(Box::new(subscription)) }
    }

    /// A connection for another protocol.
    pub(crate) fn conversation(conversation: impl Conversation + 'static) -> Live {
        Live { conversation: Some(Box::new(conversation)), subscription: None }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Live")
    }
}
