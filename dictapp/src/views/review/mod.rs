//! Reviews of a user's saved words: shows the next due word as a card, and takes the answer: how
//! well the user knew the word. Also undoes an answer, and chooses the kind of question.

mod sitting;

use std::sync::Arc;

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Error, Request, Response, Result};

use self::sitting::{Reviewed, Sitting};
use super::filters;
use super::page::Page;
use super::wordbook::{card_of, form_of};
use super::zone::{bounds_of_day, day_of_number, day_text};
use crate::model::{Grade, Memory};
use crate::paths;
use crate::site::{Card, CardKind, CurrentUser, ListToReview, NEW_A_DAY_MAX, Selection, Site};
use crate::store::{SavedWord, SavedWordCounts};
use crate::texts::{Texts, fill};

/// Number of cards on a page. The first one is shown; the others let the user continue while the
/// server cannot be reached.
const CARDS_PER_PAGE: u32 = 10;

/// Number of coming days that are searched for the next due word.
const DAYS_AHEAD: i64 = 60;

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    counts: SavedWordCounts,
    /// The card that is shown, and the cards that follow it if the server cannot be reached.
    cards: Vec<ReviewCard>,
    kind: CardKind,
    new_a_day: u64,
    new_a_day_max: u64,
    /// The word of the undone answer; empty if no answer was undone.
    undone: String,
    /// The progress since the user began to review (`sitting.rs`).
    sitting: Sitting,
    /// The name of the list if only its words are reviewed; empty: the whole word book.
    list: String,
    /// The key of the list, if it is the list of a class and some of its words are not in the word
    /// book.
    unsaved_list: Option<i64>,
    /// The number of words of the list that are not in the word book.
    unsaved: u64,
    /// The number of cards that are left until no word is due.
    left: u64,
    /// What is due next, if there is no card now.
    next: Option<NextDue>,
}

/// The answer to a request for a list that the user does not have.
#[derive(Template)]
#[template(path = "no_list.html")]
struct NoListPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    text: String,
    /// The path of the page with the user's lists, and the name of that page.
    to: &'static str,
    label: &'static str,
}

/// The words to review now.
struct Queue {
    /// The name of the list; empty: the whole word book.
    list: String,
    words: Vec<SavedWord>,
    left: u64,
    unsaved: u64,
}

/// What is due next.
enum NextDue {
    /// This many words, later today.
    Today(u64),
    /// This many words, on this day.
    Day(String, u64),
}

/// The card of a word.
struct ReviewCard {
    word: String,
    /// The number of reviews of the word so far. The answer repeats this number, so that an answer
    /// that is sent twice counts once.
    seen: u64,
    card: Arc<Card>,
    /// Which form of its headword the word is; empty if it is a headword.
    form: String,
    note: String,
    sentence: String,
    /// The first character, if it is a letter.
    first: Option<char>,
    /// The number of letters.
    letters: usize,
    grades: Vec<GradeButton>,
}

struct GradeButton {
    number: i64,
    name: &'static str,
    /// The time to the next review.
    wait: String,
}

#[derive(Deserialize)]
struct ReviewQuery {
    #[serde(default)]
    undone: String,
    #[serde(default)]
    sitting: String,
    /// The key of the word list of a class. Without `list` and `own` the sitting says what is
    /// reviewed.
    list: Option<i64>,
    /// The name of a list of the word book; empty: none.
    #[serde(default, rename = "own")]
    own_list: String,
}

