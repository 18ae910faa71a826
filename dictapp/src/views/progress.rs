//! The page of a user's progress, with inline SVG and tables: how many saved words are learnt, how
//! many become due in the coming days, a calendar with the reviews of the past year, and how many
//! words were saved and first reviewed in each week.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::iter;

use askama::Template;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use webframe::{Request, Response, Result};

use super::filters;
use super::page::Page;
use super::zone::day_of_number;
use crate::model::LEARNT_DAYS;
use crate::paths;
use crate::site::{Site, Visit};
use crate::store::{Counted, SavedWordCounts};
use crate::texts::Texts;

/// Number of weeks in the calendar: a year.
const WEEKS: i32 = 53;

/// Measures of the calendar in units of the SVG: the distance of two days, the room above the days
/// for the months, and the room to the right of them for the weekdays.
const CELL: i32 = 13;
const MONTHS: i32 = 16;
const WEEKDAYS: i32 = 28;

/// Number of coming days that are shown, including today.
const COMING: i32 = 14;

/// The room above the bars for their numbers.
const NUMBERS: u64 = 14;

/// The number of weeks in the bar chart of weeks. The other two are measures of both bar charts:
/// the distance of two bars, and the height of the highest one.
const BARS: i32 = 16;
const BAR: i32 = 34;
const BARS_HEIGHT: u64 = 100;

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    counts: SavedWordCounts,
    /// Words that are learnt, and those that were reviewed and are not learnt yet.
    learnt: u64,
    learning: u64,
    learnt_days: u32,
    coming: Vec<Coming>,
    /// The number of days in a row with a review, until today or yesterday.
    streak: u64,
    /// The days of the calendar.
    days: Vec<Day>,
    months: Vec<(i32, &'static str)>,
    /// The names of some rows of the calendar.
    weekdays: Vec<(i32, &'static str)>,
    /// The days with reviews, the latest first.
    rows: Vec<(String, u64)>,
    reviews: u64,
    weeks: Vec<Week>,
    /// The number of words that the highest bar of the weeks stands for.
    most: u64,
    width: i32,
    height: i32,
    bars_width: i32,
    coming_width: i32,
    bars_height: u64,
    numbers: u64,
}

/// One of the coming days: how many words become due on it. Overdue words count for today.
#[derive(Debug, PartialEq, Eq)]
struct Coming {
    x: i32,
    height: u64,
    day: Date,
    /// The month and the day, or "today".
    label: String,
    words: u64,
}

/// A day of the calendar.
struct Day {
    x: i32,
    y: i32,
    /// The shade, from 0 (no reviews) to 4.
    shade: u8,
    date: Date,
    reviews: u64,
}

/// A week of the bar chart: words that were saved, and words that were reviewed for the first time.
#[derive(Debug, PartialEq, Eq)]
struct Week {
    x: i32,
    /// The Monday of the week.
    monday: Date,
    /// The month and the day of the Monday.
    label: String,
    saved: u64,
    first: u64,
    saved_height: u64,
    first_height: u64,
}

/// `GET`: the progress.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else {
        return Response::see_other(&paths::login_then(paths::PROGRESS));
    };
    let by_day = by_day(&page, visit, Counted::Reviews)?;
    let saved = self::by_day(&page, visit, Counted::SavedWords)?;
    let first = self::by_day(&page, visit, Counted::FirstReviews)?;
    let today = page.today();
    let t = page.texts();
    let counts = site.saved_word_counts(visit)?;
    let learnt = site.learnt_words(visit)?;
    let due = due_by_day(&page, visit, today)?;
    let (weeks, most) = weeks(today, &saved, &first);
    let days = if by_day.is_empty() { Vec::new() } else { calendar(today, &by_day) };
    let streak = streak(today, &by_day);
    let mut rows: Vec<(Date, u64)> = by_day.into_iter().collect();
    rows.sort_unstable_by_key(|(day, _)| Reverse(*day));
    page.send(&ProgressPage {
        page: &page,
        t,
        counts,
        learnt,
        learning: (counts.words - counts.new).saturating_sub(learnt),
        learnt_days: LEARNT_DAYS,
        coming: coming(today, &due, t),
        streak,
        months: months(today, t),
        weekdays: weekdays(t),
        reviews: rows.iter().map(|(_, reviews)| reviews).sum(),
        rows: rows.into_iter().map(|(day, reviews)| (day.to_string(), reviews)).collect(),
        days,
        weeks,
        most,
        width: WEEKS * CELL + WEEKDAYS,
        height: MONTHS + 7 * CELL,
        bars_width: BARS * BAR,
        coming_width: COMING * BAR,
        bars_height: BARS_HEIGHT,
        numbers: NUMBERS,
    })
}

