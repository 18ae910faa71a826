//! The reviews of the past year: a calendar as inline SVG, and the same as a table.

use std::cmp::Reverse;
use std::collections::HashMap;

use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;
use webframe::{Request, Response, Result};

use super::filters;
use super::page::Page;
use crate::paths;
use crate::site::Site;
use crate::store::SavedWordCounts;
use crate::texts::Texts;

/// Weeks of the calendar: a year.
const WEEKS: i32 = 53;

/// The distance between two days in the drawing, in pixels.
const CELL: i32 = 13;

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    counts: SavedWordCounts,
    /// The days of the calendar.
    days: Vec<Day>,
    /// The days with reviews, the latest first.
    rows: Vec<(String, u64)>,
    reviews: u64,
    width: i32,
    height: i32,
}

/// A day of the calendar.
struct Day {
    x: i32,
    y: i32,
    /// The shade, from 0 (no reviews) to 4.
    shade: u8,
    title: String,
}

/// `GET`: the progress.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else {
        return Response::see_other(&paths::login_then(paths::PROGRESS));
    };
    let counts = site.reviews_by_day(visit, &page.zone())?;
    let by_day: HashMap<Date, u64> =
        counts.iter().filter_map(|count| Some((date(count.day)?, count.reviews))).collect();
    let today = page.today();
    let days = calendar(today, &by_day);
    let mut rows: Vec<(Date, u64)> = by_day.into_iter().collect();
    rows.sort_unstable_by_key(|(day, _)| Reverse(*day));
    page.send(&ProgressPage {
        page: &page,
        t: page.texts(),
        counts: site.saved_word_counts(visit)?,
        reviews: rows.iter().map(|(_, reviews)| reviews).sum(),
        rows: rows.into_iter().map(|(day, reviews)| (day.to_string(), reviews)).collect(),
        days,
        width: WEEKS * CELL,
        height: 7 * CELL,
    })
}

/// The date of this number of days since 1970-01-01.
fn date(days: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(days.days()).ok()
}

/// A column for each week, with today in the last one; a row for each weekday, from Monday.
fn calendar(today: Date, by_day: &HashMap<Date, u64>) -> Vec<Day> {
    let weekday = i32::from(today.weekday().to_monday_zero_offset());
    let first = -((WEEKS - 1) * 7 + weekday);
    let day = |ago: i32| {
        let date = today.checked_add(i64::from(ago).days()).ok()?;
        let reviews = by_day.get(&date).copied().unwrap_or(0);
        let number = ago - first;
        Some(Day {
            x: number / 7 * CELL,
            y: number % 7 * CELL,
            shade: shade(reviews),
            title: format!("{date}: {reviews}"),
        })
    };
    (first..=0).filter_map(day).collect()
}

fn shade(reviews: u64) -> u8 {
    match reviews {
        0 => 0,
        1..=9 => 1,
        10..=29 => 2,
        30..=59 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_ends_today_and_begins_on_a_monday() {
        let today = Date::constant(2026, 11, 29); // a Sunday
        let days = calendar(today, &HashMap::from([(today, 12)]));
        assert_eq!(days.len(), 53 * 7);
        let last = days.last().unwrap();
        assert_eq!((last.x, last.y, last.shade), (52 * CELL, 6 * CELL, 2));
        assert_eq!(last.title, "2026-11-29: 12");
        assert_eq!((days[0].x, days[0].y), (0, 0));
    }
}
