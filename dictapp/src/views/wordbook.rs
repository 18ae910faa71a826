//! The word book of a user: their saved words, page by page, and what they can do with them.

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Error, Request, Response, Result};

use super::filters;
use super::page::{NO_STORE, Page};
use super::word::gloss_of;
use crate::model::Word;
use crate::paths;
use crate::site::{SAVED_WORDS_MAX, Saving, Selection, Site, Visit};
use crate::store::{SavedFilter, SavedWord, SavedWordCounts, SavedWordText, WordListStart};
use crate::texts::Texts;

/// Words on a page.
const PAGE_WORDS: u32 = 50;

/// Words that one import may add.
const IMPORT_WORDS_MAX: usize = 2000;

/// Words read at once for an export.
const EXPORT_ROWS: u32 = 1000;

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    list: String,
    older: Option<i64>,
    added: Option<usize>,
    full: Option<String>,
}

#[derive(Template)]
#[template(path = "wordbook.html")]
struct WordBookPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    counts: SavedWordCounts,
    lists: Vec<String>,
    /// The list that is shown; empty: all of them.
    list: String,
    words: Vec<Line>,
    /// Where the next page begins.
    older: Option<i64>,
    is_newest: bool,
    added: Option<usize>,
    is_full: bool,
    words_max: u64,
}

/// A saved word as the page shows it.
struct Line {
    word: String,
    gloss: String,
    text: SavedWordText,
    is_suspended: bool,
    is_due: bool,
    /// The day of the next review.
    day: String,
}

/// What a form of the word book asks for.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Save,
    Remove,
    Update,
    Suspend,
    Resume,
    Import,
}

#[derive(Deserialize)]
struct Form {
    form_token: String,
    action: Action,
    #[serde(default)]
    word: String,
    #[serde(default)]
    list: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    sentence: String,
    /// The lines of an import.
    #[serde(default)]
    words: String,
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
}

/// GET of the word book.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else { return to_login() };
    let query: Query = request.query()?;
    let start = start(query.older)?;
    let list = query.list;
    let filter = SavedFilter { list: (!list.is_empty()).then(|| list.clone()) };
    let mut words = site.saved_words(visit, start, &filter, PAGE_WORDS + 1)?;
    let has_older = words.len() > PAGE_WORDS as usize;
    words.truncate(PAGE_WORDS as usize);
    let older = words.last().filter(|_| has_older).map(|word| word.created.as_microsecond());
    let shelf = site.shelf();
    let off = page.books_off()?;
    let books = Selection::new(&shelf, &off);
    let now = Timestamp::now();
    page.send(&WordBookPage {
        page: &page,
        t: page.texts(),
        form_token: page.form_token()?,
        counts: site.saved_word_counts(visit)?,
        lists: site.word_lists(visit)?,
        list,
        words: words.into_iter().map(|word| line(site, &books, word, now)).collect(),
        older,
        is_newest: start == WordListStart::Newest,
        added: query.added,
        is_full: query.full.is_some(),
        words_max: SAVED_WORDS_MAX,
    })
}

/// POST of the word book.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let form: Form = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(visit) = page.user()? else { return to_login() };
    let next = paths::own_place(&form.next).unwrap_or(paths::WORDS).to_owned();
    match form.action {
        Action::Remove => site.remove_saved_word(visit, &form.word)?,
        Action::Suspend => site.suspend_saved_word(visit, &form.word)?,
        Action::Resume => site.resume_saved_word(visit, &form.word)?,
        Action::Update => {
            let word = form.word.clone();
            site.update_saved_word(visit, &word, &form.text()).map(drop)?;
        }
        Action::Save => {
            let word = Word::parse(&form.word).map_err(|error| {
                Error::bad_request(format!("the word cannot be saved: {error}"))
            })?;
            if site.save_word(visit, &word, &form.text())? == Saving::Full {
                return Response::see_other(&format!("{}?full", paths::WORDS));
            }
        }
        Action::Import => return import(site, visit, &form),
    }
    Response::see_other(&next)
}

impl Form {
    fn text(self) -> SavedWordText {
        let Form { list, tags, note, sentence, .. } = self;
        SavedWordText { list, tags, note, sentence }
    }
}

/// Adds the words of an import: a word in each line, and its note behind a TAB.
fn import(site: &Site, visit: &Visit, form: &Form) -> Result<Response> {
    let mut added = 0;
    for line in form.words.lines().take(IMPORT_WORDS_MAX) {
        let (word, note) = line.split_once('\t').unwrap_or((line, ""));
        let Ok(word) = Word::parse(word) else { continue };
        let (list, note) = (form.list.clone(), note.to_owned());
        let text = SavedWordText { list, note, ..SavedWordText::default() };
        match site.save_word(visit, &word, &text)? {
            Saving::Saved => added += 1,
            Saving::Known => {}
            Saving::Full => return Response::see_other(&format!("{}?full", paths::WORDS)),
        }
    }
    Response::see_other(&format!("{}?added={added}", paths::WORDS))
}

