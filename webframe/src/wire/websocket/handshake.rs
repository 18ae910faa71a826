//! Checks a request that opens a WebSocket: the handshake of RFC 6455 §4.2.

use std::fmt;

use base64::{
    Engine, alphabet,
    engine::general_purpose::{GeneralPurpose, PAD, STANDARD as BASE64},
};
use http::{Method, StatusCode};
use sha1::{Digest, Sha1};

use super::Deflate;
use crate::wire::{Version, grammar};

/// Added to a key before it is hashed (RFC 6455 §1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Decodes keys. The bits of the last digit that belong to no byte may have any value, as in the
/// example of RFC 6455 §4.1.
const KEY: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// The reason why a request cannot open a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeFault {
    /// The request does not ask for a WebSocket: `Upgrade: websocket` or `Connection: upgrade` is
    /// missing.
    NoUpgrade,
    /// The method is not GET.
    Method,
    /// The version is not HTTP/1.1.
    HttpVersion,
    /// `Sec-WebSocket-Version` is not 13.
    Version,
    /// `Sec-WebSocket-Key` is missing, repeated, or not 16 bytes in base64.
    Key,
    /// `Sec-WebSocket-Protocol` is not a list of different tokens.
    Protocols,
    /// `Sec-WebSocket-Extensions` is invalid.
    Extensions,
}

impl HandshakeFault {
    /// The status of the answer.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            HandshakeFault::NoUpgrade | HandshakeFault::Version => StatusCode::UPGRADE_REQUIRED,
            HandshakeFault::Method => StatusCode::METHOD_NOT_ALLOWED,
            HandshakeFault::HttpVersion
            | HandshakeFault::Key
            | HandshakeFault::Protocols
            | HandshakeFault::Extensions => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for HandshakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HandshakeFault::NoUpgrade => "this address takes WebSocket connections only",
            HandshakeFault::Method => "a WebSocket begins with GET",
            HandshakeFault::HttpVersion => "a WebSocket begins with HTTP/1.1",
            HandshakeFault::Version => "the WebSocket version is not 13",
            HandshakeFault::Key => "Sec-WebSocket-Key is not 16 bytes in base64",
            HandshakeFault::Protocols => "Sec-WebSocket-Protocol is not a list of different tokens",
            HandshakeFault::Extensions => "Sec-WebSocket-Extensions is not a list of extensions",
        })
    }
}

impl std::error::Error for HandshakeFault {}

/// A valid handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handshake<'r> {
    /// The value of `Sec-WebSocket-Accept`.
    pub(crate) accept: String,
    /// The subprotocols of the client, in order of preference.
    pub(crate) protocols: Vec<&'r str>,
    /// The parameters of compression, if the client offered it with supported ones.
    pub(crate) deflate: Option<Deflate>,
}

impl<'r> Handshake<'r> {
    /// Checks a request. `values` returns the values of all fields of a name in lower case, in
    /// order. The upgrade is checked first, so that a plain GET gets 426.
    pub(crate) fn check<I>(
        method: &Method,
        version: Version,
        values: impl Fn(&'static str) -> I,
    ) -> Result<Handshake<'r>, HandshakeFault>
    where
        I: Iterator<Item = &'r [u8]>,
    {
        let lists = |name, token: &str| {
            let mut members = values(name).flat_map(grammar::members);
            members.any(|member| member.eq_ignore_ascii_case(token.as_bytes()))
        };
        if !lists("upgrade", "websocket") || !lists("connection", "upgrade") {
            return Err(HandshakeFault::NoUpgrade);
        }
        if *method != Method::GET {
            return Err(HandshakeFault::Method);
        }
        if version != Version::Http11 {
            return Err(HandshakeFault::HttpVersion);
        }
        let only = |name| {
            let mut values = values(name);
            values.next().filter(|_| values.next().is_none())
        };
        if only("sec-websocket-version") != Some(b"13") {
            return Err(HandshakeFault::Version);
        }
        let key = only("sec-websocket-key").ok_or(HandshakeFault::Key)?;
        if KEY.decode(key).ok().is_none_or(|key| key.len() != 16) {
            return Err(HandshakeFault::Key);
        }
        let protocols = protocols(values("sec-websocket-protocol"))?;
        let deflate = Deflate::negotiate(values("sec-websocket-extensions"))?;
        Ok(Handshake { accept: accept_key(key), protocols, deflate })
    }
}

/// The value of `Sec-WebSocket-Accept` for a key (§4.2.2).
fn accept_key(key: &[u8]) -> String {
    BASE64.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// The subprotocols in these fields, in order.
fn protocols<'r>(fields: impl Iterator<Item = &'r [u8]>) -> Result<Vec<&'r str>, HandshakeFault> {
    let mut protocols: Vec<&str> = Vec::new();
    for member in fields.flat_map(grammar::nonempty_members) {
        let protocol = token_text(member).ok_or(HandshakeFault::Protocols)?;
        if protocols.contains(&protocol) {
            return Err(HandshakeFault::Protocols);
        }
        protocols.push(protocol);
    }
    Ok(protocols)
}

/// The bytes as a text, if they are a token.
pub(super) fn token_text(bytes: &[u8]) -> Option<&str> {
    let token = !bytes.is_empty() && bytes.iter().all(|&byte| grammar::is_token(byte));
    std::str::from_utf8(bytes).ok().filter(|_| token)
}
