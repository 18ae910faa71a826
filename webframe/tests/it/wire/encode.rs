//! Encoded responses: golden heads, the framing of every status, chunks.

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use webframe::wire::{
    Version,
    chunked::ChunkDecoder,
    encode::{
        CONTINUE, Frame, LAST_CHUNK, Length, Persistence, Prelude, encode_chunk, encode_head, frame,
    },
};

const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";

fn head(
    status: u16,
    fields: &[(&'static str, &'static str)],
    length: Length,
    persistence: Persistence,
) -> String {
    let fields: Vec<(HeaderName, HeaderValue)> = fields
        .iter()
        .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
    let mut out = Vec::new();
    let status = StatusCode::from_u16(status).expect("a status");
    encode_head(&mut out, status, &fields, length, persistence, &Prelude::dated(DATE));
    String::from_utf8(out).expect("text")
}

#[test]
fn a_response_is_status_line_date_fields_length_and_an_empty_line() {
    let fields = [("content-type", "text/html; charset=utf-8"), ("vary", "Accept-Encoding")];
    assert_eq!(
        head(200, &fields, Length::Known(1234), Persistence::Keep),
        "HTTP/1.1 200 OK\r\n\
         Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Vary: Accept-Encoding\r\n\
         Content-Length: 1234\r\n\
         \r\n"
    );
}

