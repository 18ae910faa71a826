//! Checks the parser of the field `Range` with any text: the ranges are few, lie within the
//! content, are together not longer than the content, and are those that a naive parser finds.

use std::ops::Range;

use super::text;
use webframe::fuzzing::ranges;

const PIECES_MAX: usize = 16;

/// Panics if the parser of ranges is wrong. The first four bytes of `data` give the length of the
/// content, usually a small one.
pub fn check(data: &[u8]) {
    let Some((number, field)) = data.split_first_chunk() else { return };
    let (number, field) = (u32::from_le_bytes(*number), text(field));
    let length = u64::from(number >> (number % 32));
    let pieces = ranges(field, length);
    assert_eq!(pieces, naive(field, length), "{field:?} of {length}");
    let pieces = pieces.unwrap_or_default();
    assert!(pieces.len() <= PIECES_MAX);
    assert!(pieces.iter().all(|piece| piece.start < piece.end && piece.end <= length));
    assert!(pieces.len() < 2 || bytes_of(&pieces) <= length, "{pieces:?} of {length}");
    // The largest possible content: additions must not wrap.
    let endless = ranges(field, u64::MAX).unwrap_or_default();
    assert!(endless.iter().all(|piece| piece.start < piece.end));
}

fn bytes_of(pieces: &[Range<u64>]) -> u64 {
    pieces.iter().map(|piece| piece.end - piece.start).sum()
}

/// All ranges are valid, or the field is ignored (RFC 9110 §14.2). Ranges beyond the end are
/// dropped.
fn naive(field: &str, length: u64) -> Option<Vec<Range<u64>>> {
    if length == 0 {
        return None;
    }
    let mut words = field.splitn(2, '=');
    if words.next()?.trim().to_lowercase() != "bytes" {
        return None;
    }
    let specs: Vec<&str> =
        words.next()?.split(',').map(|spec| spec.trim_matches([' ', '\t'])).collect();
    let specs: Vec<&str> = specs.into_iter().filter(|spec| !spec.is_empty()).collect();
    let pieces: Vec<Range<u64>> =
        specs.iter().map(|spec| piece(spec, length)).collect::<Option<_>>()?;
    let pieces: Vec<Range<u64>> =
        pieces.into_iter().filter(|piece| piece.start < piece.end).collect();
    let are_few = (1..=PIECES_MAX).contains(&specs.len());
    (are_few && (pieces.len() < 2 || bytes_of(&pieces) <= length)).then_some(pieces)
}

fn piece(spec: &str, length: u64) -> Option<Range<u64>> {
    let dash = spec.find('-')?;
    let (first, last) = (position(&spec[..dash])?, position(&spec[dash + 1..])?);
    let (start, end) = match (first, last) {
        (None, None) => return None,
        (None, Some(last)) => (length - last.min(length), length),
        (Some(first), None) => (first, length),
        (Some(first), Some(last)) if first > last => return None,
        (Some(first), Some(last)) => (first, if last < length { last + 1 } else { length }),
    };
    Some(start..end)
}

/// A number, if any; a number beyond 64 bits counts as the largest one.
fn position(digits: &str) -> Option<Option<u64>> {
    let mut position = None;
    for digit in digits.chars() {
        let digit = u64::from(digit.to_digit(10)?);
        let before: u64 = position.unwrap_or(0);
        position =
            Some(before.checked_mul(10).and_then(|ten| ten.checked_add(digit)).unwrap_or(u64::MAX));
    }
    Some(position)
}
