//! Negotiates `Sec-WebSocket-Extensions` (RFC 6455 §9.1): only `permessage-deflate` (RFC 7692 §7.1)
//! is supported.

use super::{HandshakeFault, handshake::token_text};
use crate::wire::grammar;

const NAME: &str = "permessage-deflate";

/// The negotiated parameters of compression. Neither end keeps a context between messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deflate {
    /// The largest window that the peer can inflate, as an exponent of two: 9 to 15.
    pub(crate) window_bits: u8,
    /// Whether the client requested a window size. If so, the answer repeats the size.
    window_requested: bool,
}

impl Deflate {
    /// Accepts the first supported offer; `None` if there is none. An offer with a parameter that
    /// is unknown, repeated or out of range is skipped (RFC 7692 §7.1.2, §7.1.3).
    pub(super) fn negotiate<'f>(
        fields: impl Iterator<Item = &'f [u8]>,
    ) -> Result<Option<Deflate>, HandshakeFault> {
        let mut accepted = None;
        // A quoted value never contains a comma, since it must be a token.
        for offer in fields.flat_map(grammar::nonempty_members) {
            let offer = Offer::parse(offer)?;
            accepted = accepted.or_else(|| offer.terms());
        }
        Ok(accepted)
    }

    /// The value of the field in the answer.
    pub(crate) fn to_field(self) -> String {
        let mut field = format!("{NAME}; server_no_context_takeover; client_no_context_takeover");
        if self.window_requested {
            field.push_str("; server_max_window_bits=");
            field.push_str(&self.window_bits.to_string());
        }
        field
    }

    /// The default parameters, for test clients.
    pub(crate) fn with_default_parameters() -> Deflate {
        Deflate { window_bits: 15, window_requested: false }
    }
}

struct Offer<'f> {
    name: &'f str,
    parameters: Vec<(&'f str, Option<&'f str>)>,
}

impl<'f> Offer<'f> {
    /// Reads `extension-token *( ";" token [ "=" ( token / quoted-string ) ] )`.
    fn parse(offer: &'f [u8]) -> Result<Offer<'f>, HandshakeFault> {
        // A quoted value never contains a semicolon either.
        let mut pieces = offer.split(|&byte| byte == b';').map(grammar::trim);
        let name = token(pieces.next().unwrap_or_default())?;
        let parameters = pieces.map(parameter).collect::<Result<_, _>>()?;
        Ok(Offer { name, parameters })
    }

    /// The parameters by which the offer is accepted; `None` if it is not supported.
    fn terms(&self) -> Option<Deflate> {
        if !self.name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut terms = Deflate { window_bits: 15, window_requested: false };
        let mut seen: Vec<&str> = Vec::new();
        for &(name, value) in &self.parameters {
            match (name, value) {
                _ if seen.contains(&name) => return None,
                ("server_no_context_takeover" | "client_no_context_takeover", None) => {}
                ("client_max_window_bits", None) => {}
                ("client_max_window_bits", Some(bits)) if window_bits(bits).is_some() => {}
                ("server_max_window_bits", Some(bits)) => {
                    // zlib cannot make a raw stream with a window of 256 bytes: skip such an offer.
                    let bits = window_bits(bits).filter(|&bits| bits > 8)?;
                    terms = Deflate { window_bits: bits, window_requested: true };
                }
                _ => return None,
            }
            seen.push(name);
        }
        Some(terms)
    }
}

/// Parses a number from 8 to 15 without a leading zero (RFC 7692 §7.1.2.1).
fn window_bits(text: &str) -> Option<u8> {
    let bits = text.parse().ok().filter(|bits| (8..=15).contains(bits))?;
    (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')).then_some(bits)
}

/// Parses `name`, `name=value` or `name="value"`.
fn parameter(piece: &[u8]) -> Result<(&str, Option<&str>), HandshakeFault> {
    let mut halves = piece.splitn(2, |&byte| byte == b'=').map(grammar::trim);
    let name = token(halves.next().unwrap_or_default())?;
    let value = halves.next().map(|value| match value {
        [b'"', inner @ .., b'"'] => token(inner), // a quoted value must be a token too
        value => token(value),
    });
    Ok((name, value.transpose()?))
}

fn token(bytes: &[u8]) -> Result<&str, HandshakeFault> {
    token_text(bytes).ok_or(HandshakeFault::Extensions)
}
