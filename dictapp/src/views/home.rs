//! The first page: the search box, the word of the day, and the latest look-ups.

use askama::Template;
use jiff::Timestamp;
use webframe::{Request, Response, Result};

use super::page::Page;
use super::visitor::Who;
use super::word::{Brief, brief};
use super::{filters, history};
use crate::paths;
use crate::site::{Selection, Site};
use crate::store::PageStart;
use crate::texts::Texts;

/// How many of the latest look-ups are shown: they fit into one or two lines.
const RECENT: usize = 8;

/// How many rows of the history are read to find them.
const ROWS_SEEN: u32 = 24;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    of_the_day: Option<Brief>,
    recent: Vec<Recent>,
    entries: usize,
}

struct Recent {
    word: String,
    link: String,
}

/// GET of the first page. It is shown without the user's data if the database is away.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let shelf = site.shelf();
    let today = Timestamp::now().to_zoned(site.zone().clone()).date();
    let off = page.books_off().unwrap_or_default();
    let books = Selection::new(&shelf, &off);
    let of_the_day = shelf.lexicon().word_of_the_day(today);
    let of_the_day = of_the_day.filter(|entry| books.has(entry.word));
    page.send(&HomePage {
        page: &page,
        t: page.texts(),
        of_the_day: of_the_day.map(|entry| brief(&entry)),
        recent: recent(&page, &books),
        entries: shelf.lexicon().len(),
    })
}

/// The latest look-ups, each once.
fn recent(page: &Page<'_>, books: &Selection<'_>) -> Vec<Recent> {
    let Who::User(visit) = &page.visitor.who else { return Vec::new() };
    let rows = page.site.past_lookups(visit, PageStart::Newest, ROWS_SEEN);
    let mut recent: Vec<Recent> = Vec::new();
    for row in rows.unwrap_or_default() {
        if row.found && recent.len() < RECENT && !recent.iter().any(|one| one.word == row.word) {
            recent.push(Recent { link: history::place_of(books, &row.word), word: row.word });
        }
    }
    recent
}
