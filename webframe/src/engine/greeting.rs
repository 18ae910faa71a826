//! What comes before the first request of some connections: a proxy's word for whom it speaks,
//! then the TLS handshake. Neither waits; both fall to the deadline of a head.

use std::{
    io::{self, ErrorKind, Read},
    net::SocketAddr,
    sync::Arc,
};

use super::{
    Engine,
    connection::{Connection, Phase, Written},
    reader::Scratch,
    shard::{Shard, Todo},
    slots::Token,
    timers::Tick,
    tls::Tls,
    transport::Transport,
};
use crate::{
    network,
    wire::proxy::{self, HEADER_BYTES_MAX, Introduction, NoIntroduction},
};

/// A connection that was accepted.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) transport: Transport,
    pub(super) peer: SocketAddr,
    pub(super) purpose: Purpose,
    pub(super) opening: Opening,
}

/// What the connections of a listener are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To ask the app.
    Site,
    /// To be told where the site is.
    Redirect,
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
        socket: Transport,
        peer: SocketAddr,
        engine: &Engine,
    ) -> Result<Arrival, rustls::Error> {
        let purpose = match listener < engine.site_listeners {
            true => Purpose::Site,
            false => Purpose::Redirect,
        };
        let (transport, opening) = match (&engine.certificates, purpose) {
            (Some(certificates), Purpose::Site) => {
                let tls = Tls::new(socket, certificates.session()?);
                (Transport::Tls(Box::new(tls)), Opening::Handshake)
            }
            _ => (socket, Opening::Request),
        };
        let proxies = &engine.settings.proxy_protocol_from;
        let opening = match network::any_contains(proxies, peer.ip()) {
            true => Opening::Introduction,
            false => opening,
        };
        Ok(Arrival { transport, peer, purpose, opening })
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
        match greeted {
            Ok(()) => {
                connection.phase = Phase::Idle;
                connection.idle_since = self.now;
                let has_output = connection.has_output();
                self.set_deadline_in(token, engine.clocks.idle);
                match has_output {
                    true => self.written(token, Written::Part),
                    false => self.todo.push_back(Todo::Read(token, ended)),
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let outcome = match connection.has_output() {
                    true => Written::Part,
                    false => Written::All,
                };
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
        if let Some(client) = introduction.client {
            introduce(connection, client, engine)?;
        }
        connection.phase = Phase::Greeting(Opening::Handshake, since);
        if let Transport::Tls(tls) = &mut connection.transport {
            tls.take_in(&std::mem::take(&mut connection.input))?;
        }
    }
    match &mut connection.transport {
        Transport::Tls(tls) => tls.shake_hands(),
        Transport::Tcp(_) | Transport::Unix(_) => Ok(()),
    }
}

/// Reads the header of the PROXY protocol; what came behind it stays in the connection's input.
fn read_introduction(connection: &mut Connection, buffer: &mut [u8]) -> io::Result<Introduction> {
    loop {
        let room = HEADER_BYTES_MAX.saturating_sub(connection.input.len());
        let came = connection.transport.socket_mut().read(&mut buffer[..room])?;
        if came == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        connection.input.extend_from_slice(&buffer[..came]);
        match proxy::parse(&connection.input) {
            Ok(Some(introduction)) => return Ok(introduction),
            Ok(None) => {}
            Err(NoIntroduction) => {
                let text = "it does not begin with a header of the PROXY protocol";
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
