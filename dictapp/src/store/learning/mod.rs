//! Learning: the words that a user saved and their reviews.

mod preferences;
mod reviews;
mod saved_words;

pub use reviews::{DayCount, NewReview, Recorded};
pub use saved_words::{SavedFilter, SavedWord, SavedWordCounts, SavedWordText, WordListStart};

#[cfg(test)]
pub(crate) use saved_words::{COUNTS, DUE, LIST};
