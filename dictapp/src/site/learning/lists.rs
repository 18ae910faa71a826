//! Reviews of one list: a list of the user's word book, or the word list of a class.

use jiff::Timestamp;

use crate::site::{CurrentUser, Site};
use crate::store::{OwnListCounts, SavedWord, StoreError};

/// The words of one list to review now. The daily limit of new words does not apply: the user has
/// chosen the list.
#[derive(Debug)]
pub struct ListToReview {
    /// The name of the list.
    pub name: String,
    /// The first words.
    pub words: Vec<SavedWord>,
    /// The number of words that are due.
    pub due: u64,
    /// The number of words of a class's list that are not in the user's word book.
    pub unsaved: u64,
}

impl Site {
    /// The words of a class's list to review now. `None`: the user is in no class with this list.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn class_list_to_review(
        &self,
        user: &CurrentUser,
        list: i64,
        limit: u32,
    ) -> Result<Option<ListToReview>, StoreError> {
        let Some(name) = self.store.list_name_for_pupil(list, user.id)? else { return Ok(None) };
        let all = u32::try_from(super::CLASS_LIST_WORDS_MAX).unwrap_or(u32::MAX);
        let now = Timestamp::now();
        let mut words = self.store.due_words_of_class_list(user.id, list, now, all)?;
        let due = words.len() as u64;
        words.truncate(limit as usize);
        let unsaved = self.store.unsaved_words_of_class_list(user.id, list)?;
        Ok(Some(ListToReview { name, words, due, unsaved }))
    }

    /// The words of a list of the word book to review now. `None`: no saved word is in this list.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn own_list_to_review(
        &self,
        user: &CurrentUser,
        list: &str,
        limit: u32,
    ) -> Result<Option<ListToReview>, StoreError> {
        let now = Timestamp::now();
        let counts = self.store.own_list_counts(user.id, list, now)?;
        if counts.words == 0 {
            return Ok(None);
        }
        let words = self.store.due_words_of_own_list(user.id, list, now, limit)?;
        Ok(Some(ListToReview { name: list.to_owned(), words, due: counts.due, unsaved: 0 }))
    }

    /// The counts of a list of the word book.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn own_list_counts(
        &self,
        user: &CurrentUser,
        list: &str,
    ) -> Result<OwnListCounts, StoreError> {
        self.store.own_list_counts(user.id, list, Timestamp::now())
    }
}
