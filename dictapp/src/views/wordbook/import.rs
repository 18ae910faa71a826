//! Imports a list of words, typed, pasted or from a file, into the word book. The list is a table
//! with a header, as the export writes it, or has one word in each line with its note after a TAB,
//! as flashcard programs write it.

use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use crate::model::Word;
use crate::paths;
use crate::site::{Saving, Site, Visit};
use crate::store::SavedWordText;
use crate::views::page::Page;

/// Maximum number of words that one import adds.
const WORDS_MAX: usize = 2000;

#[derive(Deserialize)]
struct Fields {
    form_token: String,
    #[serde(default)]
    list: String,
}

/// A row of a table. Other columns are ignored.
#[derive(Deserialize)]
struct Record {
    word: String,
    #[serde(default)]
    list: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    sentence: String,
}

/// `POST`: a file.
pub(crate) fn receive(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let form = request.multipart()?;
    let fields: Fields = form.fields()?;
    page.check_form(&fields.form_token)?;
    let Some(visit) = page.user()? else { return super::to_login() };
    let text = std::str::from_utf8(form.part("file")?.bytes());
    let text = text.map_err(|_| Error::bad_request("the file is not UTF-8 text"))?;
    add(site, visit, (text, &fields.list))
}

/// Saves the words. Words without a list go to `list`.
pub(super) fn add(site: &Site, visit: &Visit, (text, list): (&str, &str)) -> Result<Response> {
    let mut added = 0;
    for (word, mut about) in read(text)?.into_iter().take(WORDS_MAX) {
        let Ok(word) = Word::parse(&word) else { continue };
        if about.list.is_empty() {
            list.clone_into(&mut about.list);
        }
        match site.save_word(visit, &word, &about)? {
            Saving::Saved => added += 1,
            Saving::Known => {}
            Saving::Full => return Response::see_other(&format!("{}?full", paths::WORDS)),
        }
    }
    Response::see_other(&format!("{}?added={added}", paths::WORDS))
}

fn read(text: &str) -> Result<Vec<(String, SavedWordText)>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with("word,") {
        return table(text);
    }
    // Flashcard programs write their settings in lines with #.
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (word, note) = line.split_once('\t').unwrap_or((line, ""));
        let note = note.to_owned();
        (word.to_owned(), SavedWordText { note, ..SavedWordText::default() })
    };
    Ok(lines.map(row).collect())
}

fn table(text: &str) -> Result<Vec<(String, SavedWordText)>> {
    let mut rows = Vec::new();
    for record in csv::Reader::from_reader(text.as_bytes()).deserialize().take(WORDS_MAX) {
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
        let lines = "#separator:tab\nice cream\tcold\npear\n";
        let rows = read(lines).unwrap();
        let rows: Vec<_> = rows.iter().map(|(word, about)| (&**word, &*about.note)).collect();
        assert_eq!(rows, [("ice cream", "cold"), ("pear", "")]);
        assert!(read("word,note\na\n").is_err());
        assert_eq!(plain("'tis"), "'tis");
    }
}
