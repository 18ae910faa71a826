//! One connection: its socket, the bytes that wait on either side, and where it stands.
//!
//! ```text
//! Greeting
//!    | encrypted, client known
//!    v
//!          first byte           head whole            content whole
//!   Idle ------------> Head ------------------> Body ---------------> Answering
//!    ^                   |  (no content) ------------------------------^  |
//!    |                   | refused                          bytes, file  |  stream
//!    +-------------------|----- answer written, kept <------------------+--> Streaming
//!                        v                              closed              |
//!                     Closing ---> Lingering ---> gone <--------------------+
//! ```

use std::{
    io::{self, ErrorKind, Read, Write},
    net::SocketAddr,
};

use super::{
    Endpoint, Engine,
    errands::Errand,
    greeting::{Arrival, Opening, Purpose},
    slots::Token,
    timers::{NEVER, Tick},
    transport::Transport,
    turn::Stray,
};
use crate::{
    Request, Response, Source,
    request::Peer,
    wire::{WireError, chunked::ChunkDecoder},
};

/// A connection as its shard keeps it; bytes are here only while something is incomplete.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) transport: Transport,
    pub(super) peer: SocketAddr,
    pub(super) purpose: Purpose,
    /// A proxy in front says that its client came encrypted.
    pub(super) came_encrypted: bool,
    /// Came from the peer and is not used up: part of a head, or requests that wait their turn.
    pub(super) input: Vec<u8>,
    /// Waits until the peer takes it.
    pub(super) output: Vec<u8>,
    /// How much of `output` the peer has taken.
    pub(super) taken: usize,
    pub(super) phase: Phase,
    /// When the shard has to look at it, whatever happens.
    pub(super) deadline: Tick,
    /// At which tick it stands in the wheel.
    pub(super) armed: Tick,
    /// Since when it is idle.
    pub(super) idle_since: Tick,
    /// Requests answered.
    pub(super) served: u32,
    /// The peer has said that nothing more will come.
    pub(super) ended: bool,
    /// The handler of its request has passed its deadline.
    pub(super) late: bool,
    /// What the poll tells of it.
    pub(super) watched: Watched,
    /// What was told of it while it could not be read: nothing tells it again.
    pub(super) missed: Missed,
}

/// Where a connection stands; see the picture above.
#[derive(Debug)]
pub(super) enum Phase {
    /// What comes before the first request is not whole yet; since the tick.
    Greeting(Opening, Tick),
    /// Between two requests.
    Idle,
    /// Part of a head has come; since the tick.
    Head(Tick),
    /// Part of a content has come.
    Body(Box<Receiving>),
    /// A handler has the request.
    Answering(Endpoint),
    /// An answer is written piece by piece.
    Streaming(Box<Streaming>),
    /// The last answer waits to be taken; then the reason says how to part.
    Closing(Parting),
    /// The peer reads the last answer; what it still sends is dropped, up to so many bytes.
    Lingering(usize),
}

/// For what a connection is registered at the poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// Not yet: its first request is most often there already, and may be its last.
    Not,
    Reading,
    ReadingAndWriting,
}

/// What the poll told of a connection that waits for an answer, or for its peer to take one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Missed {
    Nothing,
    /// Something came.
    Something,
    /// And the peer has ended its side.
    End,
}

/// How to part from a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// Everything that it sent has been read just now: close.
    AtOnce,
    /// Everything had been read when the answer was begun: look whether more has come.
    Looking,
    /// It may still be sending, for it has not said that it would stop: a close now could destroy
    /// the answer (RFC 9112 §9.6).
    Lingering,
}

/// A request whose content is still coming.
#[derive(Debug)]
pub(super) struct Receiving {
    pub(super) request: Box<Request>,
    pub(super) endpoint: Endpoint,
    pub(super) rest: Rest,
    pub(super) since: Tick,
}

