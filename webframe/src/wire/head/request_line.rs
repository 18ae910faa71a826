//! Parses the first line of a request: method, target and version. Each is checked as soon as its
//! bytes have arrived.

use super::{HeadLimits, Version};
use crate::wire::{WireError, grammar, target};

/// A longer method counts as unknown: the longest registered method has 17 bytes.
const METHOD_BYTES_MAX: usize = 32;

/// A complete and valid request line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestLine<'a> {
    pub(super) method: &'a [u8],
    pub(super) target: target::Target<'a>,
    pub(super) version: Version,
    /// The bytes after the line end.
    pub(super) rest: &'a [u8],
}

/// Parses a request line (RFC 9112 §3). Returns `None` if it is incomplete. An invalid byte is
/// reported as soon as it has arrived; only the form of the target is checked when the line is
/// complete.
pub(super) fn parse<'a>(
    lines: &'a [u8],
    limits: &HeadLimits,
) -> Result<Option<RequestLine<'a>>, WireError> {
    let Some((method, rest)) = method(lines)? else { return Ok(None) };
    let bound = limits.target_bytes_max.saturating_add(1);
    let scan = target::scan(rest.get(..bound).unwrap_or(rest));
    let Some((text, rest)) = target(rest, scan, bound)? else { return Ok(None) };
    let Some((version, rest)) = version(rest)? else { return Ok(None) };
    let target = target::parse(method, text, scan)?;
    Ok(Some(RequestLine { method, target, version, rest }))
}

/// The request line of a refused head, if it is complete and valid: method, target and version,
/// each separated by one space.
pub(crate) fn valid<'a>(head: &'a [u8], limits: &HeadLimits) -> Option<&'a str> {
    let lines = super::skip_empty_lines(head).ok()?;
    parse(lines, limits).ok()??;
    let line = lines.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    std::str::from_utf8(line).ok()
}

/// A word, and the bytes after the space that ends it. `None`: the word is incomplete.
type Word<'a> = Option<(&'a [u8], &'a [u8])>;

/// The method, with the bytes after it.
fn method(lines: &[u8]) -> Result<Word<'_>, WireError> {
    if let Some(rest) = lines.strip_prefix(b"GET ") {
        return Ok(Some((b"GET", rest)));
    }
    let bound = METHOD_BYTES_MAX.saturating_add(1);
    let word = lines.get(..bound).unwrap_or(lines);
    let Some(end) = word.iter().position(|&byte| !grammar::is_token(byte)) else {
        return if word.len() == bound { Err(WireError::UnknownMethod) } else { Ok(None) };
    };
    match lines.split_at_checked(end) {
        Some((method @ [_, ..], [b' ', rest @ ..])) => Ok(Some((method, rest))),
        _ => Err(WireError::RequestLine),
    }
}

/// The target, with the bytes after it. `scan` has read at most `bound` bytes of it, one more than
/// a target may have.
fn target(rest: &[u8], scan: target::Scan, bound: usize) -> Result<Word<'_>, WireError> {
    let Some(end) = scan.end else {
        return if rest.len() >= bound { Err(WireError::TargetTooLong) } else { Ok(None) };
    };
    match rest.split_at_checked(end) {
        Some((target @ [_, ..], [b' ', rest @ ..])) => Ok(Some((target, rest))),
        Some((_, [b' ' | b'\r' | b'\n', ..])) => Err(WireError::RequestLine),
        _ => Err(WireError::Target),
    }
}

/// Parses the version with its line end, and returns the bytes after it. `None`: it is incomplete.
/// A higher minor version is treated as 1.1 (RFC 9110 §2.5).
fn version(rest: &[u8]) -> Result<Option<(Version, &[u8])>, WireError> {
    const LINE: &[u8] = b"HTTP/1.1\r\n";
    if let Some(rest) = rest.strip_prefix(LINE) {
        return Ok(Some((Version::Http11, rest)));
    }
    // Each `1` may be any digit: another version is refused or treated as 1.1 below.
    let fits = |(wanted, byte): (&u8, &u8)| match wanted {
        b'1' => byte.is_ascii_digit(),
        wanted => wanted == byte,
    };
    if !LINE.iter().zip(rest).all(fits) {
        return Err(WireError::RequestLine);
    }
    match rest.split_at_checked(LINE.len()) {
        None => Ok(None),
        Some((b"HTTP/1.0\r\n", rest)) => Ok(Some((Version::Http10, rest))),
        Some((line, rest)) if line.starts_with(b"HTTP/1.") => Ok(Some((Version::Http11, rest))),
        Some(_) => Err(WireError::Version),
    }
}
