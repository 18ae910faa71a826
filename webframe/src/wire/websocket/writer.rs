//! Encodes messages and control frames.

use super::{
    Close, Deflate, Kind, Role,
    deflate::deflate,
    frame::{CONTROL_BYTES_MAX, FrameHead, HEAD_BYTES_MAX, Opcode, apply_mask},
};

/// A shorter message is not compressed: the cost exceeds the gain.
const DEFLATED_FROM: usize = 64;

/// The coding of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Plain,
    Deflated,
}

/// Encodes the frames of one end. It has no state between messages, so any thread may use a copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer {
    role: Role,
    deflate: Option<Deflate>,
}

impl Writer {
    pub(crate) fn new(role: Role, deflate: Option<Deflate>) -> Writer {
        Writer { role, deflate }
    }

    /// The peer's window size as an exponent of two, if messages may be compressed.
    pub(crate) fn window_bits(&self) -> Option<u8> {
        self.deflate.map(|terms| terms.window_bits)
    }

    /// A message as one frame.
    pub(crate) fn message(&self, kind: Kind, message: &[u8]) -> Vec<u8> {
        let mut output = Vec::with_capacity(message.len().saturating_add(HEAD_BYTES_MAX));
        self.append_message(kind, message, &mut output);
        output
    }

    /// Appends a message as one frame, compressed if that was agreed and makes it smaller.
    pub(crate) fn append_message(&self, kind: Kind, message: &[u8], output: &mut Vec<u8>) {
        let opcode = match kind {
            Kind::Text => Opcode::Text,
            Kind::Binary => Opcode::Binary,
        };
        let terms = self.deflate.filter(|_| message.len() >= DEFLATED_FROM);
        match terms.and_then(|terms| deflate(message, terms.window_bits)) {
            Some(coded) => self.append(opcode, Coding::Deflated, &coded, output),
            None => self.append(opcode, Coding::Plain, message, output),
        }
    }

    /// Appends a ping. Its payload is truncated to 125 bytes.
    pub(crate) fn append_ping(&self, payload: &[u8], output: &mut Vec<u8>) {
        let payload = payload.get(..CONTROL_BYTES_MAX).unwrap_or(payload);
        self.append(Opcode::Ping, Coding::Plain, payload, output);
    }

    /// Appends a pong. Its payload is truncated to 125 bytes.
    pub(crate) fn append_pong(&self, payload: &[u8], output: &mut Vec<u8>) {
        let payload = payload.get(..CONTROL_BYTES_MAX).unwrap_or(payload);
        self.append(Opcode::Pong, Coding::Plain, payload, output);
    }

    /// A close frame.
    pub(crate) fn close(&self, close: &Close) -> Vec<u8> {
        let mut output = Vec::new();
        self.append(Opcode::Close, Coding::Plain, &close.payload(), &mut output);
        output
    }

    fn append(&self, opcode: Opcode, coding: Coding, payload: &[u8], output: &mut Vec<u8>) {
        let mask = match self.role {
            Role::Server => None,
            // A constant mask is fine for test clients: no proxy must be protected from them
            // (§10.3).
            Role::Client => Some([0x37, 0xFA, 0x21, 0x3D]),
        };
        let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
        let compressed = coding == Coding::Deflated;
        FrameHead { fin: true, compressed, opcode, length, mask }.encode(output);
        let start = output.len();
        output.extend_from_slice(payload);
        if let Some(mask) = mask {
            apply_mask(output.get_mut(start..).unwrap_or_default(), mask);
        }
    }
}
