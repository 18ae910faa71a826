//! Any bytes as a head: the result is the same whole, in pieces and with a reused reader, and
//! another parser sees the same fields.

use webframe::Limits;
use webframe::wire::{Head, HeadLimits, Progress, WireError};

/// Panics if the reader of heads is wrong.
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
        sees_the_same(&head, &data[..length]);
        check_limits(&head, &data[..length]);
    }
}

/// Every length of a short input; of long inputs, some lengths and the ends of all lines.
fn ends(data: &[u8]) -> impl Iterator<Item = usize> {
    let step = 1 + data.len() / 256;
    let is_end = move |end: &usize| {
        *end == data.len() || end.is_multiple_of(step) || data.get(end - 1) == Some(&b'\n')
    };
    (1..=data.len()).filter(is_end)
}

/// Compares only the fields: `httparse` knows fewer versions of request lines.
fn sees_the_same(head: &Head, bytes: &[u8]) {
    let empty = bytes.iter().take_while(|byte| b"\r\n".contains(byte)).count();
    let line = bytes[empty..].iter().position(|&byte| byte == b'\n').expect("a request line");
    let lines = &bytes[empty + line + 1..];
    let mut fields = [httparse::EMPTY_HEADER; 256];
    let parsed =
        httparse::parse_headers(lines, &mut fields).expect("httparse reads what we accept");
    let httparse::Status::Complete((length, fields)) = parsed else { panic!("it wants more") };
    assert_eq!(length, lines.len());
    // The authority of the target stands in for the received `Host`.
    let value = |field: &httparse::Header<'_>| {
        if field.name.eq_ignore_ascii_case("host") {
            head.host().unwrap_or_default().as_bytes().to_vec()
        } else {
            field.value.to_vec()
        }
    };
    let theirs = fields.iter().map(|field| (field.name, value(field)));
    assert!(theirs.eq(head.fields().map(|(name, value)| (name, value.to_vec()))));
}

/// With limits as large as the head it is accepted; with any limit smaller by one it is refused
/// with the name of that limit.
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
    for (fewer, wanted) in [
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
        let refused = fewer.map_or(Err(wanted), read);
        assert_eq!(refused, Err(wanted), "{}", bytes.escape_ascii());
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
