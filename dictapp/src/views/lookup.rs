//! Looking up: a query to its word or to the best matches, a word to its page. What a user looked
//! up is in the history before the answer is sent.

use jiff::Timestamp;
use serde::Deserialize;
use webframe::http::{HeaderName, Method, StatusCode, header};
use webframe::minijinja::context;
use webframe::{Error, Request, Response, Result};

use super::matches::{matches, near, phrases};
use super::page::{self, NO_STORE};
use super::visitor::Visitor;
use super::word::{Brief, Headword};
use crate::dictionary::{Dictionary, Selection};
use crate::model::{WORD_BYTES_MAX, Word, WordError};
use crate::store::Lookup;
use crate::urls;

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
pub(crate) fn show(dictionary: &Dictionary, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(dictionary, request);
    if let Some(elsewhere) = keep_out(dictionary, &visitor)? {
        return Ok(elsewhere);
    }
    let asked = request.param("word")?;
    let Ok(word) = Word::parse(&asked) else { return Err(Error::not_found("")) };
    let shelf = dictionary.shelf();
    let off = visitor.books_off(dictionary)?;
    let books = Selection::new(&shelf, &off);
    let found = books.look_up(word.as_str());
    record(dictionary, &visitor, &word, !found.is_empty())?;
    if found.is_empty() {
        let near = near(&books, word.as_str(), dictionary.settings().dictionary.near_words);
        let values = context! { q => word.as_str(), near };
        return page::render_as(
            StatusCode::NOT_FOUND,
            dictionary,
            &visitor,
            "missing.html",
            values,
        );
    }
    let headwords: Vec<_> = found.iter().map(Headword::of).collect();
    let values = context! {
        q => word.as_str(),
        headwords,
        phrases => phrases(&books, found[0].word),
        several_books => shelf.books().len() > 1,
    };
    page::render(dictionary, &visitor, "word.html", values)
}

/// GET of a search.
pub(crate) fn search(dictionary: &Dictionary, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(dictionary, request);
    if let Some(elsewhere) = keep_out(dictionary, &visitor)? {
        return Ok(elsewhere);
    }
    let query: Query = request.query()?;
    let shelf = dictionary.shelf();
    let word = match Word::parse(&query.q) {
        Ok(word) => word,
        Err(error) => return no_query(dictionary, &visitor, &query.q, error),
    };
    let off = visitor.books_off(dictionary)?;
    let books = Selection::new(&shelf, &off);
    if !matches!(word.as_str(), "." | "..") && books.has(word.as_str()) {
        return Response::see_other(&urls::word(word.as_str()));
    }
    let page = query.page.unwrap_or(1).clamp(1, 1000);
    let matches = matches(&books, word.as_str(), page, &dictionary.settings().dictionary);
    if page > 1 && matches.words.is_empty() {
        return Response::see_other(&urls::search(word.as_str()));
    }
    if page == 1 {
        let found = matches!(matches.kind, "pattern" | "regex" | "reverse" | "words");
        record(dictionary, &visitor, &word, found)?;
    }
    let values = context! {
        q => word.as_str(),
        kind => matches.kind,
        problem => matches.problem,
        words => matches.words,
        page,
        has_more => matches.has_more,
        missing => matches.missing,
    };
    page::render(dictionary, &visitor, "search.html", values)
}

/// GET of some common word that the visitor's books have.
pub(crate) fn random(dictionary: &Dictionary, request: &Request) -> Result<Response> {
    let mut draws = [[0; 8]; DRAWS_MAX];
    getrandom::fill(draws.as_flattened_mut())
        .map_err(|error| Error::internal(error.to_string()))?;
    let shelf = dictionary.shelf();
    let off = Visitor::of(dictionary, request).books_off(dictionary)?;
    let books = Selection::new(&shelf, &off);
    let mut drawn =
        draws.iter().filter_map(|draw| shelf.lexicon().random(u64::from_le_bytes(*draw)));
    let place = match drawn.find(|entry| books.has(entry.word)) {
        Some(entry) => urls::word(entry.word),
        None => urls::HOME.to_owned(),
    };
    let response = Response::see_other(&place)?;
    Ok(response.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// Sends away who may not look up here, or not now.
fn keep_out(dictionary: &Dictionary, visitor: &Visitor<'_>) -> Result<Option<Response>> {
    let request = visitor.request;
    // Nobody can say whose history it belongs into: that must not be lost.
    let user = visitor.user()?;
    if user.is_some() && is_prefetch(request) {
        // A page that is never looked at is no look-up. The browser asks again when it is, since
        // it throws away what it fetched ahead and was no success.
        let refusal = Response::new(StatusCode::SERVICE_UNAVAILABLE);
        return Ok(Some(refusal.with_field(header::CACHE_CONTROL, NO_STORE)));
    }
    if user.is_some() || !dictionary.settings().dictionary.lookup_requires_login {
        return Ok(None);
    }
    Response::see_other(&urls::login_then(&request.path_and_query())).map(Some)
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
fn record(dictionary: &Dictionary, visitor: &Visitor<'_>, word: &Word, found: bool) -> Result<()> {
    let Some(visit) = visitor.user()? else { return Ok(()) };
    if visitor.request.method() == Method::HEAD {
        return Ok(());
    }
    let lookup = Lookup { user: visit.user, word: word.clone(), found, at: Timestamp::now() };
    Ok(dictionary.store().record_lookup(&lookup)?)
}

/// An empty query, or one that no word can be, is told so.
fn no_query(
    dictionary: &Dictionary,
    visitor: &Visitor<'_>,
    query: &str,
    error: WordError,
) -> Result<Response> {
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
    page::render_as(status, dictionary, visitor, "search.html", values)
}
