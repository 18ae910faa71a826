//! The JSON API for programs, `/api/v1`. This file has words, searches and books (dictionaries).
//! `accounts` has accounts and sessions; `learning` has a user's history, word book (the saved
//! words) and reviews. Users authenticate with a bearer token (`caller`). Errors are
//! `application/problem+json` (RFC 9457). `document` describes the API in OpenAPI.

pub(crate) mod accounts;
mod caller;
mod document;
mod entry;
mod guide;
pub(crate) mod learning;
mod problem;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Refusal, Request, Response, Result};

use super::matches::{MatchKind, best_matches, has_chinese, similar_words};
use super::page::NO_STORE;
use super::word::{Brief, brief};
use crate::lexicon::{End, MatchRange};
use crate::model::Word;
use crate::session::Token;
use crate::site::{Outcome, Selection, Site};
use caller::Caller;
use entry::Headword;
pub(crate) use guide::guide;
pub(super) use problem::ApiProblem;

/// `Cache-Control` of responses that are the same for all clients. A minute is long enough for one
/// person typing, and short enough that a newly imported book soon becomes visible.
const CACHE_PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// `Cache-Control` of responses with one user's data.
const CACHE_PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// `Vary` of all responses. It names the cookie, since the session cookie identifies the user if
/// guests may not look words up.
const VARY_BY_SENDER: HeaderValue = HeaderValue::from_static("Authorization, Cookie");

/// Maximum number of suggestions in a response.
const SUGGESTIONS_MAX: usize = 50;

/// Maximum number of pages of matches for one search.
const PAGES_MAX: usize = 1000;

#[derive(Deserialize)]
struct SuggestQuery {
    #[serde(default)]
    q: String,
    limit: Option<usize>,
}

#[derive(Deserialize)]
struct SearchQuery {
    #[serde(default)]
    q: String,
    /// The number of the page: the value of `next` on the page before.
    cursor: Option<usize>,
}

#[derive(Serialize)]
struct WordBody<'a> {
    query: &'a str,
    headwords: Vec<Headword<'a>>,
    /// Whether the look-up was recorded in the history; absent if the token lacks the scope
    /// `history`.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<bool>,
}

#[derive(Serialize)]
struct WordsBody {
    words: Vec<Brief>,
}

#[derive(Serialize)]
struct SearchBody {
    /// How the words match the query: `pattern`, `regex`, `reverse`, `pinyin`, `words`, `near` or
    /// `nothing`.
    kind: &'static str,
    words: Vec<Brief>,
    /// The cursor of the next page; null on the last one.
    next: Option<usize>,
}

#[derive(Serialize)]
struct BookBody<'a> {
    name: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct BooksBody<'a> {
    books: Vec<BookBody<'a>>,
    entries: usize,
}

#[derive(Serialize)]
struct TokenBody<'a> {
    name: &'a str,
    token: String,
}

/// `GET`: an entry. If the token has the scope `history`, the look-up is recorded.
pub(crate) fn word(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    caller.check_may_read(site)?;
    let asked = request.param("word")?;
    let word =
        Word::parse(&asked).map_err(|error| ApiProblem::bad_request(format!("word: {error}")))?;
    let shelf = site.shelf();
    let user = caller.recorded_user();
    // The books that the user switched off. If the database is unavailable, no book counts as
    // switched off: entries are in memory, so they are sent anyway.
    let switched_off = user
        .map(|current_user| site.books_off(current_user).unwrap_or_default())
        .unwrap_or_default();
    let books = Selection::new(&shelf, &switched_off);
    let found = books.look_up(word.as_str());
    let outcome = if found.is_empty() { Outcome::Missing } else { Outcome::Found };
    let recorded = match &caller {
        // The scopes of the token are not known either, but nothing was recorded.
        Caller::Unknown(_) => Some(false),
        _ => user.map(|current_user| site.record_lookup(current_user, &word, outcome).is_ok()),
    };
    if found.is_empty() {
        let near = similar_words(&books, word.as_str(), site.settings().dictionary.near_words);
        return ApiProblem::no_word(word.as_str(), near).response();
    }
    let headwords = found.iter().map(Headword::from_found).collect();
    send_words(site, &caller, request, &WordBody { query: word.as_str(), headwords, recorded })
}

/// `GET`: completions of the typed text.
pub(crate) fn suggest(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    caller.check_may_read(site)?;
    let SuggestQuery { q, limit } = request.query()?;
    let limit = limit.unwrap_or(site.settings().dictionary.suggestions).min(SUGGESTIONS_MAX);
    let shelf = site.shelf();
    let words = match Word::parse(&q) {
        Err(_) => Vec::new(),
        Ok(_) if has_chinese(&q) => {
            shelf.lexicon().reverse(q.trim(), MatchRange::first(limit)).entries
        }
        Ok(_) => shelf.lexicon().suggest(&q, limit),
    };
    // If the book of a word was hidden or removed a moment ago, the word gets the entry of another
    // book, or is dropped. `&[]`: no book is switched off.
    let words = Selection::new(&shelf, &[]).replace_left_out(words);
    let words = words.iter().map(|entry| brief(&shelf, entry)).collect();
    send_words(site, &caller, request, &WordsBody { words })
}