/// The number of words that become due on each of the coming days.
fn due_by_day(page: &Page<'_>, visit: &Visit, today: Date) -> Result<HashMap<Date, u64>> {
    let end = before(today, -COMING).and_then(|end| end.to_zoned(page.zone().clone()).ok());
    let end = end.map_or(Timestamp::MAX, |end| end.timestamp());
    let mut due = HashMap::new();
    for counted in page.site.due_by_day(visit, end, page.zone())? {
        let day = day_of_number(counted.day).unwrap_or(today).max(today);
        *due.entry(day).or_default() += counted.count;
    }
    Ok(due)
}

/// The bars of the coming days.
fn coming(today: Date, due: &HashMap<Date, u64>, t: &'static Texts) -> Vec<Coming> {
    let most = due.values().copied().max().unwrap_or(0).max(1);
    let day = |number: i32| {
        let day = before(today, -number)?;
        let words = due.get(&day).copied().unwrap_or(0);
        let label = match number {
            0 => t.progress.today.to_owned(),
            _ => format!("{}/{}", day.month(), day.day()),
        };
        Some(Coming { x: number * BAR, height: height(words, most), day, label, words })
    };
    (0..COMING).filter_map(day).collect()
}

/// The height of the bar for `words`, if `most` is the highest. It is at least 2, so that one word
/// is visible beside a thousand; zero for no word.
fn height(words: u64, most: u64) -> u64 {
    (words * BARS_HEIGHT / most).max(2 * words.min(1))
}

/// The counts of each day in the visitor's time zone; days without any are left out.
fn by_day(page: &Page<'_>, visit: &Visit, counted: Counted) -> Result<HashMap<Date, u64>> {
    let counts = page.site.counts_by_day(visit, counted, page.zone())?;
    let dated = counts.iter().filter_map(|one| Some((day_of_number(one.day)?, one.count)));
    Ok(dated.collect())
}

/// The date this number of days before `day`; after it if the number is negative.
fn before(day: Date, days: i32) -> Option<Date> {
    day.checked_sub(i64::from(days).days()).ok()
}

/// The number of days from Monday.
fn weekday(day: Date) -> i32 {
    i32::from(day.weekday().to_monday_zero_offset())
}

/// The days of the calendar. There is a column for each week, with today in the last one, and a row
/// for each weekday, from Monday.
fn calendar(today: Date, by_day: &HashMap<Date, u64>) -> Vec<Day> {
    let last = (WEEKS - 1) * 7 + weekday(today);
    let dates = iter::successors(before(today, last), |date| date.tomorrow().ok());
    let day = |(number, date): (i32, Date)| {
        let reviews = by_day.get(&date).copied().unwrap_or(0);
        let (x, y) = (number / 7 * CELL, MONTHS + number % 7 * CELL);
        Day { x, y, shade: shade(reviews), date, reviews }
    };
    (0..=last).zip(dates).map(day).collect()
}

/// The names of the months and their x. A name is above the week in which the month begins.
fn months(today: Date, t: &'static Texts) -> Vec<(i32, &'static str)> {
    let names: Vec<&str> = t.progress.months.split(' ').collect();
    let week = |column: i32| {
        // The last day of the week. If it is one of the first seven days of a month, the month
        // begins in this week. Above the last column there is no room for a name.
        let sunday = before(today, (WEEKS - 1 - column) * 7 + weekday(today) - 6)?;
        let name = names.get(usize::try_from(sunday.month() - 1).ok()?)?;
        (sunday.day() <= 7 && column < WEEKS - 1).then_some((column * CELL, *name))
    };
    (0..WEEKS).filter_map(week).collect()
}

/// The names of every second row of the calendar, and their y.
fn weekdays(t: &'static Texts) -> Vec<(i32, &'static str)> {
    let y = |row: i32| MONTHS + row * CELL + 10;
    t.progress.weekdays.split(' ').zip(0..).step_by(2).map(|(name, row)| (y(row), name)).collect()
}

/// The shade of a day with this number of reviews.
fn shade(reviews: u64) -> u8 {
    match reviews {
        0 => 0,
        1..=9 => 1,
        10..=29 => 2,
        30..=59 => 3,
        _ => 4,
    }
}

