//! Any text as a `Range`: pieces lie inside, are not many, not more than the whole, and one piece is what was asked for.
#![no_main]

#[path = "../../src/files/range.rs"]
mod range;

use libfuzzer_sys::fuzz_target;
use range::{Ranges, parse_ranges};

fuzz_target!(|data: (u32, &str)| {
    let (length, field) = (u64::from(data.0 >> (data.0 % 32)), data.1);
    let ranges = parse_ranges(field, length);
    let inside = |piece: &std::ops::Range<u64>| piece.start < piece.end && piece.end <= length;
    match &ranges {
        Ranges::Whole | Ranges::Unsatisfiable => {}
        Ranges::One(piece) => assert!(inside(piece), "{piece:?} of {length}"),
        Ranges::Several(pieces) => {
            assert!(pieces.iter().all(inside), "{pieces:?} of {length}");
            assert!((2..=16).contains(&pieces.len()));
            assert!(pieces.iter().map(|piece| piece.end - piece.start).sum::<u64>() <= length);
        }
    }
    if let Some(asked) = naive(field, length) {
        assert_eq!(ranges, asked, "{field:?} of {length}");
    }
});

/// What a field of one spec asks for, where it is one beyond doubt.
fn naive(field: &str, length: u64) -> Option<Ranges> {
    let number = |text: &str| {
        let digits =
            !text.is_empty() && text.len() < 18 && text.chars().all(|c| c.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok())?
    };
    let (first, last) = field.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => (first, length.min(last + 1)),
        (Some(first), None) if last.is_empty() => (first, length),
        (None, Some(last)) if first.is_empty() => (length - last.min(length), length),
        _ => return None,
    };
    Some(if start < end { Ranges::One(start..end) } else { Ranges::Unsatisfiable })
}
