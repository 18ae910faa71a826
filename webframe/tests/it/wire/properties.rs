//! Properties for any bytes: cutting them into pieces has no effect, two readers agree, and encoded
//! values are read back.

use std::{fs, path::Path};

use http::{HeaderName, HeaderValue, StatusCode};
use proptest::{collection::vec, prelude::*, sample::select};
use webframe::wire::{
    Head, Progress,
    chunked::ChunkDecoder,
    encode::{Length, Persistence, Prelude, encode_chunk, encode_head},
};

use super::{Outcome, Reader, head_limits, read, reference};

/// Parts of requests, valid and invalid, that random bytes would rarely contain. A part that is
/// listed several times is chosen more often.
const METHODS: &[&str] =
    &["GET", "POST", "HEAD", "OPTIONS", "CONNECT", "get", "G T", "", "(", "X-Y"];
const TARGETS: &[&str] = &[
    "/",
    "/a/b?c=d",
    "*",
    "/a/../b",
    "/../a",
    "/%2e%2e/a",
    "/a/%2E",
    "/a%",
    "/a%00",
    "/a%2Fb",
    "/?%00",
    "/?%",
    "http://a/b",
    "http://a",
    "HTTPS://[::1]:80/?q",
    "http://u@a/",
    "http:///",
    "//a/..",
    "/a#b",
    "/\u{e9}",
    "/a/./",
    "a:80",
    "/{}",
    "/?{}",
    "",
    "/.",
    "/..",
    "/a b",
    "http://a?b",
    "/x/.%2e/../y",
];
const VERSIONS: &[&str] = &[
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.7",
    "HTTP/2.0",
    "http/1.1",
    "HTTP/1.1 ",
];
const FIELDS: &[&str] = &[
    "Host: a",
    "Host: a",
    "Host: a",
    "host:b:80",
    "Host: ",
    "Host: a, b",
    "Host: [::1]",
    "Host: %41:1",
    "Content-Length: 5",
    "Content-Length: 0",
    "content-length:  3 ",
    "Content-Length: +5",
    "Content-Length: 5, 5",
    "Content-Length:",
    "Content_Length: 5",
    "Transfer-Encoding: chunked",
    "transfer-encoding:\tCHUNKED ",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: chunked, chunked",
    "Connection: close",
    "Connection: keep-alive",
    "connection: a, Close ,",
    "Expect: 100-continue",
    "Expect: x",
    "X: y",
    "X-Empty:",
    ": x",
    " X: folded",
    "X",
    "X: a\tb \u{e9}",
    "X: a\u{7f}",
    "Cookie: a=b; c=d",
];
const ENDS: &[&str] =
    &["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n"];
const BODIES: &[&str] = &[
    "",
    "hello",
    "5\r\nhello\r\n0\r\n\r\n",
    "0\r\n\r\n",
    "3;a=b\r\nabc\r\n2 ; c=\"d\"\r\nde\r\n0\r\nA: b\r\n\r\n",
    "5\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n",
    "1\r\na\r\n1\r\nb\r\n00\r\n: x\r\n\r\n",
    "5;\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\nrest",
];
/// Bytes with a meaning for a parser.
const MISCHIEF: &[u8] = b"\0\t\n\r \"#%+,-./0159:;=?AGZ\\_a{}\x7f\x80\xff";

fn text(choices: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(choices)
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![40 => Just("\r\n"), 1 => text(ENDS)]
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = (text(METHODS), text(TARGETS), text(VERSIONS), line_end());
    let good_line = (select(vec!["GET", "POST"]), Just("/a"), Just("HTTP/1.1"), Just("\r\n"));
    let line = prop_oneof![3 => good_line, 2 => line];
    let fields = vec((text(FIELDS), line_end()), 0..6);
    let host = prop_oneof![3 => Just("Host: a\r\n"), 1 => Just("")];
    (line, host, fields, line_end(), text(BODIES)).prop_map(|(line, host, fields, end, body)| {
        let (method, target, version, line_end) = line;
        let mut request = format!("{method} {target} {version}{line_end}{host}").into_bytes();
        for (field, end) in fields {
            request.extend_from_slice(field.as_bytes());
            request.extend_from_slice(end.as_bytes());
        }
        request.extend_from_slice(end.as_bytes());
        request.extend_from_slice(body.as_bytes());
        request
    })
}

