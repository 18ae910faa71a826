//! Looking up: a query to its word or to the best matches, a word to its page. What a user looked
//! up is in the history before the answer is sent.

use serde::Deserialize;
use webframe::http::{HeaderName, Method, StatusCode, header};
use webframe::minijinja::context;
use webframe::{Error, Request, Response, Result};

use super::matches::{matches, near, phrases};
use super::page::{self, NO_STORE};
use super::visitor::Visitor;
use super::word::{Brief, Headword};
use crate::model::{WORD_BYTES_MAX, Word, WordError};
use crate::paths;
use crate::site::{Outcome, Selection, Site};

/// Words that are drawn at most until the visitor's books have one: with one book in a hundred words
/// it is found nearly always.
const DRAWS_MAX: usize = 512;

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: Option<usize>,
}

/// GET of a word's page.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    if let Some(elsewhere) = keep_out(site, &visitor)? {
        return Ok(elsewhere);
    }
    let asked = request.param("word")?;
    let Ok(word) = Word::parse(&asked) else { return Err(Error::not_found("")) };
    let shelf = site.shelf();
    let off = visitor.books_off(site)?;
    let books = Selection::new(&shelf, &off);
    let found = books.look_up(word.as_str());
    let outcome = if found.is_empty() { Outcome::Missing } else { Outcome::Found };
    record(site, &visitor, &word, outcome)?;
    if found.is_empty() {
        let near = near(&books, word.as_str(), site.settings().dictionary.near_words);
        let values = context! { q => word.as_str(), near };
        return page::render_as(StatusCode::NOT_FOUND, site, &visitor, "missing.html", values);
    }
    let headwords: Vec<_> = found.iter().map(Headword::of).collect();
    let values = context! {
        q => word.as_str(),
        headwords,
        phrases => phrases(&books, found[0].word),
        several_books => shelf.books().len() > 1,
    };
    page::render(site, &visitor, "word.html", values)
}

/// GET of a search.
pub(crate) fn search(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    if let Some(elsewhere) = keep_out(site, &visitor)? {
        return Ok(elsewhere);
    }
    let query: Query = request.query()?;
    let shelf = site.shelf();
    let word = match Word::parse(&query.q) {
        Ok(word) => word,
        Err(error) => return no_query(site, &visitor, &query.q, error),
    };
    let off = visitor.books_off(site)?;
    let books = Selection::new(&shelf, &off);
    if !matches!(word.as_str(), "." | "..") && books.has(word.as_str()) {
        return Response::see_other(&paths::word(word.as_str()));
    }
    let page = query.page.unwrap_or(1).clamp(1, 1000);
    let matches = matches(&books, word.as_str(), page, &site.settings().dictionary);
    if page > 1 && matches.words.is_empty() {
        return Response::see_other(&paths::search(word.as_str()));
    }
    if page == 1 {
        record(site, &visitor, &word, matches.kind.outcome())?;
    }
    let values = context! {
        q => word.as_str(),
        kind => matches.kind.key(),
        problem => matches.problem,
        words => matches.words,
        page,
        has_more => matches.has_more,
        missing => matches.missing,
    };
    page::render(site, &visitor, "search.html", values)
}

/// GET of some common word that the visitor's books have.
pub(crate) fn random(site: &Site, request: &Request) -> Result<Response> {
    let mut draws = [[0; 8]; DRAWS_MAX];
    getrandom::fill(draws.as_flattened_mut())
        .map_err(|error| Error::internal(error.to_string()))?;
    let shelf = site.shelf();
    let off = Visitor::of(site, request).books_off(site)?;
    let books = Selection::new(&shelf, &off);
    let mut drawn =
        draws.iter().filter_map(|draw| shelf.lexicon().random(u64::from_le_bytes(*draw)));
    let place = match drawn.find(|entry| books.has(entry.word)) {
        Some(entry) => paths::word(entry.word),
        None => paths::HOME.to_owned(),
    };
    let response = Response::see_other(&place)?;
    Ok(response.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// Sends away who may not look up here, or not now.
fn keep_out(site: &Site, visitor: &Visitor<'_>) -> Result<Option<Response>> {
    let request = visitor.request;
    // Nobody can say whose history it belongs into: that must not be lost.
    let user = visitor.user()?;
    if user.is_some() && is_prefetch(request) {
        // A page that is never looked at is no look-up. The browser asks again when it is, since
        // it throws away what it fetched ahead and was no success.
        let refusal = Response::new(StatusCode::SERVICE_UNAVAILABLE);
        return Ok(Some(refusal.with_field(header::CACHE_CONTROL, NO_STORE)));
    }
    if user.is_some() || !site.settings().dictionary.lookup_requires_login {
        return Ok(None);
    }
    Response::see_other(&paths::login_then(&request.path_and_query())).map(Some)
}

fn is_prefetch(request: &Request) -> bool {
    let is = |name: &'static str| {
        let value = request.field(&HeaderName::from_static(name));
        value.is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    };
    is("sec-purpose") || is("purpose")
}

/// Writes a user's look-up into the history and waits until it is durable. HEAD shows nothing, so
/// it is none.
fn record(site: &Site, visitor: &Visitor<'_>, word: &Word, outcome: Outcome) -> Result<()> {
    let Some(visit) = visitor.user()? else { return Ok(()) };
    if visitor.request.method() == Method::HEAD {
        return Ok(());
    }
    Ok(site.record(visit, word, outcome)?)
}

/// An empty query, or one that no word can be, is told so.
fn no_query(site: &Site, visitor: &Visitor<'_>, query: &str, error: WordError) -> Result<Response> {
    let kind = match error {
        WordError::Empty => "empty",
        WordError::TooLong(_) => "too_long",
        WordError::Control(_) => "control",
    };
    let shown: String = query.chars().filter(|c| !c.is_control()).take(WORD_BYTES_MAX).collect();
    let words: [Brief; 0] = [];
    let values = context! {
        q => shown.trim(),
        kind,
        problem => "",
        words,
        page => 1,
        has_more => false,
        missing => "",
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page::render_as(status, site, visitor, "search.html", values)
}
