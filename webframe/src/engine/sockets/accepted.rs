//! An accepted connection that belongs to no shard yet: its purpose, and the bytes that must come
//! first.

use std::net::SocketAddr;

use super::transport::Transport;
use crate::{
    engine::{Engine, connection::phase::Phase, shard::wheel::Tick},
    request::network,
};

/// A connection that was accepted and belongs to no shard yet.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) transport: Transport,
    pub(crate) peer: SocketAddr,
    pub(crate) purpose: Purpose,
    pub(crate) opening: Opening,
}

/// The purpose of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To serve the site.
    Site,
    /// To redirect to the encrypted site.
    Redirect,
    /// For the line protocol with this index.
    Lines(usize),
    /// To answer that this port needs TLS. A redirect would loop behind a proxy that does not
    /// encrypt, and a program that follows redirects would keep sending its secrets in clear text.
    Unencrypted,
}

/// The bytes that must come first on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A PROXY protocol header.
    ProxyHeader,
    /// A TLS handshake.
    Handshake,
    /// A request.
    Request,
}

impl Accepted {
    /// A connection that was accepted from the listener with this index.
    pub(crate) fn new(
        listener: usize,
        transport: Transport,
        peer: SocketAddr,
        engine: &Engine,
    ) -> Accepted {
        let purpose = engine.purpose_of(listener);
        let opening = match purpose {
            _ if network::any_contains(&engine.settings.proxy_protocol_from, peer.ip()) => {
                Opening::ProxyHeader
            }
            Purpose::Site if engine.certificates.is_some() => Opening::Handshake,
            _ => Opening::Request,
        };
        Accepted { transport, peer, purpose, opening }
    }

    /// The phase that the connection starts in.
    pub(crate) fn phase(&self, now: Tick) -> Phase {
        match self.opening {
            Opening::Request => Phase::Idle,
            opening => Phase::Preamble(opening, now),
        }
    }
}
