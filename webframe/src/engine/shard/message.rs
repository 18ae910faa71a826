//! Messages to a shard, from workers and from other shards.

use crate::{
    Source,
    engine::{
        connection::turn::DetachedTurn, pool::job::Job, shard::slots::Token,
        sockets::accepted::Accepted,
    },
};

/// What a worker brings back to the shard.
pub(crate) enum Message {
    /// A connection that another shard accepted; the number of shards that had no room for it.
    Adopt(Box<Accepted>, usize),
    /// An answer.
    Answered(Box<Job>),
    /// A turn that lost its shard on the way.
    DetachedTurn(Box<DetachedTurn>),
    /// A piece of a stream, or why there is none; and its source unless that was the last one.
    Piece(Token, Result<Vec<u8>, String>, Option<Source>),
    /// A worker drops the source of an answer that was whole without it.
    SourceDropped(Token),
    /// Stop accepting, answer what is in flight, close what is idle.
    Drain,
    /// Close everything and end.
    Leave,
}
