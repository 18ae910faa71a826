//! Checks new passwords by NIST SP 800-63B §5.1.1.2: length, common passwords and the user's own
//! name. No kind of character is required.

use std::fmt;

use crate::settings::Accounts;

/// The number of guesses that a password must survive: the 10,000 most common ones and their simple
/// variations are refused. The crate zxcvbn estimates the guesses of an attacker.
const GUESSES_MIN: u64 = 10_000;

/// The number of guesses that a password must survive if the attacker knows the user's name. It is
/// higher than [`GUESSES_MIN`], because zxcvbn adds 10,000 guesses to a password of two parts: a
/// name with up to three digits stays below this limit.
const GUESSES_WITH_NAME_MIN: u64 = 20_000;

/// The reason why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Nothing was typed.
    Empty,
    /// Fewer than this number of characters.
    Short(usize),
    /// More than this number of characters.
    Long(usize),
    /// The user's own name, or a simple variation of it.
    IsName,
    /// Among the first guesses of an attacker.
    Common,
}

impl fmt::Display for PasswordProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PasswordProblem::Empty => f.write_str("the password is empty"),
            PasswordProblem::Short(min) => {
                write!(f, "the password is shorter than {min} characters")
            }
            PasswordProblem::Long(max) => {
                write!(f, "the password is longer than {max} characters")
            }
            PasswordProblem::IsName => f.write_str("the password is the name"),
            PasswordProblem::Common => f.write_str("the password is too common"),
        }
    }
}

impl PasswordProblem {
    /// The first rule that the password breaks; `None`: it is accepted. `name` is the user's
    /// name.
    pub fn of(password: &str, name: &str, rules: &Accounts) -> Option<PasswordProblem> {
        let min = rules.password_chars_min;
        let max = rules.password_chars_max;
        match password.chars().take(max + 1).count() {
            0 => Some(PasswordProblem::Empty),
            chars if chars < min => Some(PasswordProblem::Short(min)),
            chars if chars > max => Some(PasswordProblem::Long(max)),
            _ if password.to_lowercase() == name.to_lowercase() => Some(PasswordProblem::IsName),
            _ if guesses(password, &[]) <= GUESSES_MIN => Some(PasswordProblem::Common),
            _ if is_variation_of_name(password, name) => Some(PasswordProblem::IsName),
            _ => None,
        }
    }
}

/// Whether the password is a simple variation of the name: an attacker who knows the name needs few
/// guesses, and fewer than an attacker who does not know it.
fn is_variation_of_name(password: &str, name: &str) -> bool {
    let with_name = guesses(password, &[name]);
    with_name <= GUESSES_WITH_NAME_MIN && with_name < guesses(password, &[])
}

/// The estimated number of guesses needed by an attacker who knows these words.
fn guesses(password: &str, words: &[&str]) -> u64 {
    zxcvbn::zxcvbn(password, words).guesses()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn problem(password: &str) -> Option<PasswordProblem> {
        PasswordProblem::of(password, "Madeleine", &Settings::default().accounts)
    }

    #[test]
    fn refuses_passwords_only_by_length_name_and_commonness() {
        assert_eq!(problem(""), Some(PasswordProblem::Empty));
        assert_eq!(problem("x7#kqp9"), Some(PasswordProblem::Short(8)));
        assert_eq!(problem(&"长".repeat(129)), Some(PasswordProblem::Long(128)));
        for name in ["madeLEINE", "Madeleine1", "madeleine12"] {
            assert_eq!(problem(name), Some(PasswordProblem::IsName), "{name}");
        }
        for common in ["12345678", "password1", "qwertyuiop", "PASSWORD", "1q2w3e4r", "11111111"] {
            assert_eq!(problem(common), Some(PasswordProblem::Common), "{common}");
        }
        for fine in ["violet ladder", "密码里有八个汉字", "kettlebridge", "xvbqmrtz"] {
            assert_eq!(problem(fine), None, "{fine}");
        }
    }
}
