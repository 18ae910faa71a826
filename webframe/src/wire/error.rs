//! The reasons for which a request is refused: each has the status of the response and a text.

use std::fmt;

use http::StatusCode;

/// The reason why a request cannot be read. The server answers with [`WireError::status`], closes
/// the connection, and ignores all further bytes of it (RFC 9112 §6.3, §11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// The request line is not `method SP target SP version`.
    RequestLine,
    /// The method is longer than any known one.
    UnknownMethod,
    /// The version is not 1.x.
    Version,
    /// The target has none of the allowed forms, leaves the root, or has an invalid byte.
    Target,
    /// The target is longer than `target_bytes_max`.
    TargetTooLong,
    /// A field line is not name, colon, value, line end.
    Field,
    /// The head is larger than `head_bytes_max`.
    HeadTooLarge,
    /// More fields than `head_fields_max`.
    TooManyFields,
    /// `Host` is missing, repeated or invalid.
    Host,
    /// A host that is not served here.
    HostNotServed,
    /// Plain HTTP at a TLS port.
    Unencrypted,
    /// `Content-Length` is invalid or repeated.
    ContentLength,
    /// `Transfer-Encoding` together with `Content-Length`, or without a single final `chunked`.
    TransferEncoding,
    /// A transfer coding that is not supported.
    UnknownCoding,
    /// The size, extension or end of a chunk is invalid.
    Chunk,
    /// Sizes, extensions and trailers of the chunks are larger than `chunk_overhead_max`.
    ChunkOverhead,
    /// The body is larger than `body_bytes_max`.
    BodyTooLarge,
    /// `Expect` is not `100-continue`.
    Expectation,
    /// The head or the body did not arrive in time.
    Timeout,
}

impl WireError {
    /// All variants.
    pub const ALL: [WireError; 19] = [
        WireError::RequestLine,
        WireError::UnknownMethod,
        WireError::Version,
        WireError::Target,
        WireError::TargetTooLong,
        WireError::Field,
        WireError::HeadTooLarge,
        WireError::TooManyFields,
        WireError::Host,
        WireError::HostNotServed,
        WireError::Unencrypted,
        WireError::ContentLength,
        WireError::TransferEncoding,
        WireError::UnknownCoding,
        WireError::Chunk,
        WireError::ChunkOverhead,
        WireError::BodyTooLarge,
        WireError::Expectation,
        WireError::Timeout,
    ];

    /// The status of the response.
    pub fn status(self) -> StatusCode {
        match self {
            WireError::UnknownMethod | WireError::UnknownCoding => StatusCode::NOT_IMPLEMENTED,
            WireError::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            WireError::TargetTooLong => StatusCode::URI_TOO_LONG,
            WireError::HeadTooLarge | WireError::TooManyFields => {
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            }
            WireError::HostNotServed => StatusCode::MISDIRECTED_REQUEST,
            WireError::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            WireError::Expectation => StatusCode::EXPECTATION_FAILED,
            WireError::Timeout => StatusCode::REQUEST_TIMEOUT,
            WireError::RequestLine
            | WireError::Target
            | WireError::Field
            | WireError::Host
            | WireError::Unencrypted
            | WireError::ContentLength
            | WireError::TransferEncoding
            | WireError::Chunk
            | WireError::ChunkOverhead => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WireError::RequestLine => "the request line is not `method target version`",
            WireError::UnknownMethod => "the method is unknown",
            WireError::Version => "the version is not HTTP/1.x",
            WireError::Target => "the request target is invalid",
            WireError::TargetTooLong => "the request target is too long",
            WireError::Field => "a header field is not `name: value`",
            WireError::HeadTooLarge => "the header section is too large",
            WireError::TooManyFields => "there are too many header fields",
            WireError::HostNotServed => "the host is not served here",
            WireError::Host => "the Host field is missing, repeated or invalid",
            WireError::Unencrypted => {
                "this port uses HTTPS: use an address that begins with https://"
            }
            WireError::ContentLength => "Content-Length is invalid or repeated",
            WireError::TransferEncoding => {
                "Transfer-Encoding is not a single final `chunked` without Content-Length"
            }
            WireError::UnknownCoding => "the transfer coding is not supported",
            WireError::Chunk => "a chunk is not `size, line end, data, line end`",
            WireError::ChunkOverhead => {
                "the sizes, extensions and trailers of the chunks are too large"
            }
            WireError::BodyTooLarge => "the content is too large",
            WireError::Expectation => "Expect can only be 100-continue",
            WireError::Timeout => "the request did not arrive in time",
        })
    }
}

impl std::error::Error for WireError {}
