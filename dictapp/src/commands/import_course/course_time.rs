//! Parses the texts in which the students' programs of a programming course store times. Each
//! program has its own format: `Tue Nov  3 10:20:30 2020` and `2020年11月3日 10时20分30秒` are the same
//! time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};

/// Formats of days, for texts that [`normalise`] has normalised. The first one that fits is taken.
const DATE_FORMATS: [&str; 8] = [
    "%m/%d/%Y", // before the formats that begin with a year of any length
    "%m/%d/%y", "%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%b %d %Y",
];

/// Formats of times of a day, which follow a day. The empty one is a day without a time: midnight.
const TIME_FORMATS: [&str; 8] = [
    " %H:%M:%S%.f",
    " %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %H.%M.%S",
    " %H-%M-%S",
    " %H%M%S",
    "",
];

/// Other formats: `time.ctime()`, which has the year after the time, and texts with nothing or `-`
/// between the date and the time.
const OTHER_FORMATS: [&str; 3] = ["%b %d %H:%M:%S %Y", "%Y%m%d%H%M%S", "%Y-%m-%d-%H-%M-%S"];

/// Names of UTC at the end of a time. Other zones, such as CST of `date`, count as the site's zone.
const UTC_NAMES: [&str; 3] = ["Z", "UTC", "GMT"];

/// Days of the week, by their first letters. They are removed, since the date is enough.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Parses a time as Python's `time.ctime()`, `datetime.now()`, `time.strftime(..)`, `time.time()`
/// and similar functions print it. A time without an offset is in `zone`. `None`: no format fits.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    parse_epoch(text).or_else(|| {
        let (civil, offset) = match parse_python_value(text) {
            Some(civil) => (civil, None),
            None => parse_with_zone(&normalise(text))?,
        };
        let civil = in_this_century(civil)?;
        let zone = offset.map_or_else(|| zone.clone(), Offset::to_time_zone);
        Some(civil.to_zoned(zone).ok()?.timestamp())
    })
}

/// Whether the text stands for no time: empty, zeros as MySQL stores them for a missing date, or
/// Python's `None`.
pub(super) fn is_none(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '0' | '-' | ':' | '.' | ' ')) || text == "None"
}

/// Normalises a text: `2020年11月3日` becomes `2020-11-3`, `10时20分30秒` becomes `10:20:30`, a comma
/// before a digit becomes a point (Python's module logging writes `10:20:30,123`), other separators
/// become one space, and days of the week are removed.
fn normalise(text: &str) -> String {
    let mut normalised = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ',' if chars.peek().is_some_and(char::is_ascii_digit) => normalised.push('.'),
            '年' | '月' => normalised.push('-'),
            '时' | '分' => normalised.push(':'),
            '日' | ',' | '_' => normalised.push(' '),
            '秒' => {}
            c => normalised.push(c),
        }
    }
    // `2020-11-03T10:20:30`: a `T` between two digits separates the date from the time.
    let is_digit_at = |at: usize| normalised.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    if let Some(at) =
        normalised.find('T').filter(|&at| at > 0 && is_digit_at(at - 1) && is_digit_at(at + 1))
    {
        normalised.replace_range(at..=at, " ");
    }
    let is_weekday = |word: &str| {
        let latin = word.get(..3).map(str::to_ascii_lowercase);
        let is_latin = latin.is_some_and(|start| WEEKDAYS.contains(&start.as_str()));
        is_latin || word.starts_with("星期") || word.starts_with('周')
    };
    let words: Vec<&str> = normalised.split_whitespace().filter(|word| !is_weekday(word)).collect();
    words.join(" ")
}

/// Reads a time, and its offset if it has one. Names of zones other than UTC are ignored.
fn parse_with_zone(text: &str) -> Option<(DateTime, Option<Offset>)> {
    let local = |text: &str| parse_civil(text).map(|time| (time, None));
    local(text).or_else(|| parse_with_offset(text)).or_else(|| {
        let words: Vec<&str> = text.split(' ').filter(|word| !is_zone(word)).collect();
        local(&words.join(" "))
    })
}

