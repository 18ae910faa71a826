//! The visitor's time zone, from a cookie. Pages show times in it, and days begin and end in it.

use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use webframe::Request;

use super::appearance::{ZONE, ZONES};
use super::page::Page;
use crate::texts::{Texts, fill};

/// Maximum length of a zone's name that is looked up.
const NAME_BYTES_MAX: usize = 64;

/// Prints `2026-11-30 08:05:00`, in a tenth of the time that `strftime` takes.
const DATE_AND_TIME: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(0));
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));

/// Initial capacity of the text of a time, in bytes. It is more than any time takes, so the text is
/// never copied to grow.
const TIME_BYTES_MAX: usize = 40;

/// The zone that the cookie names; `None` if it is missing or unknown.
fn zone_of(request: &Request) -> Option<TimeZone> {
    let name = request.cookie(ZONE).filter(|name| name.len() <= NAME_BYTES_MAX)?;
    TimeZone::get(name).ok()
}

impl Page<'_> {
    /// The visitor's time zone; if it is not known, the site's.
    pub(super) fn zone(&self) -> &TimeZone {
        let find = || zone_of(self.request()).unwrap_or_else(|| self.site.zone().clone());
        self.known_zone.get_or_init(find)
    }

    /// A time in the visitor's time zone.
    pub(super) fn local(&self, at: Timestamp) -> DateTime {
        self.zone().to_datetime(at)
    }

    /// The name of the zone in the cookie, if it is one of [`ZONES`], which can be chosen.
    pub(super) fn zone_name(&self) -> Option<&'static str> {
        let name = self.request().cookie(ZONE)?;
        ZONES.into_iter().find(|known| *known == name)
    }

    /// Formats a time in the visitor's zone, without seconds.
    pub(super) fn time(&self, at: Timestamp) -> String {
        let mut text = date_and_time(self.local(at));
        text.truncate(text.len() - ":00".len());
        text
    }

    /// Formats the day of a time in the visitor's zone.
    pub(super) fn day(&self, at: Timestamp) -> String {
        self.local(at).date().to_string()
    }

    /// Today in the visitor's zone.
    pub(super) fn today(&self) -> Date {
        self.local(Timestamp::now()).date()
    }
}

/// Formats a date and a time to the second, separated by a space.
fn date_and_time(local: DateTime) -> String {
    let mut text = String::with_capacity(TIME_BYTES_MAX);
    // Writing into a String cannot fail.
    DATE_AND_TIME.print_datetime(&local, &mut text).ok();
    text
}

/// A time for programs, to the second (RFC 3339), for templates: it is printed into the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rfc3339(pub(super) Timestamp);

/// The time of a day to the second, `08:05:00`, for templates.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeOfDay(pub(super) Time);

impl Rfc3339 {
    fn print(self, page: &mut dyn fmt::Write) -> fmt::Result {
        PRINTER.print_timestamp(&self.0, StdFmtWrite(page)).map_err(|_| fmt::Error)
    }
}

impl TimeOfDay {
    fn print(self, page: &mut dyn fmt::Write) -> fmt::Result {
        PRINTER.print_time(&self.0, StdFmtWrite(page)).map_err(|_| fmt::Error)
    }
}

/// Makes templates print a time without a formatter and without escaping.
macro_rules! printed {
    ($($time:ident)*) => { $(
        impl fmt::Display for $time {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.print(f)
            }
        }

        impl FastWritable for $time {
            fn write_into(&self, page: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
                Ok(self.print(page)?)
            }
        }

        impl HtmlSafe for $time {}
    )* };
}

printed!(Rfc3339 TimeOfDay);

/// The number of a day: days since 1970-01-01.
pub(super) fn day_number(day: Date) -> i64 {
    let days = day.since(Date::constant(1970, 1, 1)).map(|span| span.get_days());
    days.map_or(0, i64::from)
}

/// The day with this number. `None`: it is out of range.
pub(super) fn day_of_number(days: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Formats a day with its weekday.
pub(super) fn day_text(day: Date, t: &Texts) -> String {
    use jiff::civil::Weekday;
    let weekday = match day.weekday() {
        Weekday::Monday => t.days.monday,
        Weekday::Tuesday => t.days.tuesday,
        Weekday::Wednesday => t.days.wednesday,
        Weekday::Thursday => t.days.thursday,
        Weekday::Friday => t.days.friday,
        Weekday::Saturday => t.days.saturday,
        Weekday::Sunday => t.days.sunday,
    };
    fill(&fill(t.days.form, "weekday", weekday), "date", day)
}

/// The start of a day and the start of the next day in this zone. `None`: out of range.
pub(super) fn bounds_of_day(day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    Some((start(day)?, start(day.checked_add(1.day()).ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn a_day_has_a_number_and_a_weekday() {
        let day = Date::constant(2026, 12, 4);
        assert_eq!(day_of_number(day_number(day)), Some(day));
        assert_eq!(day_number(Date::constant(1970, 1, 2)), 1);
        assert_eq!(day_of_number(i64::MAX), None);
        assert_eq!(day_text(day, Language::English.texts()), "Friday (2026-12-04)");
    }

    #[test]
    fn times_are_printed_to_the_second() {
        let at: Timestamp = "2026-11-30T08:05:00.987654Z".parse().unwrap();
        assert_eq!(Rfc3339(at).to_string(), "2026-11-30T08:05:00Z");
        assert_eq!(TimeOfDay(TimeZone::UTC.to_datetime(at).time()).to_string(), "08:05:00");
    }

    #[test]
    fn a_day_is_from_its_midnight_to_the_next_one() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let (from, until) = bounds_of_day(Date::constant(2026, 11, 29), &zone).unwrap();
        assert_eq!(from.to_string(), "2026-11-28T16:00:00Z");
        assert_eq!(until.to_string(), "2026-11-29T16:00:00Z");
        assert_eq!(bounds_of_day(Date::constant(9999, 12, 31), &zone), None);
    }
}
