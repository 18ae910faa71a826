//! Looking up: a query to its word or to the best matches, a word to its page. What a user looked
//! up is in the history before the answer is sent.

use jiff::Timestamp;
use serde::Deserialize;
use webframe::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use webframe::minijinja::context;
use webframe::{Error, Request, Response, Result};

use super::page;
use super::visitor::Visitor;
use super::word::{Brief, Headword, brief};
use crate::dictionary::{Dictionary, Shelf};
use crate::lexicon::{End, Page, Pattern};
use crate::model::{WORD_BYTES_MAX, Word, WordError};
use crate::store::Lookup;
use crate::urls;

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: Option<usize>,
}

/// What was found for a query that is no word of the books.
#[derive(Default)]
struct Matches {
    /// The end of the key of the headline among the texts.
    kind: &'static str,
    /// What the headline is about.
    problem: String,
    words: Vec<Brief>,
    has_more: bool,
    out_of_time: bool,
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Phrases shown on the page of a word, and how many words that begin like it are looked through.
const PHRASES: usize = 8;
const PHRASES_SEEN: usize = 100;

/// Matches on a page.
const PAGE_WORDS: usize = 30;

/// GET of a word's page.
pub(crate) fn show(dictionary: &Dictionary, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(dictionary, request);
    if let Some(elsewhere) = keep_out(dictionary, &visitor)? {
        return Ok(elsewhere);
    }
    let asked = request.param("word")?;
    let Ok(word) = Word::parse(&asked) else { return Err(Error::not_found("")) };
    let shelf = dictionary.shelf();
    let found = shelf.look_up(word.as_str());
    record(dictionary, &visitor, &word, !found.is_empty())?;
    if found.is_empty() {
        let near = near(dictionary, &shelf, word.as_str());
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
        phrases => phrases(&shelf, found[0].word),
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
    if !matches!(word.as_str(), "." | "..") && !shelf.lexicon().look_up(word.as_str()).is_empty() {
        return Response::see_other(&urls::word(word.as_str())).map_err(Error::internal);
    }
    let page = query.page.unwrap_or(1).clamp(1, 1000);
    let matches = matches(dictionary, &shelf, word.as_str(), page);
    if page == 1 {
        let found = matches!(matches.kind, "pattern" | "reverse" | "words");
        record(dictionary, &visitor, &word, found)?;
    }
    let values = context! {
        q => word.as_str(),
        kind => matches.kind,
        problem => matches.problem,
        words => matches.words,
        page,
        has_more => matches.has_more,
        out_of_time => matches.out_of_time,
    };
    page::render(dictionary, &visitor, "search.html", values)
}

/// GET of some common word.
pub(crate) fn random(dictionary: &Dictionary, _: &Request) -> Result<Response> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    let shelf = dictionary.shelf();
    let place = match shelf.lexicon().random(u64::from_le_bytes(bytes)) {
        Some(entry) => urls::word(entry.word),
        None => urls::HOME.to_owned(),
    };
    let response = Response::see_other(&place).map_err(Error::internal)?;
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
    let here = match request.query_string() {
        "" => request.path().to_owned(),
        query => format!("{}?{query}", request.path()),
    };
    Response::see_other(&urls::login_then(&here)).map(Some).map_err(Error::internal)
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
        out_of_time => false,
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page::render_as(status, dictionary, visitor, "search.html", values)
}

/// The best there is for what is no word: by pattern, by Chinese gloss, by its words, by spelling.
fn matches(dictionary: &Dictionary, shelf: &Shelf, query: &str, page: usize) -> Matches {
    let lexicon = shelf.lexicon();
    let wanted = Page { skip: (page - 1) * PAGE_WORDS, take: PAGE_WORDS };
    let found = match Pattern::parse(query) {
        Some(Err(error)) => {
            let problem = error.to_string();
            return Matches { kind: "bad_pattern", problem, ..Matches::default() };
        }
        Some(Ok(pattern)) => Some(("pattern", lexicon.matching(&pattern, wanted))),
        None if has_chinese(query) => Some(("reverse", lexicon.reverse(query, wanted))),
        None => None,
    };
    if let Some((kind, found)) = found {
        return Matches {
            kind: if found.entries.is_empty() { "nothing" } else { kind },
            problem: String::new(),
            words: found.entries.iter().map(brief).collect(),
            has_more: found.end == End::More,
            out_of_time: found.end == End::OutOfTime,
        };
    }
    let words = by_words(shelf, query);
    if !words.is_empty() {
        return Matches { kind: "words", words, ..Matches::default() };
    }
    let words = near(dictionary, shelf, query);
    let kind = if words.is_empty() { "nothing" } else { "near" };
    Matches { kind, words, ..Matches::default() }
}

/// The words and phrases of a sentence.
fn by_words(shelf: &Shelf, query: &str) -> Vec<Brief> {
    if !query.contains(char::is_whitespace) {
        return Vec::new();
    }
    let pieces = shelf.lexicon().phrase(query);
    let first = pieces.iter().filter_map(|piece| piece.hits.first());
    let mut words: Vec<Brief> = Vec::new();
    for hit in first {
        if !words.iter().any(|known| known.word == hit.entry.word) {
            words.push(brief(&hit.entry));
        }
    }
    words
}

/// Words that may have been meant: near in meaning or in spelling, else those that begin so.
fn near(dictionary: &Dictionary, shelf: &Shelf, query: &str) -> Vec<Brief> {
    let most = dictionary.settings().dictionary.near_words;
    let lexicon = shelf.lexicon();
    let mut near = match has_chinese(query) {
        true => lexicon.reverse(query, Page::first(most)).entries,
        false => lexicon.did_you_mean(query, most),
    };
    if near.is_empty() {
        near = lexicon.suggest(query, most);
    }
    near.iter().map(brief).collect()
}

/// Phrases that a headword is part of.
fn phrases(shelf: &Shelf, headword: &str) -> Vec<Brief> {
    let is_part = |phrase: &str| {
        phrase.split(' ').skip(1).count() > 0
            && phrase.split(' ').any(|word| word.eq_ignore_ascii_case(headword))
    };
    let near = shelf.lexicon().suggest(headword, PHRASES_SEEN);
    let phrases = near.iter().filter(|entry| entry.word != headword && is_part(entry.word));
    phrases.take(PHRASES).map(brief).collect()
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'))
}
