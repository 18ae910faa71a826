//! The history by days: look-ups become the words of each day with their counts. All look-ups of a
//! day are counted, so a page reads its first and its last day whole.

use std::cmp::Reverse;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::site::{Site, Visit};
use crate::store::{LookupFilter, PageStart, StoreError, WordOfDay};

/// Maximum number of look-ups of one query. The first query reads [`MORE_ROWS`] more than the page
/// has words: the rest of its first and last day, for most users. Each further query reads four
/// times as many.
const ROWS_MAX: usize = 1000;
const MORE_ROWS: usize = 32;

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

/// The order in which look-ups are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
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
        let (order, start) = match start {
            PageStart::Newest => (Order::NewestFirst, Timestamp::MAX),
            PageStart::OlderThan(time) => (Order::NewestFirst, time),
            PageStart::NewerThan(time) => (Order::OldestFirst, time),
            PageStart::Oldest => (Order::OldestFirst, Timestamp::MIN),
        };
        let mut days = Days::new((order, start), zone, limit);
        self.read_days(visit, &mut days, filter)?;
        days.words.truncate(limit);
        if order == Order::OldestFirst {
            days.words.reverse();
        } else if !days.is_preceded && start != Timestamp::MAX {
            let newer = self.store.lookups_from(visit.user, (start, filter), 1)?;
            days.is_preceded = !newer.is_empty();
        }
        Ok(DayWords { words: days.words, is_preceded: days.is_preceded })
    }

    /// Reads whole days until enough words are collected.
    fn read_days(
        &self,
        visit: &Visit,
        days: &mut Days<'_>,
        filter: &LookupFilter,
    ) -> Result<(), StoreError> {
        let mut from = days.first_time();
        let mut rows_max = (days.limit + MORE_ROWS).min(ROWS_MAX);
        loop {
            let rows = match days.order {
                Order::NewestFirst => {
                    self.store.lookups_before(visit.user, (from, filter), rows_max)?
                }
                Order::OldestFirst => {
                    self.store.lookups_from(visit.user, (from, filter), rows_max)?
                }
            };
            let last = rows.last().map(|row| row.at).filter(|_| rows.len() == rows_max);
            if !rows.into_iter().all(|row| days.take(row)) {
                return Ok(());
            }
            let Some(last) = last else {
                days.close();
                return Ok(());
            };
            days.merge();
            from = match days.order {
                Order::NewestFirst => last,
                Order::OldestFirst => last.checked_add(MICROSECOND).unwrap_or(last),
            };
            rows_max = (4 * rows_max).min(ROWS_MAX);
        }
    }
}

/// Collects the words of each day from look-ups in the order of time, or in its reverse.
struct Days<'z> {
    order: Order,
    /// Words whose last look-up of the day is not behind this time, in the order of reading, are
    /// left out.
    start: Timestamp,
    zone: &'z TimeZone,
    /// Number of words to collect. The last day may add more.
    limit: usize,
    words: Vec<WordOfDay>,
    /// Whether words were left out.
    is_preceded: bool,
    /// The day that is read: its beginning, and the beginning of the next one.
    day: Option<(Timestamp, Timestamp)>,
    /// The look-ups of that day so far.
    rows: Vec<WordOfDay>,
}

impl<'z> Days<'z> {
    fn new((order, start): (Order, Timestamp), zone: &'z TimeZone, limit: usize) -> Days<'z> {
        let words = Vec::with_capacity(limit.min(ROWS_MAX));
        let rows = Vec::with_capacity(MORE_ROWS);
        Days { order, start, zone, limit, words, is_preceded: false, day: None, rows }
    }

    /// The time from which look-ups are read: an end of the day that contains `start`.
    fn first_time(&self) -> Timestamp {
        match (self.order, day_around(self.start, self.zone)) {
            (Order::NewestFirst, Some((_, until))) => until,
            (Order::OldestFirst, Some((from, _))) => from,
            (_, None) => self.start, // the first or the last day that a time can have
        }
    }

    /// Takes a look-up. `false`: enough words are collected, and this one is of another day.
    fn take(&mut self, row: WordOfDay) -> bool {
        if self.day.is_none_or(|(from, until)| row.at < from || row.at >= until) {
            self.close();
            if self.words.len() >= self.limit {
                return false;
            }
            self.day = day_around(row.at, self.zone);
        }
        self.rows.push(row);
        self.day.is_some()
    }

    /// Makes one row of the rows of each word of the day.
    fn merge(&mut self) {
        self.rows.sort_unstable_by(|a, b| a.word.cmp(&b.word));
        self.rows.dedup_by(|row, kept| {
            let is_same = row.word == kept.word;
            if is_same {
                kept.at = kept.at.max(row.at);
                kept.lookups += row.lookups;
                kept.found |= row.found;
            }
            is_same
        });
    }

    /// Ends the day: adds its words in the order of reading.
    fn close(&mut self) {
        self.merge();
        let (order, start, read) = (self.order, self.start, self.rows.len());
        match order {
            Order::NewestFirst => {
                self.rows.retain(|word| word.at < start);
                self.rows.sort_unstable_by_key(|word| Reverse(word.at));
            }
            Order::OldestFirst => {
                self.rows.retain(|word| word.at > start);
                self.rows.sort_unstable_by_key(|word| word.at);
            }
        }
        self.is_preceded |= self.rows.len() < read;
        self.words.append(&mut self.rows);
    }
}

/// The start of the day that contains a time, and the start of the next day.
pub(super) fn day_around(at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let day = at.to_zoned(zone.clone()).start_of_day().ok()?;
    let next = day.checked_add(1.day()).ok()?.start_of_day().ok()?;
    Some((day.timestamp(), next.timestamp()))
}
