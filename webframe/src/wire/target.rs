//! Parses the request target (RFC 9112 §3.2) into path and query, and a path into decoded segments.
//!
//! The origin form is the usual one. The absolute form has an authority and a path. The asterisk
//! form is only for OPTIONS. The authority form and CONNECT are for proxies and refused.

use std::borrow::Cow;

use percent_encoding::{CONTROLS, percent_decode, percent_encode};

use super::{WireError, grammar};

/// The decoded segments of a path. `%2F` is part of a segment, never a separator. Router and static
/// files use only these.
pub fn segments(path: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
    path.strip_prefix('/')
        .unwrap_or(path)
        .split('/')
        .map(|segment| percent_decode(segment.as_bytes()).into())
}

/// Whether a raw segment of a path, decoded, equals the text.
pub(crate) fn is_segment(raw: &[u8], text: &str) -> bool {
    raw == text.as_bytes() || (raw.contains(&b'%') && percent_decode(raw).eq(text.bytes()))
}

/// A valid target in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    /// Host and port of the absolute form.
    pub(super) authority: Option<&'a [u8]>,
    /// The path as received. Empty if the absolute form has no path.
    pub(super) path: &'a [u8],
    /// The query as received.
    pub(super) query: Option<&'a [u8]>,
    /// Whether dot segments have to be removed from the path.
    pub(super) has_dot_segments: bool,
    /// Whether the target contains UTF-8, which has to be percent-encoded.
    pub(super) has_utf8: bool,
}

/// The result of one pass over the bytes of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// The offset of the first byte that is not valid in a target.
    pub(super) end: Option<usize>,
    /// The length of the path.
    path: usize,
    /// Whether the path has a `%`, a dot or UTF-8.
    path_is_special: bool,
    /// Whether the query has a `%`, a dot or UTF-8.
    query_is_special: bool,
    /// The target is invalid: the path is followed by something other than a query.
    is_invalid: bool,
}

/// Scans the bytes of a target up to its end, or to the end of `word`.
pub(super) fn scan(word: &[u8]) -> Scan {
    let (path, path_is_special) = leading(word, grammar::PATH);
    let rest = word.get(path..).unwrap_or_default();
    let (query, query_is_special) = leading(rest, grammar::TARGET);
    let is_invalid = query > 0 && !rest.starts_with(b"?");
    let end = path.saturating_add(query);
    let end = (end < word.len()).then_some(end);
    Scan { end, path, path_is_special, query_is_special, is_invalid }
}

/// The number of leading bytes of a class, and whether these bytes have a `%`, a dot or UTF-8.
fn leading(bytes: &[u8], class: u8) -> (usize, bool) {
    let mut union = 0;
    let end = bytes.iter().position(|&byte| {
        let classes = grammar::classes_of(byte);
        union |= classes;
        classes & class == 0
    });
    (end.unwrap_or(bytes.len()), union & grammar::SPECIAL != 0)
}

/// Parses a target that was scanned to its end.
pub(super) fn parse<'a>(
    method: &[u8],
    target: &'a [u8],
    scan: Scan,
) -> Result<Target<'a>, WireError> {
    if method == b"CONNECT" {
        return Err(WireError::Target);
    }
    if target.starts_with(b"/") {
        return origin_form(target, scan);
    }
    if target == b"*" && method == b"OPTIONS" {
        return Ok(Target {
            authority: None,
            path: b"*",
            query: None,
            has_dot_segments: false,
            has_utf8: false,
        });
    }
    let absolute = absolute_form(target)?;
    // The asterisk form in a request to a proxy (RFC 9112 §3.2.4).
    if method == b"OPTIONS" && absolute.path.is_empty() && absolute.query.is_none() {
        return Ok(Target { path: b"*", ..absolute });
    }
    Ok(absolute)
}

