//! WebSockets: messages in both directions on one connection, which holds no thread.
//!
//! Needs the feature `websocket`.
//!
//! A route answers with [`Response::websocket`](crate::Response::websocket) and a
//! [`SocketHandler`]. The methods of a `SocketHandler` are called like handlers: in the event loop
//! of the connection while they are quick, on a worker thread if they block. For each connection
//! they are called in order, and nothing is read from it meanwhile. A [`Socket`] sends from any
//! thread.
//!
//! ```
//! use webframe::{App, Request, Response, Result, Urls, websocket::{Message, Socket}};
//!
//! fn echo(_: &(), request: &Request) -> Result<Response> {
//!     Response::websocket(request, |socket: &Socket, message: Message| {
//!         socket.send(message)?;
//!         Ok(())
//!     })
//! }
//!
//! let app = App::new(()).urls(Urls::new().get("/echo", echo));
//! # let client = webframe::TestClient::new(&app);
//! # let mut socket = client.get("/echo").connect();
//! # socket.send("hello");
//! # assert_eq!(socket.receive(), Message::Text("hello".into()));
//! ```
//!
//! An idle connection holds no buffer and no compression context.

mod call;
mod conversation;
mod opening;
mod prepared;
mod settings;
mod socket;

pub use prepared::Prepared;
pub use settings::{Compression, Origins, SocketSettings};
pub use socket::{SendError, Socket};

use crate::Result;
pub use crate::wire::websocket::{Close, CloseCode};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A text.
    Text(String),
    /// Any bytes.
    Binary(Vec<u8>),
}

impl Message {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Message::Text(text) => Some(text),
            Message::Binary(_) => None,
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Message {
        Message::Text(text.to_owned())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Message {
        Message::Text(text)
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Message {
        Message::Binary(bytes)
    }
}

/// The app's code for one connection. A closure that takes messages is a handler.
///
/// An error or a panic is logged and closes the connection: with 1008 and the error's public text
/// if its status is 4xx, otherwise with 1011.
pub trait SocketHandler: Send + 'static {
    /// Called when the connection is open.
    ///
    /// # Errors
    /// An error closes the connection.
    fn open(&mut self, socket: &Socket) -> Result<()> {
        let _ = socket;
        Ok(())
    }

    /// Called for each message of the peer.
    ///
    /// # Errors
    /// An error closes the connection.
    fn message(&mut self, socket: &Socket, message: Message) -> Result<()>;

    /// Called last, on a worker thread, when the connection is closed and [`SocketHandler::open`]
    /// was called before. `close` is the first close frame of either end. If the connection was
    /// lost without a close frame, its code is [`CloseCode::ABNORMAL`].
    fn close(&mut self, socket: &Socket, close: &Close) {
        let _ = (socket, close);
    }
}

impl<F> SocketHandler for F
where
    F: FnMut(&Socket, Message) -> Result<()> + Send + 'static,
{
    fn message(&mut self, socket: &Socket, message: Message) -> Result<()> {
        self(socket, message)
    }
}
