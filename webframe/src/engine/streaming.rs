//! Answers that are made while the peer takes them: a worker reads a piece, the shard writes it,
//! and only when the peer has taken it is the next one read. No worker waits for a peer.

use std::{
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    answer::{self, After},
    connection::{Message, Parting, Phase},
    reader::Scratch,
    shard::Shard,
    slots::Token,
};
use crate::{Body, Source};

/// What a worker reads of a stream or a file at once.
const PIECE_BYTES: u64 = 128 << 10;

impl Shard {
    /// Has a worker read the next piece.
    pub(super) fn pull(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        let Some(source) = streaming.source.take() else { return };
        let owed = streaming.owed;
        let (engine, number) = (Arc::clone(&self.engine), self.number);
        self.give_to_worker(move || {
            let mut source = source;
            let piece = read_piece(&mut source, owed);
            let (source, spent) = match is_last(&piece, owed) {
                true => (None, Some(source)),
                false => (Some(source), None),
            };
            engine.inboxes[number].put(Message::Piece(token, piece, source));
            drop(spent); // which may block
        });
    }

    /// Has a worker drop what is left of a body: where dropping it may block.
    pub(super) fn let_go(&mut self, rest: Body) {
        if matches!(rest, Body::File { .. } | Body::Stream(_)) {
            self.give_to_worker(move || drop(rest));
        }
    }

    /// A piece has been read.
    pub(super) fn piece(
        &mut self,
        token: Token,
        piece: io::Result<Vec<u8>>,
        source: Option<Source>,
        scratch: &mut Scratch,
    ) {
        let Some(connection) = self.connections.get(token) else {
            return source.into_iter().for_each(|source| self.let_go(Body::Stream(source)));
        };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        streaming.source = source;
        let after = piece.map(|piece| answer::append_piece(streaming, &mut scratch.output, &piece));
        match after {
            Ok(After::More) => {}
            Ok(After::Whole) if streaming.keep => connection.phase = Phase::Idle,
            Ok(After::Whole) => {
                // Much of it is still on its way, and a byte from the peer would destroy it.
                connection.phase = Phase::Closing(Parting::Lingering);
            }
            Ok(After::Short) => {
                log::error!("an answer's source ended before the length it promised");
                return self.close(token); // the peer sees that the answer is cut off
            }
            Err(error) => {
                log::error!("an answer's source failed: {error}");
                return self.close(token);
            }
        }
        self.settle(token, scratch);
    }
}

/// Reads once, at most what is owed. An empty piece is the source's end.
fn read_piece(source: &mut Source, owed: Option<u64>) -> io::Result<Vec<u8>> {
    let mut piece = vec![0; owed.unwrap_or(u64::MAX).min(PIECE_BYTES) as usize];
    let read = catch_unwind(AssertUnwindSafe(|| {
        loop {
            match source.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }));
    let n = read.unwrap_or_else(|_| Err(io::Error::other("it panicked")))?;
    piece.truncate(n);
    Ok(piece)
}

/// Whether nothing follows this piece.
fn is_last(piece: &io::Result<Vec<u8>>, owed: Option<u64>) -> bool {
    piece.as_ref().map_or(true, |piece| piece.is_empty() || owed == Some(piece.len() as u64))
}