/// Requests with a few bytes changed, put in or taken out.
fn mutated(original: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), select(MISCHIEF), 0..3_u8);
    (original, vec(change, 0..3)).prop_map(|(mut bytes, changes)| {
        for (place, byte, kind) in changes {
            let at = place.index(bytes.len() + 1);
            match kind {
                0 => bytes.insert(at, byte),
                _ if at == bytes.len() => bytes.push(byte),
                1 => bytes[at] = byte,
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    })
}

/// The cases of `tests/data`, as seeds.
fn case() -> impl Strategy<Value = Vec<u8>> {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data"));
    let listing = fs::read_to_string(data.join("cases.tsv")).expect("cases.tsv");
    let files = listing.lines().skip(1).filter_map(|line| line.split('\t').next());
    let read = |file: &str| fs::read(data.join(file)).expect("case");
    let small = files.map(read).filter(|bytes| bytes.len() < 2000).collect::<Vec<_>>();
    select(small)
}

fn any_request() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![2 => mutated(request()), 1 => mutated(case()), 1 => request()]
}

/// The result of webframe's readers, in the types of the reference.
fn ours(input: &[u8]) -> Option<reference::Request> {
    let mut reader = Reader { input: input.to_vec(), ..Reader::default() };
    if !reader.step().is_ok_and(|whole| whole) {
        return None;
    }
    let head = &reader.head;
    let fields = head.fields().map(|(name, value)| (name.to_owned(), value.to_vec())).collect();
    Some(reference::Request {
        method: head.method().to_string(),
        path: head.path().to_owned(),
        query: head.query().map(str::to_owned),
        fields,
        content: (head.framing() != webframe::wire::Framing::None).then_some(reader.content),
        keep_alive: head.keep_alive(),
        left: reader.input,
    })
}

fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

