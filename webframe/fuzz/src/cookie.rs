//! Checks the parser of the field `Cookie` with any bytes: no pair contains a separator, a naive
//! parser finds the same pairs, and a cookie that an answer can set is the same when the client
//! sends it back.

use webframe::{Cookie, fuzzing::cookies};

/// Panics if cookies are read or set wrongly. A zero byte in `data` separates two `Cookie` fields.
pub fn check(data: &[u8]) {
    let fields: Vec<(&str, &[u8])> =
        data.split(|&byte| byte == 0).map(|value| ("Cookie", value)).collect();
    let pairs = cookies(&fields);
    assert_eq!(pairs, naive(data));
    for (name, value) in pairs {
        assert!(!name.contains([';', '=']) && !value.contains(';'));
        let cookie = Cookie::new(name, value);
        assert_eq!(cookie.is_ok(), can_be_set(name, value), "{name:?}={value:?}");
        if let Ok(cookie) = cookie {
            let set = cookie.to_string();
            let sent = set.split(';').next().expect("a pair");
            let read = cookies(&[("cookie", sent.as_bytes())]);
            assert_eq!(read, [(cookie_name(sent), cookie_value(sent))]);
            assert_eq!(read, [(name, value)]);
        }
    }
}

/// Whether RFC 6265bis §4.1.1 allows the pair. Inputs are never long enough to exceed the limit of
/// length.
fn can_be_set(name: &str, value: &str) -> bool {
    let is_graphic = |text: &str, except: &str| {
        text.chars().all(|c| c.is_ascii_graphic() && !except.contains(c))
    };
    !name.is_empty() && is_graphic(name, "\"(),/:;<=>?@[\\]{}") && is_graphic(value, "\",;\\")
}

fn cookie_name(pair: &str) -> &str {
    &pair[..pair.find('=').expect("a name")]
}

fn cookie_value(pair: &str) -> &str {
    &pair[pair.find('=').expect("a value") + 1..]
}

/// The pairs of all fields. Fields are separated by zero bytes in `data`.
fn naive(data: &[u8]) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    for piece in data.split(|byte| [0, b';'].contains(byte)) {
        let Ok(text) = str::from_utf8(piece) else { continue };
        let Some(equals) = text.find('=') else { continue };
        let blank = |char| char == ' ' || char == '\t';
        pairs.push((text[..equals].trim_matches(blank), text[equals + 1..].trim_matches(blank)));
    }
    pairs
}
