//! Errors of reading a book (a file of a dictionary): the file, the place in it and the reason.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A place in a book: a line or a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of the file, counted from 1.
    Line(u64),
    /// A byte of the file, counted from 0.
    Byte(u64),
    /// A line of one file of a book with several files. The name or ending identifies the file.
    LineOf(&'static str, u64),
    /// A byte of one file of a book with several files. The name or ending identifies the file.
    ByteOf(&'static str, u64),
    /// A row of a table of a database, counted from 1.
    RowOf(&'static str, u64),
}

/// An error of reading a book. Its text names the file, the place and the reason.
#[derive(Debug)]
pub struct BookError {
    path: PathBuf,
    place: Option<Place>,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    Io(io::Error),
    Damaged(String),
    /// The text is in an encoding that is not recognised.
    Encoding(String),
}

impl BookError {
    pub(super) fn io(path: &Path, error: io::Error) -> BookError {
        BookError { path: path.to_owned(), place: None, fault: Fault::Io(error) }
    }

    /// An error of the whole file, at no particular place.
    pub(super) fn whole(path: &Path, reason: impl Into<String>) -> BookError {
        BookError { path: path.to_owned(), place: None, fault: Fault::Damaged(reason.into()) }
    }

    pub(super) fn in_file(path: &Path, place: Place, reason: impl Into<String>) -> BookError {
        let fault = Fault::Damaged(reason.into());
        BookError { path: path.to_owned(), place: Some(place), fault }
    }

    /// An error of a text that is not in the encoding in which it was read.
    pub(super) fn encoding(path: &Path, place: Place, reason: impl Into<String>) -> BookError {
        let fault = Fault::Encoding(reason.into());
        BookError { path: path.to_owned(), place: Some(place), fault }
    }

    /// Whether the file can be read if its encoding is known.
    pub fn is_encoding(&self) -> bool {
        matches!(self.fault, Fault::Encoding(_))
    }

    /// The file that cannot be read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The place in the file, if it is known.
    pub fn place(&self) -> Option<Place> {
        self.place
    }
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(place) = self.place {
            write!(f, ", {place}")?;
        }
        match &self.fault {
            Fault::Io(error) => write!(f, ": {error}"),
            Fault::Damaged(reason) | Fault::Encoding(reason) => write!(f, ": {reason}"),
        }
    }
}

impl std::error::Error for BookError {
    /// The source of the I/O error. The I/O error itself is left out of the chain, since the text
    /// of this error contains its text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Io(error) => error.source(),
            Fault::Damaged(_) | Fault::Encoding(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(number) => write!(f, "line {number}"),
            Place::Byte(offset) => write!(f, "byte {offset}"),
            Place::LineOf(file, number) => write!(f, "line {number} of {file}"),
            Place::ByteOf(file, offset) => write!(f, "byte {offset} of {file}"),
            Place::RowOf(table, number) => write!(f, "row {number} of {table}"),
        }
    }
}
