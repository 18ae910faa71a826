//! A response to the bytes of an answer, and the verdict on its connection.

use std::io::Read;

use http::StatusCode;

use super::{
    connection::{Connection, Parting, Phase, Streaming},
    reader::Scratch,
};
use crate::{
    Body, Response,
    wire::{
        Version,
        encode::{self, Length, Persistence, Prelude},
    },
};

/// Appends the answer to the scratch's output and says in the connection's phase what follows.
pub(super) fn encode(
    connection: &mut Connection,
    scratch: &mut Scratch,
    response: Response,
    keep: bool,
    prelude: &Prelude,
) {
    connection.served += 1;
    let request = &*scratch.request;
    let head = &request.head;
    let (status, fields, body) = final_answer(response).into_parts();
    let frame = encode::frame(head.method(), head.version(), status, body.length());
    let keep =
        keep && head.keep_alive() && !request.content_unread && frame.length != Length::Close;
    let persistence = match (keep, head.version()) {
        (true, Version::Http11) => Persistence::Keep,
        (true, Version::Http10) => Persistence::KeepTold,
        (false, _) => Persistence::Close,
    };
    encode::encode_head(&mut scratch.output, status, &fields, frame.length, persistence, prelude);
    Response::recycle(fields);
    let parting = if request.content_unread || scratch.at < scratch.have {
        Parting::Lingering
    } else if scratch.have == 0 || scratch.have == scratch.input.len() {
        Parting::Looking // made elsewhere, since the last read; or that read left some behind
    } else {
        Parting::AtOnce
    };
    connection.phase = if keep { Phase::Idle } else { Phase::Closing(parting) };
    if frame.content {
        append(connection, &mut scratch.output, body, frame.length, keep);
    }
}

/// A handler's 1xx would leave the peer waiting, and the next answer would be taken for this one.
fn final_answer(response: Response) -> Response {
    if !response.status().is_informational() {
        return response;
    }
    log::error!("a handler answered {}, which is no final status", response.status());
    Response::text("500 Internal Server Error\n").with_status(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Appends a body that lies in memory, or begins to stream one that does not.
fn append(
    connection: &mut Connection,
    output: &mut Vec<u8>,
    body: Body,
    length: Length,
    keep: bool,
) {
    let (source, owed): (Box<dyn Read + Send>, _) = match body {
        Body::File { file, length } => (Box::new(file), Some(length)),
        Body::Stream(source) => (source, None),
        bytes => return output.extend_from_slice(bytes.as_bytes().unwrap_or_default()),
    };
    connection.phase = Phase::Streaming(Box::new(Streaming {
        source: Some(source),
        owed,
        chunked: length == Length::Chunked,
        keep,
    }));
}

/// What follows a piece of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Another piece.
    More,
    /// The answer is whole.
    Whole,
    /// The source ended before the length that was promised: the connection cannot be used on.
    Short,
}

/// Appends a piece of a stream; an empty one is the end of its source.
pub(super) fn append_piece(streaming: &mut Streaming, output: &mut Vec<u8>, piece: &[u8]) -> After {
    match (&mut streaming.owed, piece.is_empty()) {
        (Some(_), true) => After::Short,
        (Some(owed), false) => {
            let n = usize::try_from(*owed).unwrap_or(usize::MAX).min(piece.len());
            output.extend_from_slice(&piece[..n]);
            *owed -= n as u64;
            if *owed == 0 { After::Whole } else { After::More }
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
