//! Sends streamed bodies. A handler returns a source: a reader of the bytes. A worker reads a piece
//! from the source, the shard (event loop) writes the piece, and the next piece is read when this
//! one has been written. No worker waits for a peer. No shard reads or drops a source: both run
//! code of the app, which may block.

use std::{
    io::{ErrorKind, Read},
    sync::Arc,
    time::Duration,
};

use super::{
    Readiness,
    answer::{self, StreamState},
    phase::{CloseMode, Phase, Streaming},
};
use crate::{
    Body, Source,
    engine::{
        shard::{Shard, message::Message, scratch::Scratch, slots::Token},
        ticks,
    },
    panics, report,
};

/// Maximum number of bytes that a worker reads from a source at once.
const PIECE_BYTES: u64 = 128 << 10;

impl Streaming {
    /// Whether the answer has no body to send, as for HEAD, and only waits until a worker has
    /// dropped the source.
    pub(crate) fn waits_for_drop(&self) -> bool {
        self.remaining == Some(0) && self.source.is_none()
    }

    /// Whether a worker reads from the source.
    pub(crate) fn is_reading(&self) -> bool {
        self.source.is_none() && self.remaining != Some(0)
    }
}

impl Shard {
    /// Lets a worker read the next piece, or drop the source if nothing remains to be sent or the
    /// connection is closed before the worker begins.
    pub(crate) fn read_next_piece(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        let Some(source) = streaming.source.take() else { return };
        let remaining = streaming.remaining;
        let engine = Arc::clone(&self.engine);
        let (number, slot) = (self.number, self.slot_of(token));
        if remaining == Some(0) {
            if self.draining {
                // While the server stops, the answer does not wait for a worker. When the worker's
                // own message arrives, it finds no stream that waits for it.
                self.messages.push_back(Message::SourceDropped(token));
            }
            return self.run_on_worker(move || {
                engine.inboxes[number].put(Message::SourceDropped(token));
                drop(source);
            });
        }
        self.run_on_worker(move || {
            if engine.presence.is_closed(slot) {
                engine.inboxes[number].put(Message::Piece(token, Ok(Vec::new()), None));
                return drop(source); // may block
            }
            let mut source = source;
            let piece = match read_piece(&mut source, remaining) {
                Ok(None) => {
                    let nothing_yet = Message::Piece(token, Ok(Vec::new()), Some(source));
                    return engine.inboxes[number].put(nothing_yet);
                }
                Ok(Some(piece)) => Ok(piece),
                Err(error) => Err(error),
            };
            if is_last(&piece, remaining) {
                engine.inboxes[number].put(Message::Piece(token, piece, None));
                drop(source); // may block
            } else {
                engine.inboxes[number].put(Message::Piece(token, piece, Some(source)));
            }
        });
    }

    /// Drops a body, on a worker if that may block.
    pub(crate) fn drop_on_worker(&mut self, rest: Body) {
        if matches!(rest, Body::File { .. } | Body::Stream(_) | Body::Live(_)) {
            self.run_on_worker(move || drop(rest));
        }
    }

    /// Appends to the output a piece that a worker has read, and writes it. `source` is `None`
    /// after the last piece. If there is a source and the piece is empty, the source has no bytes
    /// yet.
    pub(crate) fn handle_piece(
        &mut self,
        token: Token,
        piece: Result<Vec<u8>, String>,
        source: Option<Source>,
        scratch: &mut Scratch,
    ) {
        let Some(connection) = self.connections.get(token) else {
            // The read was counted as orphaned when the connection closed.
            self.engine.workers.note_orphan_ended();
            if let Some(source) = source {
                self.drop_on_worker(Body::Stream(source));
            }
            return;
        };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        if std::mem::take(&mut streaming.orphaned) {
            self.engine.workers.note_orphan_ended();
        }
        streaming.source = source;
        if streaming.source.is_some() && matches!(&piece, Ok(piece) if piece.is_empty()) {
            return self.read_source_later(token);
        }
        let state = piece.map(|piece| answer::append_piece(streaming, &mut scratch.output, &piece));
        match state {
            Ok(StreamState::Unfinished) => {}
            Ok(StreamState::Complete) => self.end_answer(token),
            Ok(StreamState::Truncated) => {
                report::error(format_args!(
                    "the source of an answer ended before its promised length"
                ));
                return self.close(token); // the peer sees an incomplete answer
            }
            Err(error) => {
                report::error(format_args!("the source of an answer failed: {error}"));
                return self.close(token);
            }
        }
        self.store_and_write(token, scratch);
    }

