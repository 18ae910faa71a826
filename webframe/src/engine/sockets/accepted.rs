//! An accepted connection: what it is for, and what its first bytes have to be.

use std::net::SocketAddr;

use super::transport::Transport;
use crate::{
    engine::{Engine, connection::phase::Phase, shard::wheel::Tick},
    request::network,
};

/// A connection that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) transport: Transport,
    pub(crate) peer: SocketAddr,
    pub(crate) purpose: Purpose,
    pub(crate) opening: Opening,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To ask the app.
    Site,
    /// To be told where the site is.
    Redirect,
    /// To be told that it is encrypted here. It is no redirect: a proxy that forgets to encrypt
    /// would turn in a circle, and a program would go on sending its secrets in the open first.
    Unencrypted,
}

/// What a connection begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A header of the PROXY protocol.
    Introduction,
    /// A TLS handshake.
    Handshake,
    /// A request.
    Request,
}

impl Accepted {
    /// A connection that came in at a listener.
    pub(crate) fn at(
        listener: usize,
        transport: Transport,
        peer: SocketAddr,
        engine: &Engine,
    ) -> Accepted {
        let purpose = match listener < engine.site_listeners {
            true => Purpose::Site,
            false => Purpose::Redirect,
        };
        let opening = match purpose {
            _ if network::any_contains(&engine.settings.proxy_protocol_from, peer.ip()) => {
                Opening::Introduction
            }
            Purpose::Site if engine.certificates.is_some() => Opening::Handshake,
            _ => Opening::Request,
        };
        Accepted { transport, peer, purpose, opening }
    }

    /// Where the connection stands now.
    pub(crate) fn phase(&self, now: Tick) -> Phase {
        match self.opening {
            Opening::Request => Phase::Idle,
            opening => Phase::Greeting(opening, now),
        }
    }
}
