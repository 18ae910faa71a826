//! A path to the kind of book that it is.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::error::BookError;

/// The kinds of word books that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One headword a line, white space, explanation.
    Course,
    /// The house's own notation.
    Plain,
}

impl Kind {
    /// Every kind, in the order of the help text.
    pub const ALL: &[Kind] = &[Kind::Course, Kind::Plain];

    /// Recognises a book by its name and its beginning.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn detect(path: &Path) -> Result<Kind, BookError> {
        let name = path.to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        Ok(if name.ends_with(".book") { Kind::Plain } else { Kind::Course })
    }

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Course => "course",
            Kind::Plain => "plain",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        let names = || Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        let found = Kind::ALL.iter().copied().find(|kind| kind.name() == text);
        found.ok_or_else(|| format!("unknown kind of word book {text:?}, known are {}", names()))
    }
}