    /// Called when the source has no bytes yet. No worker waits for them: the source is read again
    /// later, unless the client has gone.
    fn read_source_later(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        if connection.missed >= Readiness::End {
            return self.close(token);
        }
        self.set_deadline_in(token, ticks(READ_AGAIN_AFTER));
    }

    /// Called when the client of a connection that waits for an answer shuts down its side. It may
    /// have closed the connection: this is known only when something is sent. If it has, nobody
    /// needs the piece that a worker reads, but the worker cannot be interrupted. So the pool may
    /// add another one.
    pub(crate) fn note_client_gone(&mut self, token: Token) {
        self.engine.presence.leave(self.slot_of(token));
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &mut connection.phase else { return };
        if streaming.is_reading() && !streaming.orphaned {
            streaming.orphaned = true;
            self.engine.workers.note_orphaned();
        } else if streaming.source.is_some() && !connection.has_output() {
            self.close(token); // the source had no bytes at its last read
        }
    }

    /// Called when the connection of a stream closes.
    pub(crate) fn abandon_stream(&mut self, streaming: &mut Streaming) {
        if streaming.is_reading() && !streaming.orphaned {
            self.engine.workers.note_orphaned();
        }
        if let Some(source) = streaming.source.take() {
            self.drop_on_worker(Body::Stream(source));
        }
    }

    /// Called when a worker drops a source that was not sent: the answer is complete.
    pub(crate) fn source_dropped(&mut self, token: Token, scratch: &mut Scratch) {
        let Some(connection) = self.connections.get(token) else { return };
        if matches!(&connection.phase, Phase::Streaming(streaming) if streaming.waits_for_drop()) {
            self.end_answer(token);
            self.store_and_write(token, scratch);
        }
    }

    /// Sets the phase that follows a complete answer.
    fn end_answer(&mut self, token: Token) {
        let Some(connection) = self.connections.get(token) else { return };
        let Phase::Streaming(streaming) = &connection.phase else { return };
        connection.phase = if streaming.keep {
            Phase::Idle
        } else {
            // Much of the answer may be in flight, and closing at once would destroy it if the peer
            // has sent a byte that is not read.
            Phase::Closing(CloseMode::Lingering)
        };
        if self.draining {
            // The server is stopping, but the client may have sent its next request already: mark
            // input as pending, so that the shard reads it.
            connection.missed = connection.missed.max(Readiness::Input);
        }
    }
}

/// Time until a source that returned `WouldBlock` is read again.
const READ_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Reads a source once, at most `remaining` bytes. `None`: the source has no bytes yet. An empty
/// piece means the end. Errors become text here, on the worker: formatting and dropping them runs
/// code of the app.
fn read_piece(source: &mut Source, remaining: Option<u64>) -> Result<Option<Vec<u8>>, String> {
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
            Ok(Some(piece))
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => {
            // Each is caught by itself: a drop that panics while a panic unwinds would abort the
            // process.
            let text = panics::catch(|| error.to_string()).unwrap_or_else(|panic| panic);
            panics::catch(|| drop(error))?;
            Err(text)
        }
    }
}

/// Whether no piece follows this one.
fn is_last(piece: &Result<Vec<u8>, String>, remaining: Option<u64>) -> bool {
    piece.as_ref().map_or(true, |piece| piece.is_empty() || remaining == Some(piece.len() as u64))
}
