//! The mistakes in the settings with their locations: a mistyped key or an invalid value. All
//! mistakes are collected, and each is shown on a line of its own.

use std::fmt;
use std::path::PathBuf;

/// All mistakes in the settings, sorted by location. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Sorts the mistakes; `None` if there is none.
    pub(super) fn new(mut found: Vec<Mistake>) -> Option<Mistakes> {
        found.sort_by(|a, b| a.location.cmp(&b.location));
        (!found.is_empty()).then_some(Mistakes(found))
    }

    /// The mistakes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

/// A mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub(super) location: Location,
    pub(super) text: String,
}

/// The location of a value. A flag overrides the environment, which overrides the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Location {
    /// A settings file, and the number of the line, from 1. `None`: the whole file.
    File(PathBuf, Option<usize>),
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line, as it was written.
    Flag(String),
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            let new_line = if i == 0 { "" } else { "\n" };
            write!(f, "{new_line}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.text)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path, None) => write!(f, "{}", path.display()),
            Location::File(path, Some(line)) => write!(f, "{}:{line}", path.display()),
            Location::Environment(name) => write!(f, "environment {name}"),
            Location::Flag(flag) => f.write_str(flag),
        }
    }
}
