//! Any bytes as `Cookie` fields: pairs without what separates them, the same by a naive reader; what can be set is read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webframe::{Cookie, fuzzing::cookies};

fuzz_target!(|data: &[u8]| {
    let fields: Vec<(&str, &[u8])> =
        data.split(|&byte| byte == 0).map(|value| ("Cookie", value)).collect();
    let pairs = cookies(&fields);
    assert_eq!(pairs, naive(data));
    for (name, value) in pairs {
        assert!(!name.contains([';', '=']) && !value.contains(';'));
        if let Ok(cookie) = Cookie::new(name, value) {
            let set = cookie.to_string();
            let sent = set.split(';').next().expect("a pair");
            let read = cookies(&[("cookie", sent.as_bytes())]);
            assert_eq!(read, [(cookie_name(sent), cookie_value(sent))]);
            assert_eq!(read, [(name, value)]);
        }
    }
});

fn cookie_name(pair: &str) -> &str {
    &pair[..pair.find('=').expect("a name")]
}

fn cookie_value(pair: &str) -> &str {
    &pair[pair.find('=').expect("a value") + 1..]
}

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
