//! The name of a user: what was typed to a `Username` that may stand in a table, a page and a log.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The longest name in characters; the course's client and the pages show it whole.
pub const USERNAME_CHARS_MAX: usize = 32;

/// A user's name as registered: 1 to [`USERNAME_CHARS_MAX`] characters, no white space, no
/// control or invisible characters. Case and accents count; an accent typed apart from its letter
/// is the accented letter (NFC), whichever way a keyboard sends it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username(String);

/// Why a text is no [`Username`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameError {
    /// Nothing was typed.
    Empty,
    /// More than [`USERNAME_CHARS_MAX`] characters.
    TooLong,
    /// White space, a control character or an invisible one.
    OddCharacter(char),
}

impl Username {
    /// Takes the name as it was typed; nothing is trimmed, so that two people never share a look.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Username, UsernameError> {
        let text: String = text.nfc().collect();
        if text.is_empty() {
            return Err(UsernameError::Empty);
        }
        if text.chars().count() > USERNAME_CHARS_MAX {
            return Err(UsernameError::TooLong);
        }
        match text.chars().find(|&c| c.is_whitespace() || c.is_control() || is_invisible(c)) {
            Some(c) => Err(UsernameError::OddCharacter(c)),
            None => Ok(Username(text)),
        }
    }

    /// The name as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Format characters and fillers with which one name can be made to look like another.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for UsernameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UsernameError::Empty => f.write_str("the name is empty"),
            UsernameError::TooLong => {
                write!(f, "the name is longer than {USERNAME_CHARS_MAX} characters")
            }
            UsernameError::OddCharacter(c) => write!(f, "the name holds the character {c:?}"),
        }
    }
}

impl std::error::Error for UsernameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_of_any_script() {
        for name in ["Levi", "李雷", "o'neil-3", "ñ"] {
            assert_eq!(Username::parse(name).expect("a name").as_str(), name);
        }
    }

    #[test]
    fn one_look_is_one_name_however_its_accents_were_typed() {
        assert_eq!(Username::parse("e\u{301}mile"), Username::parse("émile"));
    }

    #[test]
    fn refuses_what_is_no_name() {
        assert_eq!(Username::parse(""), Err(UsernameError::Empty));
        assert_eq!(Username::parse("a b"), Err(UsernameError::OddCharacter(' ')));
        assert_eq!(Username::parse("a\u{200B}"), Err(UsernameError::OddCharacter('\u{200B}')));
        assert_eq!(Username::parse("a\n"), Err(UsernameError::OddCharacter('\n')));
        assert!(Username::parse(&"é".repeat(32)).is_ok());
        assert_eq!(Username::parse(&"é".repeat(33)), Err(UsernameError::TooLong));
    }
}
