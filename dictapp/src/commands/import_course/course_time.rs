//! Parses the texts in which the course stored times.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// The formats of `time.ctime()`, `datetime.now()`, `time.strftime(..)` and similar functions, with
/// one space between words.
const FORMS: [&str; 12] = [
    "%a %b %d %H:%M:%S %Y",
    // Before the formats that begin with a year of any length.
    "%m/%d/%y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
];

/// Days without a time of day.
const DAYS: [&str; 3] = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"];

/// Parses a time. A time without an offset is in this zone. `None` if it is not a time.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let civil = civil(&text);
    let local = civil.and_then(|time| Some(time.to_zoned(zone.clone()).ok()?.timestamp()));
    local.or_else(|| text.parse().ok()).or_else(|| of_epoch(&text))
}

fn civil(text: &str) -> Option<DateTime> {
    let read = |form: &&str| strtime::parse(form, text).ok()?.to_datetime().ok();
    let day = |form: &&str| {
        let day = strtime::parse(form, text).ok()?.to_date().ok()?;
        Some(day.at(0, 0, 0, 0))
    };
    let read = FORMS.iter().find_map(read).or_else(|| DAYS.iter().find_map(day));
    read.or_else(|| of_struct_time(text))
}

/// `time.localtime()` as text: `time.struct_time(tm_year=2020, tm_mon=11, ..)`, or its plain tuple.
fn of_struct_time(text: &str) -> Option<DateTime> {
    let fields = text.strip_prefix("time.struct_time").unwrap_or(text).strip_prefix('(')?;
    let numbers = fields.trim_end_matches(')').split(',').map(|field| {
        let (_, number) = field.split_once('=').unwrap_or(("", field));
        number.trim().parse::<i16>().ok()
    });
    let numbers: Vec<i16> = numbers.take(6).collect::<Option<_>>()?;
    let [year, month, day, hour, minute, second] = numbers.try_into().ok()?;
    let [month, day, hour, minute, second] =
        [month, day, hour, minute, second].map(|number| i8::try_from(number).ok());
    DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()
}

/// `time.time()`: seconds since 1970 with or without a fraction. Smaller numbers are not times: a
/// course database has none before 1973.
fn of_epoch(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !(9..=11).contains(&seconds.len()) || !is_number(seconds) || !is_number(fraction) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let micros = seconds.parse::<i64>().ok()? * 1_000_000 + micros.parse::<i64>().ok()?;
    Timestamp::from_microsecond(micros).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_course_is_the_same_time() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        for text in [
            "Tue Nov  3 10:20:30 2020",
            "Tue Nov 03 10:20:30 2020",
            "2020-11-03 10:20:30",
            "2020-11-03 10:20:30.000000",
            "2020-11-03T10:20:30",
            "2020/11/03 10:20:30",
            "2020/11/3 10:20:30",
            "2020.11.03 10:20:30",
            "2020年11月03日 10:20:30",
            "2020年11月3日 10时20分30秒",
            "11/03/20 10:20:30",
            "20201103102030",
            "2020-11-03T02:20:30Z",
            "2020-11-03 10:20:30+08:00",
            "1604370030",
            "1604370030.0",
            "time.struct_time(tm_year=2020, tm_mon=11, tm_mday=3, tm_hour=10, tm_min=20, tm_sec=30, tm_wday=1, tm_yday=308, tm_isdst=0)",
            "(2020, 11, 3, 10, 20, 30, 1, 308, 0)",
        ] {
            let time = parse(text, &zone).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("2020-11-03T02:20:30Z"), "{text}");
        }
        let of = |text| parse(text, &zone).map(|time| time.to_string());
        assert_eq!(of("2020-11-03 10:20").as_deref(), Some("2020-11-03T02:20:00Z"));
        assert_eq!(of("2020-11-03").as_deref(), Some("2020-11-02T16:00:00Z"));
        assert_eq!(of("1604370030.5").as_deref(), Some("2020-11-03T02:20:30.5Z"));
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in ["", "yesterday", "2020-13-03 10:20:30", "12", "NULL", "(2020, 11)"] {
            assert_eq!(parse(text, &TimeZone::UTC), None, "{text}");
        }
    }
}
