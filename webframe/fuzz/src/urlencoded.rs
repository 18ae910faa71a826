//! Checks the parser of forms (`application/x-www-form-urlencoded`) with any bytes: it finds the
//! pairs that a naive parser finds, and encoding the pairs and parsing them again changes nothing.

use webframe::fuzzing::form;

type Pairs = Vec<(String, String)>;

/// Panics if the parser of forms is wrong.
pub fn check(data: &[u8]) {
    let pairs = form::<Pairs>(data, 1000).ok();
    assert_eq!(pairs, naive(data, 1000), "{}", data.escape_ascii());
    assert_eq!(form::<Pairs>(data, 3).ok(), naive(data, 3), "{}", data.escape_ascii());
    let Some(pairs) = pairs else { return };
    let number = |(name, value): &(String, String)| Some((name.clone(), value.parse::<u8>().ok()?));
    let numbers: Option<Vec<(String, u8)>> = pairs.iter().map(number).collect();
    assert_eq!(form(data, 1000).ok(), numbers, "{}", data.escape_ascii());
    if !pairs.is_empty() {
        let encoded = serde_urlencoded::to_string(&pairs).expect("pairs can be encoded");
        assert_eq!(form::<Pairs>(encoded.as_bytes(), 1000).ok(), Some(pairs));
    }
}

/// `None` if it is not UTF-8 or has too many fields, including empty ones.
fn naive(data: &[u8], pairs_max: usize) -> Option<Pairs> {
    if data.split(|&byte| byte == b'&').count() > pairs_max {
        return None;
    }
    let mut pairs = Vec::new();
    for pair in data.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
        let end = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let value = pair.get(end + 1..).unwrap_or_default();
        pairs.push((decode(&pair[..end])?, decode(value)?));
    }
    Some(pairs)
}

fn decode(mut bytes: &[u8]) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut text = Vec::new();
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        match (first, rest) {
            (b'+', _) => text.push(b' '),
            (b'%', [high, low, after @ ..]) if digit(*high).is_some() && digit(*low).is_some() => {
                text.push((digit(*high)? * 16 + digit(*low)?) as u8);
                bytes = after;
            }
            _ => text.push(*first),
        }
    }
    String::from_utf8(text).ok()
}
