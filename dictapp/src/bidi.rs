//! The direction of text. A name may be written from right to left, or contain characters that
//! control the direction of the text around it. [`is_bidi_control`] finds these characters, so that
//! names do not contain them; [`isolated`] keeps a text from reordering the sentence around it.

use std::borrow::Cow;

/// The beginning of an isolate whose direction is that of its first letter (FSI), and its end
/// (PDI).
const ISOLATE: char = '\u{2068}';
const ISOLATE_END: char = '\u{2069}';

/// Whether a character is invisible and controls the direction of text (Unicode `Bidi_Control`).
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}')
}

/// Whether a character is a control character, or controls the direction of text.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || is_bidi_control(c)
}

/// Whether a letter is of a script that is written from right to left: Hebrew, Arabic, Syriac,
/// Thaana, N'Ko, and the blocks that Unicode reserves for such scripts.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// The text without characters that control its direction, between the characters of an isolate. A
/// text that runs from left to right and has no such character is returned as it is.
pub(crate) fn isolated(text: &str) -> Cow<'_, str> {
    let reorders = |c: char| is_right_to_left(c) || is_bidi_control(c);
    if text.is_ascii() || !text.contains(reorders) {
        return Cow::Borrowed(text);
    }
    let mut isolated = String::with_capacity(text.len() + 6);
    isolated.push(ISOLATE);
    isolated.extend(text.chars().filter(|c| !is_bidi_control(*c)));
    isolated.push(ISOLATE_END);
    Cow::Owned(isolated)
}

/// Each character that controls the direction of text.
#[cfg(test)]
pub(crate) const BIDI_CONTROLS: [char; 12] = [
    '\u{61C}', '\u{200E}', '\u{200F}', '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_may_reorder_its_surroundings_is_isolated() {
        for plain in ["Levi", "李雷", "ñ – “x”", ""] {
            assert!(matches!(isolated(plain), Cow::Borrowed(text) if text == plain), "{plain}");
        }
        assert_eq!(isolated("שרה 7"), "\u{2068}שרה 7\u{2069}");
        for control in BIDI_CONTROLS {
            assert!(is_bidi_control(control) && is_control(control), "{control:?}");
            assert_eq!(isolated(&format!("a{control}b")), "\u{2068}ab\u{2069}", "{control:?}");
        }
    }
}
