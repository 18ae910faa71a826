//! Parses `Range` (RFC 9110 §14) for a file of a given length.

use std::ops::Range;

/// The ranges of a request within the length of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ranges {
    /// The field is invalid, or it has too many ranges: the whole file is sent.
    Whole,
    /// All ranges are beyond the end.
    Unsatisfiable,
    /// One piece.
    One(Range<u64>),
    /// Several pieces in the requested order, together no longer than the file.
    Several(Vec<Range<u64>>),
}

/// Maximum number of ranges in a request. 16: a PDF reader requests fewer; the attack of
/// CVE-2011-3192 requests about a thousand.
const RANGES_MAX: usize = 16;

/// Parses the field for a file of this length.
pub(crate) fn parse_ranges(field: &str, length: u64) -> Ranges {
    let Some((unit, set)) = field.split_once('=') else { return Ranges::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Ranges::Whole;
    }
    if length == 0 {
        return Ranges::Whole; // a client that resumes understands this, but not a 416
    }
    let mut pieces = Vec::new();
    let mut requested: usize = 0;
    let specs = set.split(',').map(|spec| spec.trim_matches([' ', '\t']));
    for spec in specs.filter(|spec| !spec.is_empty()) {
        requested += 1;
        match parse_spec(spec, length) {
            _ if requested > RANGES_MAX => return Ranges::Whole,
            None => return Ranges::Whole,
            Some(piece) if piece.is_empty() => {}
            Some(piece) => pieces.push(piece),
        }
    }
    let lengths = pieces.iter().map(|piece| piece.end - piece.start);
    let together = lengths.fold(0, u64::saturating_add);
    match (pieces.len(), requested) {
        (_, 0) => Ranges::Whole,
        (0, _) => Ranges::Unsatisfiable,
        (1, _) => Ranges::One(pieces.swap_remove(0)),
        // Overlapping ranges must not make the response longer than the file.
        _ if together > length => Ranges::Whole,
        _ => Ranges::Several(pieces),
    }
}

/// The piece of a file of this length that one range requests; empty if it is beyond the end.
/// `None` if the text is invalid.
fn parse_spec(spec: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = spec.split_once('-')?;
    if first.is_empty() {
        return Some(length - parse_position(last)?.min(length)..length);
    }
    let first = parse_position(first)?;
    if last.is_empty() {
        return Some(first.min(length)..length);
    }
    let last = parse_position(last)?;
    (first <= last).then(|| first.min(length)..last.saturating_add(1).min(length))
}

/// Parses a position, which has only digits. A number that is too large becomes `u64::MAX`, beyond
/// the end of every file. `None` if the text is invalid.
fn parse_position(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn of_100(field: &str, wanted: &Ranges) {
        assert_eq!(parse_ranges(field, 100), *wanted, "{field:?}");
    }

    #[test]
    fn a_range_ends_at_the_end_of_the_file() {
        of_100("bytes=0-9", &Ranges::One(0..10));
        of_100("Bytes=0-0", &Ranges::One(0..1));
        of_100("bytes=90-", &Ranges::One(90..100));
        of_100("bytes=-5", &Ranges::One(95..100));
        of_100("bytes=-500", &Ranges::One(0..100));
        of_100("bytes=99-1000", &Ranges::One(99..100));
        of_100("bytes=0-18446744073709551616", &Ranges::One(0..100));
        of_100("bytes=, 1-2 ,", &Ranges::One(1..3));
        of_100("bytes=0-9,500-", &Ranges::One(0..10));
    }

    #[test]
    fn several_pieces_keep_their_order() {
        of_100("bytes=0-4,50-59", &Ranges::Several(vec![0..5, 50..60]));
        of_100("bytes=-1, 0-0", &Ranges::Several(vec![99..100, 0..1]));
    }

    #[test]
    fn a_range_beyond_the_end_is_unsatisfiable() {
        for field in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=500-,600-"] {
            of_100(field, &Ranges::Unsatisfiable);
        }
        of_100("bytes=18446744073709551616-18446744073709551620", &Ranges::Unsatisfiable);
    }

    #[test]
    fn a_range_of_an_empty_file_is_the_whole_of_it() {
        for field in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(parse_ranges(field, 0), Ranges::Whole, "{field}");
        }
    }

    #[test]
    fn an_invalid_range_is_ignored() {
        for field in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=9-0",
            "bytes=1-2-3",
            "bytes=0x0-9",
            "bytes=+1-2",
            "bytes=1 -2",
            "bytes=a-b",
            "lines=0-9",
            "bytes=0-9,x",
            "bytes:0-9",
            "bytes=--1",
        ] {
            of_100(field, &Ranges::Whole);
        }
    }

    proptest::proptest! {
        #[test]
        fn pieces_lie_within_the_file_and_together_are_not_longer_than_it(
            specs in "([0-9]{0,3}-[0-9]{0,3}[, ]{0,2}){0,20}", length in 0..200_u64
        ) {
            let pieces = match parse_ranges(&format!("bytes={specs}"), length) {
                Ranges::Whole | Ranges::Unsatisfiable => Vec::new(),
                Ranges::One(piece) => vec![piece],
                Ranges::Several(pieces) => pieces,
            };
            assert!(pieces.iter().all(|piece| piece.start < piece.end && piece.end <= length));
            assert!(pieces.iter().map(|piece| piece.end - piece.start).sum::<u64>() <= length);
        }

        #[test]
        fn any_range_field_is_handled(field in "\\PC*", length: u64) {
            parse_ranges(&field, length);
            parse_ranges(&format!("bytes={field}"), length);
        }
    }

    #[test]
    fn the_pieces_are_never_longer_than_the_whole() {
        of_100("bytes=0-,0-", &Ranges::Whole);
        // A sparse file may be this long, and the sum of its pieces longer.
        assert_eq!(parse_ranges("bytes=0-,0-,0-", u64::MAX / 2), Ranges::Whole);
        of_100("bytes=0-60,40-99", &Ranges::Whole);
        of_100(&format!("bytes={}", "0-0,".repeat(17)), &Ranges::Whole);
        of_100(&format!("bytes={}", "900-,".repeat(1000)), &Ranges::Whole);
        let sixteen = parse_ranges(&format!("bytes={}", "0-0,".repeat(16)), 100);
        assert!(matches!(sixteen, Ranges::Several(pieces) if pieces.len() == 16));
    }
}
