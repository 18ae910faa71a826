//! The head of a request: its bytes to a checked [`Head`], or a [`WireError`], or "need more".

use http::Method;

use super::{Framing, WireError};

/// What of [`Limits`](crate::Limits) bounds a head.
#[derive(Clone, Copy, Debug)]
pub struct HeadLimits {
    /// Request line and fields together, in bytes.
    pub head_bytes_max: usize,
    /// Number of fields.
    pub head_fields_max: usize,
    /// The request target in bytes.
    pub target_bytes_max: usize,
}

/// The version of a request; a higher minor version is read as 1.1 (RFC 9110 §2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0: no persistence unless asked for, no chunked answers.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http11,
}

/// How far the reading of a head came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The bytes are the beginning of a head.
    NeedMore,
    /// The head is whole and took this many bytes.
    Complete(usize),
}

/// A piece of a head: from, to, in its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The head of one request, checked; it owns a copy of its bytes and is reused from request to
/// request, so that reading one allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Head {
    bytes: Vec<u8>,
    method: Method,
    version: Version,
    path: Span,
    query: Option<Span>,
    fields: Vec<(Span, Span)>,
    framing: Framing,
    keep_alive: bool,
    expects_continue: bool,
}

impl Head {
    /// Reads a head from the first bytes of a connection's input.
    ///
    /// # Errors
    /// Bytes that are the beginning of no acceptable head, or one beyond the limits.
    pub fn read(&mut self, input: &[u8], limits: &HeadLimits) -> Result<Progress, WireError> {
        let _ = (input, limits);
        Err(WireError::RequestLine)
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The path, always beginning with `/` (or `*` for the asterisk form), without dot segments,
    /// still percent-encoded where it came so.
    pub fn path(&self) -> &str {
        self.text(self.path)
    }

    /// The query without its question mark, as it came.
    pub fn query(&self) -> Option<&str> {
        self.query.map(|span| self.text(span))
    }

    /// The value of the first field of that name, in any letter case.
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields().find(|field| field.0.eq_ignore_ascii_case(name)).map(|field| field.1)
    }

    /// All fields in the order they came.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|&(name, value)| (self.text(name), self.piece(value)))
    }

    /// How the content is delimited.
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the peer would use the connection on.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the peer waits for a 100 before it sends the content.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    fn piece(&self, span: Span) -> &[u8] {
        self.bytes.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn text(&self, span: Span) -> &str {
        std::str::from_utf8(self.piece(span)).unwrap_or_default()
    }
}
