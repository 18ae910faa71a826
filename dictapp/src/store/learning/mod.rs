//! Learning: the words that a user saved and their reviews.

mod preferences;
mod reviews;
mod saved_words;
mod whole;

pub use reviews::{DayCount, NewReview, Recorded};
pub use saved_words::{SavedFilter, SavedWord, SavedWordCounts, SavedWordText, WordListStart};
pub use whole::{StoredReview, StoredWord};

#[cfg(test)]
pub(crate) use saved_words::{COUNTS, DUE, LIST};
#[cfg(test)]
pub(crate) use whole::{PREFERENCES, REVIEWS, WORDS};
