//! The first page: the search box, the word of the day, and what was looked up last.

use jiff::Timestamp;
use serde::Serialize;
use webframe::minijinja::context;
use webframe::{Request, Response, Result};

use super::visitor::{Visitor, Who};
use super::word;
use super::{history, page};
use crate::site::{Selection, Site};
use crate::store::PageStart;

/// How many of the latest look-ups are shown: enough to find back, few enough to be one line.
const RECENT: usize = 8;

/// How many rows are looked through for them.
const ROWS_SEEN: u32 = 24;

#[derive(Serialize)]
struct Recent {
    word: String,
    link: String,
}

/// GET of the first page.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    let shelf = site.shelf();
    let today = Timestamp::now().to_zoned(site.zone().clone()).date();
    // This page goes on when the database is away.
    let off = visitor.books_off(site).unwrap_or_default();
    let books = Selection::new(&shelf, &off);
    let of_the_day = shelf.lexicon().word_of_the_day(today);
    let of_the_day = of_the_day.filter(|entry| books.has(entry.word));
    let of_the_day = of_the_day.map(|entry| word::brief(&entry));
    let values = context! {
        of_the_day,
        recent => recent(site, &visitor, &books),
        entries => shelf.lexicon().len(),
    };
    page::render(site, &visitor, "home.html", values)
}

/// The latest look-ups, each once. This page goes on without them when the database is away.
fn recent(site: &Site, visitor: &Visitor<'_>, books: &Selection<'_>) -> Vec<Recent> {
    let Who::User(visit) = &visitor.who else { return Vec::new() };
    let rows = site.past_lookups(visit, PageStart::Newest, ROWS_SEEN);
    let mut recent: Vec<Recent> = Vec::new();
    for row in rows.unwrap_or_default() {
        if row.found && recent.len() < RECENT && !recent.iter().any(|one| one.word == row.word) {
            recent.push(Recent { link: history::place_of(books, &row.word), word: row.word });
        }
    }
    recent
}
