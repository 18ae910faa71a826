//! Reads a request that webframe accepted with the crate `httparse`, and compares the results.

use ::httparse::{EMPTY_HEADER, Header, Status, parse_chunk_size, parse_headers};

use super::Request;

/// More fields than webframe accepts.
const SLOTS: usize = 300;

/// A query as webframe stores it: non-ASCII bytes are percent-encoded.
fn encoded(query: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    query.bytes().map(byte).collect()
}

/// Panics if `httparse` refuses the request, or finds another request or another end.
pub(super) fn check_with_httparse(request: &Request, bytes: &[u8]) {
    let bytes = with_known_version(bytes);
    let mut slots = [EMPTY_HEADER; SLOTS];
    let mut parsed = ::httparse::Request::new(&mut slots);
    let Ok(Status::Complete(length)) = parsed.parse(&bytes) else {
        panic!("httparse refuses {}", bytes.escape_ascii());
    };
    assert_eq!(parsed.method, Some(&*request.method));
    let (_, query) = parsed.path.and_then(|target| target.split_once('?')).unzip();
    assert_eq!(query.map(encoded), request.query);
    let has_name = |header: &Header<'_>, name| header.name.eq_ignore_ascii_case(name);
    assert_eq!(parsed.headers.len(), request.fields.len());
    for (header, (name, value)) in parsed.headers.iter().zip(&request.fields) {
        // If the target names a host, webframe replaces the value of `Host` by it.
        let has_same_value = header.value == value || has_name(header, "host");
        assert!(header.name == name && has_same_value, "{name}");
    }
    let value = |name| parsed.headers.iter().find(|header| has_name(header, name));
    let rest = &bytes[length..];
    let (content, left) = match (value("transfer-encoding"), value("content-length")) {
        (None, None) => (None, rest),
        (None, Some(length)) => {
            let length = str::from_utf8(length.value).expect("digits").parse().expect("a length");
            (Some(rest[..length].to_vec()), &rest[length..])
        }
        (Some(_), _) => {
            let (content, left) = chunks(rest);
            (Some(content), left)
        }
    };
    assert_eq!(content, request.content, "{}", bytes.escape_ascii());
    assert_eq!(left, request.left, "{}", bytes.escape_ascii());
}

/// The bytes with version 1.1 for a higher minor version, which counts as 1 (RFC 9110 §2.5) but is
/// unknown to `httparse`.
fn with_known_version(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let line = bytes.iter().take_while(|byte| b"\r\n".contains(byte)).count();
    let end = bytes[line..].iter().position(|&byte| byte == b'\r').expect("a request line");
    let minor = &mut bytes[line + end - 1];
    *minor = (*minor).min(b'1');
    bytes
}

/// Decodes a chunked body. Returns the content and the bytes after the body.
fn chunks(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut content = Vec::new();
    loop {
        // `httparse` accepts only few digits, and counts leading zeros among them.
        while rest.starts_with(b"00") {
            rest = &rest[1..];
        }
        if rest.starts_with(b"0") && rest[1].is_ascii_hexdigit() {
            rest = &rest[1..];
        }
        let Ok(Status::Complete((line, size))) = parse_chunk_size(rest) else {
            panic!("httparse refuses the chunk {}", rest.escape_ascii());
        };
        rest = &rest[line..];
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).expect("a size in memory");
        content.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
    let mut slots = [EMPTY_HEADER; SLOTS];
    let Ok(Status::Complete((length, _))) = parse_headers(rest, &mut slots) else {
        panic!("httparse refuses the trailers {}", rest.escape_ascii());
    };
    (content, &rest[length..])
}
