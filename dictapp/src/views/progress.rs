//! The page of a user's progress, with inline SVG and tables: how many saved words are learnt, how
//! many become due in the coming days, a calendar with the reviews of the past year, and how many
//! words were saved and first reviewed in each week.

use std::iter;

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use webframe::{Request, Response, Result};

use super::filters;
use super::page::Page;
use super::zone::{DateTexts, day_number, day_of_number};
use crate::model::LEARNT_DAYS;
use crate::paths;
use crate::site::{CurrentUser, Site};
use crate::store::{Counted, DayCount, SavedWordCounts};
use crate::texts::Texts;

/// Number of weeks in the calendar: a year.
const CALENDAR_WEEKS: i32 = 53;

/// Measures of the calendar in units of the SVG: the distance between two days, the room above the
/// days for the months, and the room to the right of the days for the weekdays.
const DAY_STEP: i32 = 13;
const MONTHS_HEIGHT: i32 = 16;
const WEEKDAYS_WIDTH: i32 = 28;

/// Number of coming days that are shown, including today.
const COMING_DAYS: i32 = 14;

/// The room above the bars for their numbers.
const NUMBER_HEIGHT: u64 = 14;

/// `CHART_WEEKS` is the number of weeks in the bar chart of weeks. The other two are measures of
/// both bar charts: `BAR_STEP` is the distance between two bars, `BAR_HEIGHT_MAX` the height of the
/// highest bar.
const CHART_WEEKS: i32 = 16;
const BAR_STEP: i32 = 34;
const BAR_HEIGHT_MAX: u64 = 100;

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    counts: SavedWordCounts,
    /// The number of learnt words, and of words that were reviewed but are not learnt yet.
    learnt: u64,
    learning: u64,
    learnt_days: u32,
    coming: Vec<ComingDay>,
    /// The number of words that become due later today.
    later: u64,
    /// The number of days in a row with a review, until today or yesterday.
    streak: u64,
    /// The weeks of the calendar.
    calendar: Vec<CalendarWeek<'a>>,
    months: Vec<(i32, &'static str)>,
    /// The names of some rows of the calendar, with their y: `(y, name)`.
    weekdays: Vec<(i32, &'static str)>,
    /// The days with reviews, the latest first.
    rows: Vec<(Date, u64)>,
    reviews: u64,
    weeks: Vec<ChartWeek>,
    /// The number of words that the highest bar of the weeks stands for.
    highest: u64,
    width: i32,
    height: i32,
    bars_width: i32,
    coming_width: i32,
    bars_height: u64,
    number_height: u64,
}

/// One of the coming days: how many words become due on it. Overdue words count for today.
#[derive(Debug, PartialEq, Eq)]
struct ComingDay {
    x: i32,
    height: u64,
    day: Date,
    /// The month and the day, or "today".
    label: String,
    words: u64,
}

/// A week of the calendar.
struct CalendarWeek<'a> {
    x: i32,
    days: Vec<CalendarDay<'a>>,
}

/// A day of the calendar.
struct CalendarDay<'a> {
    y: i32,
    /// The shade, from 0 (no reviews) to 4.
    shade: u8,
    date: &'a str,
    reviews: u64,
}

/// A week of the bar chart: words that were saved, and words that were reviewed for the first time.
#[derive(Debug, PartialEq, Eq)]
struct ChartWeek {
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

/// A count for each day, sorted by the number of the day. Days with the count zero are left out.
#[derive(Debug, Default)]
struct ByDay(Vec<DayCount>);

impl ByDay {
    fn count_on(&self, day: i64) -> u64 {
        let found = self.0.binary_search_by_key(&day, |counted| counted.day);
        found.map_or(0, |at| self.0[at].count)
    }

    fn highest_count(&self) -> u64 {
        self.0.iter().map(|counted| counted.count).max().unwrap_or(0)
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|counted| counted.count).sum()
    }
}

/// `GET`: the progress.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else {
        return Response::see_other(&paths::login_then(paths::PROGRESS));
    };
    let counted = |counted| site.counts_by_day(user, counted, page.zone()).map(ByDay);
    let reviews = counted(Counted::Reviews)?;
    let saved = counted(Counted::SavedWords)?;
    let first = counted(Counted::FirstReviews)?;
    let date = page.today();
    let today = day_number(date);
    let t = page.texts();
    let counts = site.saved_word_counts(user)?;
    let learnt = site.learnt_words(user)?;
    let due = due_by_day(&page, user, today)?;
    let (weeks, highest) = weeks(date, &saved, &first);
    let (first_day, dates) = calendar_days(date);
    let row = |day: &DayCount| Some((day_of_number(day.day)?, day.count));
    page.send(&ProgressPage {
        page: &page,
        t,
        counts,
        learnt,
        learning: (counts.words - counts.new).saturating_sub(learnt),
        learnt_days: LEARNT_DAYS,
        coming: coming(today, &due, t),
        later: due.count_on(today).saturating_sub(counts.due),
        streak: streak(today, &reviews),
        months: months(date, t),
        weekdays: weekdays(t),
        reviews: reviews.total(),
        rows: reviews.0.iter().rev().filter_map(row).collect(),
        calendar: calendar(first_day, &dates, &reviews),
        weeks,
        highest,
        width: CALENDAR_WEEKS * DAY_STEP + WEEKDAYS_WIDTH,
        height: MONTHS_HEIGHT + 7 * DAY_STEP,
        bars_width: CHART_WEEKS * BAR_STEP,
        coming_width: COMING_DAYS * BAR_STEP,
        bars_height: BAR_HEIGHT_MAX,
        number_height: NUMBER_HEIGHT,
    })
}

