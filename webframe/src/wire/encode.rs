//! An answer to bytes: status line, fields and framing, and the pieces of a chunked body.

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

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
///
/// [`Length::Close`] obliges the engine to close the connection behind the content.
pub fn frame(method: &Method, version: Version, status: StatusCode, length: Option<u64>) -> Frame {
    let length = match (status.as_u16(), length, version) {
        // No content by definition. A 304 may tell the length of a 200 (RFC 9110 §8.6); we leave
        // it out, for there are peers who then wait for that content.
        (100..=199 | 204 | 304, _, _) => {
            return Frame { length: Length::None, content: false };
        }
        // A 205 has none either, and says so (RFC 9110 §15.3.6).
        (205, _, _) => return Frame { length: Length::Known(0), content: false },
        (_, Some(length), _) => Length::Known(length),
        (_, None, Version::Http11) => Length::Chunked,
        (_, None, Version::Http10) => Length::Close,
    };
    Frame { length, content: method != Method::HEAD }
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
    /// It changes to another protocol.
    Upgrade,
}

/// The first two lines of most answers, `200 OK` and `Date`, made once a second and not for each.
/// In what is appended here each line end stands before the next line: so it is no piece of its
/// own.
#[derive(Clone, Copy, Debug)]
pub struct Prelude([u8; PRELUDE.len()]);

const STATUS_LINE_OK: &[u8] = b"HTTP/1.1 200 OK";
const PRELUDE: [u8; 52] = *b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT";

impl Prelude {
    /// With a date as HTTP writes it (RFC 9110 §5.6.7).
    pub fn dated(date: &[u8; 29]) -> Prelude {
        let mut bytes = PRELUDE;
        if let Some((_, place)) = bytes.split_at_mut_checked(23) {
            place.copy_from_slice(date);
        }
        Prelude(bytes)
    }

    /// A line end and `Date`.
    fn date_line(&self) -> &[u8] {
        self.0.get(STATUS_LINE_OK.len()..).unwrap_or_default()
    }
}

/// Appends status line, `Date`, fields and framing of an answer.
pub fn encode_head(
    out: &mut Vec<u8>,
    status: StatusCode,
    fields: &[(HeaderName, HeaderValue)],
    length: Length,
    persistence: Persistence,
    prelude: &Prelude,
) {
    if status == StatusCode::OK {
        out.extend_from_slice(&prelude.0);
    } else {
        append_status_line(out, status);
        out.extend_from_slice(prelude.date_line());
    }
    for (name, value) in fields {
        append_name(out, name);
        out.extend_from_slice(value.as_bytes());
    }
    match length {
        Length::None | Length::Close => {}
        Length::Known(length) => {
            out.extend_from_slice(b"\r\nContent-Length: ");
            out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
        }
        Length::Chunked => out.extend_from_slice(b"\r\nTransfer-Encoding: chunked"),
    }
    // Content that ends with the connection ends it, whatever was meant.
    let persistence = if length == Length::Close { Persistence::Close } else { persistence };
    match persistence {
        Persistence::Keep => out.extend_from_slice(b"\r\n\r\n"),
        Persistence::KeepTold => out.extend_from_slice(b"\r\nConnection: keep-alive\r\n\r\n"),
        Persistence::Upgrade => out.extend_from_slice(b"\r\nConnection: Upgrade\r\n\r\n"),
        Persistence::Close => out.extend_from_slice(b"\r\nConnection: close\r\n\r\n"),
    }
}

fn append_status_line(out: &mut Vec<u8>, status: StatusCode) {
    let line: &[u8] = match status.as_u16() {
        204 => b"HTTP/1.1 204 No Content",
        206 => b"HTTP/1.1 206 Partial Content",
        303 => b"HTTP/1.1 303 See Other",
        304 => b"HTTP/1.1 304 Not Modified",
        400 => b"HTTP/1.1 400 Bad Request",
        404 => b"HTTP/1.1 404 Not Found",
        500 => b"HTTP/1.1 500 Internal Server Error",
        _ => {
            out.extend_from_slice(b"HTTP/1.1 ");
            out.extend_from_slice(status.as_str().as_bytes());
            out.push(b' ');
            status.canonical_reason().unwrap_or_default().as_bytes()
        }
    };
    out.extend_from_slice(line);
}

/// Begins a line with the name as people know it: `content-type` as `Content-Type`.
fn append_name(out: &mut Vec<u8>, name: &HeaderName) {
    if *name == header::CONTENT_TYPE {
        return out.extend_from_slice(b"\r\nContent-Type: ");
    }
    out.extend_from_slice(b"\r\n");
    match name.as_str() {
        "cache-control" => out.extend_from_slice(b"Cache-Control"),
        "vary" => out.extend_from_slice(b"Vary"),
        "etag" => out.extend_from_slice(b"ETag"),
        "last-modified" => out.extend_from_slice(b"Last-Modified"),
        "set-cookie" => out.extend_from_slice(b"Set-Cookie"),
        "location" => out.extend_from_slice(b"Location"),
        name => {
            let mut before = b'-';
            out.extend(name.bytes().map(|byte| {
                let byte = if before == b'-' { byte.to_ascii_uppercase() } else { byte };
                before = byte;
                byte
            }));
        }
    }
    out.extend_from_slice(b": ");
}

/// Appends a number in base 16.
fn append_hex(out: &mut Vec<u8>, number: u64) {
    let high = number >> 4;
    if high > 0 {
        append_hex(out, high);
    }
    let low = u8::try_from(number & 0xf).unwrap_or(0);
    out.push(low.wrapping_add(if low < 10 { b'0' } else { b'a'.wrapping_sub(10) }));
}

/// Appends one chunk; an empty one is left out, for it would end the body.
pub fn encode_chunk(out: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    out.reserve(data.len().saturating_add(20));
    append_hex(out, u64::try_from(data.len()).unwrap_or(u64::MAX));
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// The last chunk, with no trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The interim answer that invites the content.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
