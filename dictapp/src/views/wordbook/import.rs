//! Imports a list of words, typed, pasted or from a file, into the word book. The list is a table
//! with a header, as the export writes it, or has one word in each line with its note after a TAB,
//! as flashcard programs write it. An Anki
//! package is shown first (`package.rs`).

use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use super::package;
use crate::model::Word;
use crate::paths;
use crate::site::{Site, Visit};
use crate::store::SavedWordText;
use crate::views::page::Page;

/// Rows of one import: as many as a word book may have words. Each takes memory before it is saved.
pub(super) const ROWS_MAX: usize = 20_000;

/// The first bytes of a zip archive.
const ZIP: &[u8] = b"PK";

#[derive(Deserialize)]
struct Fields {
    form_token: String,
    #[serde(default)]
    list: String,
}

/// A row of a table. Other columns are ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record {
    word: String,
    list: String,
    tags: String,
    note: String,
    sentence: String,
}

/// A word as it was written, and what is written about it.
pub(super) type Row = (String, SavedWordText);

/// `GET`: leads to the word book after the language was changed on the page of an import.
pub(crate) fn to_word_book(_: &Site, _: &Request) -> Result<Response> {
    Response::see_other(paths::WORDS)
}

/// `POST`: a file, or of what becomes of the fields of a package.
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
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| Error::bad_request("the file is not UTF-8 text"))?;
    add(site, visit, (text, &fields.list))
}

/// Saves the words of a text. `list` is the list of those that name none.
pub(super) fn add(site: &Site, visit: &Visit, (text, list): (&str, &str)) -> Result<Response> {
    save(site, visit, read(text)?, list)
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
    let saved = site.save_words(visit, words)?;
    let known = valid.saturating_sub(saved.new + saved.refused);
    let full = if saved.refused > 0 { "&full" } else { "" };
    let [known, skipped] = [("known", known), ("skipped", skipped as u64)]
        .map(|(name, n)| if n > 0 { format!("&{name}={n}") } else { String::new() });
    Response::see_other(&format!("{}?added={}{known}{skipped}{full}", paths::WORDS, saved.new))
}

fn read(text: &str) -> Result<Vec<Row>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with("word,") {
        return table(text);
    }
    // Card programs begin their settings with #. One row more than the limit is enough to refuse.
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let row = |line: &str| {
        let (word, note) = line.split_once('\t').unwrap_or((line, ""));
        let note = note.to_owned();
        (word.to_owned(), SavedWordText { note, ..SavedWordText::default() })
    };
    Ok(lines.map(row).take(ROWS_MAX + 1).collect())
}

fn table(text: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for record in csv::Reader::from_reader(text.as_bytes()).deserialize().take(ROWS_MAX + 1) {
        let record: Record = record.map_err(|error| Error::bad_request(error.to_string()))?;
        let Record { word, list, tags, note, sentence } = record;
        let [word, list, tags, note, sentence] =
            [word, list, tags, note, sentence].map(|cell| plain(&cell).to_owned());
        rows.push((word, SavedWordText { list, tags, note, sentence }));
    }
    Ok(rows)
}

/// A cell without the prefix that the export writes against formulas.
fn plain(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    rest.unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_plain_lines_are_read() {
        let table = "\u{feff}word,pronunciation,list,note\nice cream,x,Unit 5,'=1+1\n";
        let rows = read(table).unwrap();
        assert_eq!(rows[0].0, "ice cream");
        assert_eq!((&*rows[0].1.list, &*rows[0].1.note), ("Unit 5", "=1+1"));
        let lines = "#separator:tab\nice cream\tcold\n\npear\n";
        let rows = read(lines).unwrap();
        let rows: Vec<_> = rows.iter().map(|(word, about)| (&**word, &*about.note)).collect();
        assert_eq!(rows, [("ice cream", "cold"), ("pear", "")]);
        assert!(read("word,note\na\n").is_err());
        assert_eq!(plain("'tis"), "'tis");
    }
}