#[test]
fn the_framing_decides_the_length_fields() {
    let tail = |length| {
        let head = head(200, &[], length, Persistence::Keep);
        head.strip_prefix("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
            .unwrap()
            .to_owned()
    };
    assert_eq!(tail(Length::None), "\r\n");
    assert_eq!(tail(Length::Known(0)), "Content-Length: 0\r\n\r\n");
    assert_eq!(tail(Length::Known(9)), "Content-Length: 9\r\n\r\n");
    assert_eq!(tail(Length::Known(10)), "Content-Length: 10\r\n\r\n");
    assert_eq!(tail(Length::Known(u64::MAX)), "Content-Length: 18446744073709551615\r\n\r\n");
    assert_eq!(tail(Length::Chunked), "Transfer-Encoding: chunked\r\n\r\n");
    assert_eq!(tail(Length::Close), "Connection: close\r\n\r\n", "the end must be told");
}

#[test]
fn the_connection_field_is_sent_only_against_the_default() {
    let with = |persistence| head(204, &[], Length::None, persistence);
    let start = "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    assert_eq!(with(Persistence::Keep), format!("{start}\r\n"));
    assert_eq!(with(Persistence::KeepWithField), format!("{start}Connection: keep-alive\r\n\r\n"));
    assert_eq!(with(Persistence::Close), format!("{start}Connection: close\r\n\r\n"));
}

#[test]
fn every_status_has_its_line() {
    for code in 100..=999 {
        let status = StatusCode::from_u16(code).unwrap();
        let reason = status.canonical_reason().unwrap_or_default();
        let head = head(code, &[], Length::None, Persistence::Keep);
        assert_eq!(head.lines().next(), Some(&*format!("HTTP/1.1 {code} {reason}")));
    }
}

#[test]
fn names_are_written_in_their_usual_case_and_values_unchanged() {
    let fields = [
        ("x-request-id", "1"),
        ("etag", "\"abc\""),
        ("www-authenticate", "Basic"),
        ("x--odd-", ""),
        ("set-cookie", "a=b"),
        ("set-cookie", "c=d"),
        ("content-security-policy", "default-src 'self'"),
    ];
    let head = head(401, &fields, Length::Known(0), Persistence::Keep);
    let lines: Vec<&str> = head.lines().skip(2).take(fields.len()).collect();
    assert_eq!(
        lines,
        [
            "X-Request-Id: 1",
            "ETag: \"abc\"",
            "Www-Authenticate: Basic",
            "X--Odd-: ",
            "Set-Cookie: a=b",
            "Set-Cookie: c=d",
            "Content-Security-Policy: default-src 'self'",
        ]
    );
}

#[test]
fn a_value_of_any_bytes_is_written_unchanged() {
    let value = HeaderValue::from_bytes(b"caf\xe9\t\xff").unwrap();
    let mut out = Vec::new();
    encode_head(
        &mut out,
        StatusCode::OK,
        &[(header::LOCATION, value)],
        Length::None,
        Persistence::Keep,
        &Prelude::dated(DATE),
    );
    assert!(out.ends_with(b"\r\nLocation: caf\xe9\t\xff\r\n\r\n"));
}

#[test]
fn a_response_is_appended_to_the_output() {
    let mut out = b"before".to_vec();
    encode_head(
        &mut out,
        StatusCode::OK,
        &[],
        Length::None,
        Persistence::Keep,
        &Prelude::dated(DATE),
    );
    assert!(out.starts_with(b"beforeHTTP/1.1 200 OK\r\n"));
}

fn framed(method: &Method, version: Version, status: u16, length: Option<u64>) -> (Length, bool) {
    let status = StatusCode::from_u16(status).expect("a status");
    let Frame { length, has_body } = frame(method, version, status, length);
    (length, has_body)
}

#[test]
fn a_body_is_framed_by_its_length_by_chunks_or_by_the_close() {
    let get = &Method::GET;
    for status in [200, 206, 301, 303, 400, 404, 416, 500, 503] {
        let framing = |version, length| framed(get, version, status, length);
        assert_eq!(framing(Version::Http11, Some(5)), (Length::Known(5), true));
        assert_eq!(framing(Version::Http10, Some(5)), (Length::Known(5), true));
        assert_eq!(framing(Version::Http11, Some(0)), (Length::Known(0), true));
        assert_eq!(framing(Version::Http11, None), (Length::Chunked, true));
        assert_eq!(framing(Version::Http10, None), (Length::Close, true));
    }
}

#[test]
fn head_is_framed_like_get_and_has_no_body() {
    for version in [Version::Http10, Version::Http11] {
        for status in [200, 204, 205, 304, 404] {
            for length in [None, Some(0), Some(7)] {
                let get = framed(&Method::GET, version, status, length);
                let head = framed(&Method::HEAD, version, status, length);
                assert_eq!(head, (get.0, false));
            }
        }
    }
}

#[test]
fn statuses_without_a_body_never_have_one() {
    for version in [Version::Http10, Version::Http11] {
        for length in [None, Some(0), Some(7)] {
            for status in [100, 101, 103, 199, 204, 304] {
                let framed = framed(&Method::GET, version, status, length);
                assert_eq!(framed, (Length::None, false), "{status}");
            }
            let reset = framed(&Method::POST, version, 205, length);
            assert_eq!(reset, (Length::Known(0), false));
        }
    }
}

#[test]
fn a_chunk_is_its_size_in_hex_its_data_and_line_ends() {
    let chunk = |data: &[u8]| {
        let mut out = Vec::new();
        encode_chunk(&mut out, data);
        out
    };
    assert_eq!(chunk(b"hello"), b"5\r\nhello\r\n");
    assert_eq!(chunk(b""), b"", "an empty chunk would end the body");
    assert!(chunk(&[b'z'; 0x1a2b]).starts_with(b"1a2b\r\nzz"));
    assert!(chunk(&[b'z'; 16]).starts_with(b"10\r\n"));
    assert_eq!(LAST_CHUNK, b"0\r\n\r\n");
    assert_eq!(CONTINUE, b"HTTP/1.1 100 Continue\r\n\r\n");
}

#[test]
fn chunks_are_read_back_by_the_decoder() {
    let mut out = Vec::new();
    let pieces: [&[u8]; 4] = [b"a", b"", &[0; 300], b"\r\n0\r\n\r\n"];
    for piece in pieces {
        encode_chunk(&mut out, piece);
    }
    out.extend_from_slice(LAST_CHUNK);
    let mut content = Vec::new();
    let decoded = ChunkDecoder::new(0x1000).decode(&out, &mut content, 1000).unwrap();
    assert!(decoded.complete && decoded.consumed == out.len());
    assert_eq!(content, pieces.concat());
}
