//! What the fuzz targets of `webframe/fuzz` ask for and nobody else may: bytes to the values behind the private readers.

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
        websocket::{Deflate, Event as SocketRead, MessageLimits, Reader, Role},
    },
};

/// The longest introduction of a proxy, in bytes.
pub const INTRODUCTION_BYTES_MAX: usize = proxy::HEADER_BYTES_MAX;

/// The pairs of a form.
///
/// # Errors
/// As for a request's form.
pub fn form<T: DeserializeOwned>(bytes: &[u8], pairs_max: usize) -> crate::Result<T> {
    crate::request::form::parse(bytes, pairs_max, "form")
}

/// The cookies of a request's fields.
pub fn cookies<'r>(fields: &[(&'r str, &'r [u8])]) -> Vec<(&'r str, &'r str)> {
    crate::response::cookie::pairs(fields.iter().copied()).collect()
}

/// The parts of a form with files.
///
/// # Errors
/// As for a request's form.
pub fn multipart<'b>(
    content_type: &[u8],
    body: &'b [u8],
    limits: &Limits,
) -> crate::Result<Multipart<'b>> {
    Multipart::parse(body.into(), &Delimiter::of(content_type)?, &PartLimits::of(limits))
}

/// The pieces that a `Range` asks for of so many bytes; `None` where it asks for the whole.
pub fn ranges(field: &str, length: u64) -> Option<Vec<Range<u64>>> {
    match parse_ranges(field, length) {
        Ranges::Whole => None,
        Ranges::Unsatisfiable => Some(Vec::new()),
        Ranges::One(piece) => Some(vec![piece]),
        Ranges::Several(pieces) => Some(pieces),
    }
}

/// What the first bytes of a connection say of the client behind a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introduction {
    /// They are no header of the PROXY protocol.
    Refused,
    /// They are the beginning of one.
    NeedMore,
    /// They begin with a whole one.
    Whole {
        /// Its length.
        bytes: usize,
        /// The client, where one is named.
        client: Option<SocketAddr>,
        /// The client came encrypted.
        encrypted: bool,
    },
}

/// Reads the introduction of a proxy.
pub fn introduction(bytes: &[u8]) -> Introduction {
    match proxy::parse(bytes) {
        Err(proxy::NoIntroduction) => Introduction::Refused,
        Ok(None) => Introduction::NeedMore,
        Ok(Some(proxy::Introduction { bytes, client, encrypted })) => {
            Introduction::Whole { bytes, client, encrypted }
        }
    }
}

/// Who is behind the peer of a connection, as far as the fields that trusted proxies add tell.
pub fn client(peer: Peer, head: &Head, trusted: &[Network]) -> Peer {
    forwarded::client(peer, head, trusted)
}

/// Something whole that a client sent on a WebSocket.
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
    /// Bytes of the message or payload.
    pub fn length(&self) -> usize {
        match self {
            SocketEvent::Text(text) | SocketEvent::Close(_, text) => text.len(),
            SocketEvent::Binary(bytes) | SocketEvent::Ping(bytes) | SocketEvent::Pong(bytes) => {
                bytes.len()
            }
        }
    }
}

/// Whether messages may be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketTerms {
    /// They may not.
    Plain,
    /// `permessage-deflate` was agreed.
    Deflated,
}

/// The events of a client's frames, and the name of the fault that ended them.
pub fn socket_events<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    terms: SocketTerms,
    message_bytes_max: usize,
) -> (Vec<SocketEvent>, Option<String>) {
    let limits = MessageLimits {
        frame_bytes_max: message_bytes_max,
        message_bytes_max,
        fragments_max: u32::MAX,
    };
    let deflate = (terms == SocketTerms::Deflated).then(Deflate::plain);
    let mut reader = Reader::new(Role::Server, deflate, limits);
    let mut events = Vec::new();
    for mut piece in pieces {
        while !piece.is_empty() {
            match reader.read(&mut piece) {
                Ok(Some(event)) => events.push(match event {
                    SocketRead::Text(text) => SocketEvent::Text(text),
                    SocketRead::Binary(bytes) => SocketEvent::Binary(bytes),
                    SocketRead::Ping(bytes) => SocketEvent::Ping(bytes),
                    SocketRead::Pong(bytes) => SocketEvent::Pong(bytes),
                    SocketRead::Close(close) => {
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
#[expect(unreachable_pub, reason = "where it is fuzzed it is a library of its own")]
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

    /// What the fuzzers found worth keeping: the fewest inputs that reach all they have reached.
    #[test]
    fn every_kept_input_of_the_fuzz_targets_has_its_properties() {
        let mut wrong = Vec::new();
        for (target, check) in CHECKS {
            let mut paths = files(&in_package("fuzz/corpus").join(target));
            paths.retain(|path| !holds(check, &fs::read(path).unwrap()));
            wrong.extend(paths);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Cut anywhere, and twice in a row: the inputs that the fuzzers begin with.
    #[test]
    fn every_wire_case_has_the_properties_of_heads_and_connections() {
        let mut folders = vec![in_package("tests/data")];
        let mut wrong = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in files(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "http") {
                    let case = fs::read(&path).unwrap();
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
