//! What comes before the first request of some connections: a proxy's word for whom it speaks,
//! then the TLS handshake. Neither waits; both fall to the deadline of a head.

use std::{
    io::{self, ErrorKind, Read},
    net::SocketAddr,
    sync::Arc,
};

use super::{
    accepted::{Opening, Purpose},
    certificates::Certificates,
};
use crate::{
    engine::{
        Engine,
        connection::{Connection, Missed, Written, phase::Phase},
        shard::{Shard, scratch::Scratch, slots::Token},
    },
    wire::proxy::{self, HEADER_BYTES_MAX, Introduction, NoIntroduction},
};

/// Room for what decides whether a peer begins to encrypt: the first message of most, whole.
const FIRST_BYTES: usize = 4 << 10;

impl Shard {
    /// Goes on with what comes before the first request.
    pub(crate) fn greet(&mut self, token: Token, ended: bool, scratch: &mut Scratch) {
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
                self.after_write(token, outcome);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if outcome == Written::Part {
                    connection.missed = told; // what lies there is read when this is written
                }
                self.after_write(token, outcome);
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
        let introduction = read_proxy_header(connection, buffer)?;
        connection.input.drain(..introduction.bytes);
        connection.came_encrypted = introduction.encrypted;
        if let Some(client) = introduction.client {
            set_client(connection, client, engine)?;
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
    connection.transport.continue_handshake()
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
fn read_proxy_header(connection: &mut Connection, buffer: &mut [u8]) -> io::Result<Introduction> {
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
fn set_client(connection: &mut Connection, client: SocketAddr, engine: &Engine) -> io::Result<()> {
    if !engine.admission.enter(client.ip()) {
        return Err(io::Error::other(format!("too many connections from {}", client.ip())));
    }
    engine.admission.leave(connection.peer.ip());
    connection.peer = client;
    Ok(())
}
