//! A form that is checked field by field and shown again with its mistakes.

use std::{collections::BTreeMap, str::FromStr};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{Request, Result};

/// The values of a form as text, and a message for each invalid field. With them a page can show
/// the form again.
///
/// In a template a `CheckedForm` has `values` and `mistakes`. Both have a text for each field,
/// which may be empty.
///
/// ```
/// use webframe::{App, CheckedForm, Request, Response, Result, TestClient, Urls};
///
/// const FIELDS: [&str; 2] = ["name", "age"];
///
/// fn submit(_: &(), request: &Request) -> Result<Response> {
///     let mut form = CheckedForm::of(request, &FIELDS)?;
///     let name = form.text("name", "Please give a name.");
///     let age: Option<u8> = form.parsed("age", "The age is a number up to 255.");
///     let (Some(name), Some(age)) = (name, age) else {
///         let again = format!("{}: {}", form.value("age"), form.mistake("age"));
///         return Ok(Response::text(again)); // or a page with the form
///     };
///     Ok(Response::text(format!("{name} is {age}")))
/// }
///
/// let app = App::new(()).urls(Urls::new().post("/", submit));
/// let client = TestClient::new(&app);
/// assert_eq!(client.post("/", &[("name", " Ada "), ("age", "36")]).send().text(), "Ada is 36");
/// let refused = client.post("/", &[("name", "Ada"), ("age", "old")]).send();
/// assert_eq!(refused.text(), "old: The age is a number up to 255.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedForm {
    values: BTreeMap<&'static str, String>,
    mistakes: BTreeMap<&'static str, String>,
}

impl CheckedForm {
    /// A form with these fields, all empty, as a page shows it at first.
    pub fn empty(fields: &[&'static str]) -> CheckedForm {
        let texts: BTreeMap<_, _> = fields.iter().map(|name| (*name, String::new())).collect();
        CheckedForm { values: texts.clone(), mistakes: texts }
    }

    /// Reads these fields from the form in a request's body. Missing fields are empty, other fields
    /// are ignored, and the first of repeated fields counts.
    ///
    /// # Errors
    /// As [`Request::form`](crate::Request::form): 415 and 400.
    pub fn of(request: &Request, fields: &[&'static str]) -> Result<CheckedForm> {
        let pairs: Vec<(String, String)> = request.form()?;
        let mut form = CheckedForm::empty(fields);
        for (name, value) in pairs.into_iter().rev() {
            if let Some(slot) = form.values.get_mut(&*name) {
                *slot = value;
            }
        }
        Ok(form)
    }

    /// The text of a field as it was sent.
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// The message for a field; empty if the field is valid.
    pub fn mistake(&self, field: &str) -> &str {
        self.mistakes.get(field).map_or("", String::as_str)
    }

    /// The text of a field, without white space around it. If the text is empty, returns `None` and
    /// adds the message for the field.
    pub fn text(&mut self, field: &'static str, message: impl Into<String>) -> Option<String> {
        let text = self.value(field).trim().to_owned();
        if text.is_empty() {
            self.refuse(field, message);
            return None;
        }
        Some(text)
    }

    /// The value of a field, parsed without white space around it. If parsing fails, returns `None`
    /// and adds the message for the field.
    pub fn parsed<T: FromStr>(
        &mut self,
        field: &'static str,
        message: impl Into<String>,
    ) -> Option<T> {
        let value = self.value(field).trim().parse().ok();
        if value.is_none() {
            self.refuse(field, message);
        }
        value
    }

    /// Adds a message for a field. The first message of a field stays.
    pub fn refuse(&mut self, field: &'static str, message: impl Into<String>) {
        let mistake = self.mistakes.entry(field).or_default();
        if mistake.is_empty() {
            *mistake = message.into();
        }
    }

    /// Sets the value that the form shows in a field, such as an empty one in place of a password.
    pub fn set_value(&mut self, field: &'static str, value: impl Into<String>) {
        self.values.insert(field, value.into());
    }

    /// Whether no field has a message.
    pub fn is_valid(&self) -> bool {
        self.mistakes.values().all(String::is_empty)
    }
}

impl Serialize for CheckedForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("CheckedForm", 2)?;
        form.serialize_field("values", &self.values)?;
        form.serialize_field("mistakes", &self.mistakes)?;
        form.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Response, TestClient, Urls};

    fn submit(_: &(), request: &Request) -> Result<Response> {
        let mut form = CheckedForm::of(request, &["name", "age"])?;
        let name = form.text("name", "no name");
        let age: Option<u8> = form.parsed("age", "no age");
        if name.as_deref() == Some("Eve") {
            form.refuse("name", "the name is taken");
            form.refuse("name", "and not wanted");
        }
        let shown =
            [form.value("name"), form.mistake("name"), form.value("age"), form.mistake("age")];
        Ok(Response::text(format!("{name:?} {age:?} {} {}", shown.join("|"), form.is_valid())))
    }

    #[test]
    fn each_field_is_checked_and_keeps_what_was_typed() {
        let app = App::new(()).urls(Urls::new().post("/", submit));
        let client = TestClient::new(&app);
        let post = |fields: &[(&str, &str)]| client.post("/", &fields).send().text().to_owned();
        let good = [("name", " Ada "), ("age", "36"), ("other", "x"), ("name", "Eve")];
        assert_eq!(post(&good), "Some(\"Ada\") Some(36)  Ada ||36| true");
        assert_eq!(post(&[("age", "<old>")]), "None None |no name|<old>|no age false");
        let taken = "Some(\"Eve\") Some(1) Eve|the name is taken|1| false";
        assert_eq!(post(&[("name", "Eve"), ("age", "1")]), taken);
    }

    #[cfg(feature = "templates")]
    #[test]
    fn a_template_finds_a_text_for_every_field() {
        let source = "{{ form.values.name }}{{ form.mistakes.name }}";
        let pages = crate::Templates::embedded([("a.html", source)]).unwrap();
        let mut form = CheckedForm::empty(&["name"]);
        let page = |form: &CheckedForm| {
            pages.render_text("a.html", minijinja::context!(form)).expect("the fields are there")
        };
        assert_eq!(page(&form), "");
        form.set_value("name", "<b>");
        form.refuse("name", "bad");
        assert_eq!(page(&form), "&lt;b&gt;bad");
    }
}
