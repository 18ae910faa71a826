//! Converts bytes to lower-case hexadecimal digits and back.

/// Encodes each byte as two digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half & 15)]);
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Parses `2 * N` lower-case digits to `N` bytes. `None`: the text has another length or other
/// characters; capital letters too, so that each value has one spelling.
pub(crate) fn parse<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_spelling() {
        assert_eq!(encode(&[0, 0x1f, 0xe0, 255]), "001fe0ff");
        assert_eq!(parse("001fe0ff"), Some([0, 0x1f, 0xe0, 255]));
        for other in ["001FE0FF", "001fe0f", "001fe0ff0", "+01fe0ff", "é01fe0f", "", "0x1fe0ff"] {
            assert_eq!(parse::<4>(other), None, "{other:?}");
        }
    }
}
