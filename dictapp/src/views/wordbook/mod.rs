//! The page of a user's word book, which is the list of saved words: shows them page by page, and
//! takes the forms that save, change, suspend, remove or import words.

mod card;
mod export;
mod import;
mod layout;
mod package;

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Error, Request, Response, Result};

use super::classes::{ListLine, to_learn};
use super::filters;
use super::page::Page;
use crate::model::Word;
use crate::paths;
use crate::site::{Card, CurrentUser, SAVED_WORDS_MAX, Saving, Selection, Site};
use crate::store::{SavedFilter, SavedWord, SavedWordCounts, SavedWordText, WordListStart};
use crate::texts::{Texts, fill};

pub(super) use card::{card_of, form_of};
pub(crate) use export::export;
pub(crate) use import::{receive, to_word_book};

/// Maximum number of words on a page.
const PAGE_WORDS: u32 = 50;

#[derive(Default, Deserialize)]
struct WordBookQuery {
    #[serde(default)]
    list: String,
    /// Only words that were saved before this time are shown, in microseconds; `None`: the newest.
    older: Option<i64>,
    /// The result of an import; see [`WordBookPage`].
    added: Option<u64>,
    known: Option<u64>,
    filled: Option<u64>,
    kept: Option<u64>,
    skipped: Option<u64>,
    unknown: Option<u64>,
    /// Some of the unknown words.
    #[serde(default)]
    missing: String,
    full: Option<String>,
}

#[derive(Template)]
#[template(path = "wordbook.html")]
struct WordBookPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    counts: SavedWordCounts,
    /// The number of words to review now: those of the shown list, or all.
    due: u64,
    lists: Vec<String>,
    /// The word lists of the user's classes.
    to_learn: Vec<ListLine>,
    /// The list that is shown; empty: all words.
    list: String,
    words: Vec<SavedLine>,
    /// The next page shows the words that were saved before this time, in microseconds; `None`:
    /// this is the last page.
    older: Option<i64>,
    is_newest: bool,
    /// The result of an import as numbers. `added`: new words. `known`: words that were saved
    /// before. `filled`: known words that got a note or sentence. `kept`: known words that kept
    /// their own note or sentence. `skipped`: rows without a valid word.
    added: Option<u64>,
    known: Option<u64>,
    filled: Option<u64>,
    kept: Option<u64>,
    skipped: Option<u64>,
    /// Imported words that no dictionary has: how many, and some of them.
    unknown_count: u64,
    unknown: String,
    /// An import that could not be read.
    refused: Option<RefusedImport<'a>>,
    /// Whether words were not saved because the word book is full.
    is_full: bool,
    words_max: u64,
}

/// An import that could not be read, as the form shows it again.
struct RefusedImport<'a> {
    problem: String,
    /// The typed text.
    words: &'a str,
    list: &'a str,
}

/// A saved word as the page shows it.
struct SavedLine {
    word: String,
    card: Arc<Card>,
    /// Which form of its headword the word is; empty if it is a headword.
    form: String,
    text: SavedWordText,
    is_suspended: bool,
    is_due: bool,
    /// When the next review is.
    next: String,
}

/// What a form does.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WordBookAction {
    Save,
    Remove,
    Update,
    Suspend,
    Resume,
    Import,
}

#[derive(Deserialize)]
struct WordBookForm {
    form_token: String,
    action: WordBookAction,
    #[serde(default)]
    word: String,
    #[serde(flatten)]
    text: SavedWordText,
    /// The typed text of an import.
    #[serde(default)]
    words: String,
    /// The path to go to afterwards.
    #[serde(default)]
    next: String,
}

/// `GET`: the word book.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else { return to_login() };
    send(&page, user, request.query()?, None)
}