/// Whether a word looks like the name of a zone: `CST`, not `AM` or `Nov`.
fn is_zone(word: &str) -> bool {
    (3..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Reads a time with `Z`, `UTC`, `GMT`, `+08:00` or `+0800` at its end.
fn parse_with_offset(text: &str) -> Option<(DateTime, Option<Offset>)> {
    for name in UTC_NAMES {
        if let Some(time) = text.strip_suffix(name) {
            return Some((parse_civil(time.trim_end())?, Some(Offset::UTC)));
        }
    }
    let sign = text.rfind(['+', '-'])?;
    let (time, offset) = text.split_at(sign);
    let format = if offset.contains(':') { "%:z" } else { "%z" };
    let offset = BrokenDownTime::parse(format, offset).ok()?.offset()?;
    Some((parse_civil(time.trim_end())?, Some(offset)))
}

/// Reads a date, with or without a time of day, in the first format that fits.
fn parse_civil(text: &str) -> Option<DateTime> {
    let parse_as = |format: &str| {
        let time = BrokenDownTime::parse(format, text).ok()?;
        let date = time.to_date().ok()?;
        Some(date.to_datetime(time.to_time().ok()?))
    };
    let with_hours =
        |day: &str| TIME_FORMATS.iter().find_map(|hours| parse_as(&format!("{day}{hours}")));
    OTHER_FORMATS
        .iter()
        .find_map(|format| parse_as(format))
        .or_else(|| DATE_FORMATS.iter().find_map(|day| with_hours(day)))
}

/// Adds 2000 to a year of two digits. `None`: the year is before 1970, so the format did not fit
/// the text.
fn in_this_century(time: DateTime) -> Option<DateTime> {
    let year = if time.year() < 100 { time.year() + 2000 } else { time.year() };
    let time = time.with().year(year).build().ok()?;
    (time.year() >= 1970).then_some(time)
}

/// Reads a time as Python prints the value: `time.struct_time(tm_year=2020, ..)` of
/// `time.localtime()`, its plain tuple, or `datetime.datetime(2020, 11, ..)`.
fn parse_python_value(text: &str) -> Option<DateTime> {
    let names = ["time.struct_time", "datetime.datetime"];
    let fields = names.iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let fields = fields.strip_prefix('(')?.strip_suffix(')')?;
    let numbers = fields.split(',').map(|field| {
        let (_, number) = field.split_once('=').unwrap_or(("", field));
        number.trim().parse::<i16>().ok()
    });
    let mut numbers: Vec<i16> = numbers.take(6).collect::<Option<_>>()?;
    if numbers.len() == 5 {
        numbers.push(0); // `datetime` leaves out seconds that are 0
    }
    let [year, month, day, hour, minute, second] = numbers.try_into().ok()?;
    let [month, day, hour, minute, second] =
        [month, day, hour, minute, second].map(|number| i8::try_from(number).ok());
    DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()
}

/// Reads `time.time()`: seconds since 1970 with or without a fraction, in 9 to 11 digits; or the
/// 13 digits of JavaScript's milliseconds. Numbers with fewer digits are not times: they would be
/// before 1973.
fn parse_epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole_number = whole.parse::<i64>().ok()?;
    match whole.len() {
        9..=11 => {
            let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
            let micros = whole_number * 1_000_000 + micros.parse::<i64>().ok()?;
            Timestamp::from_microsecond(micros).ok()
        }
        13 => Timestamp::from_millisecond(whole_number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10:20:30 on 3 November 2020 in China.
    const SAME: &[&str] = &[
        "Tue Nov  3 10:20:30 2020",
        "Tue Nov 03 10:20:30 2020",
        "2020-11-03 10:20:30",
        "2020-11-03 10:20:30.000000",
        "2020-11-03T10:20:30",
        "2020-11-03T10:20:30+08:00",
        "2020-11-03 02:20:30Z",
        "2020-11-03T02:20:30.000Z",
        "2020-11-03 10:20:30+0800",
        "2020-11-03 10:20:30 +0800",
        "2020-11-03 10:20:30,000",
        "2020-11-03 02:20:30 UTC",
        "2020-11-03 10:20:30 CST",
        "2020-11-03_10:20:30",
        "2020-11-03-10-20-30",
        "2020-11-03 10-20-30",
        "2020-11-3 10:20:30",
        "20-11-03 10:20:30",
        "20/11/03 10:20:30",
        "20.11.3 10:20:30",
        " 2020-11-03  10:20:30\n",
        "Tue Nov  3 10:20:30 CST 2020",
        "Tue, 03 Nov 2020 10:20:30 +0800",
        "Tue, 03 Nov 2020 02:20:30 GMT",
        "03 Nov 2020 10:20:30",
        "Nov 03 2020 10:20:30",
        "Tuesday Nov  3 10:20:30 2020",
        // The day of the week is wrong.
        "Mon Nov  3 10:20:30 2020",
        "2020/11/03 10:20:30",
        "2020/11/3 10:20:30",
        "2020.11.03 10:20:30",
        "2020年11月03日 10:20:30",
        "2020年11月3日 10时20分30秒",
        "2020年11月03日 星期二 10时20分30秒",
        "2020年11月03日10:20:30",
        "11/03/20 10:20:30",
        "11/03/2020 10:20:30",
        "11/03/2020 10:20:30 AM",
        "20201103102030",
        "20201103 102030",
        "20201103T102030",
        "20201103 10:20:30",
        "2020-11-03T02:20:30Z",
        "2020-11-03 10:20:30+08:00",
        "1604370030",
        "1604370030.0",
        "1604370030.0000000",
        "1604370030000",
        "datetime.datetime(2020, 11, 3, 10, 20, 30)",
        "datetime.datetime(2020, 11, 3, 10, 20, 30, 0)",
        "time.struct_time(tm_year=2020, tm_mon=11, tm_mday=3, tm_hour=10, tm_min=20, tm_sec=30, tm_wday=1, tm_yday=308, tm_isdst=0)",
        "(2020, 11, 3, 10, 20, 30, 1, 308, 0)",
    ];

    #[test]
    fn every_form_of_the_course_is_the_same_time() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        for text in SAME {
            let time = parse(text, &zone).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("2020-11-03T02:20:30Z"), "{text}");
        }
        let of = |text| parse(text, &zone).map(|time| time.to_string());
        assert_eq!(of("2020-11-03 10:20").as_deref(), Some("2020-11-03T02:20:00Z"));
        for day in ["2020-11-03", "2020/11/3", "2020.11.03", "20-11-3", "20201103", "2020年11月3日"]
        {
            assert_eq!(of(day).as_deref(), Some("2020-11-02T16:00:00Z"), "{day}");
        }
        let single = of("Mon Jan  6 09:05:03 2020");
        assert_eq!(single.as_deref(), Some("2020-01-06T01:05:03Z"));
        assert_eq!(of("2020-1-6 9:5:3"), single);
        assert_eq!(of("1/6/20 9:5:3"), single);
        assert_eq!(of("1604370030.5").as_deref(), Some("2020-11-03T02:20:30.5Z"));
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in [
            "",
            "yesterday",
            "2020-13-03 10:20:30",
            "2020-02-30 10:20:30",
            "2020-11-03 25:20:30",
            "2020-11-03 10:20:30 and more",
            "12",
            "NULL",
            "None",
            "(2020, 11)",
            "0000-00-00 00:00:00",
            "0000-00-00",
            "202-11-03 10:20:30",
            "99999999999999999999",
            "Tue Nov",
            "T",
            "+",
            "Z",
        ] {
            assert_eq!(parse(text, &TimeZone::UTC), None, "{text}");
        }
    }

    #[test]
    fn a_date_of_zeros_is_no_date() {
        assert!(["0000-00-00 00:00:00", "0000-00-00", "", "None", "0"].into_iter().all(is_none));
        assert!(!is_none("2000-01-01") && !is_none("yesterday"));
    }
}
