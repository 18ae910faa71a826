//! The body of a response: bytes, a file or a stream.

use std::{borrow::Cow, fmt, fs::File, sync::Arc};

use super::source::Source;
use crate::Live;

/// The body of a response.
#[derive(Default)]
pub enum Body {
    /// No content.
    #[default]
    Empty,
    /// Bytes compiled into the program.
    Static(&'static [u8]),
    /// Bytes made for this response.
    Bytes(Vec<u8>),
    /// Bytes that several responses share, such as a small file in memory.
    Shared(Arc<[u8]>),
    /// `length` bytes of a file from its current position on, read in pieces as the client takes
    /// them.
    File {
        /// The file; it is read from its current position on.
        file: File,
        /// The number of bytes to send.
        length: u64,
    },
    /// A stream of unknown length, produced while the client takes it. Reading and dropping may
    /// block: a worker reads one piece at a time, and no worker waits for the client.
    Stream(Source),
    /// The connection stays open and holds no thread: an event stream, or another protocol.
    Live(Live),
}

impl Body {
    /// The bytes, if they are in memory.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Empty => Some(&[]),
            Body::Static(bytes) => Some(bytes),
            Body::Bytes(bytes) => Some(bytes),
            Body::Shared(bytes) => Some(bytes),
            Body::File { .. } | Body::Stream(_) | Body::Live(_) => None,
        }
    }

    /// The length in bytes, if it is known.
    pub fn length(&self) -> Option<u64> {
        match self {
            Body::File { length, .. } => Some(*length),
            body => body.as_bytes().map(|bytes| bytes.len() as u64),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            Some(length) => write!(f, "Body({length} bytes)"),
            None => f.write_str("Body(stream)"),
        }
    }
}

/// The content that [`Response::text`](crate::Response::text) and
/// [`Response::html`](crate::Response::html) take: a text, bytes, or a [`Body`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text or bytes",
    label = "expected a text or bytes; is a `?` missing?",
    note = "`to_string()` makes a text of a number, `to_owned()` copies a borrowed text"
)]
pub trait IntoBody {
    /// The body with this content.
    fn into_body(self) -> Body;
}

impl IntoBody for Body {
    fn into_body(self) -> Body {
        self
    }
}

impl IntoBody for &'static str {
    fn into_body(self) -> Body {
        Body::from(self)
    }
}

impl IntoBody for String {
    fn into_body(self) -> Body {
        Body::from(self)
    }
}

impl IntoBody for Cow<'_, str> {
    fn into_body(self) -> Body {
        Body::from(self)
    }
}

impl IntoBody for Vec<u8> {
    fn into_body(self) -> Body {
        Body::from(self)
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Body::Static(text.as_bytes())
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Body::Bytes(text.into_bytes())
    }
}

impl From<Cow<'_, str>> for Body {
    /// Copies a text, such as one that [`Request::param`](crate::Request::param) returns.
    fn from(text: Cow<'_, str>) -> Body {
        Body::from(text.into_owned())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body::Bytes(bytes)
    }
}
