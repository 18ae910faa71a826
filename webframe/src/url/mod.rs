//! Percent-encoding of parts of a URL, and the patterns and names of routes.

pub(crate) mod names;
mod parameters;
pub(crate) mod pattern;

use std::borrow::Cow;

pub use parameters::{Parameters, Tuple};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are encoded: all but the unreserved ones (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that are encoded in a query. `/`, `:`, `@` and `,` stay readable: a query may
/// contain them, and they have no meaning in a form.
const RESERVED_IN_QUERY: &AsciiSet = &RESERVED.remove(b'/').remove(b':').remove(b'@').remove(b',');

/// Encodes one segment of a path, like the template filter `urlencode_segment`: a slash in it is
/// encoded too.
///
/// ```
/// assert_eq!(webframe::url::encode_segment("and/or"), "and%2For");
/// ```
pub fn encode_segment(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}

/// Encodes one name or value of a query, like the template filter `urlencode_query`.
///
/// ```
/// assert_eq!(webframe::url::encode_query("/a?b&c=字"), "/a%3Fb%26c%3D%E5%AD%97");
/// ```
pub fn encode_query(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED_IN_QUERY).into()
}
