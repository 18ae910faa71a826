//! Exports the word book for other programs: as a table, an Anki package, or lines with front and
//! back.

use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Error, Request, Response, Result};

use crate::model::{Explanation, LanguageTag, Languages};
use crate::site::{Selection, Site};
use crate::store::{AnkiNote, SavedFilter, SavedWord, SavedWordText, WordListStart, anki_package};
use crate::views::page::{NO_STORE, Page};
use crate::views::word::gloss_of;

/// Words that an export reads in one query.
const EXPORT_ROWS: u32 = 1000;

#[derive(Deserialize)]
struct ExportQuery {
    #[serde(rename = "as")]
    form: ExportForm,
}

/// The format of an export.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExportForm {
    /// A table with a header.
    Csv,
    /// Front and back, separated by a TAB.
    Text,
    /// A package for Anki.
    Apkg,
}

/// `GET`: the whole word book as a file.
pub(crate) fn export(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let Some(visit) = page.user()? else { return super::to_login() };
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
        ExportForm::Apkg => {
            let notes: Vec<AnkiNote> = rows.iter().map(|row| note(&books, row)).collect();
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

fn note(books: &Selection<'_>, row: &SavedWord) -> AnkiNote {
    let card = Card::of(books, &row.word);
    AnkiNote {
        word: row.word.clone(),
        example: card.example_line(),
        pronunciation: card.phonetic,
        meaning: card.meaning,
        sentence: row.text.sentence.clone(),
        note: row.text.note.clone(),
        tags: row.text.tags.clone(),
        list: row.text.list.clone(),
    }
}

fn csv(books: &Selection<'_>, rows: &[SavedWord]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header =
        ["word", "pronunciation", "meaning", "example", "list", "tags", "note", "sentence"];
    writer.write_record(header).map_err(Error::internal)?;
    for row in rows {
        let card = Card::of(books, &row.word);
        let SavedWordText { list, tags, note, sentence } = &row.text;
        let example = card.example_line();
        let record =
            [&row.word, &card.phonetic, &card.meaning, &example, list, tags, note, sentence];
        writer.write_record(record.map(|text| unformula(text))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

/// Prefixes a cell that a spreadsheet would run as a formula.
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
        let example = card.example_line();
        let back = [phonetic.as_str(), &card.meaning, &example, &row.text.note];
        let back: Vec<&str> = back.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{}\t{}\n", row.word, back.join(" · "))
    };
    rows.iter().map(line).collect::<String>().into_bytes()
}

/// The content of a word's card.
pub(crate) struct Card {
    pub(crate) phonetic: String,
    pub(crate) meaning: String,
    /// Of the meaning.
    pub(crate) lang: LanguageTag,
    pub(crate) example: String,
    /// The translation of the example.
    pub(crate) translation: String,
}

impl Card {
    /// The example with its translation, in one line.
    pub(crate) fn example_line(&self) -> String {
        format!("{} {}", self.example, self.translation).trim_end().to_owned()
    }

    /// The card of a word that no book has.
    fn unknown() -> Card {
        Card {
            phonetic: String::new(),
            meaning: String::new(),
            lang: LanguageTag::ENGLISH,
            example: String::new(),
            translation: String::new(),
        }
    }

    pub(crate) fn of(books: &Selection<'_>, word: &str) -> Card {
        let found = books.look_up(word);
        let entry = found.first().and_then(|found| found.entries.first());
        let Some(entry) = entry else {
            return Card::unknown();
        };
        let explanation = Explanation::parse(entry.mean);
        let meaning = gloss_of(&explanation);
        let ipa = explanation.first_pronunciation().map(|one| one.ipa.clone());
        let phonetic = ipa.or_else(|| found[0].phonetic.map(str::to_owned)).unwrap_or_default();
        let example = explanation.senses().flat_map(|(_, sense)| &sense.examples).next();
        Card {
            phonetic,
            lang: Languages::of_target(entry.languages, &meaning),
            meaning,
            example: example.map_or_else(String::new, |example| example.text.clone()),
            translation: example.and_then(|one| one.translation.clone()).unwrap_or_default(),
        }
    }
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
