//! The phases of a connection, and what is kept in each.
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

use std::time::Duration;

use crate::{
    Request, Source,
    app::service::Endpoint,
    engine::{self, Engine, shard::wheel::Tick, sockets::accepted::Opening},
    wire::chunked::ChunkDecoder,
};

/// Where a connection stands; see the picture above.
#[derive(Debug)]
pub(crate) enum Phase {
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
    Closing(CloseMode),
    /// The peer reads the last answer; what it still sends is dropped, up to so many bytes.
    Lingering(usize),
}

/// How to part from a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseMode {
    /// Everything that it sent has been read just now: close.
    Immediate,
    /// Everything had been read when the answer was begun: look whether more has come.
    IfDrained,
    /// It may still be sending, for it has not said that it would stop: a close now could destroy
    /// the answer (RFC 9112 §9.6).
    Lingering,
}

/// A request whose content is still coming.
#[derive(Debug)]
pub(crate) struct Receiving {
    pub(crate) request: Box<Request>,
    pub(crate) endpoint: Endpoint,
    pub(crate) rest: Remaining,
    pub(crate) since: Tick,
}

impl Receiving {
    /// When the content has to be whole: what has come at the least rate moves it.
    pub(crate) fn deadline(&self, engine: &Engine) -> Tick {
        let earned = self.request.content.length() / engine.settings.timeouts.body_rate_min.max(1);
        let earned = engine::ticks(Duration::from_secs(earned));
        self.since.saturating_add(engine.clocks.body).saturating_add(earned)
    }
}

/// What is still to come of a content.
#[derive(Debug)]
pub(crate) enum Remaining {
    Length(u64),
    Chunks(ChunkDecoder),
}

/// An answer that is made while the peer takes it.
pub(crate) struct Streaming {
    /// Where the pieces come from; `None` while a worker reads one, and after the last one.
    pub(crate) source: Option<Source>,
    /// Bytes still owed, where the head promised a length, or no content; else pieces are chunks or end
    /// at the close.
    pub(crate) remaining: Option<u64>,
    pub(crate) chunked: bool,
    /// What becomes of the connection after the last piece.
    pub(crate) keep: bool,
}

impl std::fmt::Debug for Streaming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Streaming(remaining {:?}, keep {})", self.remaining, self.keep)
    }
}