/// The page of the word book after an import that could not be read: its form has the submitted
/// values, and the page says why.
fn refuse(page: &Page<'_>, user: &CurrentUser, refused: RefusedImport<'_>) -> Result<Response> {
    let response = send(page, user, WordBookQuery::default(), Some(refused))?;
    Ok(response.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

fn send(
    page: &Page<'_>,
    user: &CurrentUser,
    query: WordBookQuery,
    refused: Option<RefusedImport<'_>>,
) -> Result<Response> {
    let site = page.site;
    let start = start(query.older)?;
    let list = query.list;
    let filter = SavedFilter { list: (!list.is_empty()).then(|| list.clone()) };
    // One word more than a page shows is read, to find out whether there is a next page.
    let mut words = site.saved_words(user, start, &filter, PAGE_WORDS + 1)?;
    let has_older = words.len() > PAGE_WORDS as usize;
    words.truncate(PAGE_WORDS as usize);
    let older = words.last().filter(|_| has_older).map(|word| word.created.as_microsecond());
    let shelf = site.shelf();
    let switched_off = page.books_off()?;
    let books = Selection::new(&shelf, &switched_off);
    let now = Timestamp::now();
    let counts = site.saved_word_counts(user)?;
    let due = match list.as_str() {
        "" => counts.due,
        list => site.own_list_counts(user, list)?.due,
    };
    page.send(&WordBookPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        counts,
        due,
        lists: site.word_lists(user)?,
        to_learn: to_learn(page, user),
        list,
        words: words.into_iter().map(|word| line(page, &books, word, now)).collect(),
        older,
        is_newest: start == WordListStart::Newest,
        added: query.added,
        known: query.known,
        filled: query.filled,
        kept: query.kept,
        skipped: query.skipped,
        unknown_count: query.unknown.unwrap_or_default(),
        unknown: query.missing,
        refused,
        is_full: query.full.is_some(),
        words_max: SAVED_WORDS_MAX,
    })
}

/// `POST`: changes the word book.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: WordBookForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    let next = paths::local_path(&form.next).unwrap_or(paths::WORDS).to_owned();
    match form.action {
        WordBookAction::Remove => site.remove_saved_word(user, &form.word)?,
        WordBookAction::Suspend => site.suspend_saved_word(user, &form.word)?,
        WordBookAction::Resume => site.resume_saved_word(user, &form.word)?,
        WordBookAction::Update => {
            site.update_saved_word(user, &form.word, &form.text).map(drop)?;
        }
        WordBookAction::Save => {
            let word = Word::parse(&form.word).map_err(|error| {
                Error::bad_request(format!("the word cannot be saved: {error}"))
            })?;
            if site.save_word(user, &word, &form.text)? == Saving::Full {
                return Response::see_other(&format!("{}?full", paths::WORDS));
            }
        }
        WordBookAction::Import => return import::add(&page, user, &form.words, &form.text.list),
    }
    Response::see_other(&next)
}

fn start(older: Option<i64>) -> Result<WordListStart> {
    let Some(older) = older else { return Ok(WordListStart::Newest) };
    let time = Timestamp::from_microsecond(older);
    time.map(WordListStart::OlderThan).map_err(|_| Error::bad_request("invalid time in the query"))
}

fn line(page: &Page<'_>, books: &Selection<'_>, word: SavedWord, now: Timestamp) -> SavedLine {
    let card = card_of(books, &word.word);
    SavedLine {
        form: form_of(&card, page.texts()),
        card,
        next: next_review(page, word.due),
        is_due: word.due <= now && !word.suspended,
        is_suspended: word.suspended,
        text: word.text,
        word: word.word,
    }
}

/// When the next review is: its day, or its time if that is today.
fn next_review(page: &Page<'_>, due: Timestamp) -> String {
    let local = page.local(due);
    if local.date() == page.today() {
        let time = local.strftime("%H:%M").to_string();
        return fill(page.texts().words.next_today, "time", time);
    }
    fill(page.texts().words.next, "day", page.day(due))
}

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::WORDS))
}
