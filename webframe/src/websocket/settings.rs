//! The rules of WebSockets: limits, idle time, origins, subprotocols, compression.

use std::time::Duration;

use crate::{Request, middleware::SameOrigin, wire::websocket::MessageLimits};

/// The rules of a route's WebSockets.
#[derive(Debug)]
pub struct SocketSettings {
    /// Bytes of a message, inflated; the connection closes with 1009 beyond. Default: 1 MiB, as
    /// for the content of requests; ws takes 100 MiB.
    pub message_bytes_max: usize,
    /// Bytes of a frame as it is sent; 1009 beyond. Default: 1 MiB.
    pub frame_bytes_max: usize,
    /// Frames of a message; 1008 beyond. Default: 131,072: they cost time and no memory.
    pub fragments_max: u32,
    /// Bytes that may wait for a peer that does not read, before [`Socket::send`](super::Socket::send)
    /// refuses a message. Default: 4 MiB.
    pub queue_bytes_max: usize,
    /// Time without a byte from the peer, after which the connection is closed. A ping is sent
    /// after half of it, so a peer that is silent and alive stays. Default: 60 s.
    pub idle: Duration,
    /// The pages that may connect. Default: those of the same origin.
    pub origins: Origins,
    /// The subprotocols that are spoken here. The first of the client's list that is among them is
    /// taken; if there is none, the connection opens without. Default: none.
    pub protocols: Vec<String>,
    /// Default: [`Compression::PerMessage`].
    pub compression: Compression,
}

/// The pages that may connect. Browsers let any page connect to any host, with the cookies of that
/// host.
#[derive(Debug)]
pub enum Origins {
    /// The site's own pages and those that the layer allows; also clients that are no browsers.
    Own(SameOrigin),
    /// Pages of all sites.
    Any,
}

/// Whether messages are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// With `permessage-deflate`, if the client offers it. No context is kept between messages.
    #[default]
    PerMessage,
    /// Never: for messages that hold both secrets and what others wrote.
    Never,
}

impl Default for SocketSettings {
    fn default() -> SocketSettings {
        SocketSettings {
            message_bytes_max: 1 << 20,
            frame_bytes_max: 1 << 20,
            fragments_max: 1 << 17,
            queue_bytes_max: 4 << 20,
            idle: Duration::from_secs(60),
            origins: Origins::Own(SameOrigin::new()),
            protocols: Vec::new(),
            compression: Compression::default(),
        }
    }
}

impl SocketSettings {
    pub(super) fn message_limits(&self) -> MessageLimits {
        MessageLimits {
            frame_bytes_max: self.frame_bytes_max,
            message_bytes_max: self.message_bytes_max,
            fragments_max: self.fragments_max,
        }
    }
}

impl Origins {
    pub(super) fn allow(&self, request: &Request) -> bool {
        match self {
            Origins::Own(own) => own.is_own(request),
            Origins::Any => true,
        }
    }
}
