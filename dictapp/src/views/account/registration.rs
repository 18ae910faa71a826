//! Checks the form for a new account: returns the name of the account, or the problem of each
//! field.

use serde::Deserialize;

use crate::model::{USERNAME_CHARS_MAX, Username, UsernameError};
use crate::password::PasswordProblem;
use crate::settings::Accounts;
use crate::texts::{Texts, fill};

/// The fields as submitted. Missing fields are empty.
#[derive(Deserialize)]
pub(super) struct RegistrationForm {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    password_again: String,
    #[serde(default)]
    pub(super) form_token: String,
}

/// The problem of each field, in the language of the page; empty if the field is valid.
#[derive(Debug, Default, PartialEq)]
pub(super) struct RegistrationProblems {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) password_again: String,
}

impl RegistrationProblems {
    /// Whether any field is invalid.
    pub(super) fn any(&self) -> bool {
        *self != RegistrationProblems::default()
    }

    /// The name of the first invalid field, which gets the focus; if all fields are valid, the name
    /// of the first field.
    pub(super) fn focus(&self) -> &'static str {
        let fields = [
            ("name", &self.name),
            ("password", &self.password),
            ("password_again", &self.password_again),
        ];
        fields.iter().find(|(_, problem)| !problem.is_empty()).map_or("name", |(name, _)| name)
    }
}

impl RegistrationForm {
    /// Checks each field; returns the name of the new account.
    pub(super) fn check(
        &self,
        rules: &Accounts,
        t: &Texts,
    ) -> Result<Username, RegistrationProblems> {
        let name = Username::parse_new(&self.name);
        let problems = RegistrationProblems {
            name: name.as_ref().err().map_or(String::new(), |error| username_text(*error, t)),
            password: self.password_problem(rules, t),
            password_again: if self.password == self.password_again {
                String::new()
            } else {
                t.problem.password_again.to_owned()
            },
        };
        match name {
            Ok(name) if !problems.any() => Ok(name),
            _ => Err(problems),
        }
    }

    fn password_problem(&self, rules: &Accounts, t: &Texts) -> String {
        PasswordProblem::of(&self.password, &self.name, rules)
            .map_or(String::new(), |problem| password_text(problem, t))
    }
}

/// The text for a problem of a password.
pub(crate) fn password_text(problem: PasswordProblem, t: &Texts) -> String {
    match problem {
        PasswordProblem::Empty => t.problem.password_empty.to_owned(),
        PasswordProblem::Short(min) => fill(t.problem.password_short, "min", min),
        PasswordProblem::Long(max) => fill(t.problem.password_long, "max", max),
        PasswordProblem::IsName => t.problem.password_name.to_owned(),
        PasswordProblem::Common => t.problem.password_common.to_owned(),
    }
}

/// The text for a name that cannot be used.
pub(crate) fn username_text(error: UsernameError, t: &Texts) -> String {
    match error {
        UsernameError::Empty => t.problem.name_empty.to_owned(),
        UsernameError::TooLong => fill(t.problem.name_long, "max", USERNAME_CHARS_MAX),
        UsernameError::Reserved => t.problem.name_taken.to_owned(),
        UsernameError::ForbiddenCharacter(c) if c.is_whitespace() => {
            t.problem.name_space.to_owned()
        }
        UsernameError::ForbiddenCharacter(c) => {
            fill(t.problem.name_forbidden_character, "code", format_args!("U+{:04X}", u32::from(c)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::texts::Language;

    #[track_caller]
    fn problems(name: &str, password: &str, password_again: &str) -> [bool; 3] {
        let rules = Settings::default().accounts;
        let [name, password, password_again] = [name, password, password_again].map(str::to_owned);
        let form = RegistrationForm { name, password, password_again, form_token: String::new() };
        match form.check(&rules, Language::English.texts()) {
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
