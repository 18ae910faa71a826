//! The history by days: look-ups become the words of each day with their counts. All look-ups of a
//! day are counted, so a page reads its first and its last day whole.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::site::{Site, Visit};
use crate::store::{LookupFilter, PageStart, StoreError, WordOfDay};

/// Maximum number of look-ups of one query. The first query reads [`MORE_ROWS`] more than the page
/// has words: the rest of its first and last day, for nearly all users. Each further query reads
/// four times as many.
const ROWS_MAX: usize = 1000;
const MORE_ROWS: usize = 64;

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// Words of consecutive days, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayWords {
    /// The words.
    pub words: Vec<WordOfDay>,
    /// Whether there are look-ups before the first of the words, in the order of reading: the page
    /// has a link back.
    pub is_preceded: bool,
}

impl Site {
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
    ) -> Result<DayWords, StoreError> {
        match start {
            PageStart::Newest => self.words_before(visit, (Timestamp::MAX, filter), zone, limit),
            PageStart::OlderThan(time) => self.words_before(visit, (time, filter), zone, limit),
            PageStart::NewerThan(time) => self.words_after(visit, (time, filter), zone, limit),
            PageStart::Oldest => self.words_after(visit, (Timestamp::MIN, filter), zone, limit),
        }
    }

    /// The words whose last look-up of the day was before a time. Each day is read to its end.
    fn words_before(
        &self,
        visit: &Visit,
        (start, filter): (Timestamp, &LookupFilter),
        zone: &TimeZone,
        limit: usize,
    ) -> Result<DayWords, StoreError> {
        let mut days = Days::new(start, zone, limit);
        let day = if start == Timestamp::MAX { None } else { day_around(start, zone) };
        let mut before = day.map_or(Timestamp::MAX, |(_, until)| until);
        let mut rows_max = first_rows(limit);
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
        let is_preceded = days.is_preceded
            || start != Timestamp::MAX && self.has_lookup_from(visit, (start, filter))?;
        days.words.truncate(limit);
        Ok(DayWords { words: days.words, is_preceded })
    }

    fn has_lookup_from(
        &self,
        visit: &Visit,
        place: (Timestamp, &LookupFilter),
    ) -> Result<bool, StoreError> {
        Ok(!self.store.lookups_from(visit.user, place, 1)?.is_empty())
    }

    /// The words whose last look-up of the day was after a time, nearest to it.
    fn words_after(
        &self,
        visit: &Visit,
        (start, filter): (Timestamp, &LookupFilter),
        zone: &TimeZone,
        limit: usize,
    ) -> Result<DayWords, StoreError> {
        let mut days = Days::new(start, zone, limit);
        let mut from = day_around(start, zone).map_or(Timestamp::MIN, |(from, _)| from);
        let mut rows_max = first_rows(limit);
        loop {
            let rows = self.store.lookups_from(visit.user, (from, filter), rows_max)?;
            let last = rows.last().map(|row| row.at);
            let is_end = rows.len() < rows_max;
            if !rows.into_iter().all(|row| days.take_ascending(row)) {
                break;
            }
            let Some(last) = last.filter(|_| !is_end) else {
                days.close();
                break;
            };
            from = last.checked_add(MICROSECOND).unwrap_or(last);
            rows_max = (4 * rows_max).min(ROWS_MAX);
        }
        days.words.truncate(limit);
        days.words.reverse();
        Ok(DayWords { words: days.words, is_preceded: days.is_preceded })
    }
}

/// Number of rows of the first query for this many words.
fn first_rows(limit: usize) -> usize {
    (limit + MORE_ROWS).min(ROWS_MAX)
}

/// Look-ups in the order of time, or in its reverse, to the words of each day.
struct Days<'z> {
    /// Words whose last look-up is on the other side of this time are left out of its day.
    start: Timestamp,
    zone: &'z TimeZone,
    /// Number of words to collect. The last day may add more.
    limit: usize,
    words: Vec<WordOfDay>,
    /// Whether look-ups on the other side of `start` were read.
    is_preceded: bool,
    /// The day that is read: its beginning, and the beginning of the next one.
    day: Option<(Timestamp, Timestamp)>,
    /// The words of that day: their index in `words`; `None` for words that are left out.
    known: HashMap<String, Option<usize>>,
    /// The words of that day, if they are read in the order of time.
    open: HashMap<String, WordOfDay>,
}

impl<'z> Days<'z> {
    fn new(start: Timestamp, zone: &'z TimeZone, limit: usize) -> Days<'z> {
        let words = Vec::with_capacity(limit.min(ROWS_MAX));
        let known = HashMap::with_capacity(limit.min(ROWS_MAX));
        let open = HashMap::new();
        Days { start, zone, limit, words, is_preceded: false, day: None, known, open }
    }

    /// Counts a look-up; the newest come first. `false`: enough words are collected, and this one
    /// is of another day.
    fn take(&mut self, row: WordOfDay) -> bool {
        if self.day.is_none_or(|(from, _)| row.at < from) {
            if self.words.len() >= self.limit {
                return false;
            }
            self.day = day_around(row.at, self.zone);
            self.known.clear();
        }
        self.is_preceded |= row.at >= self.start;
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
        self.day.is_some()
    }

    /// Like [`Days::take`], with the oldest look-ups first. The words of the last day are added by
    /// [`close`](Days::close).
    fn take_ascending(&mut self, row: WordOfDay) -> bool {
        if self.day.is_none_or(|(_, until)| row.at >= until) {
            self.close();
            if self.words.len() >= self.limit {
                return false;
            }
            self.day = day_around(row.at, self.zone);
        }
        self.is_preceded |= row.at <= self.start;
        match self.open.get_mut(&row.word) {
            None => drop(self.open.insert(row.word.clone(), row)),
            Some(word) => {
                word.at = row.at;
                word.lookups += 1;
                word.found |= row.found;
            }
        }
        self.day.is_some()
    }

    /// Ends a day that was read in the order of time.
    fn close(&mut self) {
        let start = self.start;
        let mut day: Vec<_> = self.open.drain().map(|(_, word)| word).collect();
        day.retain(|word| word.at > start);
        day.sort_unstable_by_key(|word| word.at);
        self.words.append(&mut day);
    }
}

/// The start of the day that contains a time, and the start of the next day.
pub(super) fn day_around(at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let day = at.to_zoned(zone.clone()).start_of_day().ok()?;
    let next = day.checked_add(1.day()).ok()?.start_of_day().ok()?;
    Some((day.timestamp(), next.timestamp()))
}
