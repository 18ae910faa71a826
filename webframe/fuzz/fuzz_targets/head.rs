//! Any bytes as a head: whole, in pieces and by a used reader all the same; a parser of somebody else sees the same fields.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webframe::Limits;
use webframe::wire::{Head, HeadLimits, Progress};

fuzz_target!(|data: &[u8]| {
    let mut head = Head::default();
    let whole = head.read(data, &head_limits());
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
    }
});

/// Every length, of long inputs every so many and the ends of all lines.
fn ends(data: &[u8]) -> impl Iterator<Item = usize> {
    let step = 1 + data.len() / 256;
    let is_end = move |end: &usize| {
        *end == data.len() || end.is_multiple_of(step) || data.get(end - 1) == Some(&b'\n')
    };
    (1..=data.len()).filter(is_end)
}

/// The fields alone: of request lines `httparse` knows fewer versions.
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
    let value = |field: &httparse::Header<'_>| match field.name.eq_ignore_ascii_case("host") {
        true => head.host().unwrap_or_default().as_bytes().to_vec(),
        false => field.value.to_vec(),
    };
    let theirs = fields.iter().map(|field| (field.name, value(field)));
    assert!(theirs.eq(head.fields().map(|(name, value)| (name, value.to_vec()))));
}

fn head_limits() -> HeadLimits {
    let limits = Limits::default();
    HeadLimits {
        head_bytes_max: limits.head_bytes_max,
        head_fields_max: limits.head_fields_max,
        target_bytes_max: limits.target_bytes_max,
    }
}
