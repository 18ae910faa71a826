//! Parses and encodes WebSocket (RFC 6455, RFC 7692). All functions are pure.
//!
//! [`handshake`] checks the request that opens a connection. Then a [`Reader`] converts the bytes
//! of the peer to [`Event`]s, and a [`Writer`] converts messages to frames. A [`Fault`] is a
//! violated rule with its close code; after a fault nothing more is read.
//!
//! ```text
//!   handshake ──► open ──Close──► closed
//!                  │ ▲
//!            frame │ │ last frame of a message, or a control frame: an Event
//!                  ▼ │
//!              in a message (control frames may come between its frames)
//! ```

mod close;
mod deflate;
mod extension;
mod fault;
mod frame;
mod handshake;
mod message;
mod reader;
mod writer;

pub use close::{Close, CloseCode};
pub(crate) use extension::Deflate;
pub(crate) use fault::Fault;
pub(crate) use handshake::{Handshake, HandshakeFault};
pub(crate) use reader::{Event, Reader};
pub(crate) use writer::Writer;

/// Which end of the connection this is. A client masks its frames, a server does not (RFC 6455
/// §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Server,
    Client,
}

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// UTF-8.
    Text,
    /// Any bytes.
    Binary,
}

/// Limits of the messages of a peer. Defaults and reasons are in
/// [`SocketSettings`](crate::websocket::SocketSettings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageLimits {
    /// Payload of a frame in bytes, as received.
    pub(crate) frame_bytes_max: usize,
    /// Size of an inflated message in bytes.
    pub(crate) message_bytes_max: usize,
    /// Number of frames of a message.
    pub(crate) fragments_max: u32,
}

#[cfg(test)]
mod tests;
