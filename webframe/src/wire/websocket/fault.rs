//! Violations of the protocol by a peer (RFC 6455 §7.1.7), each with its close code.

use std::fmt;

use super::CloseCode;

/// A rule that a peer violated. The connection sends [`Fault::code`] and stops reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A reserved bit is set that no negotiated extension defines (§5.2).
    ReservedBit,
    /// The opcode is reserved (§5.2).
    UnknownOpcode,
    /// A client's frame is not masked (§5.1).
    Unmasked,
    /// A server's frame is masked (§5.1).
    Masked,
    /// A length is not written in its shortest form (§5.2).
    LengthForm,
    /// A control frame is longer than 125 bytes (§5.5).
    ControlTooLong,
    /// A control frame is fragmented (§5.5).
    ControlFragmented,
    /// A continuation frame without a message to continue (§5.4).
    NothingToContinue,
    /// A new message begins before the end of another one (§5.4).
    MessageUnfinished,
    /// A close frame of one byte, which is too short for a code (§5.5.1).
    CloseTruncated,
    /// A close code that no peer may send (§7.4).
    CloseCode,
    /// The reason of a close frame is not UTF-8 (§5.5.1).
    CloseReason,
    /// A text is not UTF-8 (§8.1).
    Utf8,
    /// A compressed message is not a DEFLATE stream, or it ends inside a block (RFC 7692 §7.2.2).
    Deflate,
    /// A frame is larger than `frame_bytes_max`.
    FrameTooLarge,
    /// A message is larger than `message_bytes_max`.
    MessageTooLarge,
    /// A message has more frames than `fragments_max`.
    TooManyFragments,
}

impl Fault {
    /// The close code that answers it (§7.4.1).
    pub(crate) fn code(self) -> CloseCode {
        match self {
            Fault::Utf8 | Fault::CloseReason | Fault::Deflate => CloseCode::INVALID_DATA,
            Fault::FrameTooLarge | Fault::MessageTooLarge => CloseCode::TOO_LARGE,
            Fault::TooManyFragments => CloseCode::POLICY,
            Fault::ReservedBit
            | Fault::UnknownOpcode
            | Fault::Unmasked
            | Fault::Masked
            | Fault::LengthForm
            | Fault::ControlTooLong
            | Fault::ControlFragmented
            | Fault::NothingToContinue
            | Fault::MessageUnfinished
            | Fault::CloseTruncated
            | Fault::CloseCode => CloseCode::PROTOCOL_ERROR,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::ReservedBit => "a reserved bit is set",
            Fault::UnknownOpcode => "the opcode is not known",
            Fault::Unmasked => "a client's frame is not masked",
            Fault::Masked => "a server's frame is masked",
            Fault::LengthForm => "a length is not in its shortest form",
            Fault::ControlTooLong => "a control frame is longer than 125 bytes",
            Fault::ControlFragmented => "a control frame is fragmented",
            Fault::NothingToContinue => "a continuation frame continues no message",
            Fault::MessageUnfinished => "a message begins inside another one",
            Fault::CloseTruncated => "a close frame is one byte long",
            Fault::CloseCode => "the close code may not be sent",
            Fault::CloseReason => "the close reason is not UTF-8",
            Fault::Utf8 => "a text is not UTF-8",
            Fault::Deflate => "a compressed message is not DEFLATE",
            Fault::FrameTooLarge => "a frame is too large",
            Fault::MessageTooLarge => "a message is too large",
            Fault::TooManyFragments => "a message has too many frames",
        })
    }
}

impl std::error::Error for Fault {}
