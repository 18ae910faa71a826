//! Answers that are made while the peer takes them: a worker reads a piece, the shard writes it,
//! and only when the peer has taken it is the next one read. No worker waits for a peer, and no shard
//! for a source: to read one, and to drop it, is the app's code and may block.

use std::{
    io::{ErrorKind, Read},
    sync::Arc,
};

use super::{
    Missed,
    answer::{self, After},
    phase::{CloseMode, Phase, Streaming},
};
use crate::{
    Body, Source,
    app::panics,
    engine::shard::{Shard, message::Message, scratch::Scratch, slots::Token},
};

/// What a worker reads of a stream or a file at once.
const PIECE_BYTES: u64 = 128 << 10;

impl Streaming {
    /// Whether the answer is whole, and a worker is to drop the source.
    pub(crate) fn waits_for_drop(&self) -> bool {
        self.remaining == Some(0) && self.source.is_none()
    }
}

impl Shard {
    /// Has a worker read the next piece; or drop the source, where nothing is owed.
    pub(crate) fn read_next_piece(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        let Some(source) = streaming.source.take() else { return };
        let remaining = streaming.remaining;
        let (engine, number) = (Arc::clone(&self.engine), self.number);
        if remaining == Some(0) {
            if self.draining {
                self.messages.push_back(Message::SourceDropped(token)); // a stop does not wait for it
            }
            return self.run_on_worker(move || {
                engine.inboxes[number].put(Message::SourceDropped(token));
                drop(source);
            });
        }
        self.run_on_worker(move || {
            let mut source = source;
            let piece = read_piece(&mut source, remaining);
            let (source, source_dropped) = match is_last(&piece, remaining) {
                true => (None, Some(source)),
                false => (Some(source), None),
            };
            engine.inboxes[number].put(Message::Piece(token, piece, source));
            drop(source_dropped); // which may block
        });
    }

    /// Has a worker drop what is left of a body: where dropping it may block.
    pub(crate) fn drop_on_worker(&mut self, rest: Body) {
        if matches!(rest, Body::File { .. } | Body::Stream(_)) {
            self.run_on_worker(move || drop(rest));
        }
    }

    /// A piece has been read.
    pub(crate) fn piece(
        &mut self,
        token: Token,
        piece: Result<Vec<u8>, String>,
        source: Option<Source>,
        scratch: &mut Scratch,
    ) {
        let Some(connection) = self.connections.get(token) else {
            return source.into_iter().for_each(|source| self.drop_on_worker(Body::Stream(source)));
        };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        streaming.source = source;
        let after = piece.map(|piece| answer::append_piece(streaming, &mut scratch.output, &piece));
        match after {
            Ok(After::More) => {}
            Ok(After::Whole) => self.end_answer(token),
            Ok(After::Short) => {
                log::error!("an answer's source ended before the length it promised");
                return self.close(token); // the peer sees that the answer is cut off
            }
            Err(error) => {
                log::error!("an answer's source failed: {error}");
                return self.close(token);
            }
        }
        self.store_and_write(token, scratch);
    }

    /// A worker drops the source of an answer that was whole without it.
    pub(crate) fn source_dropped(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(token) else { return };
        if matches!(&connection.phase, Phase::Streaming(streaming) if streaming.waits_for_drop()) {
            self.end_answer(token);
            self.store_and_write(token, scratch);
        }
    }

    fn end_answer(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &connection.phase else { return };
        connection.phase = match streaming.keep {
            true => Phase::Idle,
            // Much of it may still be on its way, and a byte from the peer would destroy it.
            false => Phase::Closing(CloseMode::Lingering),
        };
        if self.draining {
            // It was not told that this is the last one: the next may be there.
            connection.missed = connection.missed.max(Missed::Something);
        }
    }
}

/// Reads once, at most what is owed. An empty piece is the source's end. An error is a text already,
/// for to write and to drop it is the app's code.
fn read_piece(source: &mut Source, remaining: Option<u64>) -> Result<Vec<u8>, String> {
    let mut piece = vec![0; remaining.unwrap_or(u64::MAX).min(PIECE_BYTES) as usize];
    let read = panics::catch(|| {
        loop {
            match source.read(&mut piece) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    });
    match read? {
        Ok(n) => {
            piece.truncate(n);
            Ok(piece)
        }
        Err(error) => {
            // One at a time: a panic while it unwinds from another would end the process.
            let text = panics::catch(|| error.to_string()).unwrap_or_else(|panic| panic);
            panics::catch(|| drop(error))?;
            Err(text)
        }
    }
}

/// Whether nothing follows this piece.
fn is_last(piece: &Result<Vec<u8>, String>, remaining: Option<u64>) -> bool {
    piece.as_ref().map_or(true, |piece| piece.is_empty() || remaining == Some(piece.len() as u64))
}
