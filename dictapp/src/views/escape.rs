//! Escapes the texts of templates for HTML. `askama.toml` selects this escaper.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Replaces the special characters of HTML by the same character references as askama's own
/// escaper. Almost no text has one, so sixteen bytes are examined at once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((plain, reference, after)) = split_at_special(rest) {
            dest.write_str(plain)?;
            dest.write_str(reference)?;
            rest = after;
        }
        dest.write_str(rest)
    }
}

/// Splits a text at its first special character: the text before it, its character reference, and
/// the text after it. `None`: there is no special character.
fn split_at_special(text: &str) -> Option<(&str, &'static str, &str)> {
    let bytes = text.as_bytes();
    let (blocks, tail) = bytes.as_chunks::<16>();
    let plain = blocks.iter().take_while(|block| !has_special(block)).count();
    if plain == blocks.len() {
        let mut block = [0; 16];
        block[..tail.len()].copy_from_slice(tail);
        if !has_special(&block) {
            return None;
        }
    }
    let plain = plain * 16;
    let at = plain + bytes[plain..].iter().position(|&byte| reference(byte).is_some())?;
    Some((&text[..at], reference(bytes[at])?, &text[at + 1..]))
}

/// Whether a block has a special character. The function has no branches, so that the compiler can
/// use instructions that compare all bytes at once.
fn has_special(block: &[u8; 16]) -> bool {
    block.iter().fold(false, |found, &byte| {
        found | (byte == b'"') | (byte == b'&') | (byte == b'\'') | (byte == b'<') | (byte == b'>')
    })
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
    fn all_other_characters_stay() {
        let others: String = ('\0'..='\u{2fff}').filter(|c| !"\"&'<>".contains(*c)).collect();
        assert_eq!(escaped(&others), others);
    }
}
