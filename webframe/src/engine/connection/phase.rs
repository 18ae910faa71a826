//! The phases of a connection, and the state of each.
//!
//! ```text
//! Preamble (PROXY header, TLS handshake)
//!    | encrypted, client known
//!    v
//!          first byte         head complete          body complete
//!   Idle ------------> Head ------------------> Body ---------------> Answering
//!    ^                   |  (no body) ---------------------------------^  |
//!    |                   | refused                            in memory  |  file, stream
//!    +-------------------|----- answer written, kept <------------------+--> Streaming
//!                        v                              closed              |
//!                     Closing ---> Lingering ---> gone <--------------------+
//! ```
//!
//! On a route with a time limit, `Limited` takes the place of `Answering`. An answer that keeps the
//! connection for another protocol or for a stream of events leads from `Answering` to `Live`.

use std::time::Duration;

use http::Method;

use crate::{
    Request, Source,
    contract::service::Endpoint,
    engine::live::LiveConnection,
    engine::{self, Engine, shard::wheel::Tick, sockets::accepted::Opening},
    wire::chunked::ChunkDecoder,
};

/// The phase of a connection; see the diagram above.
#[derive(Debug)]
pub(crate) enum Phase {
    /// The PROXY header or the TLS handshake is not complete. It began at this tick.
    Preamble(Opening, Tick),
    /// Before the first request, or between two requests.
    Idle,
    /// Part of a head has arrived, the first byte at this tick.
    Head(Tick),
    /// Part of a body has arrived.
    Body(Box<Receiving>),
    /// A handler has the request.
    Answering(Endpoint),
    /// A handler of a route with a time limit has the request.
    Limited(Box<Limited>),
    /// A body is sent piece by piece.
    Streaming(Box<Streaming>),
    /// The connection stays open for a conversation in another protocol, or as a reader of a feed
    /// (a ring of published blocks).
    Live(Box<LiveConnection>),
    /// The last answer is being written. Then the connection closes in this mode.
    Closing(CloseMode),
    /// The peer may still be reading the last answer. Its input is discarded, up to this number of
    /// bytes.
    Lingering(usize),
}

/// How to close a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseMode {
    /// All input has been read in this turn: close.
    Immediate,
    /// All input was read when the answer was made: close if nothing more has arrived.
    IfDrained,
    /// The peer may still be sending: shut down writing and discard its input for a while. Closing
    /// could destroy the answer (RFC 9112 §9.6).
    Lingering,
}

/// A request whose body is still arriving.
#[derive(Debug)]
pub(crate) struct Receiving {
    pub(crate) request: Box<Request>,
    pub(crate) endpoint: Endpoint,
    pub(crate) rest: Remaining,
    /// Number of bytes of the body that have arrived.
    pub(crate) received: u64,
    /// The body is kept for the handler; if `false`, it is read and dropped.
    pub(crate) is_kept: bool,
    /// The tick at which the head was complete.
    pub(crate) since: Tick,
}

impl Receiving {
    /// The deadline of the body. Each byte that arrives extends it by the time that a byte takes at
    /// the minimum rate.
    pub(crate) fn deadline(&self, engine: &Engine) -> Tick {
        let earned = self.received / engine.settings.timeouts.body_rate_min.max(1);
        let earned = engine::ticks(Duration::from_secs(earned));
        self.since.saturating_add(engine.clocks.body).saturating_add(earned)
    }
}

/// The part of a body that has not arrived.
#[derive(Debug)]
pub(crate) enum Remaining {
    Length(u64),
    Chunks(ChunkDecoder),
}

/// A request with a time limit, while a worker has it.
#[derive(Debug)]
pub(crate) struct Limited {
    pub(crate) endpoint: Endpoint,
    /// The method of the request: a 503 to HEAD has no body.
    pub(crate) method: Method,
    /// The time limit of the route.
    pub(crate) limit: Duration,
}

/// A body that is sent piece by piece.
pub(crate) struct Streaming {
    /// The source of the pieces. `None` while a worker reads from it, and after the last piece.
    pub(crate) source: Option<Source>,
    /// Remaining `Content-Length` (`Some(0)`: nothing is sent). `None`: chunked, or delimited by
    /// closing.
    pub(crate) remaining: Option<u64>,
    pub(crate) chunked: bool,
    /// The client has gone while a worker reads from the source. The pool counts this worker as
    /// orphaned (its result is not needed), and may add another one.
    pub(crate) orphaned: bool,
    /// Whether the connection stays open after the last piece.
    pub(crate) keep: bool,
}

impl std::fmt::Debug for Streaming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Streaming(remaining {:?}, keep {})", self.remaining, self.keep)
    }
}
