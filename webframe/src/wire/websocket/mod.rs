//! WebSocket on the wire (RFC 6455, RFC 7692), pure: bytes to messages and messages to bytes.
//!
//! [`handshake`] checks the request that opens a connection. After it a [`Reader`] turns the bytes
//! of the peer into [`Event`]s, and a [`Writer`] turns messages into frames. A [`Fault`] names the
//! rule that the peer broke and the close code that answers it; after one nothing more is read.
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

/// Which end of the connection this is: a client masks its frames, a server does not (RFC 6455 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Server,
    Client,
}

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// UTF-8.
    Text,
    /// Any bytes.
    Binary,
}

/// Bounds on what a peer sends; each has its default and its reason in `limits.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageLimits {
    /// Payload of one frame in bytes, as it is sent.
    pub(crate) frame_bytes_max: usize,
    /// One message in bytes, inflated.
    pub(crate) message_bytes_max: usize,
    /// Frames of one message.
    pub(crate) fragments_max: u32,
}

#[cfg(test)]
mod tests;