#[derive(Deserialize)]
struct ExportQuery {
    #[serde(rename = "as")]
    form: ExportForm,
}

/// The form of an export.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExportForm {
    /// A table with a header.
    Csv,
    /// Front and back, separated by a TAB.
    Text,
}

/// GET of the whole word book as a file.
pub(crate) fn export(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else { return to_login() };
    let ExportQuery { form } = request.query()?;
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let mut rows = Vec::new();
    let mut start = WordListStart::Newest;
    loop {
        let some = site.saved_words(visit, start, &SavedFilter::default(), EXPORT_ROWS)?;
        let Some(last) = some.last() else { break };
        start = WordListStart::OlderThan(last.created);
        rows.extend(some);
    }
    let (bytes, kind, name) = match form {
        ExportForm::Csv => (csv(&books, &rows)?, "text/csv; charset=utf-8", "words.csv"),
        ExportForm::Text => (text(&books, &rows), "text/plain; charset=utf-8", "words.txt"),
    };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(Error::internal)?;
    let response = Response::new(StatusCode::OK)
        .with_body(bytes.into())
        .with_field(header::CONTENT_TYPE, HeaderValue::from_static(kind))
        .with_field(header::CONTENT_DISPOSITION, disposition)
        .with_field(header::CACHE_CONTROL, NO_STORE);
    Ok(response)
}

fn csv(books: &Selection<'_>, rows: &[SavedWord]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header =
        ["word", "pronunciation", "meaning", "example", "list", "tags", "note", "sentence"];
    writer.write_record(header).map_err(Error::internal)?;
    for row in rows {
        let card = Card::of(books, &row.word);
        let SavedWordText { list, tags, note, sentence } = &row.text;
        let record =
            [&row.word, &card.phonetic, &card.meaning, &card.example, list, tags, note, sentence];
        writer.write_record(record.map(|text| unformula(text))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

/// Spreadsheets run a cell that begins like this as a formula.
fn unformula(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

fn text(books: &Selection<'_>, rows: &[SavedWord]) -> Vec<u8> {
    let line = |row: &SavedWord| {
        let card = Card::of(books, &row.word);
        let phonetic = match card.phonetic.as_str() {
            "" => String::new(),
            phonetic => format!("[{phonetic}]"),
        };
        let back = [phonetic.as_str(), &card.meaning, &card.example, &row.text.note];
        let back: Vec<&str> = back.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{}\t{}\n", row.word, back.join(" · "))
    };
    rows.iter().map(line).collect::<String>().into_bytes()
}

/// What the dictionary says of a word, for a card.
pub(super) struct Card {
    pub(super) phonetic: String,
    pub(super) meaning: String,
    pub(super) example: String,
}

impl Card {
    pub(super) fn of(books: &Selection<'_>, word: &str) -> Card {
        let found = books.look_up(word);
        let entry = found.first().and_then(|found| found.entries.first());
        let Some(entry) = entry else {
            return Card {
                phonetic: String::new(),
                meaning: String::new(),
                example: String::new(),
            };
        };
        let explanation = crate::model::Explanation::parse(entry.mean);
        let ipa = explanation.first_pronunciation().map(|one| one.ipa.clone());
        let phonetic = ipa.or_else(|| found[0].phonetic.map(str::to_owned)).unwrap_or_default();
        let example = explanation.senses().flat_map(|(_, sense)| &sense.examples).next();
        Card {
            phonetic,
            meaning: gloss_of(&explanation),
            example: example.map_or_else(String::new, |example| match &example.translation {
                Some(translation) => format!("{} {translation}", example.text),
                None => example.text.clone(),
            }),
        }
    }
}

fn start(older: Option<i64>) -> Result<WordListStart> {
    let Some(older) = older else { return Ok(WordListStart::Newest) };
    let time = Timestamp::from_microsecond(older);
    time.map(WordListStart::OlderThan).map_err(|_| Error::bad_request("invalid time in the query"))
}

fn line(site: &Site, books: &Selection<'_>, word: SavedWord, now: Timestamp) -> Line {
    Line {
        gloss: Card::of(books, &word.word).meaning,
        day: word.due.to_zoned(site.zone().clone()).strftime("%Y-%m-%d").to_string(),
        is_due: word.due <= now && !word.suspended,
        is_suspended: word.suspended,
        text: word.text,
        word: word.word,
    }
}

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::WORDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_an_export_is_never_a_formula() {
        assert_eq!(unformula("=1+1"), "'=1+1");
        assert_eq!(unformula("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(unformula("apple"), "apple");
    }
}
