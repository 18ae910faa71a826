//! The first page: the search box, the word of the day, and what was looked up last.

use jiff::Timestamp;
use webframe::minijinja::context;
use webframe::{Request, Response, Result};

use super::page;
use super::visitor::{Visitor, Who};
use super::word;
use crate::dictionary::Dictionary;
use crate::store::PageStart;

/// How many of the latest look-ups are shown: enough to find back, few enough to be one line.
const RECENT: usize = 8;

/// GET of the first page.
pub(crate) fn show(dictionary: &Dictionary, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(dictionary, request);
    let shelf = dictionary.shelf();
    let today = Timestamp::now().to_zoned(dictionary.zone().clone()).date();
    let of_the_day = shelf.lexicon().word_of_the_day(today);
    let of_the_day = of_the_day.map(|entry| word::brief(&entry));
    let values = context! {
        of_the_day,
        recent => recent(dictionary, &visitor),
        entries => shelf.lexicon().len(),
    };
    page::render(dictionary, &visitor, "home.html", values)
}

/// The latest words, each once. This page goes on without them when the database is away.
fn recent(dictionary: &Dictionary, visitor: &Visitor<'_>) -> Vec<String> {
    let Who::User(visit) = &visitor.who else { return Vec::new() };
    let rows = dictionary.store().recent_lookups(visit.user, PageStart::Newest, 3 * RECENT as u32);
    let mut words: Vec<String> = Vec::new();
    for row in rows.unwrap_or_default() {
        if row.found && !words.contains(&row.word) && words.len() < RECENT {
            words.push(row.word);
        }
    }
    words
}
