//! Turns assignments into typed values. The code of each section calls [`Reader::key`] for each of
//! its keys, with the default and the parser. These calls also define which keys exist, so an
//! assignment to any other key is a mistake.

use super::mistake::{Location, Mistake};
use super::nearest::nearest;
use super::sources::Assignment;
use super::value::{Checked, Invalid, Value};

/// Reads the keys of each section and collects mistakes.
pub(super) struct Reader {
    /// The assignments of all sources, also those to unknown keys.
    assignments: Vec<Assignment>,
    /// The section of the keys that are read next.
    section: &'static str,
    /// All keys that were read.
    keys: Vec<Key>,
    mistakes: Vec<Mistake>,
}

/// A key that the program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
}

/// Whether a message may show the value.
#[derive(Clone, Copy)]
enum Secrecy {
    Public,
    Secret,
}

impl Reader {
    /// Takes the assignments in the order of their sources: a later one overrides an earlier one.
    pub(super) fn new(assignments: Vec<Assignment>) -> Reader {
        Reader { assignments, section: "", keys: Vec::new(), mistakes: Vec::new() }
    }

    /// Sets the section of the next keys.
    pub(super) fn section(&mut self, name: &'static str) {
        self.section = name;
    }

    /// The value of a key: that of the last assignment, otherwise the default, which is written
    /// like a value in the environment. A value that `parse` refuses is a mistake even if a later
    /// source overrides it.
    pub(super) fn key<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        parse: impl Fn(&Value) -> Checked<T>,
    ) -> T {
        self.read(key, default, parse, Secrecy::Public)
    }

    /// Like [`Reader::key`], for values that no message may show.
    pub(super) fn secret<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        parse: impl Fn(&Value) -> Checked<T>,
    ) -> T {
        self.read(key, default, parse, Secrecy::Secret)
    }

    /// Parses the values of all assignments to a key, records the invalid ones as mistakes, and
    /// returns the last valid one or the default.
    fn read<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        parse: impl Fn(&Value) -> Checked<T>,
        secrecy: Secrecy,
    ) -> T {
        self.keys.push(Key { section: self.section, name: key });
        let mut valid = None;
        for assignment in self.assignments.iter().filter(|one| one.names(self.section, key)) {
            match parse(&assignment.value) {
                Ok(value) => valid = Some(value),
                Err(Invalid { must_be, found }) => {
                    let not_found = match secrecy {
                        Secrecy::Public => format!(", not {found}"),
                        Secrecy::Secret => String::new(),
                    };
                    let text = format!("[{}] {key} must be {must_be}{not_found}", self.section);
                    self.mistakes.push(Mistake { location: assignment.location.clone(), text });
                }
            }
        }
        let built_in = || parse(&Value::Untyped(default.to_owned())).ok();
        valid
            .or_else(built_in)
            .expect("the default is valid: `Settings::default` parses all defaults, in a test too")
    }

    /// Records a mistake if the value of the first key is larger than that of the second.
    pub(super) fn ordered<T: PartialOrd + Copy>(
        &mut self,
        less: (&'static str, T),
        more: (&'static str, T),
    ) {
        if less.1 > more.1 {
            let text = format!("{} is larger than {}", less.0, more.0);
            self.contradiction(&[less.0, more.0], &text);
        }
    }

    /// Records that these keys of the section contradict each other. Does nothing if the value of
    /// one of them is already a mistake: then the comparison used the default of that key.
    pub(super) fn contradiction(&mut self, keys: &[&'static str], text: &str) {
        let section = self.section;
        let keys: Vec<Key> = keys.iter().map(|&name| Key { section, name }).collect();
        self.contradiction_of(&keys, &format!("[{section}] {text}"));
    }

    /// Like [`Reader::contradiction`], for keys of any sections.
    pub(super) fn contradiction_of(&mut self, keys: &[Key], text: &str) {
        let sets_one = |one: &&Assignment| keys.iter().any(|key| one.names(key.section, key.name));
        let locations: Vec<Location> =
            self.assignments.iter().filter(sets_one).map(|one| one.location.clone()).collect();
        let is_known = self.mistakes.iter().any(|mistake| locations.contains(&mistake.location));
        if let (Some(location), false) = (locations.last(), is_known) {
            self.mistakes.push(Mistake { location: location.clone(), text: text.to_owned() });
        }
    }

    /// All mistakes, including unknown names, and the keys that exist.
    pub(super) fn finish(mut self) -> (Vec<Mistake>, Vec<Key>) {
        for assignment in &self.assignments {
            if let Some(text) = unknown_name(&self.keys, assignment) {
                self.mistakes.push(Mistake { location: assignment.location.clone(), text });
            }
        }
        (self.mistakes, self.keys)
    }
}

/// The message for an unknown name, with the nearest known one. `None`: the name is known, or
/// another assignment reports its section.
fn unknown_name(keys: &[Key], assignment: &Assignment) -> Option<String> {
    let Assignment { section, key, location, .. } = assignment;
    let section_is_known = keys.iter().any(|known| known.section == section);
    let is_known = keys.iter().any(|known| assignment.names(known.section, known.name));
    match location {
        _ if is_known => None,
        Location::Environment(name) => Some(unknown_variable(keys, name)),
        _ if section.is_empty() => Some(key_without_section(keys, key)),
        // The assignment of the section itself (empty key) reports an unknown section once; its
        // keys do not report it again.
        Location::File(..) if key.is_empty() == section_is_known => None,
        Location::File(..) | Location::Flag(_) if section_is_known => {
            Some(unknown_key(keys, section, key))
        }
        Location::File(..) | Location::Flag(_) => Some(unknown_section(keys, section)),
    }
}

/// The message for a key outside of any section, as before the first section of a file.
fn key_without_section(keys: &[Key], key: &str) -> String {
    if keys.iter().any(|known| known.section == key) {
        return format!("{key:?} must be a section, [{key}]");
    }
    match nearest_in_any_section(keys, key) {
        Some(near) => format!(
            "unknown key {key:?} outside of any section; did you mean {:?} in [{}]?",
            near.name, near.section
        ),
        None => format!("unknown key {key:?} outside of any section"),
    }
}

fn unknown_section(keys: &[Key], section: &str) -> String {
    let mut sections: Vec<&str> = keys.iter().map(|known| known.section).collect();
    sections.dedup();
    match nearest(section, sections.iter().copied()) {
        Some(near) => format!("unknown section [{section}]; did you mean [{near}]?"),
        None => format!("unknown section [{section}]; the sections are {}", sections.join(", ")),
    }
}

fn unknown_key(keys: &[Key], section: &str, key: &str) -> String {
    let names: Vec<&str> =
        keys.iter().filter(|known| known.section == section).map(|known| known.name).collect();
    if let Some(near) = nearest(key, names.iter().copied()) {
        return format!("unknown key {key:?} in [{section}]; did you mean {near:?}?");
    }
    if let Some(near) = nearest_in_any_section(keys, key) {
        return format!(
            "unknown key {key:?} in [{section}]; did you mean {:?} in [{}]?",
            near.name, near.section
        );
    }
    format!("unknown key {key:?} in [{section}]; the keys there are {}", names.join(", "))
}

/// The key of any section with the nearest name.
fn nearest_in_any_section(keys: &[Key], key: &str) -> Option<Key> {
    let near = nearest(key, keys.iter().map(|known| known.name))?;
    keys.iter().find(|known| known.name == near).copied()
}

fn unknown_variable(keys: &[Key], name: &str) -> String {
    let known: Vec<String> = keys.iter().map(|known| known.variable()).collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("unknown setting; did you mean {near}?"),
        None => {
            "unknown setting; the names are DICTAPP_SECTION__KEY, as in DICTAPP_SERVER__ADDRESS"
                .to_owned()
        }
    }
}

impl Key {
    /// The variable of the environment that sets this key.
    pub(super) fn variable(self) -> String {
        format!("DICTAPP_{}__{}", self.section, self.name).to_uppercase()
    }
}
