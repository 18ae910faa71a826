//! The messages that a shard (event loop) gets through its inbox from workers, other shards and
//! the server.

use crate::{
    Source,
    engine::live::FinishedCall,
    engine::{
        connection::turn::DetachedTurn, pool::job::Job, shard::slots::Token,
        sockets::accepted::Accepted,
    },
    live::outlet::Delivery,
};

/// A message to a shard.
pub(crate) enum Message {
    /// A connection that another shard accepted, and the number of shards that had no room for it.
    Adopt(Box<Accepted>, usize),
    /// A worker has answered a request.
    Answered(Box<Job>),
    /// The result of a connection's turn during which another worker stole the shard.
    DetachedTurn(Box<DetachedTurn>),
    /// A piece of a streamed body or the error of its source, and the source if there is more to
    /// read.
    Piece(Token, Result<Vec<u8>, String>, Option<Source>),
    /// A worker is dropping the source of a body that was not read.
    SourceDropped(Token),
    /// The result of a conversation's call that ran on a worker, or during which another worker
    /// stole the shard.
    ConversationCalled(Box<FinishedCall>),
    /// Bytes, a close or new blocks for live connections, from another thread.
    Live(Delivery),
    /// Answer each request with `Connection: close` from now on; the server stops soon.
    Retire,
    /// Stop accepting, finish answers in flight, close idle connections.
    Drain,
    /// Close all connections and end.
    Leave,
}
