//! The one place where keys, layers and mistakes meet: each section asks for its keys by name,
//! default and kind, and from these questions follow the values, the known keys and every mistake.

use super::layers::Given;
use super::mistake::{Mistake, Place};
use super::nearest::nearest;
use super::value::{Checked, Value, Wrong};

/// Answers a section's questions from what was given.
pub(super) struct Reader {
    given: Vec<Given>,
    section: &'static str,
    asked: Vec<Asked>,
    mistakes: Vec<Mistake>,
}

/// A key that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
}

/// Whether a message may show the value it speaks of.
#[derive(Clone, Copy)]
enum Shown {
    Yes,
    No,
}

impl Reader {
    /// `given` in the order of the layers: of two values for one key the later wins.
    pub(super) fn new(given: Vec<Given>) -> Reader {
        Reader { given, section: "", asked: Vec::new(), mistakes: Vec::new() }
    }

    /// The section that the next keys belong to.
    pub(super) fn section(&mut self, name: &'static str) {
        self.section = name;
    }

    /// The value of a key: the last one given, or the default, which is written as in the
    /// environment. A value that `kind` refuses is a mistake, also where a later layer wins.
    pub(super) fn key<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        kind: impl Fn(&Value) -> Checked<T>,
    ) -> T {
        self.ask(key, default, kind, Shown::Yes)
    }

    /// As `key`, for values that no message may show.
    pub(super) fn secret<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        kind: impl Fn(&Value) -> Checked<T>,
    ) -> T {
        self.ask(key, default, kind, Shown::No)
    }

    fn ask<T>(
        &mut self,
        key: &'static str,
        default: &'static str,
        kind: impl Fn(&Value) -> Checked<T>,
        shown: Shown,
    ) -> T {
        self.asked.push(Asked { section: self.section, key });
        let mut answer = None;
        for given in self.given.iter().filter(|given| given.names(self.section, key)) {
            match kind(&given.value) {
                Ok(value) => answer = Some(value),
                Err(Wrong { must_be, not }) => {
                    let not = match shown {
                        Shown::Yes => format!(", not {not}"),
                        Shown::No => String::new(),
                    };
                    let text = format!("[{}] {key} must be {must_be}{not}", self.section);
                    self.mistakes.push(Mistake { place: given.place.clone(), text });
                }
            }
        }
        let built_in = || kind(&Value::Loose(default.to_owned())).ok();
        answer
            .or_else(built_in)
            .expect("every load asks for every key, so a bad default fails any test")
    }

    /// Notes it when the value of the first key is above that of the second.
    pub(super) fn ordered<T: PartialOrd + Copy>(&mut self, less: (&str, T), more: (&str, T)) {
        if less.1 > more.1 {
            let text = format!("{} is larger than {}", less.0, more.0);
            self.contradiction(&[less.0, more.0], &text);
        }
    }

    /// Notes that these keys of the section cannot stand together. Says nothing when one of them
    /// is wrong by itself: what stands in for it is not what was meant.
    pub(super) fn contradiction(&mut self, keys: &[&str], text: &str) {
        let section = self.section;
        let involved =
            |given: &&Given| given.section == section && keys.contains(&given.key.as_str());
        let places: Vec<Place> =
            self.given.iter().filter(involved).map(|given| given.place.clone()).collect();
        let wrong = self.mistakes.iter().any(|mistake| places.contains(&mistake.place));
        if let (Some(place), false) = (places.last(), wrong) {
            let text = format!("[{section}] {text}");
            self.mistakes.push(Mistake { place: place.clone(), text });
        }
    }

    /// All mistakes, the names that nobody asked for among them, and the keys that exist.
    pub(super) fn finish(mut self) -> (Vec<Mistake>, Vec<Asked>) {
        for given in &self.given {
            if let Some(text) = unknown(&self.asked, given) {
                self.mistakes.push(Mistake { place: given.place.clone(), text });
            }
        }
        (self.mistakes, self.asked)
    }
}

/// What is unknown about a name, and which known one is nearest.
fn unknown(asked: &[Asked], given: &Given) -> Option<String> {
    let Given { section, key, place, .. } = given;
    let section_is_known = asked.iter().any(|asked| asked.section == section);
    let is_known = asked.iter().any(|asked| given.names(asked.section, asked.key));
    match place {
        _ if is_known => None,
        Place::Environment(name) => Some(unknown_variable(asked, name)),
        _ if section.is_empty() => Some(outside(asked, key)),
        // A file gives each of its sections by itself as well, and that is enough.
        Place::File(..) if key.is_empty() == section_is_known => None,
        Place::File(..) | Place::Flag(_) if section_is_known => {
            Some(unknown_key(asked, section, key))
        }
        Place::File(..) | Place::Flag(_) => Some(unknown_section(asked, section)),
    }
}

/// A name before the first section of a file.
fn outside(asked: &[Asked], key: &str) -> String {
    if asked.iter().any(|asked| asked.section == key) {
        return format!("{key:?} must be a section, [{key}]");
    }
    match elsewhere(asked, key) {
        Some(home) => format!(
            "unknown key {key:?} outside of any section; did you mean {:?} in [{}]?",
            home.key, home.section
        ),
        None => format!("unknown key {key:?} outside of any section"),
    }
}

fn unknown_section(asked: &[Asked], section: &str) -> String {
    let mut sections: Vec<&str> = asked.iter().map(|asked| asked.section).collect();
    sections.dedup();
    match nearest(section, sections.iter().copied()) {
        Some(near) => format!("unknown section [{section}]; did you mean [{near}]?"),
        None => format!("unknown section [{section}]; the sections are {}", sections.join(", ")),
    }
}

fn unknown_key(asked: &[Asked], section: &str, key: &str) -> String {
    let keys: Vec<&str> =
        asked.iter().filter(|asked| asked.section == section).map(|asked| asked.key).collect();
    if let Some(near) = nearest(key, keys.iter().copied()) {
        return format!("unknown key {key:?} in [{section}]; did you mean {near:?}?");
    }
    if let Some(home) = elsewhere(asked, key) {
        return format!(
            "unknown key {key:?} in [{section}]; did you mean {:?} in [{}]?",
            home.key, home.section
        );
    }
    format!("unknown key {key:?} in [{section}]; the keys there are {}", keys.join(", "))
}

/// The key of any section whose name is nearest.
fn elsewhere(asked: &[Asked], key: &str) -> Option<Asked> {
    let near = nearest(key, asked.iter().map(|asked| asked.key))?;
    asked.iter().find(|asked| asked.key == near).copied()
}

fn unknown_variable(asked: &[Asked], name: &str) -> String {
    let known: Vec<String> = asked.iter().map(|asked| asked.variable()).collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("unknown setting; did you mean {near}?"),
        None => {
            "unknown setting; the names are DICTAPP_SECTION__KEY, as in DICTAPP_SERVER__ADDRESS"
                .to_owned()
        }
    }
}

impl Asked {
    /// The variable of the environment that sets this key.
    pub(super) fn variable(self) -> String {
        format!("DICTAPP_{}__{}", self.section, self.key).to_uppercase()
    }
}
