//! The history by days: turns look-ups into the words of each day, with the number of look-ups of
//! each word. All look-ups of a day are counted, so the first and the last day of a page are read
//! completely, even if the page shows only some of their words.

use std::cmp::Reverse;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::site::{CurrentUser, Site};
use crate::store::{LookupFilter, PageStart, StoreError, WordOfDay};

/// Maximum number of look-ups that one query reads.
const ROWS_MAX: usize = 1000;

/// The number of look-ups that the first query reads in addition to the number of words of the
/// page: for most users, enough for the rest of the first and the last day. Each further query
/// reads four times as many look-ups as the one before.
const MORE_ROWS: usize = 32;

/// Most users have at most this number of look-ups on a day.
const ROWS_USUAL: usize = 16;

/// The unit of the times in the database.
const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// Words of consecutive days, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayWords {
    /// The words.
    pub words: Vec<WordOfDay>,
    /// Whether the page has a link back: in the order of reading, there are look-ups before the
    /// first of these words.
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
        user: &CurrentUser,
        start: PageStart,
        filter: &LookupFilter,
        zone: &TimeZone,
        limit: usize,
    ) -> Result<DayWords, StoreError> {
        let (order, start) = match start {
            PageStart::Newest => (Order::NewestFirst, Timestamp::MAX),
            PageStart::OlderThan(time) => (Order::NewestFirst, time),
            PageStart::NewerThan(time) => (Order::OldestFirst, time),
            PageStart::Oldest => (Order::OldestFirst, Timestamp::MIN),
        };
        let mut days = Days::new(order, start, zone, limit);
        self.read_days(user, &mut days, filter)?;
        days.words.truncate(limit);
        if order == Order::OldestFirst {
            days.words.reverse();
        } else if !days.is_preceded && start != Timestamp::MAX {
            let newer = self.store.lookups_from(user.id, start, filter, 1)?;
            days.is_preceded = !newer.is_empty();
        }
        Ok(DayWords { words: days.words, is_preceded: days.is_preceded })
    }

    /// Reads whole days until enough words are collected.
    fn read_days(
        &self,
        user: &CurrentUser,
        days: &mut Days<'_>,
        filter: &LookupFilter,
    ) -> Result<(), StoreError> {
        let mut from = days.first_time();
        let mut rows_max = (days.limit + MORE_ROWS).min(ROWS_MAX);
        loop {
            let rows = match days.order {
                Order::NewestFirst => self.store.lookups_before(user.id, from, filter, rows_max)?,
                Order::OldestFirst => self.store.lookups_from(user.id, from, filter, rows_max)?,
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

/// A day in the time zone of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) start: Timestamp,
    /// The start of the next day.
    pub(super) end: Timestamp,
}

/// Collects the words of each day from look-ups, which arrive in the order of reading.
struct Days<'z> {
    order: Order,
    /// The page begins after this time, in the order of reading. A word is left out if its last
    /// look-up of the day is before the page.
    start: Timestamp,
    zone: &'z TimeZone,
    /// Number of words to collect. The last day may add more.
    limit: usize,
    words: Vec<WordOfDay>,
    /// Whether words were left out.
    is_preceded: bool,
    /// The day that is being read.
    day: Option<Day>,
    /// The look-ups of that day so far.
    rows: Vec<WordOfDay>,
}

impl<'z> Days<'z> {
    fn new(order: Order, start: Timestamp, zone: &'z TimeZone, limit: usize) -> Days<'z> {
        let words = Vec::with_capacity(limit.min(ROWS_MAX));
        let rows = Vec::with_capacity(ROWS_USUAL);
        Days { order, start, zone, limit, words, is_preceded: false, day: None, rows }
    }

    /// The time from which look-ups are read: the end of the day that contains `start`, or its
    /// beginning if the oldest look-ups are read first.
    fn first_time(&self) -> Timestamp {
        if self.start == Timestamp::MAX {
            return self.start;
        }
        match (self.order, Day::around(self.start, self.zone)) {
            (Order::NewestFirst, Some(day)) => day.end,
            (Order::OldestFirst, Some(day)) => day.start,
            (_, None) => self.start, // before the first day or after the last one of `Timestamp`
        }
    }

    /// Adds a look-up. Returns `false` to stop reading: enough words are collected and this look-up
    /// is of another day, or its day exceeds the range of `Timestamp`.
    fn take(&mut self, row: WordOfDay) -> bool {
        if self.day.is_none_or(|day| row.at < day.start || row.at >= day.end) {
            self.close();
            if self.words.len() >= self.limit {
                return false;
            }
            self.day = Day::around(row.at, self.zone);
        }
        self.rows.push(row);
        self.day.is_some()
    }

    /// Joins the rows of each word of the day to one row. Few rows are compared with each other,
    /// which keeps their order; for more rows, sorting is quicker.
    fn merge(&mut self) {
        if self.rows.len() < 2 {
            return;
        }
        if self.rows.len() <= ROWS_USUAL {
            let mut merged: Vec<WordOfDay> = Vec::with_capacity(self.rows.len());
            for row in self.rows.drain(..) {
                if !merged.iter_mut().any(|kept| joins(&row, kept)) {
                    merged.push(row);
                }
            }
            self.rows = merged;
            return;
        }
        self.rows.sort_unstable_by(|a, b| a.word.cmp(&b.word));
        self.rows.dedup_by(|row, kept| joins(row, kept));
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

/// Adds a row to another one if they have the same word. Returns whether they have.
fn joins(row: &WordOfDay, kept: &mut WordOfDay) -> bool {
    let is_same = row.word == kept.word;
    if is_same {
        kept.at = kept.at.max(row.at);
        kept.lookups += row.lookups;
        kept.found |= row.found;
    }
    is_same
}

impl Day {
    /// The day that contains a time. A day whose midnight the clock skips begins when the clock
    /// goes on. `None`: its start or end is not a valid time.
    pub(super) fn around(at: Timestamp, zone: &TimeZone) -> Option<Day> {
        let date = zone.to_datetime(at).date();
        let start = |date: Date| zone.to_timestamp(date.to_datetime(Time::midnight())).ok();
        Some(Day { start: start(date)?, end: start(date.tomorrow().ok()?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_the_clock_first_shows_its_date() {
        for name in ["America/Sao_Paulo", "America/Havana", "Asia/Shanghai", "Pacific/Apia"] {
            let zone = TimeZone::get(name).unwrap();
            let first: Timestamp = "2011-01-01T12:34:56Z".parse().unwrap();
            for day in 0..3000 {
                let at = first + SignedDuration::from_hours(24 * day);
                let local = at.to_zoned(zone.clone());
                let next = local.tomorrow().unwrap().start_of_day().unwrap();
                let start = local.start_of_day().unwrap().timestamp();
                let expected = Day { start, end: next.timestamp() };
                assert_eq!(Day::around(at, &zone), Some(expected), "{local}");
            }
        }
        assert_eq!(Day::around(Timestamp::MAX, &TimeZone::UTC), None);
    }
}
