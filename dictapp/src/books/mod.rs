//! Readers of books (files of dictionaries): they parse a file into entries, such as the line
//! `apple n. 苹果` into headword and explanation, and report warnings: faults in the file that do
//! not stop an import.
//!
//! An import uses [`Book::open`]: it reads any kind of book, checks the whole file before it
//! returns the first entry, and joins entries of the same headword. Nothing here uses the store.

mod book;
mod detect;
mod error;
mod homographs;
mod input;
pub mod limits;
mod warning;
mod overrides;
mod read_state;
mod readers;
mod text;

use std::path::Path;

use crate::model::{Entry, Languages};

pub use book::Book;
pub use detect::BookKind;
pub use error::{BookError, Place};
pub use input::deadline::read_within;
pub use input::encoding::Encoding;
pub use overrides::{Column, Overrides, Recognised, Sounds};
pub use read_state::ReadState;
pub use text::export_text;
pub use warning::{Warning, WarningGroup, WarningKind, Warnings};

pub(crate) use input::sheet::{decode_text, parse_rows};
pub(crate) use text::columns::{by_name as column_by_name, recognise as recognise_columns};

/// Converts HTML to text in one line, without tags.
pub fn plain_text(html: &str) -> String {
    let text = text::markup::to_text(html, text::markup::LineEnds::Blanks).lines;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

use input::source::Source;
use readers::{course, dictd, dsl, ecdict, json, kaikki, plain, stardict, table, wordnet};

/// Reads one file from its beginning to its end.
pub trait Reader: Send {
    /// The next entry, `None` at the end. A headword may occur more than once.
    ///
    /// # Errors
    /// If the file cannot be read, or is damaged so that reading cannot continue.
    fn next(&mut self) -> Result<Option<Entry>, BookError>;

    /// The position, the progress and the warnings found so far.
    fn state(&self) -> &ReadState;

    /// The metadata in the file.
    fn metadata(&self) -> BookMetadata {
        BookMetadata::default()
    }

    /// The properties of the file that were recognised: encoding, delimiter, columns.
    fn recognised(&self) -> Recognised {
        Recognised::default()
    }
}

/// The progress of reading a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of bytes that were read; for WordNet, number of lines of its indexes.
    pub done: u64,
    /// Number of all bytes or lines.
    pub total: u64,
}

/// The metadata of a book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookMetadata {
    /// The title.
    pub title: Option<String>,
    /// The languages of headwords and explanations.
    pub languages: Option<Languages>,
    /// The licence.
    pub licence: Option<String>,
}

/// Opens a file as a book of this kind, to read its entries one by one without a check of the whole
/// file: for [`Book`], which adds the check, and for previews. The properties in `overrides` are
/// not recognised from the file.
///
/// # Errors
/// If the file cannot be opened, or is not a book of this kind.
pub fn open(
    kind: BookKind,
    path: &Path,
    overrides: &Overrides,
) -> Result<Box<dyn Reader>, BookError> {
    let text = || Source::open_text(path, overrides.encoding);
    Ok(match kind {
        BookKind::Course => Box::new(course::Course::new(text()?)?),
        BookKind::Plain => Box::new(plain::Plain::new(text()?)?),
        BookKind::Ecdict => Box::new(ecdict::Ecdict::new(text()?)?),
        BookKind::Stardict => Box::new(stardict::Stardict::open(path)?),
        BookKind::Dictd => Box::new(dictd::Dictd::open(path)?),
        BookKind::Wordnet => Box::new(wordnet::Wordnet::open(path)?),
        BookKind::Kaikki => Box::new(kaikki::Kaikki::open(path, overrides.encoding)?),
        BookKind::Json => Box::new(json::Json::new(text()?)?),
        BookKind::Dsl => Box::new(dsl::Dsl::new(text()?)?),
        BookKind::Csv => Box::new(table::Table::csv(text()?, overrides)?),
        BookKind::Tsv => Box::new(table::Table::tsv(text()?, overrides)?),
    })
}
