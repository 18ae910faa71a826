//! The data of one user in the API: the history of look-ups, the word book and the reviews. All of
//! it needs a token with the scope [`Scope::History`]. The word book is the user's saved words. In
//! this file `books` means the dictionaries.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use webframe::http::StatusCode;
use webframe::{Request, Response, Result};

use super::super::wordbook;
use super::caller::{Caller, client};
use super::problem::ApiProblem;
use super::{parse_json_object, private_json};
use crate::model::{Grade, Scope, Word};
use crate::site::{Card, SavedWordRow, Saving, Selection, Site};
use crate::store::{PageStart, Recorded, SavedFilter, SavedWordText, WordListStart};

/// Maximum number of rows in a response.
const ROWS_MAX: u32 = 1000;

/// Number of words in a response, unless `limit` is given.
const WORDS_DEFAULT: u32 = 50;

/// The query of a page of rows. `list` is the name of a list in the word book; without it the rows
/// are all words.
#[derive(Deserialize)]
struct RowsQuery {
    cursor: Option<i64>,
    limit: Option<u32>,
    list: Option<String>,
}

#[derive(Serialize)]
struct HistoryBody {
    rows: Vec<HistoryRow>,
    next: Option<i64>,
}

#[derive(Serialize)]
struct HistoryRow {
    name: String,
    word: String,
    time: String,
    found: bool,
}

