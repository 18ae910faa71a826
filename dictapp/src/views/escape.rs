//! Escapes the texts of templates for HTML. `askama.toml` selects this escaper.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Replaces the special characters of HTML by the same character references as askama's own
/// escaper. Almost no text has such a character, so eight bytes are examined at once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while may_have_special(rest.as_bytes()) {
            let Some((plain, reference, after)) = split_at_special(rest) else { break };
            dest.write_str(plain)?;
            dest.write_str(reference)?;
            rest = after;
        }
        dest.write_str(rest)
    }
}

/// Splits a text at its first special character: the text before it, its character reference, and
/// the text after it. `None`: there is no special character.
#[cold]
fn split_at_special(text: &str) -> Option<(&str, &'static str, &str)> {
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|&byte| reference(byte).is_some())?;
    Some((&text[..at], reference(bytes[at])?, &text[at + 1..]))
}

/// Whether a text may have a special character. `false`: it has none.
fn may_have_special(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else { return has_candidate(short_word(bytes)) };
    // `last` has the bytes after the last whole word. It overlaps that word, which does no harm.
    let words = bytes.as_chunks::<8>().0.iter().chain([last]);
    words.map(|word| u64::from_le_bytes(*word)).any(has_candidate)
}

/// Packs a text of less than eight bytes into one word. Every byte of the text occurs in the word,
/// in any order and maybe twice; the other bytes are zero.
fn short_word(bytes: &[u8]) -> u64 {
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    match (bytes.first_chunk(), bytes.last_chunk(), bytes) {
        (Some(first), Some(last), _) => half(first) << 32 | half(last),
        (_, _, []) => 0,
        (_, _, [first, .., last]) => {
            let middle = bytes[bytes.len() / 2];
            u64::from_le_bytes([*first, middle, *last, 0, 0, 0, 0, 0])
        }
        (_, _, [only]) => u64::from(*only),
    }
}

/// Whether one of eight bytes may be special: it is `"`, `&`, `'`, `<`, `>` or `#`. `#` is not
/// special, but this test cannot tell it from `"`.
fn has_candidate(bytes: u64) -> bool {
    // `"`, `#`, `&` and `'` differ in the bits 0 and 2; `<` and `>` differ in bit 1.
    let quotes = (bytes | repeated(0b101)) ^ repeated(b'\'');
    let angles = (bytes | repeated(0b10)) ^ repeated(b'>');
    has_zero(quotes) || has_zero(angles)
}

/// Eight times the same byte.
const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Whether one of the eight bytes is zero.
fn has_zero(bytes: u64) -> bool {
    bytes.wrapping_sub(repeated(1)) & !bytes & repeated(0x80) != 0
}

/// The character reference of a special character; `None` for other bytes.
fn reference(byte: u8) -> Option<&'static str> {
    match byte {
        b'"' => Some("&#34;"),
        b'&' => Some("&#38;"),
        b'\'' => Some("&#39;"),
        b'<' => Some("&#60;"),
        b'>' => Some("&#62;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut escaped = String::new();
        Html.write_escaped_str(&mut escaped, text).unwrap();
        escaped
    }

    #[test]
    fn a_special_character_is_escaped_at_each_place_of_a_long_text() {
        let others = ["", "é", "a text of some length", "字字字字字字字字字字字"];
        for (special, reference) in
            [('"', "&#34;"), ('&', "&#38;"), ('\'', "&#39;"), ('<', "&#60;"), ('>', "&#62;")]
        {
            for (before, behind) in others.iter().flat_map(|a| others.map(|b| (a, b))) {
                let text = format!("{before}{special}{behind}{special}");
                let expected = format!("{before}{reference}{behind}{reference}");
                assert_eq!(escaped(&text), expected);
            }
        }
    }

    #[test]
    fn a_special_character_is_found_at_each_position_of_texts_of_each_length() {
        for length in 0..40 {
            let plain = "#x".repeat(20)[..length].to_owned();
            assert_eq!(escaped(&plain), plain);
            for at in 0..=length {
                let (before, behind) = plain.split_at(at);
                let expected = format!("{before}&#60;{behind}");
                assert_eq!(escaped(&format!("{before}<{behind}")), expected);
            }
        }
    }

    #[test]
    fn all_other_characters_stay() {
        let others: String = ('\0'..='\u{2fff}').filter(|c| !"\"&'<>".contains(*c)).collect();
        assert_eq!(escaped(&others), others);
    }
}