impl Receiving {
    /// When the content has to be whole: what has come at the least rate moves it.
    pub(super) fn deadline(&self, engine: &Engine) -> Tick {
        let earned = self.request.content.length() / engine.settings.timeouts.body_rate_min.max(1);
        let earned = super::ticks(std::time::Duration::from_secs(earned));
        self.since.saturating_add(engine.clocks.body).saturating_add(earned)
    }
}

/// What is still to come of a content.
#[derive(Debug)]
pub(super) enum Rest {
    Length(u64),
    Chunks(ChunkDecoder),
}

/// An answer that is made while the peer takes it.
pub(super) struct Streaming {
    /// Where the pieces come from; `None` while a worker reads one, and after the last one.
    pub(super) source: Option<Source>,
    /// Bytes still owed, where the head promised a length, or no content; else pieces are chunks or end
    /// at the close.
    pub(super) owed: Option<u64>,
    pub(super) chunked: bool,
    /// What becomes of the connection after the last piece.
    pub(super) keep: bool,
}

impl std::fmt::Debug for Streaming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Streaming(owed {:?}, keep {})", self.owed, self.keep)
    }
}

/// How much of what there was to write the peer took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    All,
    /// The rest waits in `output`.
    Part,
    /// The peer is gone.
    Broken,
}

/// What one read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Bytes(usize),
    /// Nothing now.
    Nothing,
    /// The peer will send nothing more.
    End,
    Broken,
}

/// What comes next on a connection.
#[derive(Debug)]
pub(super) enum Step {
    /// A whole request; it lies in the scratch.
    Request(Endpoint),
    /// A head that is answered without the app; it lies in the scratch.
    Answer(Box<Response>),
    /// What has come is not enough.
    NeedMore,
    /// What has come is no request.
    Refuse(WireError),
    /// The content cannot be kept: a fault of ours.
    Fail(io::Error),
}

/// What a worker brings back to the shard.
pub(super) enum Message {
    /// A connection that another shard accepted; the number of shards that had no room for it.
    Adopt(Box<Arrival>, usize),
    /// An answer.
    Answered(Box<Errand>),
    /// A turn that lost its shard on the way.
    Stray(Box<Stray>),
    /// A piece of a stream, or why there is none; and its source unless that was the last one.
    Piece(Token, Result<Vec<u8>, String>, Option<Source>),
    /// A worker drops the source of an answer that was whole without it.
    Spent(Token),
    /// Stop accepting, answer what is in flight, close what is idle.
    Drain,
    /// Close everything and end.
    Leave,
}

impl Connection {
    pub(super) fn new(arrival: Arrival, now: Tick) -> Connection {
        let phase = arrival.phase(now);
        Connection {
            transport: arrival.transport,
            peer: arrival.peer,
            purpose: arrival.purpose,
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
            late: false,
            watched: Watched::Not,
            missed: Missed::Nothing,
        }
    }

    /// Who sends requests here: encrypted where we see it, or a proxy that we believe says so. Its
    /// word never takes away what we see: a proxy may hand on encryption that it cannot open.
    pub(super) fn peer(&self) -> Peer {
        let encrypted = self.transport.is_encrypted() || self.came_encrypted;
        Peer { address: self.peer, encrypted }
    }

    /// Reads once.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Came {
        loop {
            match self.transport.read(into) {
                Ok(0) => return Came::End,
                Ok(n) => return Came::Bytes(n),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Came::Nothing,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Came::Broken,
            }
        }
    }

    /// Whether something has come that nobody will read: a close now would have the system throw
    /// away what of the answer is still on its way (RFC 9112 §9.6).
    pub(super) fn has_unread(&mut self) -> bool {
        !self.ended && matches!(self.read(&mut [0; 64]), Came::Bytes(_))
    }

    /// Writes what waits and then `fresh`; what the peer does not take now waits.
    pub(super) fn write(&mut self, fresh: &[u8]) -> Written {
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
    pub(super) fn write_waiting(&mut self) -> Written {
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
    pub(super) fn has_output(&self) -> bool {
        self.taken < self.output.len() || self.transport.has_output()
    }

    /// Whether it may be closed to make room.
    pub(super) fn is_idle(&self) -> bool {
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
