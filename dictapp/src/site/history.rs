//! The history of a user, and the books that a user switched off.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::lookup_rate::Verdict;
use super::{Client, Site, Visit};
use crate::model::Word;
use crate::store::{
    AuditEvent, BookId, Lookup, LookupFilter, PageStart, PastLookup, Saved, StoreError, WordOfDay,
};

/// Maximum number of look-ups of one query for a page of the history. The first query reads a few
/// more than the page has words, since most words are looked up once a day. Each further query
/// reads four times as many.
const ROWS_MAX: usize = 1000;
const MORE_ROWS: usize = 5;

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// The result of a look-up, for the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// There is an entry with this headword. The store is also asked whether the user has saved it.
    Entry(&'a str),
    /// There is an entry or a match.
    Found,
    /// There is no entry and no match.
    Missing,
}

impl Site {
    /// Writes a look-up to the history and waits until the row is durable. Returns whether the user
    /// has saved the headword. If the history is longer than the settings allow, the oldest rows
    /// are deleted; if the user looks up too many words in a minute, the look-up is not written.
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
        let user = visit.user;
        let word = word.clone();
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

    /// Whether the user has saved the headword; records nothing.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn saved(&self, visit: &Visit, outcome: Outcome<'_>) -> Result<Saved, StoreError> {
        let Outcome::Entry(headword) = outcome else { return Ok(Saved::No) };
        let is_saved = self.is_saved(visit, headword)?;
        Ok(if is_saved { Saved::Yes } else { Saved::No })
    }

    /// Adds past look-ups of another database; returns the number of new ones.
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
        visit: &Visit,
        start: PageStart,
        limit: u32,
    ) -> Result<Vec<PastLookup>, StoreError> {
        self.store.recent_lookups(visit.user, start, limit)
    }

    /// The last `limit` look-ups of a user, newest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn latest_lookups(
        &self,
        visit: &Visit,
        limit: usize,
    ) -> Result<Vec<WordOfDay>, StoreError> {
        let all = (Timestamp::MAX, &LookupFilter::default());
        self.store.lookups_before(visit.user, all, limit)
    }

    /// Like [`Site::record`], unless the same word was recorded for the user a short while ago:
    /// Back, a reload or a switch of the language is not another look-up.
    ///
    /// # Errors
    /// The database cannot store it.
    pub fn record_once(
        &self,
        visit: &Visit,
        word: &Word,
        outcome: Outcome<'_>,
    ) -> Result<Saved, StoreError> {
        if self.repeats.is_repeated(visit.user, word.as_str(), Instant::now()) {
            self.saved(visit, outcome)
        } else {
            self.record(visit, word, outcome)
        }
    }

    /// Up to `limit` words of a user by day, newest first, from `start` on. A day begins at
    /// midnight in this time zone; each word appears once a day.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn words_by_day(
        &self,
        visit: &Visit,
        (start, filter): (PageStart, &LookupFilter),
        zone: &TimeZone,
        limit: usize,
    ) -> Result<Vec<WordOfDay>, StoreError> {
        match start {
            PageStart::Newest => self.words_before(visit, (Timestamp::MAX, filter), zone, limit),
            PageStart::OlderThan(time) => self.words_before(visit, (time, filter), zone, limit),
            PageStart::NewerThan(time) => self.words_after(visit, (time, filter), zone, limit),
            PageStart::Oldest => self.words_after(visit, (Timestamp::MIN, filter), zone, limit),
        }
    }

    /// The words whose last look-up of the day was before a time. Each day is read to its end,
    /// since all its look-ups are counted.
    fn words_before(
        &self,
        visit: &Visit,
        (start, filter): (Timestamp, &LookupFilter),
        zone: &TimeZone,
        limit: usize,
    ) -> Result<Vec<WordOfDay>, StoreError> {
        let room = limit.min(ROWS_MAX) + MORE_ROWS;
        let words = Vec::with_capacity(room);
        let known = HashMap::with_capacity(room);
        let mut days = Days { start, zone, limit, words, from: None, known };
        let day = if start == Timestamp::MAX { None } else { day_around(start, zone) };
        let mut before = day.map_or(Timestamp::MAX, |(_, until)| until);
        let mut rows_max = room.min(ROWS_MAX);
        loop {
            let rows = self.store.lookups_before(visit.user, (before, filter), rows_max)?;
            let last = rows.last().map(|row| row.at);
            let is_end = rows.len() < rows_max;
            if !rows.into_iter().all(|row| days.take(row)) {
                break;
            }
            let Some(last) = last.filter(|_| !is_end) else { break };
            (before, rows_max) = (last, (4 * rows_max).min(ROWS_MAX));
        }
        days.words.truncate(limit);
        Ok(days.words)
    }

    /// The words whose last look-up of the day was after a time, day by day.
    fn words_after(
        &self,
        visit: &Visit,
        (start, filter): (Timestamp, &LookupFilter),
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
            words.splice(0..0, some);
            next = until.checked_sub(MICROSECOND).unwrap_or(until);
        }
        Ok(words)
    }

    /// Deletes all look-ups of one word on one day, given the time of one of them.
    ///
    /// # Errors
    /// The database is unavailable.
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
    /// The database is unavailable.
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
    /// The database is unavailable.
    pub fn delete_history(&self, visit: &Visit, client: &Client) -> Result<(), StoreError> {
        self.repeats.forget_user(visit.user);
        self.store.delete_lookups(visit.user)?;
        self.note(AuditEvent::HistoryDeleted, Some(visit.user), Some(visit.user), Some(client));
        Ok(())
    }

    /// The books that a user switched off.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn books_off(&self, visit: &Visit) -> Result<Vec<BookId>, StoreError> {
        self.store.books_off(visit.user)
    }

    /// Switches books on and off for a user; other books do not change.
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

/// Look-ups, newest first, to the words of each day.
struct Days<'z> {
    /// A word that was looked up at or after this time is left out of the day of this time.
    start: Timestamp,
    zone: &'z TimeZone,
    /// Number of words to collect. The last day may add more.
    limit: usize,
    words: Vec<WordOfDay>,
    /// The beginning of the day that is read.
    from: Option<Timestamp>,
    /// The words of that day: their index in `words`; `None` for words that are left out.
    known: HashMap<String, Option<usize>>,
}

impl Days<'_> {
    /// Counts a look-up. `false`: enough words are collected, and this one is of another day.
    fn take(&mut self, row: WordOfDay) -> bool {
        if self.from.is_none_or(|from| row.at < from) {
            if self.words.len() >= self.limit {
                return false;
            }
            let Some((from, _)) = day_around(row.at, self.zone) else { return false };
            self.from = Some(from);
            self.known.clear();
        }
        match self.known.entry(row.word.clone()) {
            Entry::Vacant(new) => {
                let place = (row.at < self.start).then_some(self.words.len());
                new.insert(place);
                if place.is_some() {
                    self.words.push(row);
                }
            }
            Entry::Occupied(known) => {
                if let Some(word) = known.get().and_then(|place| self.words.get_mut(place)) {
                    word.lookups += 1;
                    word.found |= row.found;
                }
            }
        }
        true
    }
}

/// The start of the day that contains a time, and the start of the next day.
fn day_around(at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let day = at.to_zoned(zone.clone()).start_of_day().ok()?;
    let next = day.checked_add(1.day()).ok()?.start_of_day().ok()?;
    Some((day.timestamp(), next.timestamp()))
}
