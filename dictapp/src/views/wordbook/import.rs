//! Imports a list of words, typed, pasted or from a file, into a user's word book (the saved
//! words). The list is a table of any delimiter and encoding (`layout.rs` finds out what its
//! columns mean), or has one word in each line with its note after a TAB, as flashcard programs
//! write it. The content of an Anki package is shown before it is imported (`package.rs`).

use serde::Deserialize;
use webframe::url::encode_query;
use webframe::{Error, Request, Response, Result};

use super::layout::words_of;
use super::{RefusedImport, package};
use crate::books::{decode_text, parse_rows};
use crate::model::Word;
use crate::paths;
use crate::site::{CurrentUser, Selection, Site};
use crate::store::SavedWordText;
use crate::texts::fill;
use crate::views::page::Page;

/// Maximum number of rows of one import: as many as a word book may have words. All rows are in
/// memory until they are saved.
pub(super) const ROWS_MAX: usize = 20_000;

/// Maximum number of unknown words (no dictionary has them) that are named after an import. The
/// others are only counted.
const UNKNOWN_SHOWN: usize = 5;
/// Maximum number of characters of an unknown word that are shown.
const UNKNOWN_CHARS_SHOWN: usize = 40;

/// The name in errors for a text that is not from a file.
const UNNAMED: &str = "text";

/// The first bytes of a zip archive. An Anki package is one.
const ZIP: &[u8] = b"PK";

#[derive(Deserialize)]
struct ImportFields {
    form_token: String,
    #[serde(default)]
    list: String,
}

/// A word as it was written, and the texts saved with it.
pub(super) type Row = (String, SavedWordText);

/// `GET`: redirects to the word book. The page that answers a refused import has this path, so its
/// link to the other language leads here.
pub(crate) fn to_word_book(_: &Site, _: &Request) -> Result<Response> {
    Response::see_other(paths::WORDS)
}

/// `POST`: imports a file, or shows it if it is an Anki package. The second step for a package
/// sends the field `table`: imports it with the roles that the user chose for its columns.
pub(crate) fn receive(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form = request.multipart()?;
    let fields: ImportFields = form.fields()?;
    page.check_form(&fields.form_token)?;
    let Some(user) = page.user()? else { return super::to_login() };
    if let Some(table) = form.get("table") {
        let choices = form.fields::<Vec<(String, String)>>()?;
        return package::add(&page, user, table.text()?, &choices, &fields.list);
    }
    let bytes = form.part("file")?.bytes();
    if bytes.starts_with(ZIP) {
        return package::show(&page, bytes, &fields.list);
    }
    let list = &fields.list;
    let read = match decode_text(bytes) {
        Some(text) => read(&page, form.part("file")?.file_name().unwrap_or(UNNAMED), text),
        None => Err(page.texts().words.unknown_encoding.to_owned()),
    };
    match read {
        Ok(rows) => save(site, user, rows, list),
        Err(reason) => refuse(&page, user, &reason, "", list),
    }
}

/// Saves the words of a text that was typed. If the row of a word names no list, the word gets the
/// list `list`.
pub(super) fn add(page: &Page<'_>, user: &CurrentUser, text: &str, list: &str) -> Result<Response> {
    match read(page, UNNAMED, text.to_owned()) {
        Ok(rows) => save(page.site, user, rows, list),
        Err(reason) => refuse(page, user, &reason, text, list),
    }
}

/// The page of the word book with the reason (`reason`) why the import could not be read.
fn refuse(
    page: &Page<'_>,
    user: &CurrentUser,
    reason: &str,
    typed_words: &str,
    list: &str,
) -> Result<Response> {
    let problem = fill(page.texts().words.unreadable, "what", reason);
    super::refuse(page, user, RefusedImport { problem, words: typed_words, list })
}

/// Parses a text; returns a row for each word. `name` is that of the file.
///
/// # Errors
/// Why the text cannot be read, for the user.
fn read(page: &Page<'_>, name: &str, text: String) -> std::result::Result<Vec<Row>, String> {
    // One row more than the limit is enough to refuse the import.
    let rows = words_of(&parse_rows(name, text, ROWS_MAX + 1).map_err(|error| error.to_string())?);
    if rows.len() > ROWS_MAX {
        return Err(fill(page.texts().words.too_many_rows, "max", ROWS_MAX));
    }
    Ok(rows)
}

/// Saves the words of an import, and redirects to the word book, which shows how many were saved,
/// known, skipped and unknown, and what became of the notes of known words.
pub(super) fn save(
    site: &Site,
    user: &CurrentUser,
    rows: Vec<Row>,
    list: &str,
) -> Result<Response> {
    let count = rows.len();
    if count > ROWS_MAX {
        return Err(Error::bad_request(format!("the import has more than {ROWS_MAX} rows")));
    }
    let words = rows.into_iter().filter_map(|(word, mut texts)| {
        if texts.list.is_empty() {
            list.clone_into(&mut texts.list);
        }
        Word::parse(&word).ok().map(|word| (word, texts))
    });
    let words: Vec<_> = words.collect();
    let skipped = count - words.len();
    let valid = words.len() as u64;
    let unknown = unknown(site, &words);
    let saved = site.save_words(user, words)?;
    let known = valid.saturating_sub(saved.new + saved.refused);
    let full = if saved.refused > 0 { "&full" } else { "" };
    let counts = [
        ("known", known),
        ("filled", saved.filled),
        ("kept", saved.kept),
        ("skipped", skipped as u64),
    ];
    let counts = counts.into_iter().filter(|(_, n)| *n > 0);
    let counts: String = counts.map(|(name, n)| format!("&{name}={n}")).collect();
    let added = saved.new;
    Response::see_other(&format!("{}?added={added}{counts}{unknown}{full}", paths::WORDS))
}

/// Cuts a word, so that several fit into a URL.
fn beginning(word: &str) -> String {
    match word.char_indices().nth(UNKNOWN_CHARS_SHOWN) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// The part of the redirect's query with the words that no dictionary has, which are probably
/// typing errors: their number, and the first of them. Empty if there are none.
fn unknown(site: &Site, words: &[(Word, SavedWordText)]) -> String {
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]); // all dictionaries: none is switched off
    let words = words.iter().map(|(word, _)| word.as_str());
    let unknown: Vec<&str> = words.filter(|word| !books.has(word)).collect();
    if unknown.is_empty() {
        return String::new();
    }
    let shown = unknown.iter().take(UNKNOWN_SHOWN).map(|word| beginning(word));
    let shown = shown.collect::<Vec<_>>().join(", ");
    format!("&unknown={}&missing={}", unknown.len(), encode_query(&shown))
}