/// `GET`: the next card.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else { return to_login() };
    let ReviewQuery { undone, sitting, list, own_list } = request.query()?;
    let mut sitting = Sitting::resume(&sitting, Timestamp::now());
    let asked = list.map(Reviewed::ClassList);
    let asked = asked.or_else(|| (!own_list.is_empty()).then_some(Reviewed::OwnList(own_list)));
    let is_asked = asked.is_some();
    sitting.reviewed = asked.unwrap_or(sitting.reviewed);
    let Queue { list, words, left, unsaved } = match queue(site, user, &sitting.reviewed)? {
        Some(queue) => queue,
        None if is_asked => return no_list(&page, &sitting.reviewed),
        None => {
            // The list was deleted, or the user has left the class.
            sitting.reviewed = Reviewed::All;
            whole_queue(site, user)?
        }
    };
    let shelf = site.shelf();
    let switched_off = page.books_off()?;
    let books = Selection::new(&shelf, &switched_off);
    let counts = site.saved_word_counts(user)?;
    let unsaved_list = match sitting.reviewed {
        Reviewed::ClassList(key) if unsaved > 0 => Some(key),
        _ => None,
    };
    let next = if words.is_empty() { next_due(&page, user, counts)? } else { None };
    page.send(&ReviewPage {
        page: &page,
        t: page.texts(),
        form_token: page.form_token()?,
        left,
        list,
        counts,
        next,
        sitting,
        cards: words.into_iter().map(|word| review_card(&books, word, page.texts())).collect(),
        kind: site.card_kind(user)?,
        new_a_day: site.new_a_day(user)?,
        new_a_day_max: NEW_A_DAY_MAX,
        undone,
        unsaved_list,
        unsaved,
    })
}

/// The words to review now. `None`: the user does not have this list.
fn queue(site: &Site, user: &CurrentUser, reviewed: &Reviewed) -> Result<Option<Queue>> {
    let list = match reviewed {
        Reviewed::All => return whole_queue(site, user).map(Some),
        Reviewed::ClassList(key) => site.class_list_to_review(user, *key, CARDS_PER_PAGE)?,
        Reviewed::OwnList(name) => site.own_list_to_review(user, name, CARDS_PER_PAGE)?,
    };
    Ok(list.map(|ListToReview { name, words, due, unsaved }| Queue {
        list: name,
        words,
        left: due,
        unsaved,
    }))
}

/// The words of the whole word book to review now.
fn whole_queue(site: &Site, user: &CurrentUser) -> Result<Queue> {
    let words = site.next_due_words(user, CARDS_PER_PAGE)?;
    let left = left(site.saved_word_counts(user)?, words.len() as u64, site.new_a_day(user)?);
    Ok(Queue { list: String::new(), words, left, unsaved: 0 })
}

/// The 404 page for a list that the user does not have.
fn no_list(page: &Page<'_>, reviewed: &Reviewed) -> Result<Response> {
    let t = page.texts();
    let (text, to, label) = match reviewed {
        Reviewed::OwnList(name) => {
            (fill(t.words.no_list, "list", name), paths::WORDS, t.words.title)
        }
        _ => (t.classes.no_list.to_owned(), paths::CLASSES, t.classes.title),
    };
    page.send_as(StatusCode::NOT_FOUND, &NoListPage { page, t, text, to, label })
}

/// The number of cards that are left. `ready` of them are on this page; if the page is not full,
/// there are no others. `counts.due` includes all new words, but only as many as the daily limit
/// allows are shown.
fn left(counts: SavedWordCounts, ready: u64, new_a_day: u64) -> u64 {
    if ready < CARDS_PER_PAGE.into() {
        return ready;
    }
    (counts.due.saturating_sub(counts.new) + counts.new.min(new_a_day)).max(ready)
}

/// What is due in the coming days, if nothing is due now. The number of words that are due today
/// includes the new ones, which the daily limit holds back; only the others are due later today.
fn next_due(
    page: &Page<'_>,
    user: &CurrentUser,
    counts: SavedWordCounts,
) -> Result<Option<NextDue>> {
    let today = page.today();
    let last_day = today.checked_add(jiff::Span::new().days(DAYS_AHEAD)).unwrap_or(today);
    let Some((_, end)) = bounds_of_day(last_day, page.zone()) else { return Ok(None) };
    let mut due_today = 0;
    for due in page.site.due_by_day(user, end, page.zone())? {
        match day_of_number(due.day) {
            Some(day) if day > today && due_today > counts.new => break,
            Some(day) if day > today => {
                return Ok(Some(NextDue::Day(day_text(day, page.texts()), due.count)));
            }
            _ => due_today += due.count,
        }
    }
    Ok(due_today.checked_sub(counts.new).filter(|later| *later > 0).map(NextDue::Today))
}

