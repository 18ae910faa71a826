//! Decides how the body of a request is delimited (RFC 9112 §6.3).

use super::{Version, WireError, grammar};

/// How the body of a request is delimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// No body.
    #[default]
    None,
    /// This many bytes.
    Length(u64),
    /// Chunks up to the one of size 0, and trailers.
    Chunked,
}

/// The value of a field that must not be repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Once<'a> {
    #[default]
    Absent,
    Value(&'a [u8]),
    Repeated,
}

impl<'a> Once<'a> {
    /// Adds the value of one more field of this name.
    pub(super) fn add(&mut self, value: &'a [u8]) {
        *self = match self {
            Once::Absent => Once::Value(value),
            Once::Value(_) | Once::Repeated => Once::Repeated,
        };
    }
}

/// Decides the framing of a request, in the numbered steps of RFC 9112 §6.3. If the RFC lets a
/// server choose between repairing and refusing a message, the message is refused: a proxy before
/// the server may have repaired it differently.
pub(super) fn decide(
    version: Version,
    transfer_encoding: Once<'_>,
    content_length: Once<'_>,
) -> Result<Framing, WireError> {
    match (transfer_encoding, content_length) {
        // 1. and 2. concern responses.
        // 3. Both fields: request smuggling, or a broken sender.
        (Once::Value(_) | Once::Repeated, Once::Value(_) | Once::Repeated) => {
            Err(WireError::TransferEncoding)
        }
        // 4. Transfer-Encoding: once, only `chunked`, and not in HTTP/1.0 (§6.1).
        (Once::Repeated, Once::Absent) => Err(WireError::TransferEncoding),
        (Once::Value(_), Once::Absent) if version == Version::Http10 => {
            Err(WireError::TransferEncoding)
        }
        (Once::Value(coding), Once::Absent) => check_coding(coding).map(|()| Framing::Chunked),
        // 5. An invalid Content-Length, or 6. a valid one.
        (Once::Absent, Once::Repeated) => Err(WireError::ContentLength),
        (Once::Absent, Once::Value(length)) => {
            grammar::decimal(length).map(Framing::Length).ok_or(WireError::ContentLength)
        }
        // 7. Neither: no body. (8. concerns responses.)
        (Once::Absent, Once::Absent) => Ok(Framing::None),
    }
}

/// Accepts only the transfer coding `chunked`. The errors differ: if there are other codings before
/// a final `chunked`, the body is delimited, but its coding is not supported. Without a final
/// `chunked` the end of the body is unknown (RFC 9112 §6.1, §6.3).
fn check_coding(value: &[u8]) -> Result<(), WireError> {
    let chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    if chunked(value) {
        return Ok(());
    }
    let other = |coding: &[u8]| {
        !coding.is_empty() && coding.iter().all(|&byte| grammar::is_token(byte)) && !chunked(coding)
    };
    match value.iter().rposition(|&byte| byte == b',').and_then(|at| value.split_at_checked(at)) {
        Some((before, [_, last @ ..]))
            if chunked(grammar::trim(last)) && grammar::members(before).all(other) =>
        {
            Err(WireError::UnknownCoding)
        }
        _ => Err(WireError::TransferEncoding),
    }
}
