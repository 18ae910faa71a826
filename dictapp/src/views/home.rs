//! The home page: the search box, the word of the day, and for a user the words to learn and the
//! latest look-ups. The page is cached for guests with the default appearance.

use askama::Template;
use jiff::civil::Date;
use webframe::{Request, Response, Result};

use super::classes::{ListLine, to_learn};
use super::page::Page;
use super::visitor::Who;
use super::word::{Brief, brief};
use super::{filters, history};
use crate::paths;
use crate::site::{CurrentUser, GuestPage, Selection, Shelf, Site};
use crate::store::SavedWordCounts;
use crate::texts::Texts;

/// Maximum number of latest look-ups that are shown: one or two lines.
const RECENT_WORDS_MAX: usize = 8;

/// Number of history rows that are read to find [`RECENT_WORDS_MAX`] words: a word may have several
/// rows, and rows of words that were not found are left out.
const RECENT_ROWS_READ: usize = 24;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    of_the_day: Option<Brief>,
    recent: Vec<Recent>,
    /// The counts of the user's word book (the saved words); `None` for a guest, or if the database
    /// is unavailable.
    counts: Option<SavedWordCounts>,
    /// The word lists of the user's classes, the earliest deadline first.
    lists: Vec<ListLine>,
    entries: usize,
}

/// A look-up, and the path that repeats it.
struct Recent {
    word: String,
    link: String,
}

/// `GET`: the home page. It is shown without the user's data if the database is unavailable.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let shelf = site.shelf();
    let today = page.today();
    let values = || values(&page, &shelf, today);
    // A page links to its own URL, so only the page at the usual URL is shared.
    if page.is_plain() && page.request().path_and_query() == paths::HOME {
        let (language, day) = (page.language().tag(), today.to_string());
        let home = shelf.homes().get_or(language, &day, GuestPage::default);
        let (html, coding) = home.coded(page.coding(), || page.render(&values()))?;
        return Ok(page.send_shared(html, coding));
    }
    page.send(&values())
}

fn values<'p>(page: &'p Page<'_>, shelf: &Shelf, today: Date) -> HomePage<'p> {
    let switched_off = page.books_off().unwrap_or_default();
    let books = Selection::new(shelf, &switched_off);
    let of_the_day = shelf.lexicon().word_of_the_day(today);
    let of_the_day = of_the_day.filter(|entry| books.has(entry.word));
    HomePage {
        page,
        t: page.texts(),
        of_the_day: of_the_day.map(|entry| brief(shelf, &entry)),
        recent: recent(page, &books),
        counts: user(page).and_then(|user| page.site.saved_word_counts(user).ok()),
        lists: user(page).map_or_else(Vec::new, |user| to_learn(page, user)),
        entries: shelf.lexicon().len(),
    }
}

fn user<'p>(page: &'p Page<'_>) -> Option<&'p CurrentUser> {
    match page.visitor.who {
        Who::User(current_user) => Some(current_user),
        Who::Guest | Who::Unknown(_) => None,
    }
}

/// The latest words that were found, each once.
fn recent(page: &Page<'_>, books: &Selection<'_>) -> Vec<Recent> {
    let Some(user) = user(page) else { return Vec::new() };
    let rows = page.site.latest_lookups(user, RECENT_ROWS_READ);
    let mut recent: Vec<Recent> = Vec::new();
    for row in rows.unwrap_or_default() {
        if row.found
            && recent.len() < RECENT_WORDS_MAX
            && !recent.iter().any(|one| one.word == row.word)
        {
            let (start, query) = history::repeat_link(books, &row);
            recent.push(Recent { link: [start, &query].concat(), word: row.word });
        }
    }
    recent
}
