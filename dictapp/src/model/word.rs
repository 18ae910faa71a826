//! Headwords and queries: parses a text into a [`Word`], which is valid, or returns why it is not.

use std::borrow::Cow;
use std::fmt;

use crate::bidi::is_bidi_control;

/// Maximum length of a headword or query in characters: the widest column that both database
/// engines index completely.
pub const WORD_CHARS_MAX: usize = 255;

/// A headword as it is spelled: not empty, trimmed, single inner spaces, no control characters,
/// none that control the direction of text, at most [`WORD_CHARS_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(String);

/// The reason why a text is not a [`Word`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordError {
    /// The text is empty or only white space.
    Empty,
    /// More than [`WORD_CHARS_MAX`] characters; carries the length found.
    TooLong(usize),
    /// Contains a control character other than white space.
    Control(char),
}

impl Word {
    /// Trims the text, joins inner white space to single spaces, and checks the rest. Removes the
    /// invisible characters that control the direction of text: they are copied with a word from a
    /// page.
    ///
    /// # Errors
    /// If the text is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Word, WordError> {
        let mut word = String::with_capacity(text.len());
        let visible = if text.is_ascii() {
            Cow::Borrowed(text)
        } else {
            text.chars().filter(|c| !is_bidi_control(*c)).collect()
        };
        for part in visible.split_whitespace() {
            if !word.is_empty() {
                word.push(' ');
            }
            word.push_str(part);
        }
        if word.is_empty() {
            return Err(WordError::Empty);
        }
        let chars = word.chars().count();
        if chars > WORD_CHARS_MAX {
            return Err(WordError::TooLong(chars));
        }
        match word.chars().find(|c| c.is_control()) {
            Some(c) => Err(WordError::Control(c)),
            None => Ok(Word(word)),
        }
    }

    /// The text of the word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text of the word as a `String`.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WordError::Empty => f.write_str("the word is empty"),
            WordError::TooLong(n) => {
                write!(f, "the word is {n} characters, longer than {WORD_CHARS_MAX}")
            }
            WordError::Control(c) => write!(f, "the word contains the control character {c:?}"),
        }
    }
}

impl std::error::Error for WordError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_white_space_of_a_phrase() {
        assert_eq!(Word::parse("  ice \t cream ").expect("a word").as_str(), "ice cream");
    }

    #[test]
    fn characters_that_control_the_direction_of_text_are_removed() {
        for control in crate::bidi::BIDI_CONTROLS {
            let text = format!("{control}ice {control} cream{control}");
            assert_eq!(Word::parse(&text).expect("a word").as_str(), "ice cream", "{control:?}");
            assert_eq!(Word::parse(&control.to_string()), Err(WordError::Empty), "{control:?}");
        }
    }

    #[test]
    fn refuses_other_texts() {
        assert_eq!(Word::parse(" \n"), Err(WordError::Empty));
        assert_eq!(Word::parse("a\u{7}b"), Err(WordError::Control('\u{7}')));
        assert_eq!(Word::parse(&"é".repeat(256)), Err(WordError::TooLong(256)));
    }

    #[test]
    fn the_limit_counts_characters_of_any_script() {
        for longest in ["a", "é", "字", "𠮷"].map(|c| c.repeat(WORD_CHARS_MAX)) {
            assert_eq!(Word::parse(&longest).expect("a word").as_str(), longest);
        }
    }
}
