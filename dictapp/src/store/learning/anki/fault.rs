//! The reasons why an Anki package cannot be read. A package (`.apkg`) is a zip archive with an
//! SQLite file, the collection.

use std::fmt;

/// A part of a package that has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnkiPart {
    /// The files.
    Files,
    /// The bytes of the collection.
    Collection,
    /// The note types.
    Types,
    /// The fields of all note types.
    Fields,
    /// The fields of one note type.
    TypeFields,
    /// The decks.
    Decks,
    /// The cards.
    Cards,
    /// The notes.
    Notes,
    /// The bytes of all text that is read.
    Text,
}

/// The reason why a package cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnkiFault {
    /// The file is not a zip archive, or has no collection.
    NoPackage,
    /// A part exceeds this limit.
    TooLarge(AnkiPart, usize),
    /// The collection is damaged, or was not made by Anki: the reason, as SQLite or the decoder
    /// reports it.
    Damaged(String),
    /// The server cannot write a temporary file.
    Server(String),
}

impl fmt::Display for AnkiFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnkiFault::NoPackage => f.write_str("the file is not an Anki package"),
            AnkiFault::TooLarge(part, limit) => {
                write!(f, "the Anki package exceeds a limit: {part:?}, {limit}")
            }
            AnkiFault::Damaged(what) => {
                write!(f, "the collection of the Anki package is damaged: {what}")
            }
            AnkiFault::Server(what) => write!(f, "cannot unpack the Anki package: {what}"),
        }
    }
}

impl std::error::Error for AnkiFault {}

impl From<rusqlite::Error> for AnkiFault {
    fn from(error: rusqlite::Error) -> AnkiFault {
        AnkiFault::Damaged(error.to_string())
    }
}
