//! User names: parses a text into a [`Username`], which is safe in tables, pages and logs, or
//! returns why it is not. New names have stricter rules.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

/// Maximum length of a name in characters. The pages, and the client of the programming course with
/// which this program is compatible, show it completely.
pub const USERNAME_CHARS_MAX: usize = 32;

/// Maximum length in characters of a text that is normalised. NFC composes at most four characters
/// to one, so a longer text is too long for a name anyway.
const TYPED_CHARS_MAX: usize = 4 * USERNAME_CHARS_MAX;

/// Names that visitors would take for the operator, in lower case. New users cannot choose them,
/// but an administrator's command may make such a user.
const RESERVED: [&str; 13] = [
    "admin",
    "administrator",
    "dictapp",
    "guest",
    "moderator",
    "official",
    "operator",
    "root",
    "security",
    "staff",
    "support",
    "system",
    "管理员",
];

/// Finds what a new name must not contain:
/// - invisible characters: control and format characters, separators, characters that a renderer
///   may ignore, and U+2800, the blank Braille cell;
/// - combining marks that would be drawn over the text around the name: one at the beginning of the
///   name, or five in a row.
static FORBIDDEN_IN_NEW_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}]|^\p{M}|\p{M}{5}")
        .expect("the pattern is valid")
});

/// A user name: 1 to [`USERNAME_CHARS_MAX`] characters without white space, control or invisible
/// characters. Case and accents are significant. It is in NFC, so that it does not depend on the
/// keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username(String);

/// The reason why a text is not a [`Username`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameError {
    /// Nothing was typed.
    Empty,
    /// More than [`USERNAME_CHARS_MAX`] characters.
    TooLong,
    /// White space, a control character or an invisible one; in a new name also a combining mark
    /// that would be drawn over the text around the name.
    ForbiddenCharacter(char),
    /// A name that visitors would take for the operator.
    Reserved,
}

impl Username {
    /// Parses a name as it was typed. Nothing is trimmed.
    ///
    /// # Errors
    /// The first rule that the text violates.
    pub fn parse(text: &str) -> Result<Username, UsernameError> {
        if text.chars().nth(TYPED_CHARS_MAX).is_some() {
            return Err(UsernameError::TooLong);
        }
        let text: String = text.nfc().collect();
        if text.is_empty() {
            return Err(UsernameError::Empty);
        }
        if text.chars().count() > USERNAME_CHARS_MAX {
            return Err(UsernameError::TooLong);
        }
        match text.chars().find(|&c| c.is_whitespace() || c.is_control() || is_invisible(c)) {
            Some(c) => Err(UsernameError::ForbiddenCharacter(c)),
            None => Ok(Username(text)),
        }
    }

    /// Parses a new name, as in a registration. Stricter than [`Username::parse`], which must
    /// accept all existing names.
    ///
    /// # Errors
    /// The first rule that the text violates.
    pub fn parse_new(text: &str) -> Result<Username, UsernameError> {
        let name = Username::parse(text)?;
        if let Some(found) = FORBIDDEN_IN_NEW_NAMES.find(&name.0) {
            return Err(UsernameError::ForbiddenCharacter(
                found.as_str().chars().next().unwrap_or(' '),
            ));
        }
        // A name that only looks like a reserved one is refused too.
        let skeleton_of_name: String = skeleton(&name.0.to_lowercase()).collect();
        if RESERVED.iter().any(|reserved| skeleton(reserved).eq(skeleton_of_name.chars())) {
            return Err(UsernameError::Reserved);
        }
        Ok(name)
    }

    /// A hash of the name's skeleton (Unicode TR 39): names that look the same have the same hash.
    /// The database keeps it in the column `look`.
    pub fn skeleton_hash(&self) -> [u8; 32] {
        Sha256::digest(skeleton(&self.0).collect::<String>()).into()
    }

    /// The name as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character is a format character or a filler. With these, one name can be made to look
/// like another.
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
            UsernameError::ForbiddenCharacter(c) => {
                write!(f, "the name contains the character {c:?}")
            }
            UsernameError::Reserved => f.write_str("the name is reserved"),
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
    fn a_new_name_is_neither_invisible_nor_reserved() {
        for name in ["Levi", "李雷", "o'neil-3", "ñ", "Şükrü", "admin2", "नमस्ते"]
        {
            assert!(Username::parse_new(name).is_ok(), "{name}");
        }
        let stacked = format!("a{}", "\u{316}".repeat(9));
        for name in [
            "\u{301}a",
            &stacked,
            "a\u{2800}",
            "\u{115F}",
            "a\u{E000}",
            "a\u{1D173}",
            "a\u{378}",
            "a\u{200D}b",
        ] {
            let refused = Username::parse_new(name);
            assert!(matches!(refused, Err(UsernameError::ForbiddenCharacter(_))), "{name:?}");
        }
        for name in ["admin", "ADMIN", "Root", "аdmin", "ａｄｍｉｎ", "管理员"] {
            assert_eq!(Username::parse_new(name), Err(UsernameError::Reserved), "{name}");
        }
    }

    #[test]
    fn names_that_look_the_same_have_one_skeleton_hash() {
        let hash = |name| Username::parse(name).unwrap().skeleton_hash();
        assert_eq!(hash("Maria"), hash("Mаriа"), "Cyrillic letters");
        assert_eq!(hash("Bill"), hash("Bil1"));
        assert_ne!(hash("Maria"), hash("Mario"));
        assert_ne!(hash("Maria"), hash("maria"));
    }

    #[test]
    fn a_long_text_is_refused_before_it_is_normalised() {
        assert_eq!(Username::parse(&"e\u{301}".repeat(500_000)), Err(UsernameError::TooLong));
        let composed = "u\u{31b}\u{323}".repeat(32);
        assert!(Username::parse(&composed).is_ok(), "three typed characters for each of 32");
    }

    #[test]
    fn names_that_differ_in_how_accents_were_typed_are_one_name() {
        assert_eq!(Username::parse("e\u{301}mile"), Username::parse("émile"));
    }

    #[test]
    fn refuses_characters_that_control_the_direction_of_text() {
        for control in crate::bidi::BIDI_CONTROLS {
            let refused = Username::parse(&format!("Levi{control}"));
            assert_eq!(refused, Err(UsernameError::ForbiddenCharacter(control)));
        }
    }

    #[test]
    fn refuses_other_texts() {
        assert_eq!(Username::parse(""), Err(UsernameError::Empty));
        assert_eq!(Username::parse("a b"), Err(UsernameError::ForbiddenCharacter(' ')));
        assert_eq!(
            Username::parse("a\u{200B}"),
            Err(UsernameError::ForbiddenCharacter('\u{200B}'))
        );
        assert_eq!(Username::parse("a\n"), Err(UsernameError::ForbiddenCharacter('\n')));
        assert!(Username::parse(&"é".repeat(32)).is_ok());
        assert_eq!(Username::parse(&"é".repeat(33)), Err(UsernameError::TooLong));
    }
}
