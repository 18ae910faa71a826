//! Reviews of a user's saved words: shows the next due word as a card, and takes the answer: how
//! well the user knew the word. Also undoes an answer, and chooses the kind of question.

use std::sync::Arc;

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use super::filters;
use super::page::Page;
use super::wordbook::card_of;
use crate::model::{Grade, Memory};
use crate::paths;
use crate::site::{Card, CardKind, NEW_A_DAY_MAX, Selection, Site};
use crate::store::{SavedWord, SavedWordCounts};
use crate::texts::{Texts, fill};

/// Number of cards on a page: the first one, and more, so that reviews continue while the server
/// cannot be reached.
const CARDS: u32 = 10;

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    counts: SavedWordCounts,
    /// The card, and those that follow if the server cannot be reached for the next one.
    cards: Vec<ReviewCard>,
    kind: CardKind,
    new_a_day: u64,
    new_a_day_max: u64,
    /// The word whose answer was undone.
    undone: String,
}

/// The card of a word.
struct ReviewCard {
    word: String,
    /// The number of reviews so far. The answer sends it back, so that it counts once.
    seen: u64,
    card: Arc<Card>,
    note: String,
    sentence: String,
    grades: Vec<GradeButton>,
}

struct GradeButton {
    number: i64,
    name: &'static str,
    /// The time to the next review.
    wait: String,
}

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    undone: String,
}

/// `GET`: the next card.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else { return to_login() };
    let Query { undone } = request.query()?;
    let shelf = site.shelf();
    let off = page.books_off()?;
    let books = Selection::new(&shelf, &off);
    let words = site.next_due_words(visit, CARDS)?;
    page.send(&ReviewPage {
        page: &page,
        t: page.texts(),
        form_token: page.form_token()?,
        counts: site.saved_word_counts(visit)?,
        cards: words.into_iter().map(|word| review_card(&books, word, page.texts())).collect(),
        kind: site.card_kind(visit)?,
        new_a_day: site.new_a_day(visit)?,
        new_a_day_max: NEW_A_DAY_MAX,
        undone,
    })
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
    ReviewCard {
        card: card_of(books, &word.word),
        grades: Grade::ALL.into_iter().map(button).collect(),
        seen: word.reviews,
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
struct Answer {
    form_token: String,
    word: String,
    seen: u64,
    grade: i64,
}

/// `POST`: takes an answer. If it is sent twice it counts once, since `seen` differs then.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let answer: Answer = request.form()?;
    page.check_form(&answer.form_token)?;
    let Some(visit) = page.user()? else { return to_login() };
    let grade = Grade::from_number(answer.grade)
        .ok_or_else(|| Error::bad_request("grade must be a number from 1 to 4"))?;
    site.review(visit, &answer.word, answer.seen, grade)?;
    Response::see_other(paths::REVIEW)
}

#[derive(Deserialize)]
struct TokenForm {
    form_token: String,
}

/// `POST`: undoes the latest answer.
pub(crate) fn undo(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let TokenForm { form_token } = request.form()?;
    page.check_form(&form_token)?;
    let Some(visit) = page.user()? else { return to_login() };
    match site.undo_review(visit)? {
        Some(word) => Response::see_other(&paths::review_undone(&word)),
        None => Response::see_other(paths::REVIEW),
    }
}

#[derive(Deserialize)]
struct KindForm {
    form_token: String,
    kind: String,
    new_a_day: Option<u64>,
}

/// `POST`: chooses the kind of question on the cards, and how many new words are shown each day.
pub(crate) fn choose_kind(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let KindForm { form_token, kind, new_a_day } = request.form()?;
    page.check_form(&form_token)?;
    let Some(visit) = page.user()? else { return to_login() };
    let kind = CardKind::from_value(&kind)
        .ok_or_else(|| Error::bad_request("kind must be meaning, word, ear or spelling"))?;
    site.choose_card_kind(visit, kind)?;
    if let Some(words) = new_a_day {
        site.choose_new_a_day(visit, words)?;
    }
    Response::see_other(paths::REVIEW)
}

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::REVIEW))
}
