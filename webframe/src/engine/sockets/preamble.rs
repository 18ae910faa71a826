//! The preamble of a connection, the bytes before its first request: a PROXY header, then the TLS
//! handshake. Both must be complete within the time limit of a head.

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
        connection::{Connection, Readiness, Written, phase::Phase},
        shard::{Shard, scratch::Scratch, slots::Token},
    },
    wire::proxy::{self, HEADER_BYTES_MAX, NotProxyHeader, ProxyHeader},
};

/// Size of the first read: the ClientHello of most clients fits.
const FIRST_BYTES: usize = 4 << 10;

impl Shard {
    /// Continues to read the bytes before the first request.
    pub(crate) fn read_preamble(
        &mut self,
        token: Token,
        arrived: Readiness,
        scratch: &mut Scratch,
    ) {
        let engine = Arc::clone(&self.engine);
        let Some(connection) = self.connections.get(token) else { return };
        let peer = connection.peer.ip();
        let result = read_preamble(connection, &mut scratch.input, &engine);
        let written = if connection.has_output() { Written::Part } else { Written::All };
        match result {
            Ok(()) => {
                connection.phase = Phase::Idle;
                connection.last_request = self.now;
                connection.missed = arrived; // the first request may have arrived already
                let client = connection.peer.ip();
                if client != peer && !self.make_room_for(client) {
                    return self.close(token);
                }
                self.await_first_request(token);
                if !self.open_lines(token) {
                    self.after_write(token, written);
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if written == Written::Part {
                    connection.missed = arrived; // read again after the output is written
                }
                self.after_write(token, written);
            }
            Err(error) => {
                log::debug!("{}: closed before its first request: {error}", connection.peer);
                self.close(token);
            }
        }
    }
}

/// Reads the PROXY header, if one is expected, and completes the TLS handshake, if the site is
/// encrypted. The error `WouldBlock` means that more bytes from the client are needed.
fn read_preamble(
    connection: &mut Connection,
    buffer: &mut [u8],
    engine: &Engine,
) -> io::Result<()> {
    if let Phase::Preamble(Opening::ProxyHeader, since) = connection.phase {
        let proxy_header = read_proxy_header(connection, buffer)?;
        connection.input.drain(..proxy_header.bytes);
        connection.proxy_reported_encryption = proxy_header.encrypted;
        if let Some(client) = proxy_header.client {
            set_client(connection, client, engine);
        }
        connection.phase = Phase::Preamble(Opening::Handshake, since);
    }
    match &engine.certificates {
        Some(certificates) if connection.purpose == Purpose::Site => {
            encrypt(connection, buffer, certificates)
        }
        _ => Ok(()),
    }
}

/// Starts or continues the handshake. If the first byte is a letter, the client sends plain HTTP:
/// no TLS record begins with a letter.
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

/// Reads once and appends at least one byte to the connection's input.
fn read_more(connection: &mut Connection, room: &mut [u8]) -> io::Result<()> {
    match connection.transport.read(room)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        n => {
            connection.input.extend_from_slice(&room[..n]);
            Ok(())
        }
    }
}

/// Reads the PROXY header. Bytes that follow it stay in the connection's input.
fn read_proxy_header(connection: &mut Connection, buffer: &mut [u8]) -> io::Result<ProxyHeader> {
    loop {
        let room = HEADER_BYTES_MAX.saturating_sub(connection.input.len());
        read_more(connection, &mut buffer[..room])?;
        match proxy::parse(&connection.input) {
            Ok(Some(proxy_header)) => return Ok(proxy_header),
            Ok(None) => {}
            Err(NotProxyHeader) => {
                let text = "invalid PROXY protocol header";
                return Err(io::Error::new(ErrorKind::InvalidData, text));
            }
        }
    }
}

/// Makes the client, instead of the proxy, the peer of the connection.
fn set_client(connection: &mut Connection, client: SocketAddr, engine: &Engine) {
    engine.admission.enter(client.ip());
    engine.admission.leave(connection.peer.ip());
    connection.peer = client;
}
