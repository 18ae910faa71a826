//! Texts to parts of a URL, percent-encoded; and the patterns and names of routes.

pub(crate) mod names;
pub(crate) mod pattern;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986 §2.3: what need not be encoded anywhere.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Of what else a query may hold, what means nothing in a form: it stays readable.
const RESERVED_IN_QUERY: &AsciiSet = &RESERVED.remove(b'/').remove(b':').remove(b'@').remove(b',');

/// One segment of a path, as the filter `urlencode_segment` makes it: a slash in it is no separator.
///
/// ```
/// assert_eq!(webframe::url::encode_segment("and/or"), "and%2For");
/// ```
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// One name or value of a query, as the filter `urlencode_query` makes it.
///
/// ```
/// assert_eq!(webframe::url::encode_query("/a?b&c=字"), "/a%3Fb%26c%3D%E5%AD%97");
/// ```
pub fn encode_query(text: &str) -> String {
    utf8_percent_encode(text, RESERVED_IN_QUERY).to_string()
}
