//! A message for many sockets, encoded once.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::Message;
use crate::wire::websocket::{Kind, Role, Writer};

/// A message that is encoded and compressed once for any number of sockets.
///
/// ```
/// use webframe::websocket::{Prepared, Socket};
///
/// fn tell_all(sockets: &[Socket], text: &str) {
///     let message = Prepared::new(text);
///     for socket in sockets {
///         socket.send_prepared(&message).ok();
///     }
/// }
/// ```
pub struct Prepared {
    message: Message,
    plain: OnceLock<Arc<[u8]>>,
    /// The compressed frame for peers with the largest window, such as browsers.
    deflated: OnceLock<Arc<[u8]>>,
}

impl Prepared {
    /// A message for many sockets.
    pub fn new(message: impl Into<Message>) -> Prepared {
        let plain = OnceLock::new();
        let deflated = OnceLock::new();
        Prepared { message: message.into(), plain, deflated }
    }

    /// The frame for the peer of this writer. For peers with a smaller window, which are rare, it
    /// is not compressed and not kept.
    pub(super) fn frame(&self, writer: &Writer) -> Arc<[u8]> {
        let encode =
            |writer: &Writer| writer.encode_message(self.kind(), self.message.as_bytes()).into();
        match writer.window_bits() {
            None => Arc::clone(self.plain.get_or_init(|| encode(writer))),
            // The largest window, 2^15 bytes.
            Some(15) => Arc::clone(self.deflated.get_or_init(|| encode(writer))),
            Some(_) => encode(&Writer::new(Role::Server, None)),
        }
    }

    fn kind(&self) -> Kind {
        match self.message {
            Message::Text(_) => Kind::Text,
            Message::Binary(_) => Kind::Binary,
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({} bytes)", self.message.as_bytes().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::websocket::Deflate;

    #[test]
    fn a_message_is_encoded_once_for_each_coding() {
        let message = Prepared::new("tell everybody ".repeat(20));
        let plain = Writer::new(Role::Server, None);
        let deflated = Writer::new(Role::Server, Some(Deflate::with_default_parameters()));
        for writer in [plain, deflated] {
            let frame = message.frame(&writer);
            assert!(Arc::ptr_eq(&frame, &message.frame(&writer)));
            assert_eq!(*frame, *writer.encode_message(Kind::Text, message.message.as_bytes()));
        }
        assert!(message.frame(&deflated).len() < message.frame(&plain).len() / 2);
    }
}
