//! Encodes answers: status line, fields, framing, and the chunks of a body.

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use super::Version;

/// How the body of an answer is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// No body and no field for it: 1xx, 204, 304.
    None,
    /// `Content-Length` with this number. The body may be absent, as for HEAD.
    Known(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// The end of the connection, in HTTP/1.0.
    Close,
}

/// The framing of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The length in the head.
    pub length: Length,
    /// Whether the body follows the head.
    pub has_body: bool,
}

/// Decides the framing of an answer from the request's method and version, the status, and the
/// length of the body, if it is known (RFC 9110 §6.4.1, RFC 9112 §6.3).
///
/// With [`Length::Close`] the engine must close the connection after the body.
pub fn frame(method: &Method, version: Version, status: StatusCode, length: Option<u64>) -> Frame {
    let length = match (status.as_u16(), length, version) {
        // No body by definition. A 304 may have the length of the 200 (RFC 9110 §8.6). It is
        // omitted, since some peers would wait for a body of that length.
        (100..=199 | 204 | 304, _, _) => {
            return Frame { length: Length::None, has_body: false };
        }
        // A 205 has no body and must have a length of 0 (RFC 9110 §15.3.6).
        (205, _, _) => return Frame { length: Length::Known(0), has_body: false },
        (_, Some(length), _) => Length::Known(length),
        (_, None, Version::Http11) => Length::Chunked,
        (_, None, Version::Http10) => Length::Close,
    };
    Frame { length, has_body: method != Method::HEAD }
}

/// The state of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// The connection stays open.
    Keep,
    /// The connection stays open, and the field `Connection: keep-alive` informs an HTTP/1.0 peer.
    KeepWithField,
    /// The connection closes, and `Connection: close` informs the peer.
    Close,
    /// The connection continues with another protocol.
    Upgrade,
}

/// The first two lines of most answers: the status line of a 200, and `Date`. They are formatted
/// once a second. The functions of this file append a line end before each line, not after it, so
/// that a line end and the name of a field are one constant.
#[derive(Clone, Copy, Debug)]
pub struct Prelude([u8; PRELUDE.len()]);

const STATUS_LINE_OK: &[u8] = b"HTTP/1.1 200 OK";
const PRELUDE: [u8; 52] = *b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT";

impl Prelude {
    /// A prelude with this date in the format of HTTP (RFC 9110 §5.6.7).
    pub fn dated(date: &[u8; 29]) -> Prelude {
        let mut bytes = PRELUDE;
        // 23: the position of the date in `PRELUDE`.
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
    // A body that ends with the connection requires closing.
    let persistence = if length == Length::Close { Persistence::Close } else { persistence };
    match persistence {
        Persistence::Keep => out.extend_from_slice(b"\r\n\r\n"),
        Persistence::KeepWithField => out.extend_from_slice(b"\r\nConnection: keep-alive\r\n\r\n"),
        Persistence::Upgrade => out.extend_from_slice(b"\r\nConnection: Upgrade\r\n\r\n"),
        Persistence::Close => out.extend_from_slice(b"\r\nConnection: close\r\n\r\n"),
    }
}

/// Appends the status line without its line end. The lines of frequent statuses are constants.
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

/// Begins a line with the name in its usual case: `Content-Type` for `content-type`.
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
        "content-security-policy" => out.extend_from_slice(b"Content-Security-Policy"),
        "cross-origin-opener-policy" => out.extend_from_slice(b"Cross-Origin-Opener-Policy"),
        "cross-origin-resource-policy" => out.extend_from_slice(b"Cross-Origin-Resource-Policy"),
        "permissions-policy" => out.extend_from_slice(b"Permissions-Policy"),
        "referrer-policy" => out.extend_from_slice(b"Referrer-Policy"),
        "x-content-type-options" => out.extend_from_slice(b"X-Content-Type-Options"),
        "x-frame-options" => out.extend_from_slice(b"X-Frame-Options"),
        "x-request-id" => out.extend_from_slice(b"X-Request-Id"),
        name => {
            let mut previous = b'-';
            out.extend(name.bytes().map(|byte| {
                let byte = if previous == b'-' { byte.to_ascii_uppercase() } else { byte };
                previous = byte;
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

/// Appends one chunk. If the data is empty, appends nothing: an empty chunk would end the body.
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

/// The interim answer that requests the body.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// The answer to a new connection for which there is no room.
pub const NO_ROOM: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\
    Content-Length: 0\r\nConnection: close\r\n\r\n";
