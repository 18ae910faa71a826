//! A connection: its socket, the bytes that wait on either side, and its phase.

pub(crate) mod phase;
mod driver;
pub(crate) mod turn;
pub(crate) mod reader;
pub(crate) mod answer;
mod streaming;
mod closing;

use std::{
    io::{self, ErrorKind, Read, Write},
    net::SocketAddr,
};

use mio::event::Event;
use phase::Phase;

use super::shard::scratch::Scratch;
use super::{
    shard::wheel::{NEVER, Tick},
    sockets::{
        accepted::{Accepted, Purpose},
        transport::Transport,
    },
};
use crate::request::Peer;

/// A connection, as its shard (event loop) keeps it. It has buffers only while a request or an
/// answer is incomplete. Times are in ticks of the shard's timer wheel.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) transport: Transport,
    pub(crate) peer: SocketAddr,
    pub(crate) purpose: Purpose,
    /// A trusted proxy reported in its PROXY header that the client's connection is encrypted.
    pub(crate) proxy_reported_encryption: bool,
    /// Input that is not consumed: part of a head, or requests that wait for their turn.
    pub(crate) input: Vec<u8>,
    /// Output for the socket. The part from `written` on is not written yet.
    pub(crate) output: Vec<u8>,
    /// Number of bytes of `output` that are written.
    pub(crate) written: usize,
    pub(crate) phase: Phase,
    /// The tick at which the shard has to act on the connection.
    pub(crate) deadline: Tick,
    /// The tick of the connection's entry in the timer wheel.
    pub(crate) armed: Tick,
    /// The tick of the last complete request; before the first one, the tick at which the
    /// connection opened.
    pub(crate) last_request: Tick,
    /// Number of requests answered.
    pub(crate) served: u32,
    /// The peer has shut down its writing side.
    pub(crate) input_ended: bool,
    /// The handler of the current request has passed its deadline.
    pub(crate) overdue: bool,
    /// The events that the poll reports.
    pub(crate) registration: Registration,
    /// Readiness is edge-triggered: events that arrive while the connection cannot be read are kept
    /// here.
    pub(crate) missed: Readiness,
}

/// The events of a connection that the poll reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registration {
    /// Not registered yet. The first request often arrives with the connection and may be its last,
    /// so it is read before the registration.
    Not,
    Reading,
    ReadingAndWriting,
}

/// A readiness event of the poll for a connection. The variants are ordered: each includes those
/// before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Readiness {
    Nothing,
    /// Input has arrived.
    Input,
    /// Input may have arrived, and the peer has shut down its writing side.
    End,
    /// Input may have arrived, and nothing can be sent any more: the connection was reset.
    Reset,
}

impl Readiness {
    pub(crate) fn from_event(event: &Event) -> Readiness {
        match (event.is_read_closed(), event.is_write_closed()) {
            (false, _) => Readiness::Input,
            (true, false) => Readiness::End,
            (true, true) => Readiness::Reset,
        }
    }
}

/// The result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    All,
    /// The rest waits in `output`.
    Part,
    /// The connection is broken.
    Broken,
}

/// The result of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadOutcome {
    Bytes(usize),
    /// Nothing has arrived.
    Nothing,
    /// The peer has shut down its writing side.
    End,
    Broken,
}

impl Connection {
    pub(crate) fn new(accepted: Accepted, now: Tick) -> Connection {
        let phase = accepted.phase(now);
        Connection {
            transport: accepted.transport,
            peer: accepted.peer,
            purpose: accepted.purpose,
            proxy_reported_encryption: false,
            input: Vec::new(),
            output: Vec::new(),
            written: 0,
            phase,
            deadline: NEVER,
            armed: NEVER,
            last_request: now,
            served: 0,
            input_ended: false,
            overdue: false,
            registration: Registration::Not,
            missed: Readiness::Nothing,
        }
    }

    /// The peer of this connection's requests. It counts as encrypted if this server terminates
    /// TLS, or if the PROXY header reports encryption. If this server terminates TLS, a PROXY
    /// header that reports no encryption changes nothing: the proxy may pass on TLS that it cannot
    /// decrypt.
    pub(crate) fn peer(&self) -> Peer {
        let encrypted = self.transport.is_encrypted() || self.proxy_reported_encryption;
        Peer { address: self.peer, encrypted }
    }

    /// Moves the stored input to the front of the read buffer in the scratch (the buffers of the
    /// thread that runs the shard). Returns its length.
    pub(crate) fn load(&mut self, scratch: &mut Scratch) -> usize {
        let kept = self.input.len();
        scratch.input[..kept].copy_from_slice(&self.input);
        if matches!(self.phase, Phase::Idle | Phase::Live(_)) {
            self.input = Vec::new();
        } else {
            self.input.clear();
        }
        scratch.unread_end = kept;
        kept
    }

    /// Reads once.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> ReadOutcome {
        loop {
            match self.transport.read(into) {
                Ok(0) => return ReadOutcome::End,
                Ok(n) => return ReadOutcome::Bytes(n),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return ReadOutcome::Nothing,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return ReadOutcome::Broken,
            }
        }
    }

    /// Whether unread input has arrived. If so, closing the socket would make the kernel discard
    /// the part of the answer that is still in flight (RFC 9112 §9.6). The check reads and discards
    /// up to 64 bytes of the input, since no further request is answered.
    pub(crate) fn has_unread(&mut self) -> bool {
        !self.input_ended && matches!(self.read(&mut [0; 64]), ReadOutcome::Bytes(_))
    }

    /// Writes the stored output and then `fresh`. Stores the rest when the socket is full.
    pub(crate) fn write(&mut self, fresh: &[u8]) -> Written {
        if self.written < self.output.len() {
            self.output.extend_from_slice(fresh);
            return self.write_waiting();
        }
        match write_all(&mut self.transport, fresh) {
            Ok(n) if n == fresh.len() && !self.transport.has_output() => Written::All,
            Ok(n) => {
                self.output.extend_from_slice(&fresh[n..]);
                Written::Part
            }
            Err(_) => Written::Broken,
        }
    }

    /// Writes the stored output.
    pub(crate) fn write_waiting(&mut self) -> Written {
        match write_all(&mut self.transport, &self.output[self.written..]) {
            Ok(n) => self.written += n,
            Err(_) => return Written::Broken,
        }
        if self.written < self.output.len() {
            return Written::Part;
        }
        self.output = Vec::new();
        self.written = 0;
        if self.transport.has_output() { Written::Part } else { Written::All }
    }

    /// Whether output is waiting.
    pub(crate) fn has_output(&self) -> bool {
        self.written < self.output.len() || self.transport.has_output()
    }

    /// Whether the connection may be closed to make room: no handler runs for it, and it neither
    /// opened nor had a request in the current tick.
    pub(crate) fn is_evictable(&self, now: Tick) -> bool {
        !matches!(self.phase, Phase::Answering(_) | Phase::Limited(_)) && self.last_request < now
    }

    /// Whether no request has begun and no output waits.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle | Phase::Preamble(..)) && !self.has_output()
    }
}

/// Writes until everything is written or the socket is full. Returns the number of bytes of `bytes`
/// that were written; 0 if earlier output of the transport still fills the socket.
fn write_all(transport: &mut Transport, bytes: &[u8]) -> io::Result<usize> {
    if transport.has_output()
        && let Err(error) = transport.flush()
    {
        let waits = error.kind() == ErrorKind::WouldBlock;
        return if waits { Ok(0) } else { Err(error) };
    }
    let mut written = 0;
    while written < bytes.len() {
        match transport.write(&bytes[written..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => written += n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}
