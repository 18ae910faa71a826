//! Readers of word books: a file to entries and to a report of what was odd in it.
//!
//! [`Book::open`] is what an import uses: it reads any kind of book, checks the whole file before
//! the first entry is given, and joins entries of the same headword. Nothing here knows a store.

mod book;
mod detect;
mod error;
mod homographs;
mod input;
pub mod limits;
mod oddity;
mod overrides;
mod read_state;
mod readers;
mod text;

use std::path::Path;

use crate::model::Entry;

pub use book::Book;
pub use detect::Kind;
pub use error::{BookError, Place};
pub use input::encoding::Encoding;
pub use oddity::{Found, Oddities, Oddity, OddityKind};
pub use overrides::{Column, Overrides, Recognised};
pub use read_state::ReadState;

use input::source::Source;
use readers::{course, dictd, ecdict, plain, stardict, table, wordnet};

/// Reads one file from its beginning to its end.
pub trait Reader: Send {
    /// The next entry, `None` at the end. The same headword may come again.
    ///
    /// # Errors
    /// The file cannot be read or is damaged beyond this place.
    fn next(&mut self) -> Result<Option<Entry>, BookError>;

    /// Where it is, how far that is, and what was odd.
    fn state(&self) -> &ReadState;

    /// What the file says of itself.
    fn about(&self) -> About {
        About::default()
    }

    /// What was recognised in the file.
    fn recognised(&self) -> Recognised {
        Recognised::default()
    }
}

/// How much of a file is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// What a book says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub title: Option<String>,
    /// From which language to which, as `en-zh`.
    pub languages: Option<String>,
    /// Who may do what with it.
    pub licence: Option<String>,
}

/// Opens a file of this kind.
///
/// # Errors
/// The file cannot be opened, or is no book of this kind.
pub fn open(kind: Kind, path: &Path, overrides: &Overrides) -> Result<Box<dyn Reader>, BookError> {
    let text = || Source::open_text(path, overrides.encoding);
    Ok(match kind {
        Kind::Course => Box::new(course::Course::new(text()?)?),
        Kind::Plain => Box::new(plain::Plain::new(text()?)?),
        Kind::Ecdict => Box::new(ecdict::Ecdict::new(text()?)?),
        Kind::Stardict => Box::new(stardict::Stardict::open(path)?),
        Kind::Dictd => Box::new(dictd::Dictd::open(path)?),
        Kind::Wordnet => Box::new(wordnet::Wordnet::open(path)?),
        Kind::Csv => Box::new(table::Table::csv(text()?, overrides)?),
        Kind::Tsv => Box::new(table::Table::tsv(text()?, overrides)?),
    })
}
