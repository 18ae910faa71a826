//! The sending side of a WebSocket, for any thread.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use super::{Close, CloseCode, Message, Prepared, call};
use crate::{
    live::outlet::{self, Outlet},
    wire::websocket::{Kind, Writer},
};

/// Sends on one WebSocket, from any thread. Clones send on the same connection.
#[derive(Clone)]
pub struct Socket(Arc<State>);

struct State {
    writer: Writer,
    queue_bytes_max: usize,
    protocol: Option<String>,
    /// Sends from any thread. Unset until the connection is open.
    outlet: OnceLock<Outlet>,
    /// The close that this end has sent, if any.
    closed: OnceLock<Close>,
    /// Whether the connection has ended, closed by either end.
    ended: AtomicBool,
}

/// The reason why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The connection is closed, or not open yet.
    Closed,
    /// The peer reads too slowly: `queue_bytes_max` would be exceeded.
    Full,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendError::Closed => "the WebSocket is closed",
            SendError::Full => "too many bytes wait for the peer of a WebSocket",
        })
    }
}

impl std::error::Error for SendError {}

impl From<outlet::SendError> for SendError {
    fn from(error: outlet::SendError) -> SendError {
        match error {
            outlet::SendError::Closed => SendError::Closed,
            outlet::SendError::Full => SendError::Full,
        }
    }
}

impl Socket {
    pub(super) fn new(writer: Writer, queue_bytes_max: usize, protocol: Option<String>) -> Socket {
        let outlet = OnceLock::new();
        let closed = OnceLock::new();
        let ended = AtomicBool::new(false);
        Socket(Arc::new(State { writer, queue_bytes_max, protocol, outlet, closed, ended }))
    }

    /// Sends a message without blocking: the server's event loop writes it when the peer reads.
    /// Messages of one thread arrive in order.
    ///
    /// # Errors
    /// If the connection is closed, or the peer reads too slowly.
    pub fn send(&self, message: impl Into<Message>) -> Result<(), SendError> {
        match message.into() {
            Message::Text(text) => self.send_bytes(Kind::Text, text.as_bytes()),
            Message::Binary(bytes) => self.send_bytes(Kind::Binary, &bytes),
        }
    }

    /// Sends a message that is encoded once for many sockets.
    ///
    /// # Errors
    /// Those of [`Socket::send`].
    pub fn send_prepared(&self, message: &Prepared) -> Result<(), SendError> {
        if !self.is_open() {
            return Err(SendError::Closed);
        }
        let outlet = self.outlet()?;
        let max = self.0.queue_bytes_max;
        let frame = message.frame(&self.0.writer);
        let appended = self.append(outlet, |output| {
            if outlet.queued().saturating_add(output.len()).saturating_add(frame.len()) > max {
                return Err(SendError::Full);
            }
            output.extend_from_slice(&frame);
            Ok(())
        });
        match appended {
            Some(result) => result,
            None => Ok(outlet.send(frame, max)?),
        }
    }

    fn send_bytes(&self, kind: Kind, bytes: &[u8]) -> Result<(), SendError> {
        if !self.is_open() {
            return Err(SendError::Closed);
        }
        let outlet = self.outlet()?;
        let max = self.0.queue_bytes_max;
        let appended = self.append(outlet, |output| {
            let waiting = outlet.queued().saturating_add(output.len());
            if waiting.saturating_add(bytes.len()) > max {
                return Err(SendError::Full);
            }
            self.0.writer.append_message(kind, bytes, output);
            Ok(())
        });
        match appended {
            Some(result) => result,
            None => Ok(outlet.send(self.0.writer.encode_message(kind, bytes).into(), max)?),
        }
    }

    /// Closes the connection after the waiting messages. The reason is for logs and is truncated to
    /// 123 bytes. A second close has no effect.
    pub fn close(&self, code: CloseCode, reason: &str) {
        let close = Close::new(code, reason);
        if self.has_ended() || self.0.closed.set(close.clone()).is_err() {
            return;
        }
        let Ok(outlet) = self.outlet() else { return };
        let frame = self.0.writer.encode_close(&close);
        // During a call in the shard, the frame is appended to the output of the call, and the
        // conversation closes the connection after it.
        if self.append(outlet, |output| output.extend_from_slice(&frame)).is_none() {
            self.close_through_outlet(frame);
        }
    }

    /// Sends a close frame, which may be empty, and closes the connection after everything that was
    /// sent through the outlet before.
    pub(super) fn close_through_outlet(&self, frame: Vec<u8>) {
        if let Ok(outlet) = self.outlet() {
            // The frame may exceed the queue's limit: it is the last one. A peer that does not read
            // is disconnected when the time to write is over.
            outlet.send(frame.into(), usize::MAX).ok();
            outlet.close();
        }
    }

    /// Whether messages are on their way to the shard.
    pub(super) fn has_messages_in_flight(&self) -> bool {
        self.0.outlet.get().is_some_and(Outlet::has_bytes_in_flight)
    }

    /// Adds to the output of the call in the shard that this thread runs for this socket. `None`:
    /// there is no such call, or earlier messages are in flight, so the outlet has to be used.
    fn append<R>(&self, outlet: &Outlet, append: impl FnOnce(&mut Vec<u8>) -> R) -> Option<R> {
        if outlet.has_bytes_in_flight() { None } else { call::append(self.address(), append) }
    }

    /// Whether messages can be sent: the connection is open, and this end has not closed it.
    pub fn is_open(&self) -> bool {
        let outlet = self.0.outlet.get();
        outlet.is_some_and(|outlet| !outlet.is_closed())
            && self.0.closed.get().is_none()
            && !self.has_ended()
    }

    /// Bytes that wait for the peer to read.
    pub fn queued_bytes(&self) -> usize {
        self.0.outlet.get().map_or(0, Outlet::queued)
    }

    /// The negotiated subprotocol.
    pub fn protocol(&self) -> Option<&str> {
        self.0.protocol.as_deref()
    }

    fn outlet(&self) -> Result<&Outlet, SendError> {
        self.0.outlet.get().ok_or(SendError::Closed)
    }

    pub(super) fn attach(&self, outlet: Outlet) {
        self.0.outlet.set(outlet).ok();
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.0.writer
    }

    /// The close that this end has sent, if any.
    pub(super) fn closed_with(&self) -> Option<&Close> {
        self.0.closed.get()
    }

    pub(super) fn note_end(&self) {
        self.0.ended.store(true, Relaxed);
    }

    fn has_ended(&self) -> bool {
        self.0.ended.load(Relaxed)
    }

    /// A number that identifies this socket in the process.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl PartialEq for Socket {
    fn eq(&self, other: &Socket) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Socket {}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Socket(open: {}, queued: {} bytes)", self.is_open(), self.queued_bytes())
    }
}
