//! The payload of a close frame: code and reason (RFC 6455 §5.5.1, §7.4).

use std::fmt;

use super::{Fault, frame::CONTROL_BYTES_MAX};

/// The reason why a connection ends, as a number (RFC 6455 §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose of the connection is fulfilled.
    pub const NORMAL: CloseCode = CloseCode(1000);
    /// 1001: the server stops, or the browser leaves the page.
    pub const GOING_AWAY: CloseCode = CloseCode(1001);
    /// 1002: the peer violated the protocol.
    pub const PROTOCOL_ERROR: CloseCode = CloseCode(1002);
    /// 1003: a kind of message that this end does not accept.
    pub const UNSUPPORTED: CloseCode = CloseCode(1003);
    /// 1005: the close frame had no code. It is never sent.
    pub const NONE: CloseCode = CloseCode(1005);
    /// 1006: the connection ended without a close frame. It is never sent.
    pub const ABNORMAL: CloseCode = CloseCode(1006);
    /// 1007: invalid data, such as a text that is not UTF-8.
    pub const INVALID_DATA: CloseCode = CloseCode(1007);
    /// 1008: a message that violates a policy of the app.
    pub const POLICY: CloseCode = CloseCode(1008);
    /// 1009: a message that is too large.
    pub const TOO_LARGE: CloseCode = CloseCode(1009);
    /// 1011: an error in this end.
    pub const INTERNAL_ERROR: CloseCode = CloseCode(1011);
    /// 1013: try again later.
    pub const TRY_AGAIN: CloseCode = CloseCode(1013);

    /// The code with this number, if a close frame may carry it: 1000 to 1003, 1007 to 1014, and
    /// 3000 to 4999, which are for libraries (3000 to 3999) and apps (4000 to 4999).
    pub const fn new(number: u16) -> Option<CloseCode> {
        match number {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(CloseCode(number)),
            _ => None,
        }
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A close: code and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code; [`CloseCode::NONE`] or [`CloseCode::ABNORMAL`] if the peer sent none.
    pub code: CloseCode,
    /// A text for a log, not for users; often empty.
    pub reason: String,
}

impl Close {
    /// A close with a reason, which is truncated to 123 bytes.
    pub fn new(code: CloseCode, reason: &str) -> Close {
        let room = CONTROL_BYTES_MAX.saturating_sub(2);
        let reason = (0..=room).rev().find_map(|end| reason.get(..end.min(reason.len())));
        let reason = reason.unwrap_or_default();
        Close { code, reason: reason.to_owned() }
    }

    /// Reads the payload of a close frame.
    pub(super) fn parse(payload: &[u8]) -> Result<Close, Fault> {
        let (number, reason) = match payload.split_first_chunk() {
            Some((number, reason)) => (u16::from_be_bytes(*number), reason),
            None if payload.is_empty() => return Ok(Close::new(CloseCode::NONE, "")),
            None => return Err(Fault::CloseTruncated),
        };
        let code = CloseCode::new(number).ok_or(Fault::CloseCode)?;
        let reason = std::str::from_utf8(reason).map_err(|_| Fault::CloseReason)?;
        Ok(Close { code, reason: reason.to_owned() })
    }

    /// The payload of a close frame; empty for a code that is never sent.
    pub(super) fn payload(&self) -> Vec<u8> {
        match CloseCode::new(self.code.0) {
            Some(code) => {
                let cut = Close::new(code, &self.reason);
                [&code.0.to_be_bytes(), cut.reason.as_bytes()].concat()
            }
            None => Vec::new(),
        }
    }
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason.as_str() {
            "" => self.code.fmt(f),
            reason => write!(f, "{}: {reason}", self.code),
        }
    }
}
