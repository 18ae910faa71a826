//! One entry of a word book, as a reader of `books/` yields it and as the store keeps it.

use super::Word;

/// What one word book says of one headword.
///
/// `mean` is the explanation in the notation of [`Explanation`](super::Explanation): one sense a
/// line. It is kept as text so that any book fits and the course's table `words (word, mean)`
/// keeps its meaning; level, readings and forms by part of speech are lines of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The headword as the book spells it.
    pub word: Word,
    /// The pronunciation for lists, without slashes or brackets, if the book gives one.
    pub phonetic: Option<String>,
    /// The explanation: lines in the notation of [`Explanation`](super::Explanation).
    pub mean: String,
    /// Place in the order of commonness, 1 for the commonest; `None` if the book gives none.
    pub rank: Option<u32>,
    /// Inflected forms that the book itself names (`went` for `go`), without the headword.
    pub forms: Vec<String>,
}
