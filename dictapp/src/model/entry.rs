//! An entry of a book (a dictionary), as the readers of `books/` return it and the store keeps it.

use super::Word;

/// The entry of a headword in a book.
///
/// The explanation is a text, so that entries of all books fit. A programming course has a database
/// with the table `words (word, mean)`, which can be imported; `explanation` is compatible with it.
/// The text also has lines for the level, and for the pronunciations and forms of each part of
/// speech.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The headword in the spelling of the book.
    pub word: Word,
    /// The pronunciation for lists, without slashes or brackets, if the book gives one.
    pub phonetic: Option<String>,
    /// The explanation: lines in the format of [`Explanation`](super::Explanation), one for each
    /// sense.
    pub explanation: String,
    /// The frequency rank, from 1 for the most frequent word; `None` if the book has none.
    pub rank: Option<u32>,
    /// Inflected forms (`went` for `go`) and other spellings in the book, without the headword.
    pub forms: Vec<String>,
}
