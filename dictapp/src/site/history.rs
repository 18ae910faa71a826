//! What a user looked up and which books they read: questions of the views to the store.

use std::time::Instant;

use jiff::Timestamp;

use super::lookup_rate::Verdict;
use super::{Client, Site, Visit};
use crate::model::Word;
use crate::store::{AuditEvent, BookId, Lookup, PageStart, PastLookup, StoreError};

/// How many ended sessions one transaction removes, so that other writers do not wait long.
pub const SESSIONS_AT_ONCE: u32 = 200;

/// Whether the books say anything of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is at least one entry or match.
    Found,
    /// There is none.
    Missing,
}

impl Site {
    /// Writes a look-up into the history. It is durable when this returns. Beyond the bounds of the
    /// settings the oldest rows are deleted, and look-ups of one minute are not written.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn record(&self, visit: &Visit, word: &Word, outcome: Outcome) -> Result<(), StoreError> {
        let verdict = self.lookup_rate.count(visit.user, Instant::now());
        if verdict == Verdict::Skip {
            log::debug!("a look-up of user {} was not recorded: too many in a minute", visit.user);
            return Ok(());
        }
        let found = outcome == Outcome::Found;
        let (user, word) = (visit.user, word.clone());
        self.store.record_lookup(&Lookup { user, word, found, at: Timestamp::now() })?;
        if verdict == Verdict::RecordAndTrim {
            let kept = self.settings.dictionary.history_rows_max;
            self.store.trim_lookups(user, u32::try_from(kept).unwrap_or(u32::MAX))?;
        }
        Ok(())
    }

    /// Up to `limit` look-ups of a user from `start` on, newest first.
    ///
    /// # Errors
    /// The database cannot answer.
    pub fn past_lookups(
        &self,
        visit: &Visit,
        start: PageStart,
        limit: u32,
    ) -> Result<Vec<PastLookup>, StoreError> {
        self.store.recent_lookups(visit.user, start, limit)
    }

    /// Deletes one look-up of a user.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_lookup(&self, visit: &Visit, at: Timestamp) -> Result<(), StoreError> {
        self.store.delete_lookup(visit.user, at)
    }

    /// Deletes a user's look-ups from one time until before another.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_lookups_between(
        &self,
        visit: &Visit,
        (from, until): (Timestamp, Timestamp),
        client: &Client,
    ) -> Result<(), StoreError> {
        self.store.delete_lookups_between(visit.user, from, until)?;
        self.note(AuditEvent::HistoryDeleted, Some(visit.user), Some(visit.user), Some(client));
        Ok(())
    }

    /// Deletes a user's whole history.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_history(&self, visit: &Visit, client: &Client) -> Result<(), StoreError> {
        self.store.delete_lookups(visit.user)?;
        self.note(AuditEvent::HistoryDeleted, Some(visit.user), Some(visit.user), Some(client));
        Ok(())
    }

    /// The books that a user switched off.
    ///
    /// # Errors
    /// The database cannot answer.
    pub fn books_off(&self, visit: &Visit) -> Result<Vec<BookId>, StoreError> {
        self.store.books_off(visit.user)
    }

    /// Switches books on and off for a user; others stay as they are.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn switch_books(
        &self,
        visit: &Visit,
        on: &[BookId],
        off: &[BookId],
    ) -> Result<(), StoreError> {
        self.store.switch_books(visit.user, on, off)
    }

    /// Removes at most [`SESSIONS_AT_ONCE`] sessions that have ended; returns how many.
    ///
    /// # Errors
    /// The database cannot serve; some may be removed already.
    pub fn remove_ended_sessions(&self) -> Result<u64, StoreError> {
        self.store.delete_expired_sessions(Timestamp::now(), SESSIONS_AT_ONCE)
    }
}