/// Parses `scheme "://" authority path-abempty [ "?" query ]`, of `http` and `https` only.
fn absolute_form(target: &[u8]) -> Result<Target<'_>, WireError> {
    let colon = memchr::memchr(b':', target).ok_or(WireError::Target)?;
    let (scheme, rest) = target.split_at_checked(colon).ok_or(WireError::Target)?;
    let rest = rest.strip_prefix(b"://").ok_or(WireError::Target)?;
    if !scheme.eq_ignore_ascii_case(b"http") && !scheme.eq_ignore_ascii_case(b"https") {
        return Err(WireError::Target);
    }
    let length = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(length).ok_or(WireError::Target)?;
    if !grammar::is_authority(authority) {
        return Err(WireError::Target);
    }
    Ok(Target { authority: Some(authority), ..origin_form(rest, scan(rest))? })
}

/// Parses `path [ "?" query ]`. A query may contain all bytes that browsers send unescaped, even a
/// single `%`, but no NUL. A URI is ASCII (RFC 3986 §2), but links that people paste are not: other
/// bytes are accepted if they are UTF-8.
fn origin_form(target: &[u8], scan: Scan) -> Result<Target<'_>, WireError> {
    let (path, rest) = target.split_at_checked(scan.path).ok_or(WireError::Target)?;
    let query = rest.strip_prefix(b"?");
    if scan.is_invalid || (scan.query_is_special && rest.windows(3).any(|window| window == b"%00"))
    {
        return Err(WireError::Target);
    }
    let has_dot_segments = scan.path_is_special && check_path(path)?;
    let has_utf8 = (scan.path_is_special || scan.query_is_special) && !target.is_ascii();
    if has_utf8 && std::str::from_utf8(target).is_err() {
        return Err(WireError::Target);
    }
    Ok(Target { authority: None, path, query, has_dot_segments, has_utf8 })
}

/// Checks percent-encoding and dot segments. Returns whether the path has dot segments.
fn check_path(path: &[u8]) -> Result<bool, WireError> {
    if !path.split(|&byte| byte == b'%').skip(1).all(grammar::is_percent_tail) {
        return Err(WireError::Target);
    }
    let mut depth = 0_usize;
    let mut has_dot_segments = false;
    for segment in path.split(|&byte| byte == b'/').skip(1) {
        match dot_segment(segment) {
            DotSegment::None => depth = depth.saturating_add(1),
            DotSegment::Current => has_dot_segments = true,
            DotSegment::Parent => {
                has_dot_segments = true;
                depth = depth.checked_sub(1).ok_or(WireError::Target)?;
            }
        }
    }
    Ok(has_dot_segments)
}

/// The meaning of a segment of a path: a name, this folder, or the folder above.
enum DotSegment {
    /// It is a name.
    None,
    /// `.`, the current folder.
    Current,
    /// `..`, the folder above.
    Parent,
}

/// Finds out whether a segment is `.` or `..`, each dot plain or as `%2e`.
fn dot_segment(segment: &[u8]) -> DotSegment {
    match strip_dot(segment).map(|rest| (rest, strip_dot(rest))) {
        Some(([], _)) => DotSegment::Current,
        Some((_, Some([]))) => DotSegment::Parent,
        _ => DotSegment::None,
    }
}

/// The text after a dot at its beginning, plain or as `%2e`.
fn strip_dot(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Percent-encodes the bytes that are not ASCII.
pub(super) fn append_encoded(text: &[u8], out: &mut Vec<u8>) {
    for piece in percent_encode(text, CONTROLS) {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// Appends the path without its dot segments (RFC 3986 §5.2.4).
pub(super) fn append_without_dots(path: &[u8], out: &mut Vec<u8>) {
    let base = out.len();
    let mut segments = path.split(|&byte| byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match dot_segment(segment) {
            DotSegment::None => {
                out.push(b'/');
                out.extend_from_slice(segment);
                continue;
            }
            DotSegment::Current => {}
            DotSegment::Parent => {
                let path = out.get(base..).unwrap_or_default();
                let parent = memchr::memrchr(b'/', path).unwrap_or(0);
                out.truncate(base.saturating_add(parent));
            }
        }
        if segments.peek().is_none() {
            out.push(b'/');
        }
    }
}
