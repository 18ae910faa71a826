//! Parses and encodes the head of a frame (RFC 6455 §5.2), and masks payloads.

use super::{Fault, Role};

/// Maximum payload of a control frame in bytes (§5.5).
pub(super) const CONTROL_BYTES_MAX: usize = 125;

/// Maximum length of a head: two bytes, an extended length of eight bytes, a mask of four bytes.
pub(super) const HEAD_BYTES_MAX: usize = 14;

/// Set in the last frame of a message.
const FIN: u8 = 0x80;
/// Set in the first frame of a compressed message (RFC 7692 §6).
const RSV1: u8 = 0x40;
const RSV2_RSV3: u8 = 0x30;
const MASKED: u8 = 0x80;
/// The 7-bit length that announces a 16-bit length.
const LENGTH_16: u8 = 126;
/// The 7-bit length that announces a 64-bit length.
const LENGTH_64: u8 = 127;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn parse(number: u8) -> Result<Opcode, Fault> {
        match number {
            0x0 => Ok(Opcode::Continuation),
            0x1 => Ok(Opcode::Text),
            0x2 => Ok(Opcode::Binary),
            0x8 => Ok(Opcode::Close),
            0x9 => Ok(Opcode::Ping),
            0xA => Ok(Opcode::Pong),
            _ => Err(Fault::UnknownOpcode),
        }
    }

    fn number(self) -> u8 {
        match self {
            Opcode::Continuation => 0x0,
            Opcode::Text => 0x1,
            Opcode::Binary => 0x2,
            Opcode::Close => 0x8,
            Opcode::Ping => 0x9,
            Opcode::Pong => 0xA,
        }
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Opcode::Close | Opcode::Ping | Opcode::Pong)
    }
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub(super) fin: bool,
    pub(super) compressed: bool,
    pub(super) opcode: Opcode,
    pub(super) length: u64,
    pub(super) mask: Option<[u8; 4]>,
}

impl FrameHead {
    /// Parses a head. Returns its length too; `None` if it is incomplete. A fault in the first two
    /// bytes is reported before the rest has arrived.
    pub(super) fn parse(bytes: &[u8], role: Role) -> Result<Option<(FrameHead, usize)>, Fault> {
        let Some((&[first, second], rest)) = bytes.split_first_chunk() else { return Ok(None) };
        if first & RSV2_RSV3 != 0 {
            return Err(Fault::ReservedBit);
        }
        let fin = first & FIN != 0;
        let compressed = first & RSV1 != 0;
        let opcode = Opcode::parse(first & 0x0F)?;
        match (role, second & MASKED != 0) {
            (Role::Server, false) => return Err(Fault::Unmasked),
            (Role::Client, true) => return Err(Fault::Masked),
            (Role::Server, true) | (Role::Client, false) => {}
        }
        if opcode.is_control() {
            check_control(first, second & !MASKED)?;
        }
        let Some((length, rest)) = parse_length(second & !MASKED, rest)? else { return Ok(None) };
        let (mask, rest) = match role {
            Role::Client => (None, rest),
            Role::Server => match rest.split_first_chunk() {
                Some((&mask, rest)) => (Some(mask), rest),
                None => return Ok(None),
            },
        };
        let head = FrameHead { fin, compressed, opcode, length, mask };
        Ok(Some((head, bytes.len().saturating_sub(rest.len()))))
    }

    /// Appends the head.
    pub(super) fn encode(&self, output: &mut Vec<u8>) {
        let bit = |set, bit| if set { bit } else { 0 };
        output.push(bit(self.fin, FIN) | bit(self.compressed, RSV1) | self.opcode.number());
        let masked = bit(self.mask.is_some(), MASKED);
        match (u8::try_from(self.length), u16::try_from(self.length)) {
            (Ok(length), _) if length < LENGTH_16 => output.push(masked | length),
            (_, Ok(length)) => {
                output.push(masked | LENGTH_16);
                output.extend_from_slice(&length.to_be_bytes());
            }
            _ => {
                output.push(masked | LENGTH_64);
                output.extend_from_slice(&self.length.to_be_bytes());
            }
        }
        output.extend_from_slice(self.mask.as_ref().map_or(&[], |mask| mask.as_slice()));
    }
}

/// Checks the first two bytes of a control frame.
fn check_control(first: u8, short_length: u8) -> Result<(), Fault> {
    if first & RSV1 != 0 {
        return Err(Fault::ReservedBit);
    }
    if first & FIN == 0 {
        return Err(Fault::ControlFragmented);
    }
    match short_length {
        LENGTH_16 | LENGTH_64 => Err(Fault::ControlTooLong),
        _ => Ok(()),
    }
}

/// Parses a length and returns the bytes after it. `None`: it is incomplete. A length is refused if
/// it is not in its shortest form, or if it is a 64-bit length with the top bit set (§5.2).
fn parse_length(short: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, Fault> {
    let (length, rest, shortest) = match short {
        LENGTH_16 => match rest.split_first_chunk() {
            Some((length, rest)) => {
                (u64::from(u16::from_be_bytes(*length)), rest, u64::from(LENGTH_16))
            }
            None => return Ok(None),
        },
        LENGTH_64 => match rest.split_first_chunk() {
            Some((length, rest)) => (u64::from_be_bytes(*length), rest, 1 << 16),
            None => return Ok(None),
        },
        _ => (u64::from(short), rest, 0),
    };
    if (shortest..1 << 63).contains(&length) {
        Ok(Some((length, rest)))
    } else {
        Err(Fault::LengthForm)
    }
}

/// Masks or unmasks in place and returns the mask for the bytes that follow (§5.3).
pub(super) fn apply_mask(bytes: &mut [u8], mask: [u8; 4]) -> [u8; 4] {
    let [a, b, c, d] = mask;
    let word = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for bytes in words {
        *bytes = (u64::from_ne_bytes(*bytes) ^ word).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(word.to_ne_bytes()) {
        *byte ^= key;
    }
    match rest.len() % 4 {
        1 => [b, c, d, a],
        2 => [c, d, a, b],
        3 => [d, a, b, c],
        _ => mask,
    }
}
