//! What comes before the first request of some connections: a proxy's word for whom it speaks,
//! then the TLS handshake. Neither waits; both fall to the deadline of a head.

use std::{
    io::{self, ErrorKind, Read},
    net::SocketAddr,
    sync::Arc,
};

use super::{
    Engine,
    certificates::Certificates,
    connection::{Connection, Missed, Phase, Written},
    reader::Scratch,
    shard::Shard,
    slots::Token,
    timers::Tick,
    transport::Transport,
};
use crate::{
    network,
    wire::proxy::{self, HEADER_BYTES_MAX, Introduction, NoIntroduction},
};

/// Room for what decides whether a peer begins to encrypt: the first message of most, whole.
const FIRST_BYTES: usize = 4 << 10;

/// A connection that was accepted.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) transport: Transport,
    pub(super) peer: SocketAddr,
    pub(super) purpose: Purpose,
    pub(super) opening: Opening,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
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
pub(super) enum Opening {
    /// A header of the PROXY protocol.
    Introduction,
    /// A TLS handshake.
    Handshake,
    /// A request.
    Request,
}

impl Arrival {
    /// A connection that came in at a listener.
    pub(super) fn at(
        listener: usize,
        transport: Transport,
        peer: SocketAddr,
        engine: &Engine,
    ) -> Arrival {
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
        Arrival { transport, peer, purpose, opening }
    }

    /// Where the connection stands now.
    pub(super) fn phase(&self, now: Tick) -> Phase {
        match self.opening {
            Opening::Request => Phase::Idle,
            opening => Phase::Greeting(opening, now),
        }
    }
}

impl Shard {
    /// Goes on with what comes before the first request.
    pub(super) fn greet(&mut self, token: Token, ended: bool, scratch: &mut Scratch) {
        let engine = Arc::clone(&self.engine);
        let Some(connection) = self.connections.get(token) else { return };
        let greeted = greet(connection, &mut scratch.input, &engine);
        let outcome = if connection.has_output() { Written::Part } else { Written::All };
        let told = if ended { Missed::End } else { Missed::Something };
        match greeted {
            Ok(()) => {
                connection.phase = Phase::Idle;
                connection.idle_since = self.now;
                connection.missed = told; // the first request may lie there already
                self.await_first_request(token);
                self.written(token, outcome);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if outcome == Written::Part {
                    connection.missed = told; // what lies there is read when this is written
                }
                self.written(token, outcome);
            }
            Err(error) => {
                log::debug!("{}: closed before its first request: {error}", connection.peer);
                self.close(token);
            }
        }
    }
}

fn greet(connection: &mut Connection, buffer: &mut [u8], engine: &Engine) -> io::Result<()> {
    if let Phase::Greeting(Opening::Introduction, since) = connection.phase {
        let introduction = read_introduction(connection, buffer)?;
        connection.input.drain(..introduction.bytes);
        connection.came_encrypted = introduction.encrypted;
        if let Some(client) = introduction.client {
            introduce(connection, client, engine)?;
        }
        connection.phase = Phase::Greeting(Opening::Handshake, since);
    }
    match &engine.certificates {
        Some(certificates) if connection.purpose == Purpose::Site => {
            encrypt(connection, buffer, certificates)
        }
        _ => Ok(()),
    }
}

/// Shakes hands, unless the first byte is one of a request that is not encrypted: a TLS record
/// begins with another than a letter.
fn encrypt(
    connection: &mut Connection,
    buffer: &mut [u8],
    certificates: &Certificates,
) -> io::Result<()> {
    if !connection.transport.is_encrypted() {
        if connection.input.is_empty() {
            read_more(connection, &mut buffer[..FIRST_BYTES])?;
        }
        if connection.input.first().is_some_and(u8::is_ascii_alphabetic) {
            connection.purpose = Purpose::Unencrypted;
            return Ok(());
        }
        let session = certificates.session().map_err(io::Error::other)?;
        connection.transport.encrypt(session, &std::mem::take(&mut connection.input))?;
    }
    connection.transport.shake_hands()
}

/// Reads once, at least a byte, behind what of the connection's input is there.
fn read_more(connection: &mut Connection, room: &mut [u8]) -> io::Result<()> {
    match connection.transport.read(room)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        came => {
            connection.input.extend_from_slice(&room[..came]);
            Ok(())
        }
    }
}

/// Reads the header of the PROXY protocol; what came behind it stays in the connection's input.
fn read_introduction(connection: &mut Connection, buffer: &mut [u8]) -> io::Result<Introduction> {
    loop {
        let room = HEADER_BYTES_MAX.saturating_sub(connection.input.len());
        read_more(connection, &mut buffer[..room])?;
        match proxy::parse(&connection.input) {
            Ok(Some(introduction)) => return Ok(introduction),
            Ok(None) => {}
            Err(NoIntroduction) => {
                let text = "it does not begin with a right header of the PROXY protocol";
                return Err(io::Error::new(ErrorKind::InvalidData, text));
            }
        }
    }
}

/// Takes a connection for the client's instead of the proxy's.
fn introduce(connection: &mut Connection, client: SocketAddr, engine: &Engine) -> io::Result<()> {
    if !engine.admission.enter(client.ip()) {
        return Err(io::Error::other(format!("too many connections from {}", client.ip())));
    }
    engine.admission.leave(connection.peer.ip());
    connection.peer = client;
    Ok(())
}
