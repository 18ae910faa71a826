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

/// What a worker reads of a stream or a file at once.
const PIECE_BYTES: u64 = 128 << 10;

type Source = Box<dyn Read + Send>;

impl Shard {
    /// Has a worker read the next piece.
    pub(super) fn pull(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        let Some(source) = streaming.source.take() else { return };
        let most = streaming.owed.unwrap_or(u64::MAX).min(PIECE_BYTES) as usize;
        let (engine, number) = (Arc::clone(&self.engine), self.number);
        self.give_to_worker(move || {
            let (piece, source) = read_piece(source, most);
            engine.inboxes[number].put(Message::Piece(token, piece, source));
        });
    }

    /// A piece has been read.
    pub(super) fn piece(
        &mut self,
        token: Token,
        piece: io::Result<Vec<u8>>,
        source: Option<Source>,
        scratch: &mut Scratch,
    ) {
        let Some(connection) = self.connections.get(token) else { return };
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

/// Reads once; the source comes back unless it failed. An empty piece is its end.
fn read_piece(mut source: Source, most: usize) -> (io::Result<Vec<u8>>, Option<Source>) {
    let mut piece = vec![0; most];
    let read = catch_unwind(AssertUnwindSafe(|| {
        loop {
            match source.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }));
    match read {
        Ok(Ok(n)) => {
            piece.truncate(n);
            (Ok(piece), Some(source))
        }
        Ok(Err(error)) => (Err(error), None),
        Err(_) => (Err(io::Error::other("it panicked")), None),
    }
}
