//! The JSON API, `/api/v1`: words, suggestions, matches and word books for programs. Errors are
//! `application/problem+json` (RFC 9457). `document` describes all of it in OpenAPI.

mod document;
mod entry;
mod problem;

use serde::{Deserialize, Serialize};
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Request, Response, Result};

use super::matches::{Kind, has_chinese, matches, near};
use super::page::NO_STORE;
use super::visitor::{Visitor, Who};
use super::word::{Brief, brief};
use crate::lexicon::{End, Page as LexiconPage};
use crate::model::Word;
use crate::site::{Selection, Site};
use entry::Headword;
use problem::Problem;

/// For as long as somebody types; an import is seen soon after.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// The most suggestions of one request.
const SUGGESTIONS_MAX: usize = 50;

/// The most pages of matches.
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
    /// The page of matches: what `next` of the page before says.
    cursor: Option<usize>,
}

#[derive(Serialize)]
struct WordBody<'a> {
    query: &'a str,
    headwords: Vec<Headword<'a>>,
}

#[derive(Serialize)]
struct WordsBody {
    words: Vec<Brief>,
}

#[derive(Serialize)]
struct SearchBody {
    /// How the words answer the query: `pattern`, `regex`, `reverse`, `words`, `near`, `nothing`.
    kind: &'static str,
    words: Vec<Brief>,
    /// The cursor of the next page; null behind the last one.
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

/// GET of an entry.
pub(crate) fn word(site: &Site, request: &Request) -> Result<Response> {
    if let Some(refusal) = keep_out(site, request) {
        return refusal;
    }
    let asked = request.param("word")?;
    let word = match Word::parse(&asked) {
        Ok(word) => word,
        Err(error) => return Problem::bad_request(format!("word: {error}")).response(),
    };
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let found = books.look_up(word.as_str());
    if found.is_empty() {
        let near = near(&books, word.as_str(), site.settings().dictionary.near_words);
        return Problem::no_word(word.as_str(), near).response();
    }
    let headwords = found.iter().map(Headword::of).collect();
    answer(site, &WordBody { query: word.as_str(), headwords })
}

/// GET of the words that what was typed may become.
pub(crate) fn suggest(site: &Site, request: &Request) -> Result<Response> {
    if let Some(refusal) = keep_out(site, request) {
        return refusal;
    }
    let SuggestQuery { q, limit } = match request.query() {
        Ok(query) => query,
        Err(error) => return Problem::bad_request(error.public().to_owned()).response(),
    };
    let limit = limit.unwrap_or(site.settings().dictionary.suggestions).min(SUGGESTIONS_MAX);
    let shelf = site.shelf();
    let words = match Word::parse(&q) {
        Err(_) => Vec::new(),
        Ok(_) if has_chinese(&q) => {
            shelf.lexicon().reverse(q.trim(), LexiconPage::first(limit)).entries
        }
        Ok(_) => shelf.lexicon().suggest(&q, limit),
    };
    answer(site, &WordsBody { words: words.iter().map(|entry| brief(&shelf, entry)).collect() })
}

/// GET of the matches of a query.
pub(crate) fn search(site: &Site, request: &Request) -> Result<Response> {
    if let Some(refusal) = keep_out(site, request) {
        return refusal;
    }
    let SearchQuery { q, cursor } = match request.query() {
        Ok(query) => query,
        Err(error) => return Problem::bad_request(error.public().to_owned()).response(),
    };
    let word = match Word::parse(&q) {
        Ok(word) => word,
        Err(error) => return Problem::bad_request(format!("q: {error}")).response(),
    };
    let page = cursor.unwrap_or(1).clamp(1, PAGES_MAX);
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let found = matches(&books, word.as_str(), page, &site.settings().dictionary);
    if !found.problem.is_empty() {
        return Problem::bad_request(format!("q: {}", found.problem)).response();
    }
    let next = (found.end == End::More && page < PAGES_MAX).then_some(page + 1);
    answer(site, &SearchBody { kind: kind_name(found.kind), words: found.words, next })
}

/// GET of the word books.
pub(crate) fn books(site: &Site, _: &Request) -> Result<Response> {
    let shelf = site.shelf();
    let books = shelf.books().iter();
    let books = books.map(|book| BookBody { name: &book.name, title: &book.title }).collect();
    answer(site, &BooksBody { books, entries: shelf.lexicon().len() })
}

/// GET of the description of this API.
pub(crate) fn openapi(site: &Site, _: &Request) -> Result<Response> {
    answer(site, &document::document())
}

/// What no route of the API answers.
pub(crate) fn nothing(_: &Site, _: &Request) -> Result<Response> {
    Problem::new(StatusCode::NOT_FOUND, "There is no such resource".to_owned()).response()
}

/// The refusal of a guest if only users may look up.
fn keep_out(site: &Site, request: &Request) -> Option<Result<Response>> {
    let is_user = || matches!(Visitor::of(site, request).who, Who::User(_));
    let is_refused = site.settings().dictionary.lookup_requires_login && !is_user();
    let refusal = || Problem::new(StatusCode::UNAUTHORIZED, "Log in to look up words".to_owned());
    is_refused.then(|| refusal().response())
}

fn answer(site: &Site, body: &impl Serialize) -> Result<Response> {
    let is_closed = site.settings().dictionary.lookup_requires_login;
    let cache = if is_closed { NO_STORE } else { CACHE };
    let response = Response::json(body)?.with_field(header::CACHE_CONTROL, cache);
    Ok(response)
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Pattern => "pattern",
        Kind::Regex => "regex",
        Kind::Reverse => "reverse",
        Kind::Words => "words",
        Kind::Pinyin => "pinyin",
        Kind::Near => "near",
        Kind::Nothing | Kind::BadPattern => "nothing",
    }
}