#[derive(Serialize)]
struct WordBookBody {
    words: Vec<SavedWordRow>,
    next: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct SavedWordInput {
    list: String,
    tags: String,
    note: String,
    sentence: String,
    suspended: bool,
}

/// The numbers of saved words, of due words and of words without a review, and the next card. The
/// card is null if no word is due.
#[derive(Serialize)]
struct ReviewBody {
    words: u64,
    due: u64,
    new: u64,
    card: Option<CardBody>,
}

#[derive(Serialize)]
struct CardBody {
    word: String,
    /// The number of reviews of the word so far. The answer repeats this number, so that an answer
    /// that is sent twice counts once.
    seen: u64,
    /// The headword that the meaning belongs to. It differs from the word if that is an inflected
    /// form.
    headword: String,
    phonetic: String,
    meaning: String,
    example: String,
    note: String,
    sentence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    word: String,
    seen: u64,
    /// 1: again, 2: hard, 3: good, 4: easy.
    grade: i64,
}

#[derive(Serialize)]
struct UndoneBody {
    /// The word of the undone review; null if there was no review.
    word: Option<String>,
}

/// `GET`: the history, newest first.
pub(crate) fn history(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let user = caller.user_with(Scope::History)?;
    let query: RowsQuery = request.query()?;
    let default = site.settings().dictionary.history_page;
    let limit = query.limit(u32::try_from(default).unwrap_or(ROWS_MAX))?;
    let start = query.start()?.map_or(PageStart::Newest, PageStart::OlderThan);
    let mut rows = site.past_lookups(user, start, limit + 1)?;
    let next = next(&mut rows, limit, |row| row.at);
    let rows = rows.into_iter().map(|row| HistoryRow {
        name: row.name.to_string(),
        word: row.word,
        time: row.at.to_string(),
        found: row.found,
    });
    private_json(request, &HistoryBody { rows: rows.collect(), next })
}

/// `DELETE`: deletes the whole history.
pub(crate) fn delete_history(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    site.delete_history(caller.user_with(Scope::History)?, &client(request))?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

/// `GET`: the word book, the most recently saved word first.
pub(crate) fn word_book(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let user = caller.user_with(Scope::History)?;
    let query: RowsQuery = request.query()?;
    let limit = query.limit(WORDS_DEFAULT)?;
    let start = query.start()?.map_or(WordListStart::Newest, WordListStart::OlderThan);
    let filter = SavedFilter { list: query.list.filter(|list| !list.is_empty()) };
    let mut words = site.saved_words(user, start, &filter, limit + 1)?;
    let next = next(&mut words, limit, |word| word.created);
    let words = words.into_iter().map(SavedWordRow::from).collect();
    private_json(request, &WordBookBody { words, next })
}

/// `GET`: a saved word.
pub(crate) fn saved_word(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let user = caller.user_with(Scope::History)?;
    let word = word_of(request)?;
    let saved = site.saved_word(user, word.as_str())?;
    private_json(request, &SavedWordRow::from(saved.ok_or_else(not_saved)?))
}

/// `PUT`: saves a word to the word book (201), or replaces the texts of a saved word (200). Then
/// suspends or resumes its reviews.
pub(crate) fn save_word(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let user = caller.user_with(Scope::History)?;
    let word = word_of(request)?;
    let SavedWordInput { list, tags, note, sentence, suspended } = parse_json_object(request)?;
    let text = SavedWordText { list, tags, note, sentence };
    let status = match site.save_word(user, &word, &text)? {
        Saving::Saved => StatusCode::CREATED,
        Saving::Known => {
            site.update_saved_word(user, word.as_str(), &text)?;
            StatusCode::OK
        }
        Saving::Full => {
            return ApiProblem::new(StatusCode::CONFLICT, "the word book is full").response();
        }
    };
    if suspended {
        site.suspend_saved_word(user, word.as_str())?
    } else {
        site.resume_saved_word(user, word.as_str())?
    }
    let saved = site.saved_word(user, word.as_str())?.ok_or_else(not_saved)?;
    Ok(private_json(request, &SavedWordRow::from(saved))?.with_status(status))
}

/// `DELETE`: removes a word from the word book.
pub(crate) fn remove_word(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    site.remove_saved_word(caller.user_with(Scope::History)?, word_of(request)?.as_str())?;
    Ok(Response::new(StatusCode::NO_CONTENT))
}

/// `GET`: the next card.
pub(crate) fn card(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let user = caller.user_with(Scope::History)?;
    let counts = site.saved_word_counts(user)?;
    let shelf = site.shelf();
    let switched_off = site.books_off(user)?;
    let books = Selection::new(&shelf, &switched_off);
    let next = site.next_due_words(user, 1)?.into_iter().next();
    let card = next.map(|saved| {
        let card = wordbook::card_of(&books, &saved.word);
        let example = card.example_line();
        let Card { phonetic, meaning, inflection, .. } = Arc::unwrap_or_clone(card);
        let SavedWordText { note, sentence, .. } = saved.text;
        let word = saved.word;
        let seen = saved.reviews;
        let headword = inflection.map_or_else(|| word.clone(), |inflection| inflection.headword);
        CardBody { word, seen, headword, phonetic, meaning, example, note, sentence }
    });
    let words = counts.words;
    let due = counts.due;
    let new = counts.new;
    private_json(request, &ReviewBody { words, due, new, card })
}

/// `POST`: the answer to a card. An answer that is sent twice counts once.
pub(crate) fn review(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let user = caller.user_with(Scope::History)?;
    let Answer { word, seen, grade } = parse_json_object(request)?;
    let grade = Grade::from_number(grade)
        .ok_or_else(|| ApiProblem::unusable("grade", "grade must be a number from 1 to 4"))?;
    match site.review(user, &word, seen, grade)? {
        Recorded::New => Ok(Response::new(StatusCode::NO_CONTENT)),
        Recorded::Stale => {
            let detail = "the word is not saved, or was reviewed since the card was sent";
            ApiProblem::new(StatusCode::CONFLICT, detail).response()
        }
    }
}

/// `DELETE`: undoes the latest review.
pub(crate) fn undo_review(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let word = site.undo_review(caller.user_with(Scope::History)?)?;
    private_json(request, &UndoneBody { word })
}

impl RowsQuery {
    /// The maximum number of rows.
    fn limit(&self, default: u32) -> Result<u32> {
        match self.limit {
            None => Ok(default),
            Some(limit @ 1..=ROWS_MAX) => Ok(limit),
            Some(_) => {
                Err(ApiProblem::bad_request(format!("limit must be a number from 1 to {ROWS_MAX}"))
                    .into())
            }
        }
    }

    /// The time of the last row of the previous page; `None`: this is the first page.
    fn start(&self) -> Result<Option<Timestamp>> {
        let start = self.cursor.map(Timestamp::from_microsecond).transpose();
        start.map_err(|_| ApiProblem::bad_request("invalid cursor").into())
    }
}

/// The cursor of the next page: the time of the last row of this one, in microseconds. `None`: this
/// is the last page. `rows` has one row more than `limit` if there is a next page; it is cut to
/// `limit`.
fn next<T>(rows: &mut Vec<T>, limit: u32, time: impl Fn(&T) -> Timestamp) -> Option<i64> {
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    rows.last().filter(|_| has_more).map(|row| time(row).as_microsecond())
}

/// The word in the path.
fn word_of(request: &Request) -> Result<Word> {
    let word = Word::parse(&request.param("word")?);
    word.map_err(|error| ApiProblem::bad_request(format!("word: {error}")).into())
}

fn not_saved() -> ApiProblem {
    ApiProblem::new(StatusCode::NOT_FOUND, "the word is not in the word book")
}
