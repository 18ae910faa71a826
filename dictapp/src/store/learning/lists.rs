//! Reviews of one list: the due words of a list of the word book (the words that a user has saved),
//! or of the word list of a class.

use jiff::Timestamp;

use super::saved_words::{SavedWord, saved_word};
use crate::store::{
    Store, UserId,
    db::{Row, count_in},
    error::{Doing, Result},
};

/// The counts of a list of the word book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnListCounts {
    /// Its words.
    pub words: u64,
    /// Words that are due now, including new ones.
    pub due: u64,
}

pub(crate) const DUE_IN_CLASS_LIST: &str = "select s.word, s.created, s.list, s.tags, s.note, \
     s.sentence, s.suspended, s.reviews, s.last, s.due, s.phase, s.step, s.stability, \
     s.difficulty from class_list l join class_member m on m.class = l.class and m.user = ? \
     join class_word w on w.list = l.id join saved_word s on s.user = m.user and s.word = w.word \
     where l.id = ? and s.suspended = 0 and s.due <= ? \
     order by s.reviews = 0, s.due, w.position limit ?";
pub(crate) const DUE_IN_OWN_LIST: &str = "select word, created, list, tags, note, sentence, \
     suspended, reviews, last, due, phase, step, stability, difficulty from saved_word \
     where user = ? and list = ? and suspended = 0 and due <= ? \
     order by reviews = 0, due, created limit ?";
/// Two counts in one round trip.
pub(crate) const OWN_LIST_COUNTS: &str = "select \
     (select count(*) from saved_word where user = ? and list = ?), \
     (select count(*) from saved_word where user = ? and list = ? and suspended = 0 and due <= ?)";
pub(crate) const UNSAVED_OF_CLASS_LIST: &str = "select count(*) from class_word w \
     where w.list = ? and not exists (select 1 from saved_word s \
     where s.user = ? and s.word = w.word)";

impl Store {
    /// Up to `limit` saved words of a class's word list that are due at this time: reviewed words,
    /// the longest overdue first, then new ones. Empty if the user is not in the class.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn due_words_of_class_list(
        &self,
        user: UserId,
        list: i64,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<SavedWord>> {
        let params = [user.number().into(), list.into(), at.as_microsecond().into(), limit.into()];
        let rows = self.db.query(DUE_IN_CLASS_LIST, &params);
        rows.and_then(|rows| rows.into_iter().map(|mut row| saved_word(&mut row)).collect())
            .doing(|| format!("read the due words of a list of user {user}"))
    }

    /// Up to `limit` words of a list of the word book that are due at this time: reviewed words,
    /// the longest overdue first, then new ones, the first saved first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn due_words_of_own_list(
        &self,
        user: UserId,
        list: &str,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<SavedWord>> {
        let params = [user.number().into(), list.into(), at.as_microsecond().into(), limit.into()];
        let rows = self.db.query(DUE_IN_OWN_LIST, &params);
        rows.and_then(|rows| rows.into_iter().map(|mut row| saved_word(&mut row)).collect())
            .doing(|| format!("read the due words of a list of user {user}"))
    }

    /// The counts of a list of the word book at this time.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn own_list_counts(
        &self,
        user: UserId,
        list: &str,
        at: Timestamp,
    ) -> Result<OwnListCounts> {
        let number = user.number();
        let at = at.as_microsecond();
        let params = [number.into(), list.into(), number.into(), list.into(), at.into()];
        let counts = |row: &mut Row| Ok(OwnListCounts { words: row.count()?, due: row.count()? });
        let rows = self.db.query(OWN_LIST_COUNTS, &params);
        rows.and_then(|mut rows| rows.first_mut().map(counts).transpose())
            .map(Option::unwrap_or_default)
            .doing(|| format!("count the words of a list of user {user}"))
    }

    /// The number of words of a class's word list that a user has not saved.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn unsaved_words_of_class_list(&self, user: UserId, list: i64) -> Result<u64> {
        let rows = self.db.query(UNSAVED_OF_CLASS_LIST, &[list.into(), user.number().into()]);
        rows.and_then(count_in)
            .doing(|| format!("count the words of a list that user {user} has not saved"))
    }
}
