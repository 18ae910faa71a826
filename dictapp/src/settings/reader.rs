//! Reads keys from the values of all sources (file, environment, flags): each section asks for a
//! key by name, default and parser. These calls also define which keys exist, and so which names
//! are unknown.

use super::layers::Assignment;
use super::mistake::{Location, Mistake};
use super::nearest::nearest;
use super::value::{Checked, Invalid, Value};

/// Reads the keys of each section and collects mistakes.
pub(super) struct Reader {
    /// The values of all sources, known and unknown.
    given: Vec<Assignment>,
    section: &'static str,
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
    /// Takes the values in the order of their sources: a later value overrides an earlier one.
    pub(super) fn new(given: Vec<Assignment>) -> Reader {
        Reader { given, section: "", keys: Vec::new(), mistakes: Vec::new() }
    }

    /// Sets the section of the next keys.
    pub(super) fn section(&mut self, name: &'static str) {
        self.section = name;
    }

    /// The value of a key: the last one given, otherwise the default, which is written like a value
    /// in the environment. `kind` parses the value. A value that it refuses is a mistake even if a
    /// later source overrides it.
    pub(super) fn key<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        kind: impl Fn(&Value) -> Checked<T>,
    ) -> T {
        self.read(key, default, kind, Secrecy::Public)
    }

    /// Like [`Reader::key`], for values that no message may show.
    pub(super) fn secret<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        kind: impl Fn(&Value) -> Checked<T>,
    ) -> T {
        self.read(key, default, kind, Secrecy::Secret)
    }

    /// Parses all values that are given for a key, records the invalid ones as mistakes, and
    /// returns the last valid one or the default.
    fn read<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        kind: impl Fn(&Value) -> Checked<T>,
        secrecy: Secrecy,
    ) -> T {
        self.keys.push(Key { section: self.section, name: key });
        let mut answer = None;
        for given in self.given.iter().filter(|given| given.names(self.section, key)) {
            match kind(&given.value) {
                Ok(value) => answer = Some(value),
                Err(Invalid { must_be, not }) => {
                    let not = match secrecy {
                        Secrecy::Public => format!(", not {not}"),
                        Secrecy::Secret => String::new(),
                    };
                    let text = format!("[{}] {key} must be {must_be}{not}", self.section);
                    self.mistakes.push(Mistake { location: given.location.clone(), text });
                }
            }
        }
        let built_in = || kind(&Value::Untyped(default.to_owned())).ok();
        answer
            .or_else(built_in)
            .expect("each load parses the default of each key, so a test finds an invalid one")
    }

    /// Records a mistake if the value of the first key is larger than that of the second.
    pub(super) fn ordered<T: PartialOrd + Copy>(&mut self, less: (&str, T), more: (&str, T)) {
        if less.1 > more.1 {
            let text = format!("{} is larger than {}", less.0, more.0);
            self.contradiction(&[less.0, more.0], &text);
        }
    }

    /// Records that these keys of the section contradict each other. Does nothing if the value of
    /// one of them is already a mistake: then the comparison used the default of that key.
    pub(super) fn contradiction(&mut self, keys: &[&str], text: &str) {
        let section = self.section;
        let keys: Vec<(&str, &str)> = keys.iter().map(|key| (section, *key)).collect();
        self.contradiction_of(&keys, &format!("[{section}] {text}"));
    }

    /// Like [`Reader::contradiction`], for keys with their sections.
    pub(super) fn contradiction_of(&mut self, keys: &[(&str, &str)], text: &str) {
        let involved = |given: &&Assignment| keys.contains(&(&*given.section, &*given.key));
        let locations: Vec<Location> =
            self.given.iter().filter(involved).map(|given| given.location.clone()).collect();
        let wrong = self.mistakes.iter().any(|mistake| locations.contains(&mistake.location));
        if let (Some(location), false) = (locations.last(), wrong) {
            self.mistakes.push(Mistake { location: location.clone(), text: text.to_owned() });
        }
    }

    /// All mistakes, including unknown names, and the keys that exist.
    pub(super) fn finish(mut self) -> (Vec<Mistake>, Vec<Key>) {
        for given in &self.given {
            if let Some(text) = unknown(&self.keys, given) {
                self.mistakes.push(Mistake { location: given.location.clone(), text });
            }
        }
        (self.mistakes, self.keys)
    }
}

/// The message for an unknown name, with the nearest known one. `None`: the name is known, or
/// another assignment reports its section.
fn unknown(keys: &[Key], given: &Assignment) -> Option<String> {
    let Assignment { section, key, location, .. } = given;
    let section_is_known = keys.iter().any(|known| known.section == section);
    let is_known = keys.iter().any(|known| given.names(known.section, known.name));
    match location {
        _ if is_known => None,
        Location::Environment(name) => Some(unknown_variable(keys, name)),
        _ if section.is_empty() => Some(outside(keys, key)),
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
fn outside(keys: &[Key], key: &str) -> String {
    if keys.iter().any(|known| known.section == key) {
        return format!("{key:?} must be a section, [{key}]");
    }
    match elsewhere(keys, key) {
        Some(home) => format!(
            "unknown key {key:?} outside of any section; did you mean {:?} in [{}]?",
            home.name, home.section
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
    if let Some(home) = elsewhere(keys, key) {
        return format!(
            "unknown key {key:?} in [{section}]; did you mean {:?} in [{}]?",
            home.name, home.section
        );
    }
    format!("unknown key {key:?} in [{section}]; the keys there are {}", names.join(", "))
}

/// The key of any section with the nearest name.
fn elsewhere(keys: &[Key], key: &str) -> Option<Key> {
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
