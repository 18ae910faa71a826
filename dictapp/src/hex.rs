//! Converts bytes to lower-case hexadecimal digits and back.

/// Encodes each byte as two digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digit = |half: u8| b"0123456789abcdef"[usize::from(half & 15)];
    let mut digits = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        digits.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    String::from_utf8(digits).unwrap_or_default() // digits are valid UTF-8
}

/// Parses `2 * N` lower-case digits to `N` bytes. `None`: the text has another length or other
/// characters. Capital letters are refused, so that each value has one spelling.
pub(crate) fn parse<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    let mut all = 0;
    for (byte, &[high, low]) in bytes.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
        let [high, low] = [high, low].map(|digit| DIGITS[usize::from(digit)]);
        all |= high | low;
        *byte = high << 4 | low & 15;
    }
    (all < 16).then_some(bytes)
}

/// The values of the digits; [`NO_DIGIT`] for all other bytes.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};
const NO_DIGIT: u8 = 0xff;

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
