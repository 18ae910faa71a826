//! Looks words up: redirects a query to the page of its word or shows the best matches, and shows
//! the page of a word. A user's look-up is durable in the history before the response is sent.

use std::sync::Arc;

use askama::Template;
use serde::Deserialize;
use webframe::http::{HeaderName, Method, StatusCode, header};
use webframe::{Error, Request, Response, Result};

use super::entry;
use super::filters;
use super::matches::{best_matches, similar_words, words_of_sentence};
use super::page::{NO_STORE, Page};
use super::visitor::{Who, is_from_another_site};
use super::word::Brief;
use crate::bidi::is_control;
use crate::lexicon::{End, is_han};
use crate::model::{Word, WordError};
use crate::paths;
use crate::site::{EntryPart, GuestPage, Outcome, ResultsPart, Selection, Site};
use crate::store::Saved;
use crate::texts::Texts;

/// Maximum number of words drawn at random until one is in the visitor's books (the dictionaries
/// that the visitor has not switched off). If these have only one word in a hundred, the chance to
/// find one is still 99 %.
const DRAWS_MAX: usize = 512;

#[derive(Deserialize)]
struct SearchPageQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "word.html")]
struct WordPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    q: &'a str,
    entry: &'a EntryPart,
    /// The headwords, and whether they are in the user's word book (the saved words); empty for a
    /// guest.
    stars: Vec<Star<'a>>,
    /// The token of the form that saves a word; empty for a guest.
    save_token: String,
    /// Whether a user's look-up could not be written to the history.
    is_unrecorded: bool,
}

/// A headword and the state of the button that saves it.
struct Star<'a> {
    word: &'a str,
    is_saved: bool,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    q: &'a str,
    /// The text above the words. It says why they are shown.
    text: &'static str,
    words: Vec<Brief>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    q: &'a str,
    results: &'a ResultsPart,
    /// The number of this page of the results, from 1.
    number: usize,
    has_more: bool,
    /// Why the list of matches is incomplete; empty if it is complete.
    missing: &'static str,
}

#[derive(Template)]
#[template(path = "words.html")]
struct WordList<'a> {
    words: &'a [Brief],
}

/// The page to which a query leads.
enum Target<'q> {
    /// The page of this word.
    Word(&'q str),
    /// A list of words.
    Results(Arc<ResultsPart>),
}

/// `GET`: a word's page.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    if let Some(elsewhere) = refuse_lookup(&page)? {
        return Ok(elsewhere);
    }
    let asked = request.param("word")?;
    let word = match Word::parse(&asked) {
        Ok(word) => word,
        Err(error @ WordError::TooLong(_)) => return no_query(&page, &asked, error),
        Err(_) => return Err(Error::not_found("")),
    };
    let shelf = site.shelf();
    // Entries are in memory, so they are shown even if the database is unavailable. Then no book
    // counts as switched off.
    let switched_off = page.books_off();
    let is_unavailable = switched_off.is_err();
    let switched_off = switched_off.unwrap_or_default();
    let books = Selection::new(&shelf, &switched_off);
    let t = page.texts();
    let q = word.as_str();
    let Some(entry) = entry::part(&books, q, page.language())? else {
        if is_found_by_meaning(&page, &books, q) {
            return Response::see_other(&paths::results(q, 1));
        }
        count_and_record(&page, &word, Outcome::Missing)?;
        return missing_page(&page, &books, q);
    };
    let outcome = Outcome::Entry(entry.word());
    let saved = if is_unavailable { None } else { count_and_record(&page, &word, outcome).ok() };
    let is_unrecorded = saved.is_none();
    let (stars, save_token) = saving(&page, &entry.words, saved.unwrap_or(Saved::No));
    let template = WordPage { page: &page, t, q, entry: &entry, stars, save_token, is_unrecorded };
    // A page links to its own URL, so only the page at the usual URL of the word is shared.
    if page.is_plain() && request.path_and_query() == paths::word(q) {
        let (html, coding) = entry.page.coded(page.coding(), || page.render(&template))?;
        return Ok(page.send_shared(html, coding));
    }
    page.send(&template)
}

/// Whether a query without an entry is a Chinese text that is the meaning of words in the books.
fn is_found_by_meaning(page: &Page<'_>, books: &Selection<'_>, q: &str) -> bool {
    let found = || best_matches(books, q, 1, &page.site.settings().dictionary);
    q.contains(is_han) && matches!(found().kind.outcome(), Outcome::Found)
}

/// The 404 page of a query without an entry: lists the words of a sentence, or similar words that
/// may have been meant.
fn missing_page(page: &Page<'_>, books: &Selection<'_>, q: &str) -> Result<Response> {
    let t = page.texts();
    let words = words_of_sentence(books, q);
    let (text, words) = if words.is_empty() {
        (t.missing.near, similar_words(books, q, page.site.settings().dictionary.near_words))
    } else {
        (t.search.words_text, words)
    };
    page.send_as(StatusCode::NOT_FOUND, &MissingPage { page, t, q, text, words })
}

