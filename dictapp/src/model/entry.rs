//! An entry of a word book, as the readers of `books/` return it and the store keeps it.

use super::Word;

/// The entry of a headword in a word book.
///
/// `mean` is the explanation in the notation of [`Explanation`](super::Explanation), with one sense
/// on each line. It is stored as text, so that any book fits and the course's table
/// `words (word, mean)` keeps its meaning. Level, pronunciations and forms by part of speech are
/// lines of `mean`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The headword in the spelling of the book.
    pub word: Word,
    /// The pronunciation for lists, without slashes or brackets, if the book gives one.
    pub phonetic: Option<String>,
    /// The explanation: lines in the notation of [`Explanation`](super::Explanation).
    pub mean: String,
    /// The frequency rank, from 1; `None` if the book has none.
    pub rank: Option<u32>,
    /// Inflected forms in the book (`went` for `go`), without the headword.
    pub forms: Vec<String>,
}