fn review_card(books: &Selection<'_>, word: SavedWord, t: &'static Texts) -> ReviewCard {
    let now = Timestamp::now();
    let button = |grade: Grade| {
        let due = Memory::after(word.memory.as_ref(), grade, now).due;
        let name = match grade {
            Grade::Again => t.review.again,
            Grade::Hard => t.review.hard,
            Grade::Good => t.review.good,
            Grade::Easy => t.review.easy,
        };
        GradeButton { number: grade.number(), name, wait: wait(due.duration_since(now), t) }
    };
    let card = card_of(books, &word.word);
    ReviewCard {
        form: form_of(&card, t),
        card,
        grades: Grade::ALL.into_iter().map(button).collect(),
        seen: word.reviews,
        first: word.word.chars().next().filter(|first| first.is_alphabetic()),
        letters: word.word.chars().filter(|c| c.is_alphabetic()).count(),
        note: word.text.note,
        sentence: word.text.sentence,
        word: word.word,
    }
}

fn wait(time: SignedDuration, t: &Texts) -> String {
    match time.as_hours() / 24 {
        0 => fill(t.review.in_minutes, "count", time.as_mins().max(1)),
        1 => t.review.in_one_day.to_owned(),
        days @ 2..=60 => fill(t.review.in_days, "count", days),
        days => fill(t.review.in_months, "count", days / 30),
    }
}

#[derive(Deserialize)]
struct AnswerForm {
    form_token: String,
    word: String,
    seen: u64,
    grade: i64,
    #[serde(default)]
    sitting: String,
}

/// `POST`: takes an answer. If it is sent twice, it counts once: the second time `seen` differs
/// from the word's number of reviews.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let answer: AnswerForm = request.form()?;
    page.check_form(&answer.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    let grade = Grade::from_number(answer.grade)
        .ok_or_else(|| Error::bad_request("grade must be a number from 1 to 4"))?;
    site.review(user, &answer.word, answer.seen, grade)?;
    Response::see_other(&paths::review(Sitting::after_answer(&answer.sitting, Timestamp::now())))
}

#[derive(Deserialize)]
struct UndoForm {
    form_token: String,
    #[serde(default)]
    sitting: String,
}

/// `POST`: undoes the latest answer.
pub(crate) fn undo(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let UndoForm { form_token, sitting } = request.form()?;
    page.check_form(&form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    match site.undo_review(user)? {
        Some(word) => {
            let sitting = Sitting::after_undo(&sitting, Timestamp::now());
            Response::see_other(&paths::review_undone(&word, sitting))
        }
        None => Response::see_other(paths::REVIEW),
    }
}

#[derive(Deserialize)]
struct KindForm {
    form_token: String,
    kind: String,
    new_a_day: Option<u64>,
    #[serde(default)]
    sitting: String,
}

/// `POST`: chooses the kind of question on the cards, and how many new words are shown each day.
pub(crate) fn choose_kind(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let KindForm { form_token, kind, new_a_day, sitting } = request.form()?;
    page.check_form(&form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    let kind = CardKind::from_value(&kind)
        .ok_or_else(|| Error::bad_request("kind must be meaning, word, ear or spelling"))?;
    site.choose_card_kind(user, kind)?;
    if let Some(words) = new_a_day {
        site.choose_new_a_day(user, words)?;
    }
    match sitting.as_str() {
        "" => Response::see_other(paths::REVIEW),
        text => Response::see_other(&paths::review(Sitting::resume(text, Timestamp::now()))),
    }
}

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::REVIEW))
}