/// The headwords, each with whether the user has saved it, and the token of the form that saves
/// one. `first` is the state of the first headword, which the caller knows already. Both results
/// are empty for a guest, or if the database is unavailable.
fn saving<'a>(page: &Page<'_>, words: &'a [String], first: Saved) -> (Vec<Star<'a>>, String) {
    let Ok(Some(user)) = page.user() else { return (Vec::new(), String::new()) };
    let is_saved = |(number, word): (usize, &String)| match number {
        0 => first == Saved::Yes,
        _ => matches!(page.site.is_saved(user, word), Ok(true)),
    };
    let stars = words.iter().enumerate();
    let stars = stars.map(|(number, word)| Star { word, is_saved: is_saved((number, word)) });
    (stars.collect(), page.form_token().unwrap_or_default())
}

/// `GET`: a search. A user's query from the search box is recorded each time, and redirects to the
/// first page of its results, which has another address. So the query is not recorded again when
/// the user soon reloads that page, goes back to it or switches its language.
pub(crate) fn search(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    if let Some(elsewhere) = refuse_lookup(&page)? {
        return Ok(elsewhere);
    }
    let query: SearchPageQuery = request.query()?;
    let shelf = site.shelf();
    let word = match Word::parse(&query.q) {
        Ok(word) => word,
        Err(error) => return no_query(&page, &query.q, error),
    };
    let switched_off = page.books_off()?;
    let books = Selection::new(&shelf, &switched_off);
    let number = query.page.unwrap_or(1).clamp(1, 1000); // the page of the results
    let is_user = page.user()?.is_some();
    let is_typed = is_user && query.page.is_none() && is_visitors_own_get(&page);
    let path = if is_typed {
        paths::results(word.as_str(), 1)
    } else {
        request.path_and_query().into_owned()
    };
    let results = match target(&page, &books, &word, number, &path)? {
        Target::Results(results) => results,
        Target::Word(asked) => {
            record_typed_query(&page, asked, Outcome::Found)?;
            return Response::see_other(&paths::word(asked));
        }
    };
    if is_typed && results.problem.is_empty() {
        record_typed_query(&page, word.as_str(), results.outcome)?;
        return Response::see_other(&path);
    }
    if number > 1 && results.is_empty {
        let first =
            if is_user { paths::results(word.as_str(), 1) } else { paths::search(word.as_str()) };
        return Response::see_other(&first);
    }
    // An invalid pattern is a mistake, not a missing word, so it is not recorded.
    if number == 1 && results.problem.is_empty() {
        count_and_record(&page, &word, results.outcome)?;
    }
    let template = SearchPage {
        page: &page,
        t: page.texts(),
        q: word.as_str(),
        missing: incomplete_text(results.end, page.texts()),
        has_more: results.end == End::More,
        results: &results,
        number,
    };
    if page.is_plain() && books.is_whole() {
        let (html, coding) = results.page.coded(page.coding(), || page.render(&template))?;
        return Ok(page.send_shared(html, coding));
    }
    page.send(&template)
}

/// The target of a query. The results at `path` are the same for everybody who has switched no book
/// off, so they are cached.
fn target<'q>(
    page: &Page<'_>,
    books: &Selection<'_>,
    word: &'q Word,
    number: usize,
    path: &str,
) -> Result<Target<'q>> {
    let language = page.language().tag();
    let cache = books.is_whole().then(|| books.shelf().results());
    if let Some(results) = cache.and_then(|cache| cache.get(language, path)) {
        return Ok(Target::Results(results));
    }
    let asked = books.shelf().lexicon().matched_part(word.as_str());
    // A word of dots has no page, since browsers remove such a segment of a path.
    if !matches!(asked, "." | "..") && books.has(asked) {
        return Ok(Target::Word(asked));
    }
    let matches = best_matches(books, word.as_str(), number, &page.site.settings().dictionary);
    let (title, text) = matches.kind.texts(page.texts());
    let results = ResultsPart {
        outcome: matches.kind.outcome(),
        problem: matches.problem,
        end: matches.end,
        ..results_part(page, title, text, &matches.words)?
    };
    let results = Arc::new(results);
    // A search that ran out of time may find more the next time, so it is not cached.
    if let Some(cache) = cache.filter(|_| results.end != End::OutOfTime) {
        cache.put(language, path, &results);
    }
    Ok(Target::Results(results))
}

/// A list of words under a title and a text.
fn results_part(
    page: &Page<'_>,
    title: &'static str,
    text: &'static str,
    words: &[Brief],
) -> Result<ResultsPart> {
    Ok(ResultsPart {
        title,
        text,
        problem: String::new(),
        html: page.render(&WordList { words })?,
        is_empty: words.is_empty(),
        end: End::Complete,
        outcome: Outcome::Missing,
        page: GuestPage::default(),
    })
}