/// The number of days with reviews in a row until today, or until yesterday if today has none yet.
fn streak(today: Date, by_day: &HashMap<Date, u64>) -> u64 {
    let is_done = |ago: &i32| before(today, *ago).is_some_and(|day| by_day.contains_key(&day));
    let from = i32::from(!is_done(&0));
    (from..).take_while(is_done).count() as u64
}

/// The bars of the weeks, and the number of words that the highest one stands for.
fn weeks(today: Date, saved: &HashMap<Date, u64>, first: &HashMap<Date, u64>) -> (Vec<Week>, u64) {
    let week = |column: i32| {
        let monday = before(today, (BARS - 1 - column) * 7 + weekday(today))?;
        let sum = |by_day: &HashMap<Date, u64>| -> u64 {
            let days = (0..7).filter_map(|day| before(monday, -day));
            days.filter_map(|day| by_day.get(&day)).sum()
        };
        let label = format!("{}/{}", monday.month(), monday.day());
        let (saved, first) = (sum(saved), sum(first));
        Some(Week {
            x: column * BAR,
            monday,
            label,
            saved,
            first,
            saved_height: 0,
            first_height: 0,
        })
    };
    let mut weeks: Vec<Week> = (0..BARS).filter_map(week).collect();
    let most = weeks.iter().map(|week| week.saved.max(week.first)).max().unwrap_or(0).max(1);
    for week in &mut weeks {
        (week.saved_height, week.first_height) =
            (height(week.saved, most), height(week.first, most));
    }
    (weeks, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    const SUNDAY: Date = Date::constant(2026, 11, 29);

    #[test]
    fn the_calendar_ends_today_and_begins_on_a_monday() {
        let days = calendar(SUNDAY, &HashMap::from([(SUNDAY, 12)]));
        assert_eq!(days.len(), 53 * 7);
        let last = days.last().unwrap();
        assert_eq!((last.x, last.y, last.shade), (52 * CELL, MONTHS + 6 * CELL, 2));
        assert_eq!((last.date, last.reviews), (SUNDAY, 12));
        assert_eq!((days[0].x, days[0].y), (0, MONTHS));
    }

    #[test]
    fn a_month_stands_above_the_week_in_which_it_begins() {
        let months = months(SUNDAY, Language::English.texts());
        assert_eq!(
            months.last(),
            Some(&(48 * CELL, "Nov")),
            "2026-11-01 is the Sunday of its week"
        );
        assert_eq!(months.len(), 12);
    }

    #[test]
    fn days_in_a_row_are_counted_until_yesterday_while_today_has_none() {
        let ago = |days: &[i32]| -> HashMap<Date, u64> {
            days.iter().map(|days| (before(SUNDAY, *days).unwrap(), 1)).collect()
        };
        for (days, expected) in [(&[][..], 0), (&[0, 1, 2, 4], 3), (&[1, 2], 2), (&[2], 0)] {
            assert_eq!(streak(SUNDAY, &ago(days)), expected, "{days:?}");
        }
    }

    #[test]
    fn the_coming_days_begin_today_and_have_a_bar_for_their_words() {
        let due = HashMap::from([(SUNDAY, 8), (before(SUNDAY, -13).unwrap(), 2)]);
        let coming = coming(SUNDAY, &due, Language::English.texts());
        let shown = |one: &Coming| (one.label.clone(), one.words, one.height);
        assert_eq!(coming.len(), 14);
        assert_eq!(shown(&coming[0]), ("today".to_owned(), 8, BARS_HEIGHT));
        assert_eq!(shown(&coming[1]), ("11/30".to_owned(), 0, 0));
        assert_eq!(shown(&coming[13]), ("12/12".to_owned(), 2, BARS_HEIGHT / 4));
    }

    #[test]
    fn the_words_of_a_week_are_counted_from_monday_and_a_single_one_is_seen() {
        let days =
            [(SUNDAY, 400), (before(SUNDAY, 6).unwrap(), 100), (before(SUNDAY, 7).unwrap(), 1)];
        let (weeks, most) = weeks(SUNDAY, &HashMap::from(days), &HashMap::new());
        assert_eq!(most, 500);
        let [.., last_week, this_week] = &weeks[..] else { panic!() };
        assert_eq!((this_week.saved, this_week.saved_height), (500, BARS_HEIGHT));
        assert_eq!((last_week.saved, last_week.saved_height), (1, 2));
        assert_eq!((this_week.label.as_str(), this_week.first_height), ("11/23", 0));
    }
}
