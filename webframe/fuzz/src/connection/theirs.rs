//! Compares an accepted request with the result of a reader based on `httparse`.

use httparse::{EMPTY_HEADER, Status, parse_chunk_size, parse_headers};

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
pub(super) fn check_reads_the_same(request: &Request, bytes: &[u8]) {
    let bytes = with_a_known_version(bytes);
    let mut slots = [EMPTY_HEADER; SLOTS];
    let mut theirs = httparse::Request::new(&mut slots);
    let Ok(Status::Complete(length)) = theirs.parse(&bytes) else {
        panic!("httparse refuses {}", bytes.escape_ascii());
    };
    assert_eq!(theirs.method, Some(&*request.method));
    let (_, query) = theirs.path.and_then(|target| target.split_once('?')).unzip();
    assert_eq!(query.map(encoded), request.query);
    let names = |header: &httparse::Header<'_>, name| header.name.eq_ignore_ascii_case(name);
    assert_eq!(theirs.headers.len(), request.fields.len());
    for (header, (name, value)) in theirs.headers.iter().zip(&request.fields) {
        // The authority of the target stands in for the received `Host`.
        assert!(header.name == name && (header.value == value || names(header, "host")), "{name}");
    }
    let value = |name| theirs.headers.iter().find(|header| names(header, name));
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

/// `httparse` does not know minor versions above 1, which count as 1 (RFC 9110 §2.5).
fn with_a_known_version(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let line = bytes.iter().take_while(|byte| b"\r\n".contains(byte)).count();
    let end = bytes[line..].iter().position(|&byte| byte == b'\r').expect("a request line");
    let minor = &mut bytes[line + end - 1];
    *minor = (*minor).min(b'1');
    bytes
}

fn chunks(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut content = Vec::new();
    loop {
        // `httparse` counts leading zeros as digits and accepts few digits.
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
