//! Any bytes as a form: what is read is what a naive decoder reads, and comes back from its own encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webframe::fuzzing::form;

type Pairs = Vec<(String, String)>;

fuzz_target!(|data: &[u8]| {
    let pairs = form::<Pairs>(data, 1000).ok();
    assert_eq!(pairs, naive(data), "{}", data.escape_ascii());
    if let Some(pairs) = pairs.filter(|pairs| !pairs.is_empty()) {
        let encoded = serde_urlencoded::to_string(&pairs).expect("pairs can be encoded");
        assert_eq!(form::<Pairs>(encoded.as_bytes(), 1000).ok(), Some(pairs));
    }
});

/// `None` where it is no UTF-8 or has too many fields.
fn naive(data: &[u8]) -> Option<Pairs> {
    if data.iter().filter(|&&byte| byte == b'&').count() >= 1000 {
        return None;
    }
    let mut pairs = Vec::new();
    for pair in data.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
        let end = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let value = pair.get(end + 1..).unwrap_or_default();
        pairs.push((decoded(&pair[..end])?, decoded(value)?));
    }
    Some(pairs)
}

fn decoded(mut bytes: &[u8]) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut text = Vec::new();
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        match (first, rest) {
            (b'+', _) => text.push(b' '),
            (b'%', [high, low, behind @ ..]) if digit(*high).is_some() && digit(*low).is_some() => {
                text.push((digit(*high)? * 16 + digit(*low)?) as u8);
                bytes = behind;
            }
            _ => text.push(*first),
        }
    }
    String::from_utf8(text).ok()
}
