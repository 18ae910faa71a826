//! Encodes a response, decides whether the connection stays open, and appends the pieces of a
//! streamed body.

use std::io::{self, Read};

use http::StatusCode;

use super::{
    phase::{CloseMode, Phase, Streaming},
    turn::Turn,
};
use crate::{
    Body, Live, Response, Source,
    engine::{
        live::{Framing, LiveConnection},
        shard::scratch::Scratch,
    },
    report,
    wire::{
        Version,
        encode::{self, Frame, Length, Persistence},
    },
};

/// Encodes a response as the answer to the current request: appends it to the output of the
/// scratch (the buffers of this thread), and sets the next phase of the connection. A body
/// that is not in memory moves into the phase. The `turn` is a copy of the fields of the connection
/// that answering needs.
pub(crate) fn encode(turn: &mut Turn, scratch: &mut Scratch, response: &mut Response) {
    turn.served += 1;
    let is_live = matches!(response.body(), Body::Live(_));
    let is_interim = response.status().is_informational() && !is_live;
    let unsent = if is_interim { replace_interim(response) } else { Body::Empty };
    let request = &*scratch.request;
    let head = &request.head;
    let status = response.status();
    let frame = encode::frame(head.method(), head.version(), status, response.body().length());
    let keep = !is_live
        && turn.served < turn.served_max
        && head.keep_alive()
        && !request.body_unread
        && frame.length != Length::Close;
    let persistence = match (keep, head.version()) {
        (true, Version::Http11) => Persistence::Keep,
        (true, Version::Http10) => Persistence::KeepWithField,
        (false, _) if status == StatusCode::SWITCHING_PROTOCOLS => Persistence::Upgrade,
        (false, _) => Persistence::Close,
    };
    encode::encode_head(
        &mut scratch.output,
        status,
        response.fields(),
        frame.length,
        persistence,
        &turn.prelude,
    );
    turn.phase = if keep { Phase::Idle } else { Phase::Closing(close_mode(turn, scratch)) };
    append(turn, &mut scratch.output, response, frame);
    if let Body::Stream(source) = unsent {
        discard_source(turn, source);
    }
}

/// How to close after the answer to the current request.
fn close_mode(turn: &Turn, scratch: &Scratch) -> CloseMode {
    let request = &*scratch.request;
    if request.body_unread || scratch.unread_start < scratch.unread_end || request.head.keep_alive()
    {
        return CloseMode::Lingering; // the client does not know that this answer is the last
    }
    // Unread bytes may exist if nothing was read in this turn, if the read filled the buffer, or if
    // a TLS close_notify may follow.
    if scratch.unread_end == 0 || scratch.unread_end == scratch.input.len() || turn.peer.encrypted {
        return CloseMode::IfDrained;
    }
    CloseMode::Immediate
}

/// Replaces a 1xx response of a handler by a 500. After a 1xx the client would wait for the final
/// response to the same request, and mistake the response to its next request for it. Returns the
/// unread body.
fn replace_interim(response: &mut Response) -> Body {
    report::error(format_args!(
        "a handler returned status {}, which is not final",
        response.status()
    ));
    let body = response.take_body();
    *response = Response::text("500 Internal Server Error\n")
        .with_status(StatusCode::INTERNAL_SERVER_ERROR);
    body
}

/// Sets a phase in which nothing is sent, and a worker drops the source: dropping it may block. The
/// next request waits until a worker has begun, so a connection has at most one such source in the
/// queue.
fn discard_source(turn: &mut Turn, source: Source) {
    let keep = turn.keeps_connection();
    let source = Some(source);
    let remaining = Some(0); // nothing is sent
    turn.phase = Phase::Streaming(Box::new(Streaming {
        source,
        remaining,
        chunked: false,
        orphaned: false,
        keep,
    }));
}

/// Appends a body that is in memory, or starts to stream it.
fn append(turn: &mut Turn, output: &mut Vec<u8>, response: &mut Response, frame: Frame) {
    if let Some(bytes) = response.body().as_bytes() {
        return output.extend_from_slice(if frame.has_body { bytes } else { &[] });
    }
    let (source, remaining) = match response.take_body() {
        Body::File { file, length } if frame.has_body => (Source::new(file), Some(length)),
        Body::Stream(source) if frame.has_body => (source, None),
        Body::Stream(source) => return discard_source(turn, source),
        Body::Live(live) if frame.has_body || frame.length == Length::None => {
            let framing = match frame.length {
                Length::Chunked => Framing::Chunked,
                Length::None | Length::Known(_) | Length::Close => Framing::Plain,
            };
            turn.phase = Phase::Live(Box::new(LiveConnection::new(live, framing)));
            return;
        }
        Body::Live(live) => return discard_source(turn, Source::new(UnsentLive(live))),
        _ => return, // closing a file is quick
    };
    let keep = turn.keeps_connection();
    turn.phase = Phase::Streaming(Box::new(Streaming {
        source: Some(source),
        remaining,
        chunked: frame.length == Length::Chunked,
        orphaned: false,
        keep,
    }));
}

/// A live body (a connection that would stay open) that is not sent, as for HEAD: a worker drops it
/// like a source.
struct UnsentLive(#[expect(dead_code, reason = "only dropped")] Live);

impl Read for UnsentLive {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

/// The state of a streamed answer after a piece was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamState {
    /// More pieces follow.
    Unfinished,
    /// The answer is complete.
    Complete,
    /// The source ended before the promised length: the connection has to close.
    Truncated,
}

/// Appends a piece of a stream. An empty piece means that the source has ended.
pub(crate) fn append_piece(
    streaming: &mut Streaming,
    output: &mut Vec<u8>,
    piece: &[u8],
) -> StreamState {
    if let Some(remaining) = &mut streaming.remaining {
        if piece.is_empty() {
            return StreamState::Truncated;
        }
        let n = usize::try_from(*remaining).unwrap_or(usize::MAX).min(piece.len());
        output.extend_from_slice(&piece[..n]);
        *remaining -= n as u64;
        return if *remaining == 0 { StreamState::Complete } else { StreamState::Unfinished };
    }
    if piece.is_empty() {
        if streaming.chunked {
            output.extend_from_slice(encode::LAST_CHUNK);
        }
        return StreamState::Complete;
    }
    if streaming.chunked {
        encode::encode_chunk(output, piece);
    } else {
        output.extend_from_slice(piece);
    }
    StreamState::Unfinished
}
