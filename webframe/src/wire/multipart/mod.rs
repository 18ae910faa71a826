//! Parses `multipart/form-data` (RFC 7578, RFC 2046 §5.1): the head of each part, and the range of
//! its content.
//!
//! A form is first split at its delimiters. Then the end of each head is searched within its part.
//! So each byte is scanned at most twice for any input, and a field of a head cannot hide a
//! delimiter.

mod delimiter;
mod encoded_word;
mod head;
mod parameters;
mod refusal;

use std::ops::Range;

use memchr::memmem;

pub(crate) use delimiter::Delimiter;
use delimiter::Tail;
pub(crate) use head::PartHead;
pub(crate) use refusal::{Fault, Refusal};

/// The limits of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartLimits {
    /// Number of parts.
    pub(crate) parts_max: usize,
    /// Bytes of the fields of a part, including the line ends between them.
    pub(crate) head_bytes_max: usize,
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawPart {
    /// The head of the part.
    pub(crate) head: PartHead,
    /// The range of its content in the form.
    pub(crate) content: Range<usize>,
}

/// Parses a complete form. Bytes before the first delimiter and after the last one are ignored.
///
/// # Errors
/// If the form is invalid or exceeds a limit.
pub(crate) fn parse_form(
    form: &[u8],
    delimiter: &Delimiter,
    limits: &PartLimits,
) -> Result<Vec<RawPart>, Refusal> {
    let mut parts = Vec::new();
    let mut rest = delimiter.after_first(form).ok_or(Fault::NoDelimiter.of_form())?;
    loop {
        let number = parts.len();
        match delimiter::tail(rest).ok_or(Fault::Delimiter.in_part(number))? {
            Tail::End => return Ok(parts),
            Tail::Part(_) if number >= limits.parts_max => {
                return Err(Fault::TooManyParts(limits.parts_max).of_form());
            }
            Tail::Part(after) => {
                let number = number.saturating_add(1);
                let (piece, next) = delimiter.split(after).ok_or(Fault::NoEnd.in_part(number))?;
                let part = parse_piece(piece, limits.head_bytes_max, offset_of(form, after));
                parts.push(part.map_err(|fault| fault.in_part(number))?);
                rest = next;
            }
        }
    }
}

/// Whether the bytes contain the whole rest of a form that arrives in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The bytes are the whole rest.
    Here,
    /// More bytes may follow. The bytes are already more than a head may have.
    MayFollow,
}

/// Parses the bytes after a delimiter of a form that arrives in pieces. Returns the head of the
/// next part and the number of bytes before its content, or `None` after the last delimiter.
/// `number` is the number of earlier parts.
///
/// # Errors
/// As [`parse_form`].
pub(crate) fn begin_part(
    after: &[u8],
    delimiter: &Delimiter,
    limits: &PartLimits,
    number: usize,
    rest: Rest,
) -> Result<Option<(PartHead, usize)>, Refusal> {
    let after_line = match delimiter::tail(after).ok_or(Fault::Delimiter.in_part(number))? {
        Tail::End => return Ok(None),
        Tail::Part(_) if number >= limits.parts_max => {
            return Err(Fault::TooManyParts(limits.parts_max).of_form());
        }
        Tail::Part(after_line) => after_line,
    };
    let number = number.saturating_add(1);
    let end = match (delimiter.find(after_line), rest) {
        (Some(end), _) => end,
        (None, Rest::MayFollow) => after_line.len(),
        (None, Rest::Here) => return Err(Fault::NoEnd.in_part(number)),
    };
    let piece = after_line.get(..end).unwrap_or_default();
    let (head, content) =
        split_head(piece, limits.head_bytes_max).map_err(|f| f.in_part(number))?;
    let head = PartHead::parse(head).map_err(|fault| fault.in_part(number))?;
    let begin = after.len().saturating_sub(after_line.len());
    let before = piece.len().saturating_sub(content.len());
    Ok(Some((head, begin.saturating_add(before))))
}

/// The offset at which a suffix of the form begins.
fn offset_of(form: &[u8], suffix: &[u8]) -> usize {
    form.len().saturating_sub(suffix.len())
}

/// Parses the bytes between two delimiters. They begin at this offset of the form, with the line
/// end of the first delimiter.
fn parse_piece(piece: &[u8], head_bytes_max: usize, offset: usize) -> Result<RawPart, Fault> {
    let (head, content) = split_head(piece, head_bytes_max)?;
    let end = offset.saturating_add(piece.len());
    let content = end.saturating_sub(content.len())..end;
    Ok(RawPart { head: PartHead::parse(head)?, content })
}

/// Number of bytes around the head of a part: the line end before it, and the line end and the
/// empty line after it.
const AROUND_HEAD: usize = 6;

/// Splits a part into fields and content. The grammar allows a part without content to omit the
/// empty line: then the line end of the delimiter ends its fields.
fn split_head(piece: &[u8], head_bytes_max: usize) -> Result<(&[u8], &[u8]), Fault> {
    let seen = piece.get(..head_bytes_max.saturating_add(AROUND_HEAD)).unwrap_or(piece);
    let (head, content) = match memmem::find(seen, b"\r\n\r\n") {
        Some(at) => piece.split_at_checked(at).unwrap_or_default(),
        None if seen.len() < piece.len() => return Err(Fault::HeadTooLong(head_bytes_max)),
        None => (piece.strip_suffix(b"\r\n").ok_or(Fault::HeadEnd)?, &[][..]),
    };
    let head = head.strip_prefix(b"\r\n").unwrap_or_default();
    if head.len() > head_bytes_max {
        return Err(Fault::HeadTooLong(head_bytes_max));
    }
    Ok((head, content.get(4..).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
