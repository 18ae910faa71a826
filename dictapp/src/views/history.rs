//! The history of a user, page by page, newest first.

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use super::filters;
use super::page::Page;
use crate::paths;
use crate::site::{Selection, Site, Visit};
use crate::store::{PageStart, PastLookup};
use crate::texts::Texts;

/// Where a page begins: a time in microseconds, as the links have it.
#[derive(Deserialize)]
struct Place {
    older: Option<i64>,
    newer: Option<i64>,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    /// Where the neighbouring pages begin.
    older: Option<i64>,
    newer: Option<i64>,
    rows: Vec<Line>,
    form_token: String,
}

/// A row of the table.
struct Line {
    /// The time in microseconds, by which the form names a row.
    key: i64,
    name: String,
    word: String,
    link: String,
    found: bool,
    /// For programs.
    at: String,
    /// For people, in the time zone of this machine.
    time: String,
}

/// A page of rows, and whether there are more on either side.
struct Rows {
    rows: Vec<PastLookup>,
    has_older: bool,
    has_newer: bool,
}

/// GET of the history.
pub(crate) fn list(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else {
        return Response::see_other(&paths::login_then(paths::HISTORY));
    };
    let start = start(request)?;
    let Rows { rows, has_older, has_newer } = rows(site, visit, start)?;
    if rows.is_empty() && start != PageStart::Newest {
        return Response::see_other(paths::HISTORY);
    }
    let shelf = site.shelf();
    let off = page.books_off()?;
    let books = Selection::new(&shelf, &off);
    let cursor = |row: Option<&PastLookup>| row.map(|row| row.at.as_microsecond());
    page.send(&HistoryPage {
        page: &page,
        t: page.texts(),
        older: cursor(rows.last().filter(|_| has_older)),
        newer: cursor(rows.first().filter(|_| has_newer)),
        rows: rows.iter().map(|row| shown(site, &books, row)).collect(),
        form_token: page.form_token()?,
    })
}

fn start(request: &Request) -> Result<PageStart> {
    let time = |microseconds| {
        Timestamp::from_microsecond(microseconds)
            .map_err(|_| Error::bad_request("the query names a time that is none"))
    };
    Ok(match request.query()? {
        Place { older: Some(older), .. } => PageStart::OlderThan(time(older)?),
        Place { newer: Some(newer), .. } => PageStart::NewerThan(time(newer)?),
        Place { older: None, newer: None } => PageStart::Newest,
    })
}

/// One row more than is shown is asked for: it says whether there is another page. On the other side
/// a single row is looked for, since a link may name any time.
fn rows(site: &Site, visit: &Visit, start: PageStart) -> Result<Rows> {
    let length = site.settings().dictionary.history_page;
    let ask = |start, rows: usize| {
        let limit = u32::try_from(rows).unwrap_or(u32::MAX);
        site.past_lookups(visit, start, limit)
    };
    let mut rows = ask(start, length + 1)?;
    let has_more = rows.len() > length;
    Ok(match (start, rows.last().map(|row| row.at)) {
        (PageStart::NewerThan(_), Some(oldest)) if has_more => {
            rows.remove(0);
            let has_older = !ask(PageStart::OlderThan(oldest), 1)?.is_empty();
            Rows { rows, has_older, has_newer: true }
        }
        // What is left is no whole page: it is shown at the head of the newest one.
        (PageStart::NewerThan(_), _) => return self::rows(site, visit, PageStart::Newest),
        _ => {
            rows.truncate(length);
            let newest = rows.first().map(|row| PageStart::NewerThan(row.at));
            let has_newer = match newest.filter(|_| start != PageStart::Newest) {
                Some(newest) => !ask(newest, 1)?.is_empty(),
                None => false,
            };
            Rows { rows, has_older: has_more, has_newer }
        }
    })
}

/// Where a look-up can be done again: a word has a page, a pattern has matches.
pub(super) fn place_of(books: &Selection<'_>, query: &str) -> String {
    match books.has(query) {
        true => paths::word(query),
        false => paths::search(query),
    }
}

fn shown(site: &Site, books: &Selection<'_>, row: &PastLookup) -> Line {
    let local = row.at.to_zoned(site.zone().clone());
    Line {
        key: row.at.as_microsecond(),
        name: row.name.to_string(),
        link: place_of(books, &row.word),
        word: row.word.clone(),
        found: row.found,
        at: format!("{:.0}", row.at),
        time: local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::{Flag, Settings, Sources};
    use crate::store::HISTORY_ROWS_MAX;

    #[test]
    fn the_longest_page_that_can_be_set_leaves_a_row_to_say_that_there_is_another() {
        let can_be_set = |rows: u32| {
            let flag = Flag::new("--set", "dictionary", "history_page", &rows.to_string());
            Settings::load(&Sources { flags: vec![flag], ..Sources::default() }).is_ok()
        };
        assert!(can_be_set(HISTORY_ROWS_MAX - 1) && !can_be_set(HISTORY_ROWS_MAX));
    }
}
