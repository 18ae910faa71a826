//! The numbers on a user's progress page. Times are divided into days by the present UTC offset of
//! the time zone, even if the clocks have changed since those days.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::site::{CurrentUser, Site};
use crate::store::{Counted, DayCount, StoreError};

/// The time that the progress page covers: 53 weeks.
const PERIOD: SignedDuration = SignedDuration::from_hours(24 * 371);

impl Site {
    /// The activity of the user on each day of about a year, in this time zone.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn counts_by_day(
        &self,
        user: &CurrentUser,
        counted: Counted,
        zone: &TimeZone,
    ) -> Result<Vec<DayCount>, StoreError> {
        let now = Timestamp::now();
        let since = now.checked_sub(PERIOD).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = zone.to_offset(now).seconds();
        self.store.counts_by_day(user.id, counted, since, i64::from(offset))
    }

    /// The number of words that the user has learnt.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn learnt_words(&self, user: &CurrentUser) -> Result<u64, StoreError> {
        self.store.learnt_words(user.id)
    }

    /// How many of the user's words become due on each day before a time, in this time zone.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn due_by_day(
        &self,
        user: &CurrentUser,
        before: Timestamp,
        zone: &TimeZone,
    ) -> Result<Vec<DayCount>, StoreError> {
        let offset = zone.to_offset(Timestamp::now()).seconds();
        self.store.due_by_day(user.id, before, i64::from(offset))
    }
}
