//! The bytes of a `multipart/form-data` content (RFC 7578, RFC 2046 §5.1) to its parts: where each
//! lies, and what its head says.
//!
//! A form is cut at its delimiters first, and a head is looked for in its own piece only: so no
//! byte is looked at for more than two parts, whatever the bytes are, and no field of a head can
//! hide a delimiter. A reader of pieces that came one by one would keep the last bytes that may
//! begin a delimiter, and use [`Delimiter`] and [`PartHead`] as they are.

mod delimiter;
mod head;
mod parameters;
mod refusal;

use std::ops::Range;

use memchr::memmem;

pub(crate) use delimiter::Delimiter;
use delimiter::Tail;
pub(crate) use head::PartHead;
pub(crate) use refusal::{Fault, Refusal};

/// What a form may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartLimits {
    /// Parts.
    pub(crate) parts_max: usize,
    /// Bytes of the fields of one part, with the line ends between them.
    pub(crate) head_bytes_max: usize,
}

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawPart {
    /// What its fields say.
    pub(crate) head: PartHead,
    /// Where its content lies in the form.
    pub(crate) content: Range<usize>,
}

/// Parses a whole form. What stands before the first delimiter and behind the last is ignored.
///
/// # Errors
/// A form that breaks the grammar, or has more than the limits allow.
pub(crate) fn parse_form(
    form: &[u8],
    delimiter: &Delimiter,
    limits: &PartLimits,
) -> Result<Vec<RawPart>, Refusal> {
    let mut parts = Vec::new();
    let mut rest = delimiter.first(form).ok_or(Fault::NoDelimiter.of_form())?;
    loop {
        let number = parts.len();
        match delimiter::tail(rest).ok_or(Fault::Delimiter.in_part(number))? {
            Tail::End => return Ok(parts),
            Tail::Part(_) if number >= limits.parts_max => {
                return Err(Fault::TooManyParts(limits.parts_max).of_form());
            }
            Tail::Part(behind) => {
                let number = number.saturating_add(1);
                let (piece, next) = delimiter.split(behind).ok_or(Fault::NoEnd.in_part(number))?;
                let part = parse_piece(piece, limits.head_bytes_max, place(form, behind));
                parts.push(part.map_err(|fault| fault.in_part(number))?);
                rest = next;
            }
        }
    }
}

/// Where a piece begins that ends with the form.
fn place(form: &[u8], ending: &[u8]) -> usize {
    form.len().saturating_sub(ending.len())
}

/// Parses what stands between two delimiters, beginning with the line end of the first one; it lies
/// at `place`.
fn parse_piece(piece: &[u8], head_bytes_max: usize, place: usize) -> Result<RawPart, Fault> {
    let (head, content) = split_head(piece, head_bytes_max)?;
    let end = place.saturating_add(piece.len());
    let content = end.saturating_sub(content.len())..end;
    Ok(RawPart { head: PartHead::parse(head)?, content })
}

/// The line end in front of the head, and the line end and the empty line behind it.
const AROUND_HEAD: usize = 6;

/// A piece to the fields and the content. The grammar lets a part without content leave the empty
/// line out: then its fields end with the line end that is left of the delimiter's own.
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