/// The number of words that become due on each of the coming days. Overdue words count for today.
fn due_by_day(page: &Page<'_>, user: &CurrentUser, today: i64) -> Result<ByDay> {
    let end = day_of_number(today + i64::from(COMING_DAYS));
    let end = end.and_then(|end| end.to_zoned(page.zone().clone()).ok());
    let end = end.map_or(Timestamp::MAX, |end| end.timestamp());
    let mut due: Vec<DayCount> = Vec::new();
    for counted in page.site.due_by_day(user, end, page.zone())? {
        let day = counted.day.max(today);
        match due.last_mut().filter(|last| last.day == day) {
            Some(last) => last.count += counted.count,
            None => due.push(DayCount { day, ..counted }),
        }
    }
    Ok(ByDay(due))
}

/// The bars of the coming days.
fn coming(today: i64, due: &ByDay, t: &'static Texts) -> Vec<ComingDay> {
    let highest = due.highest_count().max(1);
    let day = |number: i32| {
        let day = today + i64::from(number);
        let (words, day) = (due.count_on(day), day_of_number(day)?);
        let label = match number {
            0 => t.progress.today.to_owned(),
            _ => month_and_day(day),
        };
        let height = height(words, highest);
        Some(ComingDay { x: number * BAR_STEP, height, day, label, words })
    };
    (0..COMING_DAYS).filter_map(day).collect()
}

/// The date without its year, under a bar.
fn month_and_day(day: Date) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

/// The height of the bar for `words`; `highest` is the number of words of the highest bar. A bar
/// has at least the height 2, so that one word is visible beside a thousand. Without words the
/// height is zero.
fn height(words: u64, highest: u64) -> u64 {
    (words * BAR_HEIGHT_MAX / highest).max(2 * words.min(1))
}

/// The number of days since Monday; zero on a Monday.
fn weekday(day: Date) -> i32 {
    i32::from(day.weekday().to_monday_zero_offset())
}

/// The number of the first day of the calendar, and the texts of all its days. The calendar has
/// whole weeks, but the last one ends today.
fn calendar_days(today: Date) -> (i64, DateTexts) {
    let days = (CALENDAR_WEEKS - 1) * 7 + weekday(today);
    let first = day_number(today) - i64::from(days);
    let dates = iter::successors(day_of_number(first), |date| date.tomorrow().ok());
    (first, DateTexts::new(dates.take_while(|date| *date <= today)))
}

/// The weeks of the calendar, from Monday.
fn calendar<'d>(first: i64, dates: &'d DateTexts, reviews: &ByDay) -> Vec<CalendarWeek<'d>> {
    let mut days = (first..).zip(dates.iter());
    let day = |(row, (number, date)): (i32, (i64, &'d str))| {
        let (y, reviews) = (MONTHS_HEIGHT + row * DAY_STEP, reviews.count_on(number));
        CalendarDay { y, shade: shade(reviews), date, reviews }
    };
    let week = |column| CalendarWeek {
        x: column * DAY_STEP,
        days: (0..7).zip(days.by_ref()).map(day).collect(),
    };
    (0..CALENDAR_WEEKS).map(week).collect()
}

/// The names of the months, with their x: `(x, name)`. A name is above the week in which the month
/// begins.
fn months(today: Date, t: &'static Texts) -> Vec<(i32, &'static str)> {
    let names: Vec<&str> = t.progress.months.split(' ').collect();
    let last_sunday = day_number(today) + 6 - i64::from(weekday(today));
    let week = |column: i32| {
        // The last day of the week. If it is one of the first seven days of a month, the month
        // begins in this week. Above the last column there is no room for a name.
        let sunday = day_of_number(last_sunday - i64::from(CALENDAR_WEEKS - 1 - column) * 7)?;
        let name = names.get(usize::try_from(sunday.month() - 1).ok()?)?;
        (sunday.day() <= 7 && column < CALENDAR_WEEKS - 1).then_some((column * DAY_STEP, *name))
    };
    (0..CALENDAR_WEEKS).filter_map(week).collect()
}

