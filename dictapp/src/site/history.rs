//! What a user looked up and which books they read: questions of the views to the store.

use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::lookup_rate::Verdict;
use super::{Client, Site, Visit};
use crate::model::Word;
use crate::store::{
    AuditEvent, BookId, Lookup, LookupFilter, PageStart, PastLookup, Saved, StoreError, WordOfDay,
};

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// Whether the books say anything of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// There is an entry of this headword, and it is asked whether the user saved that.
    Entry(&'a str),
    /// There is an entry or a match.
    Found,
    /// There is none.
    Missing,
}

impl Site {
    /// Writes a look-up into the history, and returns whether the user has saved the headword that
    /// was found. The row is durable then. Beyond the bounds of the settings the oldest rows are
    /// deleted, and look-ups of one minute are not written.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn record(
        &self,
        visit: &Visit,
        word: &Word,
        outcome: Outcome<'_>,
    ) -> Result<Saved, StoreError> {
        let verdict = self.lookup_rate.count(visit.user, Instant::now());
        if verdict == Verdict::Skip {
            log::debug!("a look-up of user {} was not recorded: too many in a minute", visit.user);
            return self.saved(visit, outcome);
        }
        let (found, headword) = match outcome {
            Outcome::Entry(headword) => (true, Some(headword.to_owned())),
            Outcome::Found => (true, None),
            Outcome::Missing => (false, None),
        };
        let (user, word) = (visit.user, word.clone());
        self.repeats.note(user, word.as_str(), Instant::now());
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

    /// Whether the user has saved the headword that was found, without a look-up.
    ///
    /// # Errors
    /// The database cannot answer.
    pub fn saved(&self, visit: &Visit, outcome: Outcome<'_>) -> Result<Saved, StoreError> {
        let Outcome::Entry(headword) = outcome else { return Ok(Saved::No) };
        let saved = self.store.saved_word(visit.user, headword)?;
        Ok(if saved.is_some() { Saved::Yes } else { Saved::No })
    }

    /// Adds past look-ups of another database; returns how many were new.
    ///
    /// # Errors
    /// The database cannot store them.
    pub fn import_lookups(&self, lookups: &[Lookup]) -> Result<u64, StoreError> {
        self.store.import_lookups(lookups)
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

    /// As [`Site::record`], unless the same word was recorded for the user a while ago: a page that
    /// is shown again by Back, a reload or a switch of the language is no other look-up.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn record_once(
        &self,
        visit: &Visit,
        word: &Word,
        outcome: Outcome<'_>,
    ) -> Result<Saved, StoreError> {
        match self.repeats.is_repeated(visit.user, word.as_str(), Instant::now()) {
            true => self.saved(visit, outcome),
            false => self.record(visit, word, outcome),
        }
    }

    /// Up to `limit` words of a user by day, newest first, from `start` on. A day begins at midnight
    /// in this time zone; each word is given once a day.
    ///
    /// # Errors
    /// The database cannot answer.
    pub fn words_by_day(
        &self,
        visit: &Visit,
        (start, filter): (PageStart, &LookupFilter),
        zone: &TimeZone,
        limit: usize,
    ) -> Result<Vec<WordOfDay>, StoreError> {
        let mut words: Vec<WordOfDay> = Vec::new();
        let mut next = start;
        while words.len() < limit {
            let Some(at) = self.store.next_lookup(visit.user, next, filter)? else { break };
            let Some((from, until)) = day_around(at, zone) else { break };
            let left = u32::try_from(limit - words.len()).unwrap_or(u32::MAX);
            let place = (next, filter);
            let some = self.store.words_between(visit.user, (from, until), place, left)?;
            match next {
                PageStart::Newest | PageStart::OlderThan(_) => {
                    words.extend(some);
                    next = PageStart::OlderThan(from);
                }
                PageStart::NewerThan(_) | PageStart::Oldest => {
                    words.splice(0..0, some);
                    let last = until.checked_sub(MICROSECOND).unwrap_or(until);
                    next = PageStart::NewerThan(last);
                }
            }
        }
        Ok(words)
    }

    /// Deletes the look-ups of one word on one day: those of the word that the user looked up at
    /// this time.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_word_of_day(
        &self,
        visit: &Visit,
        at: Timestamp,
        zone: &TimeZone,
    ) -> Result<(), StoreError> {
        let Some(day) = day_around(at, zone) else { return Ok(()) };
        self.repeats.forget_user(visit.user);
        self.store.delete_word_between(visit.user, at, day).map(drop)
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
        self.repeats.forget_user(visit.user);
        self.store.delete_lookups_between(visit.user, from, until)?;
        self.note(AuditEvent::HistoryDeleted, Some(visit.user), Some(visit.user), Some(client));
        Ok(())
    }

    /// Deletes a user's whole history.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_history(&self, visit: &Visit, client: &Client) -> Result<(), StoreError> {
        self.repeats.forget_user(visit.user);
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
}

/// The beginnings of the day of a time and of the next one.
fn day_around(at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let day = at.to_zoned(zone.clone()).start_of_day().ok()?;
    let next = day.checked_add(1.day()).ok()?.start_of_day().ok()?;
    Some((day.timestamp(), next.timestamp()))
}
