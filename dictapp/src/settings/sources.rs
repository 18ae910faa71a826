//! Turns a settings file, the environment and flags into assignments: section, key, value and
//! location. This file does not know which keys exist and does not check values.

use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike};

use super::mistake::{Location, Mistake};
use super::value::Value;

/// A value for a key. The section and the key may be unknown. For each section of a file there is
/// also an assignment with an empty key, so that an unknown section can be reported. A key before
/// the first section has an empty section.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Assignment {
    pub(super) section: String,
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) location: Location,
}

impl Assignment {
    /// Whether the value is for this key.
    pub(super) fn names(&self, section: &str, key: &str) -> bool {
        self.section == section && self.key == key
    }
}

/// A flag of the command line that sets a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    section: String,
    key: String,
    value: String,
    written: String,
}

impl Flag {
    /// The flag `name`, such as `--address`, which sets one key.
    pub fn new(name: &str, section: &str, key: &str, value: &str) -> Flag {
        Flag {
            section: section.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
            written: name.to_owned(),
        }
    }

    /// Parses the argument of `--set`, as in `server.address=0.0.0.0:8000`.
    ///
    /// # Errors
    /// If the text has another form: the error states the required one.
    pub fn parse_assignment(text: &str) -> Result<Flag, String> {
        let parts = text.split_once('=').and_then(|(name, value)| {
            let (section, key) = name.split_once('.')?;
            Some((section, key, value))
        });
        let (section, key, value) = parts.ok_or("must be SECTION.KEY=VALUE")?;
        Ok(Flag::new(&format!("--set {section}.{key}"), section, key, value))
    }

    /// The assignment that the flag makes.
    pub(super) fn assignment(&self) -> Assignment {
        Assignment {
            section: self.section.clone(),
            key: self.key.clone(),
            value: Value::Untyped(self.value.clone()),
            location: Location::Flag(self.written.clone()),
        }
    }
}

/// The assignments of the variables `DICTAPP_SECTION__KEY`, in alphabetical order. A variable
/// without `__` has an empty section.
pub(super) fn read_environment(
    variables: &[(OsString, OsString)],
    mistakes: &mut Vec<Mistake>,
) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    for (name, value) in variables {
        let name = name.to_string_lossy();
        let Some(rest) = name.strip_prefix("DICTAPP_") else { continue };
        let location = Location::Environment(name.to_string());
        let Some(value) = value.to_str() else {
            mistakes.push(Mistake { location, text: "the value is not UTF-8".to_owned() });
            continue;
        };
        let (section, key) = rest.split_once("__").unwrap_or(("", rest));
        assignments.push(Assignment {
            section: section.to_lowercase(),
            key: key.to_lowercase(),
            value: Value::Untyped(value.to_owned()),
            location,
        });
    }
    assignments.sort_by(|a, b| a.location.cmp(&b.location));
    assignments
}

/// The assignments in the bytes of a file. If the TOML is invalid, that is one mistake, and there
/// are no assignments.
pub(super) fn read_file(path: &Path, bytes: &[u8], mistakes: &mut Vec<Mistake>) -> Vec<Assignment> {
    let location = |offset: usize| {
        let lines = bytes[..offset.min(bytes.len())].iter().filter(|&&b| b == b'\n').count();
        Location::File(path.to_owned(), Some(lines + 1))
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let text = "this line is not UTF-8".to_owned();
            mistakes.push(Mistake { location: location(e.valid_up_to()), text });
            return Vec::new();
        }
    };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(e) => {
            let text = e.message().replace('\n', ", ");
            let start = e.span().map_or(0, |span| span.start);
            mistakes.push(Mistake { location: location(start), text });
            return Vec::new();
        }
    };
    read_sections(document.as_table(), location)
}

/// The assignments of all sections of a document. `location_of` converts an offset to a location.
fn read_sections(root: &dyn TableLike, location_of: impl Fn(usize) -> Location) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    let mut push = |section: &str, key: &str, item: &Item, span: Option<Range<usize>>| {
        let location = location_of(span.or_else(|| item.span()).map_or(0, |span| span.start));
        assignments.push(Assignment {
            section: section.to_owned(),
            key: key.to_owned(),
            value: value(item),
            location,
        });
    };
    for (name, item) in root.iter() {
        let name_span = root.key(name).and_then(toml_edit::Key::span);
        match item.as_table_like() {
            Some(section) => {
                push(name, "", item, name_span);
                for (key, item) in section.iter() {
                    push(name, key, item, section.key(key).and_then(toml_edit::Key::span));
                }
            }
            None => push("", name, item, name_span),
        }
    }
    assignments
}

fn value(item: &Item) -> Value {
    match item {
        Item::Value(value) => value_of_key(value),
        Item::None | Item::Table(_) | Item::ArrayOfTables(_) => Value::Other("section"),
    }
}

fn value_of_key(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::Text(text.value().clone()),
        toml_edit::Value::Integer(number) => Value::Integer(*number.value()),
        toml_edit::Value::Boolean(flag) => Value::Boolean(*flag.value()),
        toml_edit::Value::Array(items) => Value::List(items.iter().map(value_of_key).collect()),
        toml_edit::Value::Float(_) => Value::Other("decimal fraction"),
        toml_edit::Value::Datetime(_) => Value::Other("date"),
        toml_edit::Value::InlineTable(_) => Value::Other("section"),
    }
}