/// The names of every second row of the calendar, with their y: `(y, name)`.
fn weekdays(t: &'static Texts) -> Vec<(i32, &'static str)> {
    let y = |row: i32| MONTHS_HEIGHT + row * DAY_STEP + 10;
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

/// The number of successive days with a review up to today, or up to yesterday if today has no
/// review yet.
fn streak(today: i64, reviews: &ByDay) -> u64 {
    let is_done = |ago: &i64| reviews.count_on(today - ago) > 0;
    let from = i64::from(!is_done(&0));
    (from..).take_while(is_done).count() as u64
}

/// The bars of the weeks, and the number of words that the highest one stands for.
fn weeks(today: Date, saved: &ByDay, first: &ByDay) -> (Vec<ChartWeek>, u64) {
    let this_monday = day_number(today) - i64::from(weekday(today));
    let week = |column: i32| {
        let number = this_monday - i64::from(CHART_WEEKS - 1 - column) * 7;
        let monday = day_of_number(number)?;
        let sum =
            |counts: &ByDay| (number..number + 7).map(|day| counts.count_on(day)).sum::<u64>();
        let label = month_and_day(monday);
        let (saved, first) = (sum(saved), sum(first));
        Some(ChartWeek {
            x: column * BAR_STEP,
            monday,
            label,
            saved,
            first,
            saved_height: 0,
            first_height: 0,
        })
    };
    let mut weeks: Vec<ChartWeek> = (0..CHART_WEEKS).filter_map(week).collect();
    let highest = weeks.iter().map(|week| week.saved.max(week.first)).max().unwrap_or(0).max(1);
    for week in &mut weeks {
        (week.saved_height, week.first_height) =
            (height(week.saved, highest), height(week.first, highest));
    }
    (weeks, highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    const SUNDAY: Date = Date::constant(2026, 11, 29);

    /// Counts of days. A day is given by the number of days before [`SUNDAY`]; the latest comes
    /// first.
    fn ago(counts: &[(i64, u64)]) -> ByDay {
        let day = |&(ago, count): &(i64, u64)| DayCount { day: day_number(SUNDAY) - ago, count };
        ByDay(counts.iter().rev().map(day).collect())
    }

    #[test]
    fn the_calendar_ends_today_and_begins_on_a_monday() {
        let (first, dates) = calendar_days(SUNDAY);
        let weeks = calendar(first, &dates, &ago(&[(0, 12)]));
        assert!(weeks.len() == 53 && weeks.iter().all(|week| week.days.len() == 7));
        let week = weeks.last().unwrap();
        let last = week.days.last().unwrap();
        assert_eq!((week.x, last.y, last.shade), (52 * DAY_STEP, MONTHS_HEIGHT + 6 * DAY_STEP, 2));
        assert_eq!((last.date, last.reviews), ("2026-11-29", 12));
        let first = &weeks[0].days[0];
        assert_eq!((weeks[0].x, first.y, first.reviews), (0, MONTHS_HEIGHT, 0));
        assert_eq!(first.date, "2025-11-24");
        let (first, dates) = calendar_days(SUNDAY.tomorrow().unwrap());
        let weeks = calendar(first, &dates, &ByDay::default());
        assert_eq!(weeks.last().unwrap().days.len(), 1, "a Monday");
    }

    #[test]
    fn a_month_stands_above_the_week_in_which_it_begins() {
        let months = months(SUNDAY, Language::English.texts());
        assert_eq!(
            months.last(),
            Some(&(48 * DAY_STEP, "Nov")),
            "2026-11-01 is the Sunday of its week"
        );
        assert_eq!(months.len(), 12);
    }

    #[test]
    fn days_in_a_row_are_counted_until_yesterday_while_today_has_none() {
        for (days, expected) in [
            (&[][..], 0),
            (&[(0, 1), (1, 1), (2, 1), (4, 1)], 3),
            (&[(1, 1), (2, 1)], 2),
            (&[(2, 1)], 0),
        ] {
            assert_eq!(streak(day_number(SUNDAY), &ago(days)), expected, "{days:?}");
        }
    }

    #[test]
    fn the_coming_days_begin_today_and_have_a_bar_for_their_words() {
        let due = ago(&[(-13, 2), (0, 8)]);
        let coming = coming(day_number(SUNDAY), &due, Language::English.texts());
        let shown = |one: &ComingDay| (one.label.clone(), one.words, one.height);
        assert_eq!(coming.len(), 14);
        assert_eq!(shown(&coming[0]), ("today".to_owned(), 8, BAR_HEIGHT_MAX));
        assert_eq!(shown(&coming[1]), ("11-30".to_owned(), 0, 0));
        assert_eq!(shown(&coming[13]), ("12-12".to_owned(), 2, BAR_HEIGHT_MAX / 4));
    }

    #[test]
    fn the_words_of_a_week_are_counted_from_monday_and_a_single_one_is_seen() {
        let saved = ago(&[(0, 400), (6, 100), (7, 1)]);
        let (weeks, highest) = weeks(SUNDAY, &saved, &ByDay::default());
        assert_eq!(highest, 500);
        let [.., last_week, this_week] = &weeks[..] else { panic!() };
        assert_eq!((this_week.saved, this_week.saved_height), (500, BAR_HEIGHT_MAX));
        assert_eq!((last_week.saved, last_week.saved_height), (1, 2));
        assert_eq!((this_week.label.as_str(), this_week.first_height), ("11-23", 0));
    }
}
