//! The history of a user: records, lists and deletes look-ups. Also the books that a user switched
//! off.

mod days;

use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use days::Day;
pub use days::DayWords;

use super::lookup_rate::Verdict;
use super::{Client, CurrentUser, Site};
use crate::model::Word;
use crate::store::{
    AuditEvent, BookId, Lookup, LookupFilter, PageStart, PastLookup, Saved, StoreError, WordOfDay,
};

/// The result of a look-up, for the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// There is an entry with this headword. The store is also asked whether the user has saved it.
    Entry(&'a str),
    /// There is an entry or a match. The store is not asked whether the user has saved it.
    Found,
    /// There is no entry and no match.
    Missing,
}

impl Site {
    /// Writes a look-up to the history and waits until the row is durable. Returns whether the user
    /// has saved the headword. If the user looks up too many words in a minute, the look-up is not
    /// written. From time to time, the oldest rows beyond the setting `history_rows_max` are
    /// deleted.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn record_lookup(
        &self,
        current_user: &CurrentUser,
        word: &Word,
        outcome: Outcome<'_>,
    ) -> Result<Saved, StoreError> {
        let verdict = self.lookup_rate.count(current_user.id, Instant::now());
        if verdict == Verdict::Skip {
            log::debug!(
                "a look-up of user {} was not recorded: too many in a minute",
                current_user.id
            );
            return self.is_headword_saved(current_user, outcome);
        }
        let (found, headword) = match outcome {
            Outcome::Entry(headword) => (true, Some(headword.to_owned())),
            Outcome::Found => (true, None),
            Outcome::Missing => (false, None),
        };
        let user = current_user.id;
        let word = word.clone();
        self.repeats.remember(user, word.as_str(), Instant::now());
        let lookup = Lookup { user, word, found, headword, at: Timestamp::now() };
        let saved = match self.store.record_lookup(&lookup) {
            Ok(saved) => saved,
            Err(error) => {
                self.repeats.forget(user, lookup.word.as_str());
                return Err(error);
            }
        };
        if verdict == Verdict::RecordAndTrim {
            let kept = self.settings.dictionary.history_rows_max;
            self.store.trim_lookups(user, u32::try_from(kept).unwrap_or(u32::MAX))?;
        }
        Ok(saved)
    }

    /// Whether the user has saved the headword of an [`Outcome::Entry`]; `Saved::No` for any other
    /// outcome. Records nothing.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn is_headword_saved(
        &self,
        user: &CurrentUser,
        outcome: Outcome<'_>,
    ) -> Result<Saved, StoreError> {
        let Outcome::Entry(headword) = outcome else { return Ok(Saved::No) };
        let is_saved = self.is_saved(user, headword)?;
        Ok(if is_saved { Saved::Yes } else { Saved::No })
    }

    /// Adds past look-ups from another database; returns how many the history did not have yet.
    ///
    /// # Errors
    /// The database cannot store them.
    pub fn import_lookups(&self, lookups: &[Lookup]) -> Result<u64, StoreError> {
        self.store.import_lookups(lookups)
    }

    /// Up to `limit` look-ups of a user from `start` on, newest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn past_lookups(
        &self,
        user: &CurrentUser,
        start: PageStart,
        limit: u32,
    ) -> Result<Vec<PastLookup>, StoreError> {
        self.store.recent_lookups(user.id, start, limit)
    }

    /// The last `limit` look-ups of a user, newest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn latest_lookups(
        &self,
        user: &CurrentUser,
        limit: usize,
    ) -> Result<Vec<WordOfDay>, StoreError> {
        let all = LookupFilter::default();
        self.store.lookups_before(user.id, Timestamp::MAX, &all, limit)
    }

    /// Like [`Site::record_lookup`], but records nothing if the same word was recorded for the user
    /// a short while ago. A user who goes back, reloads the page or switches the language makes no
    /// new look-up.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn record_lookup_unless_repeated(
        &self,
        user: &CurrentUser,
        word: &Word,
        outcome: Outcome<'_>,
    ) -> Result<Saved, StoreError> {
        if self.repeats.is_repeated(user.id, word.as_str(), Instant::now()) {
            self.is_headword_saved(user, outcome)
        } else {
            self.record_lookup(user, word, outcome)
        }
    }

    /// Deletes all look-ups of one word on one day. `at` is the time of one of them.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_word_of_day(
        &self,
        user: &CurrentUser,
        at: Timestamp,
        zone: &TimeZone,
    ) -> Result<(), StoreError> {
        let Some(day) = Day::around(at, zone) else { return Ok(()) };
        self.repeats.forget_user(user.id);
        self.store.delete_word_between(user.id, at, day.start, day.end).map(drop)
    }

    /// Deletes a user's look-ups from one time until before another.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_lookups_between(
        &self,
        user: &CurrentUser,
        from: Timestamp,
        until: Timestamp,
        client: &Client,
    ) -> Result<(), StoreError> {
        self.repeats.forget_user(user.id);
        self.store.delete_lookups_between(user.id, from, until)?;
        self.audit_own(AuditEvent::HistoryDeleted, user.id, client);
        Ok(())
    }

    /// Deletes a user's whole history.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_history(&self, user: &CurrentUser, client: &Client) -> Result<(), StoreError> {
        self.repeats.forget_user(user.id);
        self.store.delete_lookups(user.id)?;
        self.audit_own(AuditEvent::HistoryDeleted, user.id, client);
        Ok(())
    }

    /// The books that a user switched off.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn books_off(&self, user: &CurrentUser) -> Result<Vec<BookId>, StoreError> {
        self.store.books_off(user.id)
    }

    /// Switches books on and off for a user; other books do not change.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn switch_books(
        &self,
        user: &CurrentUser,
        on: &[BookId],
        off: &[BookId],
    ) -> Result<(), StoreError> {
        self.store.switch_books(user.id, on, off)
    }
}
