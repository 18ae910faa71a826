//! Checks the parser of WebSocket frames with any bytes: cutting the bytes into pieces has no
//! effect, no message is larger than the limit, and the crate `tungstenite` finds the same events.

use std::io::{Cursor, Read, Write};

use tungstenite::{
    Error, Message,
    error::ProtocolError,
    protocol::{Role, WebSocket, WebSocketConfig},
};
use webframe::fuzzing::{SocketCompression, SocketEvent, socket_events};

/// Maximum bytes of a message: small enough that a decompression bomb reaches it.
const MESSAGE_BYTES_MAX: usize = 64 << 10;

/// The events, and the fault that ended them.
type Events = (Vec<SocketEvent>, Option<String>);

/// Panics if the parser of frames is wrong. The first byte of `data` says after how many bytes the
/// input is cut in two.
pub fn check(data: &[u8]) {
    let [cut, bytes @ ..] = data else { return };
    let middle = usize::from(*cut).min(bytes.len());
    for compression in [SocketCompression::None, SocketCompression::Deflate] {
        let whole = read([bytes], compression);
        assert_eq!(whole, read([&bytes[..middle], &bytes[middle..]], compression));
        assert_eq!(whole, read(bytes.chunks(1), compression));
    }
    let (events, fault) = read([bytes], SocketCompression::None);
    let (events_of_tungstenite, refused) = read_with_tungstenite(bytes);
    match fault.as_deref() {
        None => assert_eq!((&events, false), (&events_of_tungstenite, refused)),
        // Strict rules of RFC 6455 §5.2 and §7.4, and limits. tungstenite does not apply them, or
        // applies them in another order.
        Some("LengthForm" | "CloseCode" | "FrameTooLarge" | "MessageTooLarge") => {
            let is_beginning = events_of_tungstenite.starts_with(&events);
            assert!(is_beginning, "{events_of_tungstenite:?} {events:?}");
        }
        Some(fault) => assert_eq!(events, events_of_tungstenite, "{fault}"),
    }
}

/// Reads the bytes with webframe.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, compression: SocketCompression) -> Events {
    let (events, fault) = socket_events(pieces, compression, MESSAGE_BYTES_MAX);
    for event in &events {
        let (SocketEvent::Text(_) | SocketEvent::Binary(_)) = event else { continue };
        assert!(event.length() <= MESSAGE_BYTES_MAX, "larger than a message may be");
    }
    (events, fault)
}

/// A stream with the bytes of a peer; output is discarded.
struct Peer<'a>(Cursor<&'a [u8]>);

impl Read for Peer<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for Peer<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The events that tungstenite finds, and whether it refused something.
fn read_with_tungstenite(bytes: &[u8]) -> (Vec<SocketEvent>, bool) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let mut socket =
        WebSocket::from_raw_socket(Peer(Cursor::new(bytes)), Role::Server, Some(config));
    let mut events = Vec::new();
    loop {
        events.push(match socket.read() {
            Ok(Message::Text(text)) => SocketEvent::Text(text.as_str().to_owned()),
            Ok(Message::Binary(bytes)) => SocketEvent::Binary(bytes.to_vec()),
            Ok(Message::Ping(bytes)) => SocketEvent::Ping(bytes.to_vec()),
            Ok(Message::Pong(bytes)) => SocketEvent::Pong(bytes.to_vec()),
            Ok(Message::Close(Some(close))) => {
                SocketEvent::Close(close.code.into(), close.reason.as_str().to_owned())
            }
            Ok(Message::Close(None)) => SocketEvent::Close(1005, String::new()),
            Ok(Message::Frame(_)) => continue,
            Err(Error::ConnectionClosed) => return (events, false),
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                return (events, false);
            }
            Err(_) => return (events, true),
        });
    }
}
