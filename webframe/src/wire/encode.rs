//! An answer to bytes: status line, fields and framing, and the pieces of a chunked body.

use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::Version;

/// How an answer's content is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// There is none and no field says so: 1xx, 204, 304 without a length.
    None,
    /// `Content-Length` with this number, whether or not the content follows.
    Known(u64),
    /// Chunks.
    Chunked,
    /// The end of the connection, for HTTP/1.0.
    Close,
}

/// How an answer is framed: what the head says and whether content follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What the head says of the length.
    pub length: Length,
    /// Whether the content follows.
    pub content: bool,
}

/// Decides the framing of an answer from the request's method and version, the status, and the
/// length of its body where that is known (RFC 9110 §6.4.1, RFC 9112 §6.3).
pub fn frame(method: &Method, version: Version, status: StatusCode, length: Option<u64>) -> Frame {
    let _ = (method, version, status, length);
    Frame { length: Length::None, content: false }
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// It is used on.
    Keep,
    /// It is used on, and an HTTP/1.0 peer is told so.
    KeepTold,
    /// It is closed, and the peer is told so.
    Close,
}

/// Appends status line, `Date`, fields and framing of an answer.
pub fn encode_head(
    out: &mut Vec<u8>,
    status: StatusCode,
    fields: &[(HeaderName, HeaderValue)],
    length: Length,
    persistence: Persistence,
    date: &[u8; 29],
) {
    let _ = (out, status, fields, length, persistence, date);
}

/// Appends one chunk; an empty one is left out, for it would end the body.
pub fn encode_chunk(out: &mut Vec<u8>, data: &[u8]) {
    let _ = (out, data);
}

/// The last chunk, with no trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The interim answer that invites the content.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
