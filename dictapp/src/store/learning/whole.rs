//! All data of a user in the tables of saved words, reviews and preferences, for the export of the
//! user's data.

use jiff::Timestamp;

use crate::store::{
    Store, UserId,
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
    /// List, tags, note and sentence.
    pub texts: [String; 4],
    /// Whether it is excluded from reviews.
    pub suspended: bool,
    /// The number of its reviews.
    pub reviews: u64,
    /// When the next review is due.
    pub due: Timestamp,
}

/// A review as stored: time, word, grade.
pub type StoredReview = (Timestamp, String, i64);

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
                texts: [row.text()?, row.text()?, row.text()?, row.text()?],
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
        let review = |mut row: Row| Ok((row.time()?, row.text()?, row.int()?));
        let rows = self.db.query(REVIEWS, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(review).collect())
            .doing(|| format!("read the reviews of user {user}"))
    }

    /// All preferences of the user, by name.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn stored_preferences(&self, user: UserId) -> Result<Vec<(String, String)>> {
        let preference = |mut row: Row| Ok((row.text()?, row.text()?));
        let rows = self.db.query(PREFERENCES, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(preference).collect())
            .doing(|| format!("read the preferences of user {user}"))
    }
}
