//! Messages and control frames to bytes.

use super::{
    Close, Deflate, Kind, Role,
    deflate::deflate,
    frame::{CONTROL_BYTES_MAX, FrameHead, Opcode, apply_mask},
};

/// A shorter message is sent as it is: deflating it costs more than it saves.
const DEFLATED_FROM: usize = 64;

/// Encodes what one end sends. It keeps no state between messages, so any thread may use a copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer {
    role: Role,
    deflate: Option<Deflate>,
}

impl Writer {
    pub(crate) fn new(role: Role, deflate: Option<Deflate>) -> Writer {
        Writer { role, deflate }
    }

    /// A message as one frame, compressed if that was agreed and makes it smaller.
    pub(crate) fn message(&self, kind: Kind, message: &[u8]) -> Vec<u8> {
        let opcode = match kind {
            Kind::Text => Opcode::Text,
            Kind::Binary => Opcode::Binary,
        };
        let terms = self.deflate.filter(|_| message.len() >= DEFLATED_FROM);
        let coded = terms.and_then(|terms| deflate(message, terms.window_bits));
        let payload = coded.as_deref().unwrap_or(message);
        self.frame(opcode, coded.is_some(), payload)
    }

    /// A ping; a payload beyond 125 bytes is cut.
    pub(crate) fn ping(&self, payload: &[u8]) -> Vec<u8> {
        self.control(Opcode::Ping, payload)
    }

    /// A pong; a payload beyond 125 bytes is cut.
    pub(crate) fn pong(&self, payload: &[u8]) -> Vec<u8> {
        self.control(Opcode::Pong, payload)
    }

    /// A close frame.
    pub(crate) fn close(&self, close: &Close) -> Vec<u8> {
        self.control(Opcode::Close, &close.payload())
    }

    fn control(&self, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
        self.frame(opcode, false, payload.get(..CONTROL_BYTES_MAX).unwrap_or(payload))
    }

    fn frame(&self, opcode: Opcode, compressed: bool, payload: &[u8]) -> Vec<u8> {
        let mask = match self.role {
            Role::Server => None,
            // Of tests and test clients only, which no proxy has to be protected from (§10.3).
            Role::Client => Some([0x37, 0xFA, 0x21, 0x3D]),
        };
        let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
        let head = FrameHead { fin: true, compressed, opcode, length, mask };
        let mut output = Vec::with_capacity(payload.len().saturating_add(16));
        head.encode(&mut output);
        let start = output.len();
        output.extend_from_slice(payload);
        if let Some(mask) = mask {
            apply_mask(output.get_mut(start..).unwrap_or_default(), mask);
        }
        output
    }
}
