//! The history of a user, newest first: the words of each day with their counts.

use std::borrow::Cow;

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use super::filters;
use super::matches::has_chinese;
use super::page::Page;
use super::visitor::TextAuthor;
use super::zone::{TimeText, TimeTexts, day_text};
use crate::paths;
use crate::site::{CurrentUser, DayWords, Selection, Site};
use crate::store::{LookupFilter, LookupKind, PageStart, WordOfDay};
use crate::texts::Texts;

/// The start of the page, and the filters. The page shows rows older than `older` or newer than
/// `newer`, which are times in microseconds.
#[derive(Deserialize)]
struct HistoryQuery {
    older: Option<i64>,
    newer: Option<i64>,
    /// Text that the words contain.
    #[serde(default)]
    q: String,
    /// If present, with any value: only words that were not found.
    missing: Option<String>,
}

/// Maximum number of characters of a filter: as many as a word may have.
const FILTER_CHARS_MAX: usize = 255;

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    /// The starts of the older and the newer page, in microseconds; `None`: there is no such page.
    older: Option<i64>,
    newer: Option<i64>,
    days: Vec<HistoryDay<'a>>,
    form_token: String,
    name: &'a str,
    q: String,
    is_missing: bool,
}

/// The rows of a day.
struct HistoryDay<'a> {
    /// The date in ISO 8601.
    iso: &'a str,
    text: String,
    rows: Vec<HistoryLine<'a>>,
}

/// A row of the table.
struct HistoryLine<'a> {
    /// The time of the latest look-up, in microseconds. The form identifies the row by this time.
    key: i64,
    word: &'a str,
    lookups: u64,
    link: (&'static str, Cow<'a, str>),
    found: bool,
    /// The time in the user's time zone.
    time: TimeText<'a>,
}

/// A page of rows, and the times at which the older and the newer page start.
struct Rows {
    rows: Vec<WordOfDay>,
    older: Option<Timestamp>,
    newer: Option<Timestamp>,
}

/// `GET`: the history.
pub(crate) fn list(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else {
        return Response::see_other(&paths::login_then(paths::HISTORY));
    };
    let query: HistoryQuery = request.query()?;
    let start = start(&query)?;
    let filter = filter(&query);
    let Rows { rows, older, newer } = rows(&page, user, start, &filter)?;
    if rows.is_empty() && start != PageStart::Newest {
        return Response::see_other(paths::HISTORY);
    }
    let shelf = site.shelf();
    let switched_off = page.books_off()?;
    let books = Selection::new(&shelf, &switched_off);
    let times = TimeTexts::new(rows.iter().map(|row| row.at), page.zone());
    let t = page.texts();
    let template = HistoryPage {
        page: &page,
        t,
        older: older.map(Timestamp::as_microsecond),
        newer: newer.map(Timestamp::as_microsecond),
        days: days(&page, &books, &rows, &times),
        form_token: page.form_token()?,
        name: user.name.as_str(),
        q: query.q,
        is_missing: query.missing.is_some(),
    };
    page.send_with_author(TextAuthor::Visitor, &template)
}

fn start(query: &HistoryQuery) -> Result<PageStart> {
    let time = |microseconds| {
        Timestamp::from_microsecond(microseconds)
            .map_err(|_| Error::bad_request("invalid time in the query"))
    };
    Ok(match (query.older, query.newer) {
        (Some(older), _) => PageStart::OlderThan(time(older)?),
        (None, Some(newer)) => PageStart::NewerThan(time(newer)?),
        (None, None) => PageStart::Newest,
    })
}

fn filter(query: &HistoryQuery) -> LookupFilter {
    let text = query.q.trim().to_lowercase().chars().take(FILTER_CHARS_MAX).collect();
    let kind = if query.missing.is_some() { LookupKind::Missing } else { LookupKind::Any };
    LookupFilter { text, kind }
}

/// Reads one row more than a page shows: the extra row shows that there is another page.
fn rows(
    page: &Page<'_>,
    user: &CurrentUser,
    start: PageStart,
    filter: &LookupFilter,
) -> Result<Rows> {
    let length = page.site.settings().dictionary.history_page;
    let zone = page.zone();
    let ask = |start, rows| page.site.words_by_day(user, start, filter, zone, rows);
    let DayWords { words: mut rows, is_preceded } = ask(start, length + 1)?;
    let has_more = rows.len() > length;
    let ends = |rows: &[WordOfDay]| (rows.first().map(|row| row.at), rows.last().map(|row| row.at));
    if !matches!(start, PageStart::NewerThan(_) | PageStart::Oldest) {
        rows.truncate(length);
        let (newest, oldest) = ends(&rows);
        let older = oldest.filter(|_| has_more);
        return Ok(Rows { rows, older, newer: newest.filter(|_| is_preceded) });
    }
    if !has_more {
        // All newer rows fit on one page: show the newest page.
        return self::rows(page, user, PageStart::Newest, filter);
    }
    // The extra row is the newest, and the newest row comes first.
    rows.remove(0);
    let (newest, oldest) = ends(&rows);
    let is_followed = match oldest {
        Some(oldest) => !ask(PageStart::OlderThan(oldest), 1)?.words.is_empty(),
        None => false,
    };
    Ok(Rows { rows, older: oldest.filter(|_| is_followed), newer: newest })
}

/// The link that repeats a look-up: the page of the word, or a search. A search redirects to the
/// page of the word if a book has it. So the link is a search, without a slow check, for queries
/// that seldom have a page: those that were not found, and patterns and Chinese texts that are not
/// headwords.
pub(super) fn repeat_link<'r>(
    books: &Selection<'_>,
    row: &'r WordOfDay,
) -> (&'static str, Cow<'r, str>) {
    let word = row.word.as_str();
    let is_searched = word.contains('*') || has_chinese(word);
    let has_page =
        row.found && if is_searched { books.has_headword(word) } else { books.has(word) };
    if has_page { paths::word_parts(word) } else { paths::search_parts(word) }
}

fn days<'a>(
    page: &Page<'_>,
    books: &Selection<'_>,
    rows: &'a [WordOfDay],
    times: &'a TimeTexts,
) -> Vec<HistoryDay<'a>> {
    let mut days: Vec<HistoryDay<'a>> = Vec::new();
    for (row, time) in rows.iter().zip(times.iter()) {
        let line = HistoryLine {
            key: row.at.as_microsecond(),
            link: repeat_link(books, row),
            word: &row.word,
            lookups: row.lookups,
            found: row.found,
            time,
        };
        match days.last_mut().filter(|day| day.iso == time.date) {
            Some(day) => day.rows.push(line),
            None => {
                let text = day_text(page.local(row.at).date(), page.texts());
                let mut lines = Vec::with_capacity(rows.len());
                lines.push(line);
                days.push(HistoryDay { iso: time.date, text, rows: lines });
            }
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use crate::settings::{Flag, Settings, Sources};
    use crate::store::HISTORY_ROWS_MAX;

    #[test]
    fn the_longest_page_leaves_room_for_the_extra_row() {
        let can_be_set = |rows: u32| {
            let flag = Flag::new("--set", "dictionary", "history_page", &rows.to_string());
            Settings::load(&Sources { flags: vec![flag], ..Sources::default() }).is_ok()
        };
        assert!(can_be_set(HISTORY_ROWS_MAX - 1) && !can_be_set(HISTORY_ROWS_MAX));
    }
}
