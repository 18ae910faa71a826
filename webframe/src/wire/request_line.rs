//! The beginning of a request to "nothing wrong so far": what the first bytes prove already.
//!
//! The fast way through [`Head::read`](super::Head::read) never comes here; a request that is
//! refused, or not whole yet, does, so that every refusal comes with the first byte that proves
//! it, whichever pieces the bytes come in.

use super::{HeadLimits, WireError, grammar, target};

/// A longer method is none that anybody knows; the longest registered has 17 bytes.
pub(super) const METHOD_BYTES_MAX: usize = 32;

/// The length of the request line with its line end, or nothing where it is not whole yet. The
/// version of a whole line is 1.x.
pub(super) fn check(lines: &[u8], limits: &HeadLimits) -> Result<Option<usize>, WireError> {
    let Some((method, rest)) = method(lines)? else { return Ok(None) };
    let Some((target, rest)) = target(rest, limits.target_bytes_max)? else { return Ok(None) };
    let Some(rest) = version(rest)? else { return Ok(None) };
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| WireError::RequestLine);
    target::parse(text(method)?, text(target)?)?;
    Ok(Some(lines.len().saturating_sub(rest.len())))
}

type Split<'a> = Option<(&'a [u8], &'a [u8])>;

fn method(lines: &[u8]) -> Result<Split<'_>, WireError> {
    let bound = METHOD_BYTES_MAX.saturating_add(1);
    let word = lines.get(..bound).unwrap_or(lines);
    match word.iter().position(|&byte| !grammar::is_token(byte)) {
        None if word.len() == bound => Err(WireError::UnknownMethod),
        None => Ok(None),
        Some(0) => Err(WireError::RequestLine),
        Some(at) => match lines.split_at_checked(at) {
            Some((method, [b' ', rest @ ..])) => Ok(Some((method, rest))),
            _ => Err(WireError::RequestLine),
        },
    }
}

fn target(rest: &[u8], target_bytes_max: usize) -> Result<Split<'_>, WireError> {
    let bound = target_bytes_max.saturating_add(1);
    let word = rest.get(..bound).unwrap_or(rest);
    match word.iter().position(|&byte| !target::is_target(byte)) {
        None if word.len() == bound => Err(WireError::TargetTooLong),
        None => Ok(None),
        Some(at) => match rest.split_at_checked(at) {
            Some(([], [b' ', ..]) | (_, [b'\r' | b'\n', ..])) => Err(WireError::RequestLine),
            Some((target, [b' ', rest @ ..])) => Ok(Some((target, rest))),
            _ => Err(WireError::Target),
        },
    }
}

/// What follows the version and its line end.
fn version(rest: &[u8]) -> Result<Option<&[u8]>, WireError> {
    let fits = |(wanted, byte): (&u8, &u8)| match wanted {
        b'1' => byte.is_ascii_digit(),
        wanted => wanted == byte,
    };
    const SHAPE: &[u8] = b"HTTP/1.1\r\n";
    if !SHAPE.iter().zip(rest).all(fits) {
        return Err(WireError::RequestLine);
    }
    match rest.split_at_checked(SHAPE.len()) {
        None => Ok(None),
        Some((version, rest)) if version.starts_with(b"HTTP/1.") => Ok(Some(rest)),
        Some(_) => Err(WireError::Version),
    }
}
