//! Encoded words (RFC 2047 §2), such as `=?utf-8?B?5paH?=`: .NET sends names and file names that
//! are not ASCII in this form.

use base64::{Engine, prelude::BASE64_STANDARD};

/// Decodes a text that consists of encoded words separated by spaces. `None`: the text has another
/// form, or a character set other than UTF-8.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    for word in text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()) {
        decoded.extend(decode_word(word)?);
    }
    (!decoded.is_empty()).then_some(decoded)
}

fn decode_word(word: &[u8]) -> Option<Vec<u8>> {
    let word = word.strip_prefix(b"=?")?.strip_suffix(b"?=")?;
    let mut pieces = word.split(|&byte| byte == b'?');
    let (charset, encoding, encoded) = (pieces.next()?, pieces.next()?, pieces.next()?);
    if pieces.next().is_some() || !charset.eq_ignore_ascii_case(b"utf-8") {
        return None;
    }
    match encoding {
        b"B" | b"b" => BASE64_STANDARD.decode(encoded).ok(),
        b"Q" | b"q" => decode_q(encoded),
        _ => None,
    }
}

/// Decodes the encoding Q (RFC 2047 §4.2): `_` is a space, `=E6` a byte.
fn decode_q(mut encoded: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(encoded.len());
    while let [byte, rest @ ..] = encoded {
        encoded = rest;
        decoded.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digits;
                (digits, encoded) = rest.split_at_checked(2)?;
                hex_byte(digits)?
            }
            other => *other,
        });
    }
    Some(decoded)
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    // `from_str_radix` would also accept a sign.
    let all_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = str::from_utf8(digits).ok().filter(|_| all_hex)?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_encodings_are_decoded_and_other_text_is_not() {
        let text =
            |encoded: &str| decode(encoded.as_bytes()).map(|d| String::from_utf8(d).unwrap());
        for (encoded, expected) in [
            ("=?utf-8?B?5paH?=", Some("文")),
            ("=?UTF-8?q?a_=E6=96=87=3F?=", Some("a 文?")),
            ("=?utf-8?B?5paH?= =?utf-8?B?5paH?=", Some("文文")),
            ("=?utf-8?B?5paH?=x", None),
            ("x =?utf-8?B?5paH?=", None),
            ("=?utf-8?B?5pa?=", None),
            ("=?utf-8?Q?=E?=", None),
            ("=?utf-8?Q?=+6?=", None),
            ("=?utf-8?X?a?=", None),
            ("=?gbk?B?zsQ=?=", None),
            ("=?utf-8?B?5paH?x?=", None),
            ("=?utf-8??=", None),
            ("=??=", None),
            ("=?=", None),
            ("", None),
        ] {
            assert_eq!(text(encoded).as_deref(), expected, "{encoded}");
        }
    }
}
