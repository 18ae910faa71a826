//! Exports a user's word book (the saved words) for other programs: as a table, as a package for
//! Anki, or as lines with the front and the back of a card.

use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Error, Request, Response, Result};

use super::card::{meaning_line, new_card};
use crate::site::{Selection, Site};
use crate::store::{AnkiNote, SavedFilter, SavedWord, SavedWordText, WordListStart, anki_package};
use crate::texts::Texts;
use crate::views::page::{NO_STORE, Page};

/// Number of words that one query of an export reads.
const EXPORT_ROWS: u32 = 1000;

#[derive(Deserialize)]
struct ExportQuery {
    #[serde(rename = "as")]
    format: ExportFormat,
}

/// The format of an export.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExportFormat {
    /// A table with a header.
    Csv,
    /// A line for each card: front and back, separated by a TAB.
    Text,
    /// A package for Anki.
    Apkg,
}

/// `GET`: the whole word book as a file.
pub(crate) fn export(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else { return super::to_login() };
    let ExportQuery { format } = request.query()?;
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]); // all dictionaries, also those that are switched off
    let mut rows = Vec::new();
    let mut start = WordListStart::Newest;
    loop {
        let batch = site.saved_words(user, start, &SavedFilter::default(), EXPORT_ROWS)?;
        let Some(last) = batch.last() else { break };
        start = WordListStart::OlderThan(last.created);
        rows.extend(batch);
    }
    let (bytes, kind, name) = match format {
        ExportFormat::Csv => {
            (csv(&books, &rows, page.texts())?, "text/csv; charset=utf-8", "words.csv")
        }
        ExportFormat::Text => {
            (text(&books, &rows, page.texts()), "text/plain; charset=utf-8", "words.txt")
        }
        ExportFormat::Apkg => {
            let notes: Vec<AnkiNote> =
                rows.iter().map(|row| note(&books, row, page.texts())).collect();
            let package = anki_package(page.texts().words.title, &notes)?;
            (package, "application/octet-stream", "words.apkg")
        }
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

fn note(books: &Selection<'_>, row: &SavedWord, t: &Texts) -> AnkiNote {
    let card = new_card(books, &row.word);
    AnkiNote {
        word: row.word.clone(),
        example: card.example_line(),
        meaning: meaning_line(&card, t),
        pronunciation: card.phonetic,
        sentence: row.text.sentence.clone(),
        note: row.text.note.clone(),
        tags: row.text.tags.clone(),
        list: row.text.list.clone(),
    }
}

fn csv(books: &Selection<'_>, rows: &[SavedWord], t: &Texts) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header =
        ["word", "pronunciation", "meaning", "example", "list", "tags", "note", "sentence"];
    writer.write_record(header).map_err(Error::internal)?;
    for row in rows {
        let card = new_card(books, &row.word);
        let SavedWordText { list, tags, note, sentence } = &row.text;
        let example = card.example_line();
        let meaning = meaning_line(&card, t);
        let record = [&row.word, &card.phonetic, &meaning, &example, list, tags, note, sentence];
        writer.write_record(record.map(|text| unformula(text))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

/// Puts an apostrophe before a cell that a spreadsheet would run as a formula.
fn unformula(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

fn text(books: &Selection<'_>, rows: &[SavedWord], t: &Texts) -> Vec<u8> {
    let line = |row: &SavedWord| {
        let card = new_card(books, &row.word);
        let phonetic = match card.phonetic.as_str() {
            "" => String::new(),
            phonetic => format!("[{phonetic}]"),
        };
        let example = card.example_line();
        let meaning = meaning_line(&card, t);
        let back = [phonetic.as_str(), &meaning, &example, &row.text.note];
        let back: Vec<&str> = back.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{}\t{}\n", row.word, back.join(" · "))
    };
    rows.iter().map(line).collect::<String>().into_bytes()
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
