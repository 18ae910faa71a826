//! A response to the bytes of an answer, and the verdict on its connection.

use http::StatusCode;

use super::{
    phase::{CloseMode, Phase, Streaming},
    turn::Turn,
};
use crate::{
    Body, Response, Source,
    engine::shard::scratch::Scratch,
    wire::{
        Version,
        encode::{self, Frame, Length, Persistence},
    },
};

/// Appends the answer to the scratch's output and says in the connection's phase what follows.
pub(crate) fn encode(turn: &mut Turn, scratch: &mut Scratch, response: &mut Response) {
    turn.served += 1;
    let unsent = match response.status().is_informational() {
        true => instead_of_interim(response),
        false => Body::Empty,
    };
    let request = &*scratch.request;
    let (head, status) = (&request.head, response.status());
    let frame = encode::frame(head.method(), head.version(), status, response.body().length());
    let keep = turn.served < turn.served_max
        && head.keep_alive()
        && !request.content_unread
        && frame.length != Length::Close;
    let persistence = match (keep, head.version()) {
        (true, Version::Http11) => Persistence::Keep,
        (true, Version::Http10) => Persistence::KeepTold,
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
    turn.phase = match keep {
        true => Phase::Idle,
        false => Phase::Closing(close_mode(turn, scratch)),
    };
    append(turn, &mut scratch.output, response, frame, keep);
    if let Body::Stream(source) = unsent {
        drop_on_worker(turn, source, keep);
    }
}

/// How to part after the answer to the request in the scratch.
fn close_mode(turn: &Turn, scratch: &Scratch) -> CloseMode {
    let request = &*scratch.request;
    if request.content_unread || scratch.at < scratch.have || request.head.keep_alive() {
        return CloseMode::Lingering; // it does not know that this was the last one
    }
    // Made elsewhere, since the last read; or that read left some behind, or may have left the
    // word that ends an encrypted connection.
    if scratch.have == 0 || scratch.have == scratch.input.len() || turn.peer.encrypted {
        return CloseMode::IfDrained;
    }
    CloseMode::Immediate
}

/// A handler's 1xx would leave the peer waiting, and the next answer would be taken for this one. Its
/// body is left.
fn instead_of_interim(response: &mut Response) -> Body {
    log::error!("a handler answered {}, which is no final status", response.status());
    let body = response.take_body();
    *response = Response::text("500 Internal Server Error\n")
        .with_status(StatusCode::INTERNAL_SERVER_ERROR);
    body
}

/// Has a worker drop a source that is not read, which may block. The next request waits until one
/// does: so a connection has one of these at a time.
fn drop_on_worker(turn: &mut Turn, source: Source, keep: bool) {
    let (source, remaining) = (Some(source), Some(0));
    turn.phase = Phase::Streaming(Box::new(Streaming { source, remaining, chunked: false, keep }));
}

/// Appends a body that lies in memory, or begins to stream one that does not.
fn append(
    turn: &mut Turn,
    output: &mut Vec<u8>,
    response: &mut Response,
    frame: Frame,
    keep: bool,
) {
    if let Some(bytes) = response.body().as_bytes() {
        return output.extend_from_slice(if frame.content { bytes } else { &[] });
    }
    let (source, remaining) = match response.take_body() {
        Body::File { file, length } if frame.content => (Source::new(file), Some(length)),
        Body::Stream(source) if frame.content => (source, None),
        Body::Stream(source) => return drop_on_worker(turn, source, keep),
        _ => return, // a file, say: to close one takes a moment
    };
    turn.phase = Phase::Streaming(Box::new(Streaming {
        source: Some(source),
        remaining,
        chunked: frame.length == Length::Chunked,
        keep,
    }));
}

/// What follows a piece of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Another piece.
    More,
    /// The answer is whole.
    Whole,
    /// The source ended before the length that was promised: the connection cannot be used on.
    Short,
}

/// Appends a piece of a stream; an empty one is the end of its source.
pub(crate) fn append_piece(streaming: &mut Streaming, output: &mut Vec<u8>, piece: &[u8]) -> After {
    match (&mut streaming.remaining, piece.is_empty()) {
        (Some(_), true) => After::Short,
        (Some(remaining), false) => {
            let n = usize::try_from(*remaining).unwrap_or(usize::MAX).min(piece.len());
            output.extend_from_slice(&piece[..n]);
            *remaining -= n as u64;
            if *remaining == 0 { After::Whole } else { After::More }
        }
        (None, true) => {
            if streaming.chunked {
                output.extend_from_slice(encode::LAST_CHUNK);
            }
            After::Whole
        }
        (None, false) if streaming.chunked => {
            encode::encode_chunk(output, piece);
            After::More
        }
        (None, false) => {
            output.extend_from_slice(piece);
            After::More
        }
    }
}
