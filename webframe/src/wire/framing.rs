//! How the content of a request is delimited (RFC 9112 §6.3), as one function.

/// How the content of a request is delimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// No content.
    #[default]
    None,
    /// This many bytes.
    Length(u64),
    /// Chunks, up to the one of size 0 and the trailers.
    Chunked,
}
