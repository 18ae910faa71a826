//! Imports a list of words, typed, pasted or from a file, into the word book. The list is a table
//! of any delimiter and encoding (`layout.rs` assigns roles to its columns), or has one word in
//! each line with its note after a TAB, as flashcard programs write it. An Anki package is shown
//! first (`package.rs`).

use serde::Deserialize;
use webframe::url::encode_query;
use webframe::{Error, Request, Response, Result};

use super::layout::words_of;
use super::{Refused, package};
use crate::books::{rows_of, text_of};
use crate::model::Word;
use crate::paths;
use crate::site::{Selection, Site, Visit};
use crate::store::SavedWordText;
use crate::texts::fill;
use crate::views::page::Page;

/// Rows of one import: as many as a word book may have words. Each takes memory before it is saved.
pub(super) const ROWS_MAX: usize = 20_000;

/// Maximum number of unknown words that are named after an import. The others are counted.
const UNKNOWN_SHOWN: usize = 5;
/// Characters of each.
const UNKNOWN_CHARS_SHOWN: usize = 40;

/// The name of a text without a file in errors.
const UNNAMED: &str = "text";

/// The first bytes of a zip archive.
const ZIP: &[u8] = b"PK";

#[derive(Deserialize)]
struct Fields {
    form_token: String,
    #[serde(default)]
    list: String,
}

/// A word as it was written, and the texts about it.
pub(super) type Row = (String, SavedWordText);

/// `GET`: redirects to the word book. The switch of the language on the page of an import leads
/// here.
pub(crate) fn to_word_book(_: &Site, _: &Request) -> Result<Response> {
    Response::see_other(paths::WORDS)
}

/// `POST`: a file, or the chosen roles of the fields of a package.
pub(crate) fn receive(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let form = request.multipart()?;
    let fields: Fields = form.fields()?;
    page.check_form(&fields.form_token)?;
    let Some(visit) = page.user()? else { return super::to_login() };
    if let Some(table) = form.get("table") {
        let choices = form.fields::<Vec<(String, String)>>()?;
        return package::add(&page, visit, (table.text()?, &choices), &fields.list);
    }
    let bytes = form.part("file")?.bytes();
    if bytes.starts_with(ZIP) {
        return package::show(&page, bytes, &fields.list);
    }
    let list = &fields.list;
    let read = match text_of(bytes) {
        Some(text) => read(&page, form.part("file")?.file_name().unwrap_or(UNNAMED), text),
        None => Err(page.texts().words.unknown_encoding.to_owned()),
    };
    match read {
        Ok(rows) => save(site, visit, rows, list),
        Err(what) => refuse(&page, visit, (&what, "", list)),
    }
}

/// Saves the words of a text that was typed. `list` is the list for words that name none.
pub(super) fn add(page: &Page<'_>, visit: &Visit, (text, list): (&str, &str)) -> Result<Response> {
    match read(page, UNNAMED, text.to_owned()) {
        Ok(rows) => save(page.site, visit, rows, list),
        Err(what) => refuse(page, visit, (&what, text, list)),
    }
}

fn refuse(
    page: &Page<'_>,
    visit: &Visit,
    (what, words, list): (&str, &str, &str),
) -> Result<Response> {
    let problem = fill(page.texts().words.unreadable, "what", what);
    super::refuse(page, visit, Refused { problem, words, list })
}

/// The rows of a text.
///
/// # Errors
/// Why it cannot be read.
fn read(page: &Page<'_>, name: &str, text: String) -> std::result::Result<Vec<Row>, String> {
    // One row more than the limit is enough to refuse.
    let rows = words_of(&rows_of(name, text, ROWS_MAX + 1).map_err(|error| error.to_string())?);
    if rows.len() > ROWS_MAX {
        return Err(fill(page.texts().words.too_many_rows, "max", ROWS_MAX));
    }
    Ok(rows)
}

/// Saves the words of an import, and shows how many were saved.
pub(super) fn save(site: &Site, visit: &Visit, rows: Vec<Row>, list: &str) -> Result<Response> {
    let count = rows.len();
    if count > ROWS_MAX {
        return Err(Error::bad_request(format!("the import has more than {ROWS_MAX} rows")));
    }
    let words = rows.into_iter().filter_map(|(word, mut about)| {
        if about.list.is_empty() {
            list.clone_into(&mut about.list);
        }
        Word::parse(&word).ok().map(|word| (word, about))
    });
    let words: Vec<_> = words.collect();
    let skipped = count - words.len();
    let valid = words.len() as u64;
    let unknown = unknown(site, &words);
    let saved = site.save_words(visit, words)?;
    let known = valid.saturating_sub(saved.new + saved.refused);
    let full = if saved.refused > 0 { "&full" } else { "" };
    let [known, skipped] = [("known", known), ("skipped", skipped as u64)]
        .map(|(name, n)| if n > 0 { format!("&{name}={n}") } else { String::new() });
    let added = saved.new;
    Response::see_other(&format!("{}?added={added}{known}{skipped}{unknown}{full}", paths::WORDS))
}

/// A word, cut so that several fit into an address.
fn beginning(word: &str) -> String {
    match word.char_indices().nth(UNKNOWN_CHARS_SHOWN) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// The part of a query that names the words that no dictionary has: probably typing errors.
fn unknown(site: &Site, words: &[(Word, SavedWordText)]) -> String {
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]);
    let words = words.iter().map(|(word, _)| word.as_str());
    let unknown: Vec<&str> = words.filter(|word| !books.has(word)).collect();
    if unknown.is_empty() {
        return String::new();
    }
    let shown = unknown.iter().take(UNKNOWN_SHOWN).map(|word| beginning(word));
    let shown = shown.collect::<Vec<_>>().join(", ");
    format!("&unknown={}&missing={}", unknown.len(), encode_query(&shown))
}
