//! Escapes the texts of templates for HTML. `askama.toml` selects this escaper.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Replaces the characters that mean something in HTML by the same references as askama's own
/// escaper. Almost no text has one, so sixteen bytes are compared at once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((plain, reference, behind)) = split_at_special(rest) {
            dest.write_str(plain)?;
            dest.write_str(reference)?;
            rest = behind;
        }
        dest.write_str(rest)
    }
}

/// The text before the first special character, the reference to it, and the text behind it.
fn split_at_special(text: &str) -> Option<(&str, &'static str, &str)> {
    let bytes = text.as_bytes();
    let (blocks, _) = bytes.as_chunks::<16>();
    let plain = blocks.iter().take_while(|block| !has_special(block)).count() * 16;
    let place = plain + bytes[plain..].iter().position(|&byte| reference(byte).is_some())?;
    Some((&text[..place], reference(bytes[place])?, &text[place + 1..]))
}

/// Whether a block has a special character. It has no branches, so the compiler compares all bytes
/// at once.
fn has_special(block: &[u8; 16]) -> bool {
    block.iter().fold(false, |found, &byte| {
        found | (byte == b'"') | (byte == b'&') | (byte == b'\'') | (byte == b'<') | (byte == b'>')
    })
}

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
    fn all_other_characters_stay() {
        let others: String = ('\0'..='\u{2fff}').filter(|c| !"\"&'<>".contains(*c)).collect();
        assert_eq!(escaped(&others), others);
    }
}