/// `GET`: the matches of a query.
pub(crate) fn search(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    caller.check_may_read(site)?;
    let SearchQuery { q, cursor } = request.query()?;
    let word = Word::parse(&q).map_err(|error| ApiProblem::bad_request(format!("q: {error}")))?;
    let page = cursor.unwrap_or(1).clamp(1, PAGES_MAX);
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let found = best_matches(&books, word.as_str(), page, &site.settings().dictionary);
    if !found.problem.is_empty() {
        return ApiProblem::bad_request(format!("q: {}", found.problem)).response();
    }
    let next = (found.end == End::More && page < PAGES_MAX).then_some(page + 1);
    let body = SearchBody { kind: kind_name(found.kind), words: found.words, next };
    send_words(site, &caller, request, &body)
}

/// `GET`: the dictionaries.
pub(crate) fn books(site: &Site, request: &Request) -> Result<Response> {
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let books =
        books.books().map(|book| BookBody { name: &book.name, title: &book.title }).collect();
    public_json(request, &BooksBody { books, entries: shelf.lexicon().len() })
}

/// The problem of a request that the server refuses before it reaches a view.
pub(crate) fn refusal(refusal: Refusal) -> Result<Response> {
    ApiProblem::of_refusal(refusal).response()
}

/// Parses the body of a request, which must be an object. `serde` also accepts a list of the values
/// in the order of the fields. Such a list is refused, so that no program depends on the order.
///
/// # Errors
/// 400, 413 or 415, with a description of the mistake.
fn parse_json_object<T: DeserializeOwned>(request: &Request) -> Result<T> {
    let value = request.json();
    let is_list = request.body()?.trim_ascii_start().starts_with(b"[");
    if is_list && value.is_ok() {
        return Err(ApiProblem::bad_request("invalid JSON: a list, expected an object").into());
    }
    value
}

/// `GET`: the description of this API.
pub(crate) fn openapi(_: &Site, request: &Request) -> Result<Response> {
    public_json(request, &document::document())
}

/// The JSON that [`word`] sends for a word, for the program's commands. `None`: no book has the
/// word.
pub(crate) fn entry_json(
    books: &Selection<'_>,
    word: &Word,
) -> serde_json::Result<Option<serde_json::Value>> {
    let found = books.look_up(word.as_str());
    if found.is_empty() {
        return Ok(None);
    }
    let headwords = found.iter().map(Headword::from_found).collect();
    let body = WordBody { query: word.as_str(), headwords, recorded: None };
    serde_json::to_value(body).map(Some)
}

/// The words that match a query, with their glosses, for the program's commands.
pub(crate) fn matching_words(
    site: &Site,
    query: &str,
) -> std::result::Result<Vec<(String, String)>, String> {
    let word = Word::parse(query).map_err(|error| error.to_string())?;
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let found = best_matches(&books, word.as_str(), 1, &site.settings().dictionary);
    if !found.problem.is_empty() {
        return Err(found.problem);
    }
    Ok(found.words.into_iter().map(|brief| (brief.word, brief.gloss)).collect())
}

/// A response with words. Shared caches may store it if guests may look words up and the caller is
/// a guest: the look-ups of guests are not recorded.
fn send_words(
    site: &Site,
    caller: &Caller,
    request: &Request,
    body: &impl Serialize,
) -> Result<Response> {
    if caller.may_be_cached(site) {
        public_json(request, body)
    } else {
        private_json(request, body)
    }
}

/// A response that is the same for all clients, so that shared caches may store it.
fn public_json(request: &Request, body: &impl Serialize) -> Result<Response> {
    json_or_not_modified(request, body, CACHE_PUBLIC)
}

/// A response with one user's data. The user's program may store it, but must ask each time whether
/// it is still valid.
fn private_json(request: &Request, body: &impl Serialize) -> Result<Response> {
    json_or_not_modified(request, body, CACHE_PRIVATE)
}

/// A response with this `Cache-Control`, or 304 if the client has the same response already.
fn json_or_not_modified(
    request: &Request,
    body: &impl Serialize,
    cache: HeaderValue,
) -> Result<Response> {
    let response = Response::json(body)?
        .with_field(header::CACHE_CONTROL, cache)
        .with_field(header::VARY, VARY_BY_SENDER);
    Ok(response.or_not_modified(request))
}

/// The response to a user who has registered or logged in: the token of the session.
fn token_response(name: &str, token: &Token) -> Result<Response> {
    let body = TokenBody { name, token: token.to_text() };
    let response = Response::json(&body)?.with_status(StatusCode::CREATED);
    Ok(response.with_field(header::CACHE_CONTROL, NO_STORE))
}

fn kind_name(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Pattern => "pattern",
        MatchKind::Regex => "regex",
        MatchKind::Reverse => "reverse",
        MatchKind::Words => "words",
        MatchKind::Pinyin => "pinyin",
        MatchKind::Near => "near",
        MatchKind::Nothing | MatchKind::BadPattern => "nothing",
    }
}