/// The reason why matches are missing; empty if the list is complete.
fn incomplete_text(end: End, t: &Texts) -> &'static str {
    match end {
        End::Complete | End::More => "",
        End::TooMany => t.search.too_many,
        End::OutOfTime => t.search.slow,
    }
}

/// `GET`: redirects to a random common word of the visitor's books.
pub(crate) fn random(site: &Site, request: &Request) -> Result<Response> {
    let mut draws = [[0; 8]; DRAWS_MAX];
    getrandom::fill(draws.as_flattened_mut())
        .map_err(|error| Error::internal(error.to_string()))?;
    let shelf = site.shelf();
    let switched_off = Page::new(site, request).books_off()?;
    let books = Selection::new(&shelf, &switched_off);
    let mut drawn =
        draws.iter().filter_map(|draw| shelf.lexicon().random(u64::from_le_bytes(*draw)));
    let path = match drawn.find(|entry| books.has(entry.word)) {
        Some(entry) => paths::word(entry.word),
        None => paths::HOME.to_owned(),
    };
    let response = Response::see_other(&path)?;
    Ok(response.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// The answer to a visitor who may not look words up, or to a user's prefetch. `None`: the request
/// is answered as usual.
fn refuse_lookup(page: &Page<'_>) -> Result<Option<Response>> {
    let is_user = matches!(page.visitor.who, Who::User(_));
    if is_user && is_prefetch(page.request()) {
        // A prefetched page may never be shown, so its look-up must not be recorded. A browser
        // drops the failed prefetch and sends the request again when the user follows the link.
        let refusal = Response::new(StatusCode::SERVICE_UNAVAILABLE);
        return Ok(Some(refusal.with_field(header::CACHE_CONTROL, NO_STORE)));
    }
    if is_user || !page.site.settings().dictionary.lookup_requires_login {
        return Ok(None);
    }
    page.user()?; // 503 if the user is unknown because the database is unavailable
    Response::see_other(&paths::login_then(&page.request().path_and_query())).map(Some)
}

/// Whether the browser only loads the page in advance.
fn is_prefetch(request: &Request) -> bool {
    let is = |name: &'static str| {
        let value = request.field(&HeaderName::from_static(name));
        value.is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    };
    is("sec-purpose") || is("purpose")
}

/// Whether the visitor requested the page. A HEAD request does not count, nor does a request that
/// another site caused.
fn is_visitors_own_get(page: &Page<'_>) -> bool {
    let request = page.request();
    request.method() != Method::HEAD && !is_from_another_site(page.site, request)
}

/// Counts a look-up for the statistics. If a user requested it, also writes it to the history and
/// waits until it is durable. Returns whether the word is in the user's word book.
fn count_and_record(page: &Page<'_>, word: &Word, outcome: Outcome<'_>) -> Result<Saved> {
    page.site.count_lookup(word, outcome, page.request().peer().address.ip());
    let Some(user) = page.user()? else { return Ok(Saved::No) };
    if !is_visitors_own_get(page) {
        return Ok(page.site.is_headword_saved(user, outcome)?);
    }
    Ok(page.site.record_lookup_unless_repeated(user, word, outcome)?)
}

/// Writes a query from the search box to the history, even if its page was shown a short while ago.
/// A failure is ignored: the page to which the browser is redirected tries again and reports it.
fn record_typed_query(page: &Page<'_>, word: &str, outcome: Outcome<'_>) -> Result<()> {
    let Some(user) = page.user()? else { return Ok(()) };
    if let Some(word) = Word::parse(word).ok().filter(|_| is_visitors_own_get(page)) {
        drop(page.site.record_lookup(user, &word, outcome));
    }
    Ok(())
}

/// The page for an empty query, or for one that cannot be a word.
fn no_query(page: &Page<'_>, query: &str, error: WordError) -> Result<Response> {
    let t = page.texts();
    let (title, text) = match error {
        WordError::Empty => (t.search.empty_title, t.search.empty_text),
        WordError::TooLong(_) => (t.search.too_long_title, t.search.too_long_text),
        WordError::Control(_) => (t.search.control_title, t.search.control_text),
    };
    // The query is not cut, so that the user can shorten it. The limit of the request target bounds
    // its length.
    let shown: String = query.chars().filter(|c| !is_control(*c)).collect();
    let results = results_part(page, title, text, &[])?;
    let values = SearchPage {
        page,
        t,
        q: shown.trim(),
        results: &results,
        number: 1,
        has_more: false,
        missing: "",
    };
    page.send_as(StatusCode::UNPROCESSABLE_ENTITY, &values)
}
