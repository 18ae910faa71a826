//! Access to private parsers for the fuzz targets in `webframe/fuzz`. The checks of the targets
//! also run here, as unit tests on the inputs of the corpus.

use std::{net::SocketAddr, ops::Range};

use serde::de::DeserializeOwned;

use crate::{
    Limits, Multipart, Network, Peer,
    files::range::{Ranges, parse_ranges},
    request::forwarded,
    wire::{
        Head,
        multipart::{Delimiter, PartLimits},
        proxy,
        websocket::{Deflate, Event as ReaderEvent, MessageLimits, Reader, Role},
    },
};

/// Maximum length of a PROXY header in bytes.
pub const PROXY_HEADER_BYTES_MAX: usize = proxy::HEADER_BYTES_MAX;

/// Parses the pairs of a form.
///
/// # Errors
/// Those of a request's form.
pub fn form<T: DeserializeOwned>(bytes: &[u8], pairs_max: usize) -> crate::Result<T> {
    crate::request::form::parse(bytes, pairs_max, "form")
}

/// Parses the cookies in the fields of a request.
pub fn cookies<'r>(fields: &[(&'r str, &'r [u8])]) -> Vec<(&'r str, &'r str)> {
    crate::response::cookie::pairs(fields.iter().copied()).collect()
}

/// Parses the parts of a form with files.
///
/// # Errors
/// Those of a request's form.
pub fn multipart<'b>(
    content_type: &[u8],
    body: &'b [u8],
    limits: &Limits,
) -> crate::Result<Multipart<'b>> {
    Multipart::parse(
        body.into(),
        &Delimiter::from_content_type(content_type)?,
        &PartLimits::from_limits(limits),
    )
}

/// The ranges that a `Range` field requests of a body of this length. `None`: the whole body; an
/// empty list: no range can be satisfied.
pub fn ranges(field: &str, length: u64) -> Option<Vec<Range<u64>>> {
    match parse_ranges(field, length) {
        Ranges::Whole => None,
        Ranges::Unsatisfiable => Some(Vec::new()),
        Ranges::One(piece) => Some(vec![piece]),
        Ranges::Several(pieces) => Some(pieces),
    }
}

/// The result of reading a PROXY header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeader {
    /// The bytes are not a PROXY header.
    Refused,
    /// The bytes are the beginning of a PROXY header.
    NeedMore,
    /// The bytes begin with a complete PROXY header.
    Whole {
        /// The length of the header in bytes.
        bytes: usize,
        /// The client, if it is named.
        client: Option<SocketAddr>,
        /// Whether the client uses TLS.
        encrypted: bool,
    },
}

/// Parses a PROXY header.
pub fn proxy_header(bytes: &[u8]) -> ProxyHeader {
    match proxy::parse(bytes) {
        Err(proxy::NotProxyHeader) => ProxyHeader::Refused,
        Ok(None) => ProxyHeader::NeedMore,
        Ok(Some(proxy::ProxyHeader { bytes, client, encrypted })) => {
            ProxyHeader::Whole { bytes, client, encrypted }
        }
    }
}

/// The client according to the fields of trusted proxies.
pub fn client(peer: Peer, head: &Head, trusted: &[Network]) -> Peer {
    forwarded::client(peer, head, trusted)
}

/// A complete message or control frame of a client on a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// A text.
    Text(String),
    /// Any bytes.
    Binary(Vec<u8>),
    /// A ping.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// A close: code and reason.
    Close(u16, String),
}

impl SocketEvent {
    /// The length of the message or payload in bytes.
    pub fn length(&self) -> usize {
        match self {
            SocketEvent::Text(text) | SocketEvent::Close(_, text) => text.len(),
            SocketEvent::Binary(bytes) | SocketEvent::Ping(bytes) | SocketEvent::Pong(bytes) => {
                bytes.len()
            }
        }
    }
}

/// Whether compression was negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketCompression {
    /// No compression.
    None,
    /// `permessage-deflate`.
    Deflate,
}

/// The events of a client's frames, and the name of the fault that ended them.
pub fn socket_events<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    compression: SocketCompression,
    message_bytes_max: usize,
) -> (Vec<SocketEvent>, Option<String>) {
    let limits = MessageLimits {
        frame_bytes_max: message_bytes_max,
        message_bytes_max,
        fragments_max: u32::MAX,
    };
    let deflate =
        (compression == SocketCompression::Deflate).then(Deflate::with_default_parameters);
    let mut reader = Reader::new(Role::Server, deflate, limits);
    let mut events = Vec::new();
    for mut piece in pieces {
        while !piece.is_empty() {
            match reader.read(&mut piece) {
                Ok(Some(event)) => events.push(match event {
                    ReaderEvent::Text(text) => SocketEvent::Text(text),
                    ReaderEvent::Binary(bytes) => SocketEvent::Binary(bytes),
                    ReaderEvent::Ping(bytes) => SocketEvent::Ping(bytes),
                    ReaderEvent::Pong(bytes) => SocketEvent::Pong(bytes),
                    ReaderEvent::Close(close) => {
                        SocketEvent::Close(close.code.number(), close.reason)
                    }
                }),
                Ok(None) => assert!(piece.is_empty(), "bytes are left unread"),
                Err(fault) => return (events, Some(format!("{fault:?}"))),
            }
        }
    }
    (events, None)
}

#[cfg(test)]
#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzz crate compiles it as a library")]
mod properties;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        panic::catch_unwind,
        path::{Path, PathBuf},
    };

    use super::properties::{CHECKS, Check, connection, head};

    fn in_package(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    #[track_caller]
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        assert!(!paths.is_empty(), "{} is empty", folder.display());
        paths
    }

    fn holds(check: Check, input: &[u8]) -> bool {
        catch_unwind(|| check(input)).is_ok()
    }

    /// The corpus is the smallest set of inputs that reaches all code that the fuzzers have
    /// reached.
    #[test]
    fn every_input_of_the_corpus_passes_the_check_of_its_target() {
        let mut wrong = Vec::new();
        for (target, check) in CHECKS {
            let mut paths = files(&in_package("fuzz/corpus").join(target));
            paths.retain(|path| !holds(check, &fs::read(path).unwrap()));
            wrong.extend(paths);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// The wire cases, cut at any place and repeated, are the seeds of the fuzzers.
    #[test]
    fn every_wire_case_passes_the_checks_of_heads_and_connections() {
        let mut folders = vec![in_package("tests/data")];
        let mut wrong = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in files(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "http") {
                    let case = fs::read(&path).unwrap();
                    // The first byte of the input: after how many bytes it is cut.
                    let twice = [&[30], &case[..], &case[..]].concat();
                    if !holds(head::check, &case) || !holds(connection::check, &twice) {
                        wrong.push(path);
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
