//! The settings of WebSockets: limits, idle time, origins, subprotocols, compression.

use std::time::Duration;

use crate::{Request, middleware::SameOrigin, wire::websocket::MessageLimits};

/// The settings of a route's WebSockets.
#[derive(Debug)]
pub struct SocketSettings {
    /// Maximum size of an inflated message in bytes; a larger one closes the connection with 1009.
    /// Default: 1 MiB, as for bodies of requests. The JavaScript library ws allows 100 MiB.
    pub message_bytes_max: usize,
    /// Maximum size of a frame in bytes, as received; a larger one closes the connection with 1009.
    /// Default: 1 MiB.
    pub frame_bytes_max: usize,
    /// Maximum number of frames of a message; more close the connection with 1008. Default:
    /// 131,072, since frames cost time but no memory.
    pub fragments_max: u32,
    /// Maximum number of bytes that wait for the peer to read. If a message would exceed it,
    /// [`Socket::send`](super::Socket::send) fails. Default: 4 MiB.
    pub queue_bytes_max: usize,
    /// The connection closes after this time without a byte from the peer. A ping is sent after
    /// half of it, so an idle peer that answers stays connected. Default: 60 s.
    pub idle: Duration,
    /// The pages that may connect. Default: those of the same origin.
    pub origins: Origins,
    /// The supported subprotocols. The first of the client's list that is supported is chosen; if
    /// there is none, the connection opens without a subprotocol. Default: none.
    pub protocols: Vec<String>,
    /// Whether messages are compressed. Default: [`Compression::PerMessage`].
    pub compression: Compression,
}

/// The pages that may connect. Browsers let any page connect to any host, with the cookies of that
/// host.
#[derive(Debug)]
pub enum Origins {
    /// The site's own pages, those of other sites that the [`SameOrigin`] allows, and clients that
    /// are not browsers.
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
    /// Never: for messages that contain both secrets and text that others choose, since their
    /// compressed length would reveal the secrets (BREACH).
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
