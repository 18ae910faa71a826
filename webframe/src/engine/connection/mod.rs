//! One connection: its socket, the bytes that wait on either side, and where it stands.

pub(crate) mod phase;
mod conversation;
pub(crate) mod turn;
pub(crate) mod reader;
pub(crate) mod answer;
mod streaming;
mod closing;

use std::{
    io::{self, ErrorKind, Read, Write},
    net::SocketAddr,
};

use phase::Phase;

use super::{
    shard::wheel::{NEVER, Tick},
    sockets::{
        accepted::{Accepted, Purpose},
        transport::Transport,
    },
};
use crate::request::Peer;

/// A connection as its shard keeps it; bytes are here only while something is incomplete.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) transport: Transport,
    pub(crate) peer: SocketAddr,
    pub(crate) purpose: Purpose,
    /// A proxy in front says that its client came encrypted.
    pub(crate) came_encrypted: bool,
    /// Came from the peer and is not used up: part of a head, or requests that wait their turn.
    pub(crate) input: Vec<u8>,
    /// Waits until the peer takes it.
    pub(crate) output: Vec<u8>,
    /// How much of `output` the peer has taken.
    pub(crate) taken: usize,
    pub(crate) phase: Phase,
    /// When the shard has to look at it, whatever happens.
    pub(crate) deadline: Tick,
    /// At which tick it stands in the wheel.
    pub(crate) armed: Tick,
    /// Since when it is idle.
    pub(crate) idle_since: Tick,
    /// Requests answered.
    pub(crate) served: u32,
    /// The peer has said that nothing more will come.
    pub(crate) ended: bool,
    /// The handler of its request has passed its deadline.
    pub(crate) overdue: bool,
    /// What the poll tells of it.
    pub(crate) registration: Registration,
    /// What was told of it while it could not be read: nothing tells it again.
    pub(crate) missed: Missed,
}

/// For what a connection is registered at the poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registration {
    /// Not yet: its first request is most often there already, and may be its last.
    Not,
    Reading,
    ReadingAndWriting,
}

/// What the poll told of a connection that waits for an answer, or for its peer to take one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missed {
    Nothing,
    /// Something came.
    Something,
    /// And the peer has ended its side.
    End,
}

/// How much of what there was to write the peer took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    All,
    /// The rest waits in `output`.
    Part,
    /// The peer is gone.
    Broken,
}

/// What one read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadOutcome {
    Bytes(usize),
    /// Nothing now.
    Nothing,
    /// The peer will send nothing more.
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
            came_encrypted: false,
            input: Vec::new(),
            output: Vec::new(),
            taken: 0,
            phase,
            deadline: NEVER,
            armed: NEVER,
            idle_since: now,
            served: 0,
            ended: false,
            overdue: false,
            registration: Registration::Not,
            missed: Missed::Nothing,
        }
    }

    /// Who sends requests here: encrypted where we see it, or a proxy that we believe says so. Its
    /// word never takes away what we see: a proxy may hand on encryption that it cannot open.
    pub(crate) fn peer(&self) -> Peer {
        let encrypted = self.transport.is_encrypted() || self.came_encrypted;
        Peer { address: self.peer, encrypted }
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

    /// Whether something has come that nobody will read: a close now would have the system throw
    /// away what of the answer is still on its way (RFC 9112 §9.6).
    pub(crate) fn has_unread(&mut self) -> bool {
        !self.ended && matches!(self.read(&mut [0; 64]), ReadOutcome::Bytes(_))
    }

    /// Writes what waits and then `fresh`; what the peer does not take now waits.
    pub(crate) fn write(&mut self, fresh: &[u8]) -> Written {
        if self.taken < self.output.len() {
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

    /// Writes what waits.
    pub(crate) fn write_waiting(&mut self) -> Written {
        match write_all(&mut self.transport, &self.output[self.taken..]) {
            Ok(n) => self.taken += n,
            Err(_) => return Written::Broken,
        }
        if self.taken < self.output.len() {
            return Written::Part;
        }
        self.output = Vec::new();
        self.taken = 0;
        if self.transport.has_output() { Written::Part } else { Written::All }
    }

    /// Whether an answer still waits to be taken.
    pub(crate) fn has_output(&self) -> bool {
        self.taken < self.output.len() || self.transport.has_output()
    }

    /// Whether it may be closed to make room.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle | Phase::Greeting(..)) && !self.has_output()
    }
}

/// Writes until all is written or the socket takes no more; says how much.
fn write_all(transport: &mut Transport, bytes: &[u8]) -> io::Result<usize> {
    if transport.has_output()
        && let Err(error) = transport.flush()
    {
        let waits = error.kind() == ErrorKind::WouldBlock;
        return if waits { Ok(0) } else { Err(error) };
    }
    let mut after_write = 0;
    while after_write < bytes.len() {
        match transport.write(&bytes[after_write..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => after_write += n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(after_write)
}
