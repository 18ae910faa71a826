//! Encodes messages and control frames.

use super::{
    Close, Deflate, Kind, Role,
    deflate::deflate,
    frame::{CONTROL_BYTES_MAX, FrameHead, HEAD_BYTES_MAX, Opcode, apply_mask},
};

/// Minimum length of a message that is compressed: below it the cost exceeds the gain.
const DEFLATED_BYTES_MIN: usize = 64;

/// Whether a payload is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payload {
    Plain,
    Deflated,
}

/// Encodes the frames that one end of a connection sends. It has no state between messages, so any
/// thread may use a copy.
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
        self.deflate.map(|parameters| parameters.window_bits)
    }

    /// Encodes a message as one frame.
    pub(crate) fn encode_message(&self, kind: Kind, message: &[u8]) -> Vec<u8> {
        let mut output = Vec::with_capacity(message.len().saturating_add(HEAD_BYTES_MAX));
        self.append_message(kind, message, &mut output);
        output
    }

    /// Appends a message as one frame. Compresses it if compression was negotiated and makes it
    /// smaller.
    pub(crate) fn append_message(&self, kind: Kind, message: &[u8], output: &mut Vec<u8>) {
        let opcode = match kind {
            Kind::Text => Opcode::Text,
            Kind::Binary => Opcode::Binary,
        };
        let parameters = self.deflate.filter(|_| message.len() >= DEFLATED_BYTES_MIN);
        match parameters.and_then(|it| deflate(message, it.window_bits)) {
            Some(coded) => self.append_frame(opcode, Payload::Deflated, &coded, output),
            None => self.append_frame(opcode, Payload::Plain, message, output),
        }
    }

    /// Appends a ping. Its payload is truncated to 125 bytes.
    pub(crate) fn append_ping(&self, payload: &[u8], output: &mut Vec<u8>) {
        let payload = payload.get(..CONTROL_BYTES_MAX).unwrap_or(payload);
        self.append_frame(Opcode::Ping, Payload::Plain, payload, output);
    }

    /// Appends a pong. Its payload is truncated to 125 bytes.
    pub(crate) fn append_pong(&self, payload: &[u8], output: &mut Vec<u8>) {
        let payload = payload.get(..CONTROL_BYTES_MAX).unwrap_or(payload);
        self.append_frame(Opcode::Pong, Payload::Plain, payload, output);
    }

    /// Encodes a close frame.
    pub(crate) fn encode_close(&self, close: &Close) -> Vec<u8> {
        let mut output = Vec::new();
        self.append_frame(Opcode::Close, Payload::Plain, &close.payload(), &mut output);
        output
    }

    /// Appends one frame, masked if this end is a client.
    fn append_frame(&self, opcode: Opcode, form: Payload, payload: &[u8], output: &mut Vec<u8>) {
        let mask = match self.role {
            Role::Server => None,
            // A constant mask is fine for test clients: no proxy must be protected from them
            // (§10.3).
            Role::Client => Some([0x37, 0xFA, 0x21, 0x3D]),
        };
        let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
        let compressed = form == Payload::Deflated;
        FrameHead { fin: true, compressed, opcode, length, mask }.encode(output);
        let start = output.len();
        output.extend_from_slice(payload);
        if let Some(mask) = mask {
            apply_mask(output.get_mut(start..).unwrap_or_default(), mask);
        }
    }
}
