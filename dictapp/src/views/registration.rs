//! The form of a new account to a name, or to the problem of each field.

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
    pub(super) form_token: String,
}

/// What is wrong, field by field; empty where nothing is.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Problems {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) password_again: String,
}

impl Form {
    /// Checks each field; returns the name of the new account.
    pub(super) fn check(&self, rules: &Accounts, language: Language) -> Result<Username, Problems> {
        let name = Username::parse_new(&self.name);
        let problems = Problems {
            name: name.as_ref().err().map_or(String::new(), |error| told(*error, language)),
            password: self.password_problem(rules, language),
            password_again: match self.password == self.password_again {
                true => String::new(),
                false => text(language, "problem_password_again").to_owned(),
            },
        };
        match name {
            Ok(name) if problems == Problems::default() => Ok(name),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[track_caller]
    fn problems(name: &str, password: &str, password_again: &str) -> [bool; 3] {
        let rules = Settings::default().accounts;
        let [name, password, password_again] = [name, password, password_again].map(str::to_owned);
        let form = Form { name, password, password_again, form_token: String::new() };
        match form.check(&rules, Language::English) {
            Ok(_) => [false; 3],
            Err(p) => [p.name, p.password, p.password_again].map(|text| !text.is_empty()),
        }
    }

    #[test]
    fn every_wrong_field_is_reported_at_once() {
        assert_eq!(problems("Levi", "ladder violet", "ladder violet"), [false; 3]);
        assert_eq!(problems("李雷", "密码里有八个汉字", "密码里有八个汉字"), [false; 3]);
        assert_eq!(problems("", "", "x"), [true; 3]);
        assert_eq!(problems("a b", "ladder violet", "ladder violet"), [true, false, false]);
        assert_eq!(problems("a", "kqz7xvb", "kqz7xvb"), [false, true, false]);
        assert_eq!(problems("a", "password", "password"), [false, true, false]);
        assert_eq!(problems("a", "ladder violet", "ladder violets"), [false, false, true]);
    }
}
