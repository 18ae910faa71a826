//! Checks the parser of request heads with any bytes: the result is the same for the whole input,
//! for pieces of it, and with a `Head` that was used before; the crate `httparse` finds the same
//! fields; and limits are enforced.

use webframe::Limits;
use webframe::wire::{Head, HeadLimits, Progress, WireError};

/// Panics if the parser of heads is wrong.
pub fn check(data: &[u8]) {
    let mut head = Head::default();
    let whole = head.read(data, &head_limits());
    assert_eq!(head.read(data, &head_limits()), whole, "once more: {}", data.escape_ascii());
    let mut used = Head::default();
    for end in ends(data) {
        let read = used.read(&data[..end], &head_limits());
        match (read, whole) {
            (Ok(Progress::Complete(length)), _) => {
                assert_eq!(whole, Ok(Progress::Complete(length)), "at {end}");
                break;
            }
            (Err(error), _) => {
                assert_eq!(whole, Err(error), "at {end}");
                break;
            }
            (Ok(_), _) => assert!(end < data.len() || read == whole, "{read:?}, {whole:?}"),
        }
    }
    if let Ok(Progress::Complete(length)) = whole {
        assert_eq!(format!("{used:?}"), format!("{head:?}"));
        check_same_fields(&head, &data[..length]);
        check_limits(&head, &data[..length]);
    }
}

/// The lengths of the beginnings of the input that are tried: every length of a short input; of a
/// long input, some lengths and the ends of all lines.
fn ends(data: &[u8]) -> impl Iterator<Item = usize> {
    let step = 1 + data.len() / 256;
    let is_end = move |end: &usize| {
        *end == data.len() || end.is_multiple_of(step) || data.get(end - 1) == Some(&b'\n')
    };
    (1..=data.len()).filter(is_end)
}

/// Panics if `httparse` finds other fields. Only fields are compared, because `httparse` refuses
/// some versions in request lines.
fn check_same_fields(head: &Head, bytes: &[u8]) {
    let empty = bytes.iter().take_while(|byte| b"\r\n".contains(byte)).count();
    let line = bytes[empty..].iter().position(|&byte| byte == b'\n').expect("a request line");
    let lines = &bytes[empty + line + 1..];
    let mut fields = [httparse::EMPTY_HEADER; 256];
    let parsed =
        httparse::parse_headers(lines, &mut fields).expect("httparse reads what we accept");
    let httparse::Status::Complete((length, fields)) = parsed else { panic!("it wants more") };
    assert_eq!(length, lines.len());
    // If the target names a host, webframe replaces the value of `Host` by it.
    let value = |field: &httparse::Header<'_>| {
        if field.name.eq_ignore_ascii_case("host") {
            head.host().unwrap_or_default().as_bytes().to_vec()
        } else {
            field.value.to_vec()
        }
    };
    let expected = fields.iter().map(|field| (field.name, value(field)));
    assert!(expected.eq(head.fields().map(|(name, value)| (name, value.to_vec()))));
}

/// With limits that are exactly large enough, the head is accepted. If one limit is smaller by one,
/// the head is refused with the error of that limit.
fn check_limits(head: &Head, bytes: &[u8]) {
    let line = bytes.trim_ascii_start().split(|&byte| byte == b'\r').next().expect("a line");
    let limits = HeadLimits {
        head_bytes_max: bytes.len(),
        head_fields_max: head.fields().count(),
        target_bytes_max: line.split(|&byte| byte == b' ').nth(1).expect("a target").len(),
    };
    let read = |limits| Head::default().read(bytes, &limits);
    assert_eq!(read(limits), Ok(Progress::Complete(bytes.len())), "{}", bytes.escape_ascii());
    let less = |max: usize| max.checked_sub(1);
    for (fewer, expected) in [
        (
            less(limits.head_bytes_max)
                .map(|head_bytes_max| HeadLimits { head_bytes_max, ..limits }),
            WireError::HeadTooLarge,
        ),
        (
            less(limits.head_fields_max)
                .map(|head_fields_max| HeadLimits { head_fields_max, ..limits }),
            WireError::TooManyFields,
        ),
        (
            less(limits.target_bytes_max)
                .map(|target_bytes_max| HeadLimits { target_bytes_max, ..limits }),
            WireError::TargetTooLong,
        ),
    ] {
        let refused = fewer.map_or(Err(expected), read);
        assert_eq!(refused, Err(expected), "{}", bytes.escape_ascii());
    }
}

pub(super) fn head_limits() -> HeadLimits {
    let limits = Limits::default();
    HeadLimits {
        head_bytes_max: limits.head_bytes_max,
        head_fields_max: limits.head_fields_max,
        target_bytes_max: limits.target_bytes_max,
    }
}
