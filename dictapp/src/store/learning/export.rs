//! Reads all saved words, reviews and preferences of a user, for the export of the user's data.

use jiff::Timestamp;

use crate::store::{
    SavedWordText, Store, UserId,
    db::Row,
    error::{Doing, Result},
};

pub(crate) const WORDS: &str = "select word, created, list, tags, note, sentence, suspended, \
     reviews, due from saved_word where user = ? order by word";
pub(crate) const REVIEWS: &str =
    "select time, word, grade from review where user = ? order by time";
pub(crate) const PREFERENCES: &str =
    "select name, value from preference where user = ? order by name";

/// A saved word as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWord {
    /// The word.
    pub word: String,
    /// When it was saved.
    pub created: Timestamp,
    /// The list, the tags and the notes of the user.
    pub text: SavedWordText,
    /// Whether it is excluded from reviews.
    pub suspended: bool,
    /// The number of its reviews.
    pub reviews: u64,
    /// When the next review is due.
    pub due: Timestamp,
}

/// A review as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReview {
    /// When it was made.
    pub time: Timestamp,
    /// The word.
    pub word: String,
    /// The number of the answer's grade.
    pub grade: i64,
}

/// A preference as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPreference {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl Store {
    /// All words that the user saved.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn stored_words(&self, user: UserId) -> Result<Vec<StoredWord>> {
        let word = |mut row: Row| {
            Ok(StoredWord {
                word: row.text()?,
                created: row.time()?,
                text: SavedWordText {
                    list: row.text()?,
                    tags: row.text()?,
                    note: row.text()?,
                    sentence: row.text()?,
                },
                suspended: row.flag()?,
                reviews: row.count()?,
                due: row.time()?,
            })
        };
        let rows = self.db.query(WORDS, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(word).collect())
            .doing(|| format!("read the saved words of user {user}"))
    }

    /// All reviews of the user.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn stored_reviews(&self, user: UserId) -> Result<Vec<StoredReview>> {
        let review = |mut row: Row| {
            Ok(StoredReview { time: row.time()?, word: row.text()?, grade: row.int()? })
        };
        let rows = self.db.query(REVIEWS, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(review).collect())
            .doing(|| format!("read the reviews of user {user}"))
    }

    /// All preferences of the user, by name.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn stored_preferences(&self, user: UserId) -> Result<Vec<StoredPreference>> {
        let preference =
            |mut row: Row| Ok(StoredPreference { name: row.text()?, value: row.text()? });
        let rows = self.db.query(PREFERENCES, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(preference).collect())
            .doing(|| format!("read the preferences of user {user}"))
    }
}
