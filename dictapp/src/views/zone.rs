//! The visitor's time zone, from a cookie. Pages show times in it, and days begin and end in it.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use webframe::Request;

use super::appearance::{ZONE_COOKIE, ZONES};
use super::page::Page;
use crate::texts::{Texts, fill};

/// Maximum length of a zone's name. A longer name is not looked up.
const NAME_BYTES_MAX: usize = 64;

/// Prints `2026-11-30 08:05:00`, in a tenth of the time that `strftime` takes.
const DATE_AND_TIME: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(0));

/// Initial capacity of the text of a time, in bytes. It is more than any time takes, so the text is
/// never copied to grow.
const TIME_BYTES_MAX: usize = 40;

/// The zone that the cookie names; `None` if it is missing or unknown.
fn zone_of(request: &Request) -> Option<TimeZone> {
    let name = request.cookie(ZONE_COOKIE).filter(|name| name.len() <= NAME_BYTES_MAX)?;
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

    /// The name of the zone in the cookie, if it is one of the [`ZONES`] that can be chosen.
    pub(super) fn zone_name(&self) -> Option<&'static str> {
        let name = self.request().cookie(ZONE_COOKIE)?;
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

/// The texts of times in a time zone, such as `2026-11-30T08:05:00+08:00`. A page may have many
/// times, so the texts are made without a formatter, in one allocation.
#[derive(Debug)]
pub(super) struct TimeTexts(String);

/// The text of one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeText<'t> {
    /// The date, the time and the offset, for programs.
    pub(super) exact: &'t str,
    pub(super) date: &'t str,
    pub(super) clock: &'t str,
}

/// The length of the text of a date, and of a time with its date and offset.
const DATE_BYTES: usize = 10;
const EXACT_BYTES: usize = 25;

impl TimeTexts {
    pub(super) fn new(times: impl Iterator<Item = Timestamp>, zone: &TimeZone) -> TimeTexts {
        let mut texts = Vec::with_capacity(EXACT_BYTES * times.size_hint().0);
        for time in times {
            texts.extend_from_slice(&exact_text(time, zone.to_offset(time)));
        }
        TimeTexts(text_of(texts))
    }

    /// The texts in the order of the times.
    pub(super) fn iter(&self) -> impl Iterator<Item = TimeText<'_>> {
        (0..self.0.len() / EXACT_BYTES).map(|number| {
            let exact = &self.0[number * EXACT_BYTES..(number + 1) * EXACT_BYTES];
            TimeText { exact, date: &exact[..DATE_BYTES], clock: &exact[DATE_BYTES + 1..][..8] }
        })
    }
}

/// The texts of dates, like [`TimeTexts`].
#[derive(Debug)]
pub(super) struct DateTexts(String);

impl DateTexts {
    pub(super) fn new(dates: impl Iterator<Item = Date>) -> DateTexts {
        let mut texts = Vec::with_capacity(DATE_BYTES * dates.size_hint().0);
        dates.for_each(|date| texts.extend_from_slice(&date_text(date)));
        DateTexts(text_of(texts))
    }

    /// The texts in the order of the dates.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let count = self.0.len() / DATE_BYTES;
        (0..count).map(|number| &self.0[number * DATE_BYTES..(number + 1) * DATE_BYTES])
    }
}

/// `2026-11-30T08:05:00+08:00`.
fn exact_text(time: Timestamp, offset: Offset) -> [u8; EXACT_BYTES] {
    let local = offset.to_datetime(time);
    let mut text = [b'T'; EXACT_BYTES];
    text[..DATE_BYTES].copy_from_slice(&date_text(local.date()));
    text[DATE_BYTES + 1..][..8].copy_from_slice(&clock_text(local.time()));
    text[DATE_BYTES + 9..].copy_from_slice(&offset_text(offset));
    text
}

/// `2026-11-30`. A year before 0 is shown as 0, and a year after 9999 as 9999.
fn date_text(date: Date) -> [u8; DATE_BYTES] {
    let year = date.year().clamp(0, 9999).unsigned_abs();
    let [a, b] = two_digits(year / 100);
    let [c, d] = two_digits(year);
    let [[e, f], [g, h]] =
        [date.month(), date.day()].map(|part| two_digits(part.unsigned_abs().into()));
    [a, b, c, d, b'-', e, f, b'-', g, h]
}

/// `08:05:00`.
fn clock_text(time: Time) -> [u8; 8] {
    let parts = [time.hour(), time.minute(), time.second()];
    let [[a, b], [c, d], [e, f]] = parts.map(|part| two_digits(part.unsigned_abs().into()));
    [a, b, b':', c, d, b':', e, f]
}

/// `+08:00`.
fn offset_text(offset: Offset) -> [u8; 6] {
    let minutes = (offset.seconds().unsigned_abs() / 60) as u16;
    let sign = if offset.is_negative() { b'-' } else { b'+' };
    let ([a, b], [c, d]) = (two_digits(minutes / 60), two_digits(minutes % 60));
    [sign, a, b, b':', c, d]
}

/// The last two digits of a number.
fn two_digits(number: u16) -> [u8; 2] {
    [number / 10 % 10, number % 10].map(|digit| b'0' + digit as u8)
}

/// Digits and signs as text.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

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
    fn times_have_texts_for_readers_and_for_programs() {
        let at: Timestamp = "2026-11-30T08:05:09.987654Z".parse().unwrap();
        let half = Offset::from_seconds(-(3 * 60 + 30) * 60).unwrap();
        for (offset, expected) in [
            (Offset::UTC, ["2026-11-30T08:05:09+00:00", "2026-11-30", "08:05:09"]),
            (jiff::tz::offset(13), ["2026-11-30T21:05:09+13:00", "2026-11-30", "21:05:09"]),
            (jiff::tz::offset(-11), ["2026-11-29T21:05:09-11:00", "2026-11-29", "21:05:09"]),
            (half, ["2026-11-30T04:35:09-03:30", "2026-11-30", "04:35:09"]),
        ] {
            let texts = TimeTexts::new([at, at].into_iter(), &TimeZone::fixed(offset));
            let shown: Vec<_> =
                texts.iter().map(|text| [text.exact, text.date, text.clock]).collect();
            assert_eq!(shown, [expected; 2]);
            assert!(expected[0].parse::<Timestamp>().unwrap() <= at);
        }
        let far = TimeTexts::new([Timestamp::MIN, Timestamp::MAX].into_iter(), &TimeZone::UTC);
        assert_eq!(far.iter().count(), 2, "a time that is not the time of any look-up");
    }

    #[test]
    fn dates_have_ten_characters() {
        let dates = [Date::constant(2026, 1, 2), Date::MIN, Date::MAX];
        let texts = DateTexts::new(dates.into_iter());
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["2026-01-02", "0000-01-01", "9999-12-31"]);
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
