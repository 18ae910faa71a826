//! The form of a new account to its parts, or to what is wrong with each field.

use serde::{Deserialize, Serialize};

use crate::model::{USERNAME_CHARS_MAX, Username, UsernameError};
use crate::password::PasswordProblem;
use crate::settings::Accounts;
use crate::texts::{Language, text};

/// The form as it comes. What is missing is empty.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    password_again: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) form_token: String,
}

/// What is wrong, field by field; empty where nothing is.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Problems {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) password_again: String,
    pub(super) email: String,
}

/// An account that may be made.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: Username,
    pub(super) email: Option<String>,
}

/// The longest address that mail can be sent to (RFC 5321 §4.5.3.1.3).
const EMAIL_CHARS_MAX: usize = 254;

impl Form {
    /// Holds every field against its rules.
    pub(super) fn check(&self, rules: &Accounts, language: Language) -> Result<Account, Problems> {
        let name = Username::parse_new(&self.name);
        let problems = Problems {
            name: name.as_ref().err().map_or(String::new(), |error| told(*error, language)),
            password: self.password_problem(rules, language),
            password_again: match self.password == self.password_again {
                true => String::new(),
                false => text(language, "problem_password_again").to_owned(),
            },
            email: match is_email(&self.email) || self.email.is_empty() {
                true => String::new(),
                false => text(language, "problem_email").to_owned(),
            },
        };
        match name {
            Ok(name) if problems == Problems::default() => {
                let email = Some(self.email.clone()).filter(|email| !email.is_empty());
                Ok(Account { name, email })
            }
            _ => Err(problems),
        }
    }

    fn password_problem(&self, rules: &Accounts, language: Language) -> String {
        PasswordProblem::of(&self.password, &self.name, rules)
            .map_or(String::new(), |problem| password_told(problem, language))
    }
}

/// A problem of a password as its form shows it.
pub(super) fn password_told(problem: PasswordProblem, language: Language) -> String {
    match problem {
        PasswordProblem::Empty => text(language, "problem_password_empty").to_owned(),
        PasswordProblem::Short(min) => {
            text(language, "problem_password_short").replace("{min}", &min.to_string())
        }
        PasswordProblem::Long(max) => {
            text(language, "problem_password_long").replace("{max}", &max.to_string())
        }
        PasswordProblem::IsName => text(language, "problem_password_name").to_owned(),
        PasswordProblem::Common => text(language, "problem_password_common").to_owned(),
    }
}

fn told(error: UsernameError, language: Language) -> String {
    match error {
        UsernameError::Empty => text(language, "problem_name_empty").to_owned(),
        UsernameError::TooLong => {
            text(language, "problem_name_long").replace("{max}", &USERNAME_CHARS_MAX.to_string())
        }
        UsernameError::Reserved => text(language, "problem_name_taken").to_owned(),
        UsernameError::OddCharacter(c) if c.is_whitespace() => {
            text(language, "problem_name_space").to_owned()
        }
        UsernameError::OddCharacter(c) => {
            text(language, "problem_name_odd").replace("{code}", &format!("U+{:04X}", u32::from(c)))
        }
    }
}

/// As little as can be said for sure: something, an at sign, something, and no odd characters.
fn is_email(text: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control();
    text.chars().count() <= EMAIL_CHARS_MAX
        && text.chars().all(is_plain)
        && text.rsplit_once('@').is_some_and(|(who, host)| !who.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn form(name: &str, password: &str, password_again: &str, email: &str) -> Form {
        let [name, password, password_again, email] =
            [name, password, password_again, email].map(str::to_owned);
        Form { name, password, password_again, email, form_token: String::new() }
    }

    #[track_caller]
    fn problems(form: &Form) -> [bool; 4] {
        let rules = Settings::default().accounts;
        match form.check(&rules, Language::English) {
            Ok(_) => [false; 4],
            Err(p) => [p.name, p.password, p.password_again, p.email].map(|text| !text.is_empty()),
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_told_at_once() {
        assert_eq!(problems(&form("Levi", "ladder violet", "ladder violet", "")), [false; 4]);
        assert_eq!(
            problems(&form("李雷", "密码里有八个汉字", "密码里有八个汉字", "a@b")),
            [false; 4]
        );
        assert_eq!(problems(&form("", "", "x", "x")), [true; 4]);
        assert_eq!(
            problems(&form("a b", "ladder violet", "ladder violet", "")),
            [true, false, false, false]
        );
        assert_eq!(problems(&form("a", "kqz7xvb", "kqz7xvb", "")), [false, true, false, false]);
        let long = "x".repeat(129);
        assert_eq!(problems(&form("a", &long, &long, "")), [false, true, false, false]);
        assert_eq!(problems(&form("a", "password", "password", "")), [false, true, false, false]);
        assert_eq!(
            problems(&form("a", "ladder violet", "ladder violets", "")),
            [false, false, true, false]
        );
    }

    #[test]
    fn an_address_needs_two_sides_and_no_space() {
        for (email, right) in [("a@b", true), ("@b", false), ("a@", false), ("a b@c", false)] {
            assert_eq!(is_email(email), right, "{email}");
        }
        assert!(!is_email(&format!("a@{}", "b".repeat(EMAIL_CHARS_MAX))));
    }
}