/// 1,536 inputs for each property, or six times `PROPTEST_CASES`. proptest stores no failing input:
/// it is added to `tests/data` by hand.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases * 6, failure_persistence: None, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_request_is_read_the_same_whole_and_in_pieces(
        bytes in any_request(),
        cuts in vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let whole = read([&bytes[..]]);
        prop_assert_eq!(&whole, &read(bytes.chunks(1)));
        prop_assert_eq!(&whole, &read(cut(&bytes, &cuts)));
    }

    #[test]
    fn any_request_is_read_as_by_the_reference(bytes in any_request()) {
        prop_assert_eq!(ours(&bytes), reference::read(&bytes), "{}", bytes.escape_ascii());
    }

    #[test]
    fn a_refused_head_stays_refused_with_any_following_bytes(
        bytes in any_request(),
        after in any_request(),
    ) {
        if let Outcome::Refused(error) = read([&bytes[..]]) {
            prop_assert_eq!(read([&bytes[..], &after]), Outcome::Refused(error));
            let both = [bytes, after].concat();
            prop_assert_eq!(read([&both[..]]), Outcome::Refused(error));
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        let whole = read([&bytes[..]]);
        prop_assert_eq!(whole, read(bytes.chunks(1)));
    }

    #[test]
    fn any_chunks_are_decoded_the_same_whole_and_in_pieces(
        bytes in mutated(select(BODIES).prop_map(|body| body.as_bytes().to_vec())),
        cuts in vec(any::<prop::sample::Index>(), 0..4),
        room in 0..8_u64,
        overhead in 0..40_usize,
    ) {
        let decode = |pieces: Vec<&[u8]>| {
            let mut decoder = ChunkDecoder::new(overhead);
            let mut content = Vec::new();
            let mut consumed = 0;
            let mut complete = false;
            for piece in pieces {
                let left = room - content.len() as u64;
                let decoded = decoder.decode(piece, &mut content, left);
                assert!(content.len() as u64 <= room, "more than there is room for");
                let decoded = decoded?;
                consumed += decoded.consumed;
                complete = decoded.complete;
                if complete {
                    break;
                }
            }
            Ok::<_, webframe::wire::WireError>((content, consumed, complete))
        };
        let whole = decode(vec![&bytes[..]]);
        prop_assert_eq!(&whole, &decode(bytes.chunks(1).collect()));
        prop_assert_eq!(&whole, &decode(cut(&bytes, &cuts)));
    }

    #[test]
    fn any_chunks_are_decoded_as_by_the_reference(
        bytes in mutated(select(BODIES).prop_map(|body| body.as_bytes().to_vec())),
    ) {
        let mut content = Vec::new();
        let decoded = ChunkDecoder::new(1 << 20).decode(&bytes, &mut content, 1 << 20);
        let ours = decoded.ok().filter(|decoded| decoded.complete);
        let ours = ours.map(|decoded| (content, &bytes[decoded.consumed..]));
        prop_assert_eq!(ours, reference::chunks(&bytes), "{}", bytes.escape_ascii());
    }

    #[test]
    fn any_content_is_read_back_from_its_chunks(
        pieces in vec(vec(any::<u8>(), 0..600), 0..6),
        cuts in vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut bytes = Vec::new();
        pieces.iter().for_each(|piece| encode_chunk(&mut bytes, piece));
        bytes.extend_from_slice(webframe::wire::encode::LAST_CHUNK);
        let mut decoder = ChunkDecoder::new(64);
        let mut content = Vec::new();
        let mut complete = false;
        for piece in cut(&bytes, &cuts) {
            complete = decoder.decode(piece, &mut content, 1 << 20).unwrap().complete;
        }
        prop_assert!(complete);
        prop_assert_eq!(content, pieces.concat());
    }

    #[test]
    fn any_response_is_read_back_by_another_parser(
        status in 200..600_u16,
        names in vec("[a-z][a-z0-9-]{0,20}", 0..6),
        values in vec("[ -~]{0,30}", 6),
        length in any::<u64>(),
    ) {
        let fields: Vec<(HeaderName, HeaderValue)> = names
            .iter()
            .zip(&values)
            .map(|(name, value)| (name.parse().unwrap(), value.trim().parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        let mut out = Vec::new();
        let date = b"Sun, 06 Nov 1994 08:49:37 GMT";
        encode_head(&mut out, status, &fields, Length::Known(length), Persistence::Close, &Prelude::dated(date));
        let mut headers = [httparse::EMPTY_HEADER; 16];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&out);
        prop_assert_eq!(parsed, Ok(httparse::Status::Complete(out.len())));
        prop_assert_eq!((response.version, response.code), (Some(1), Some(status.as_u16())));
        let date = ("date".to_owned(), &date[..]);
        let length = length.to_string();
        let mut expected = vec![date];
        expected.extend(fields.iter().map(|(name, value)| (name.to_string(), value.as_bytes())));
        expected.push(("content-length".to_owned(), length.as_bytes()));
        expected.push(("connection".to_owned(), b"close"));
        let read = response.headers.iter();
        let read: Vec<(String, &[u8])> =
            read.map(|header| (header.name.to_ascii_lowercase(), header.value)).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn a_reused_head_reads_like_a_new_one(first in any_request(), second in any_request()) {
        let mut used = Head::default();
        let _ = used.read(&first, &head_limits());
        let mut new = Head::default();
        let progress = new.read(&second, &head_limits());
        prop_assert_eq!(used.read(&second, &head_limits()), progress);
        if let Ok(Progress::Complete(_)) = progress {
            prop_assert_eq!(format!("{used:?}"), format!("{new:?}"));
        }
    }
}
