//! The request target (RFC 9112 §3.2): bytes to path and query, and a path to decoded segments.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The segments of a path, decoded; `%2F` is part of its segment, never a separator. Router and
/// static files both see these and nothing else.
pub fn segments(path: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
    path.strip_prefix('/')
        .unwrap_or(path)
        .split('/')
        .map(|segment| percent_decode(segment.as_bytes()).into())
}

/// Whether a raw segment of a path says the same as the plain text.
pub(crate) fn is_segment(raw: &str, text: &str) -> bool {
    raw == text || (raw.contains('%') && percent_decode(raw.as_bytes()).eq(text.bytes()))
}
