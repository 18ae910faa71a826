//! Reads a csv or tsv table. A row of names in English or Chinese decides the columns; without it
//! they are recognised by their content.

use csv::StringRecord;

use crate::books::error::{BookError, Place};
use crate::books::input::records::{Format, Records};
use crate::books::input::source::Source;
use crate::books::oddity::OddityKind;
use crate::books::overrides::{Column, Overrides, Recognised};
use crate::books::text::markup::{self, LineEnds};
use crate::books::text::{columns, exchange, gloss, script};
use crate::books::{About, ReadState, Reader};
use crate::model::{Entry, Languages};

use super::draft::Draft;

/// Reads a table.
pub(crate) struct Table {
    records: Records,
    format: Format,
    /// Whether TABs separate the columns and Anki did not write the file. In such a tab file, the
    /// cell of a headword may have other spellings after a bar (`colour|color`), and cells have
    /// escapes.
    is_tab_file: bool,
    /// Whether cells are plain text, so that `<b>` in them is no tag.
    is_plain: bool,
    /// Whether an export of this program wrote the file.
    is_own: bool,
    columns: Vec<Column>,
    /// The names of columns that have text but are not read, until they are reported.
    unread: Vec<String>,
    /// Number of rows before the first entry: comments, a delimiter, the names of the columns.
    rows_before: usize,
    encoding: crate::books::Encoding,
    languages: Option<Languages>,
    title: Option<String>,
    state: ReadState,
}

/// The cells of a row by column.
#[derive(Default)]
struct Row<'a> {
    word: &'a str,
    phonetics: Vec<String>,
    /// Parts of speech, each with the number of explanations before it.
    parts: Vec<(String, usize)>,
    meanings: Vec<String>,
    examples: Vec<String>,
    translations: Vec<String>,
    rank: Option<&'a str>,
    forms: Vec<&'a str>,
    /// Number of pictures that were left out.
    pictures: usize,
}

impl Table {
    /// Opens a table and recognises its delimiter.
    pub(crate) fn csv(source: Source, overrides: &Overrides) -> Result<Table, BookError> {
        let format = Format::sniff(&source.sample(), overrides.delimiter);
        Table::new(source, format, overrides)
    }

    /// Opens a table separated by TABs.
    pub(crate) fn tsv(source: Source, overrides: &Overrides) -> Result<Table, BookError> {
        // Some files with the ending of TABs (`.tsv`) are separated by commas.
        let tab = source.sample().contains(&b'\t').then_some(b'\t');
        let format = Format::sniff(&source.sample(), overrides.delimiter.or(tab));
        Table::new(source, format, overrides)
    }

    fn new(source: Source, format: Format, overrides: &Overrides) -> Result<Table, BookError> {
        let rows = format.sample(&source.sample());
        if let Some(given) = &overrides.columns {
            check(given, &rows).map_err(|reason| BookError::whole(source.path(), reason))?;
        }
        let mut layout = columns::recognise(&rows);
        let encoding = source.encoding();
        let is_anki = source.sample().starts_with(b"#separator:");
        let is_plain = memchr::memmem::find(&source.sample(), b"#html:false\n").is_some();
        let own_rows = exchange::header_rows(&rows);
        let is_own = own_rows > 0;
        let is_tab_file = format.is_tabs() && !is_anki;
        if is_own && is_tab_file {
            layout.columns = vec![Column::Word, Column::Mean];
        }
        let unread = match &overrides.columns {
            Some(_) => Vec::new(),
            None => columns::unread(&rows, &layout),
        };
        let records = Records::new(source, format)?;
        Ok(Table {
            unread,
            is_tab_file,
            is_plain: is_anki && is_plain || is_own,
            is_own,
            title: layout.title,
            state: ReadState::new(Place::Line(0), records.meter()),
            columns: overrides.columns.clone().unwrap_or(layout.columns),
            rows_before: if is_own { own_rows } else { layout.rows_before },
            languages: layout.languages,
            records,
            format,
            encoding,
        })
    }

    /// The entry of a row. `None`: it has a fault, which is reported as an oddity.
    fn entry(&mut self, record: &StringRecord) -> Result<Option<Entry>, BookError> {
        let row = self.row(record);
        // A single cell cannot be an entry if the table has several columns.
        if row.meanings.is_empty() && record.len() < self.columns.len().min(2) {
            if self.records.is_several_lines() {
                let reason = "the record has several lines and too few columns: \
                              is a quote not closed?";
                return Err(self.records.damaged(reason));
            }
            self.state.note(OddityKind::WrongColumns, row.word);
            return Ok(None);
        }
        let rank = row.rank.filter(|text| !text.is_empty());
        let parsed = rank.and_then(|text| text.parse().ok()).filter(|&rank: &u32| rank > 0);
        if rank.is_some() && parsed.is_none() {
            self.state.note(OddityKind::BadDetail, row.word);
        }
        (0..row.pictures).for_each(|_| self.state.note(OddityKind::Picture, row.word));
        // Tab files may have several headwords in one cell.
        let words = if self.is_tab_file { headwords(row.word) } else { vec![row.word.to_owned()] };
        let mut forms: Vec<String> = words.into_iter().map(|word| self.headword(word)).collect();
        let headword = &forms.remove(0);
        let draft = if self.is_own {
            forms.extend(row.forms.iter().flat_map(|cell| own_forms(cell)).map(str::to_owned));
            let own = exchange::read_article(&row.meanings.join("\n"));
            let phonetic = row.phonetics.into_iter().next().or(own.phonetic);
            let rank = parsed.or(own.rank);
            Draft { phonetic, mean: own.mean, rank, forms, ..Draft::new(headword) }
        } else {
            let more = row.forms.iter().flat_map(|forms| forms.split([',', ';']));
            forms.extend(more.map(str::to_owned));
            let (phonetic, mean) = row.explanation();
            Draft { phonetic, mean, rank: parsed, forms, ..Draft::new(headword) }
        };
        Ok(self.state.finish(draft))
    }

    fn row<'r>(&self, record: &'r StringRecord) -> Row<'r> {
        let mut row = Row::default();
        let mut pictures = 0;
        for (cell, column) in record.iter().zip(&self.columns) {
            let text = cell.trim();
            let some = Some(text).filter(|text| !text.is_empty());
            let mut read = || {
                let read = self.text(some?);
                pictures += read.pictures;
                Some(read.lines).filter(|text| !text.trim().is_empty())
            };
            match column {
                Column::Word => row.word = text,
                Column::Phonetic => row.phonetics.extend(read()),
                Column::Part => row.parts.extend(read().map(|part| (part, row.meanings.len()))),
                Column::Mean => row.meanings.extend(read()),
                Column::Example => row.examples.extend(read()),
                Column::Translation => row.translations.extend(read()),
                Column::Rank => row.rank = some,
                Column::Forms => row.forms.extend(some),
                Column::Skip => {}
            }
        }
        row.pictures = pictures;
        row
    }

    /// The text of a cell, with markup removed, and with the escapes of a tab file decoded.
    fn text(&self, cell: &str) -> markup::Text {
        let text = if self.is_tab_file { unescaped(cell) } else { cell.to_owned() };
        let text = if self.is_own { text } else { without_sounds(text) };
        if !self.is_plain && markup::is_markup(&text) {
            markup::text(&text, LineEnds::Kept)
        } else {
            markup::Text { lines: text, pictures: 0 }
        }
    }

    /// A headword without markup. One that is only a tag stays (`<b>` in a book about HTML).
    fn headword(&self, word: String) -> String {
        let word = if self.is_own { word } else { without_sounds(word) };
        if self.is_plain || !markup::is_markup(&word) {
            return word;
        }
        let text = markup::text(&word, LineEnds::Kept).lines;
        if text.trim().is_empty() { word } else { text }
    }
}

/// The forms in a cell of an export. They are on separate lines if a form contains a semicolon,
/// otherwise semicolons separate them.
fn own_forms(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(if cell.contains('\n') { "\n" } else { "; " })
}

/// A cell without the sounds of Anki: `[sound:apple.mp3]`.
fn without_sounds(mut cell: String) -> String {
    while let Some(from) = cell.find(SOUND)
        && let Some(length) = cell[from..].find(']')
    {
        cell.replace_range(from..=from + length, "");
    }
    cell
}

/// The beginning of a sound in a cell of Anki.
const SOUND: &str = "[sound:";

/// Checks the given columns of a table.
///
/// # Errors
/// If a necessary column is missing, a column is named twice, or the table has fewer columns.
fn check(given: &[Column], rows: &[StringRecord]) -> Result<(), String> {
    for column in [Column::Word, Column::Mean] {
        if !given.contains(&column) {
            return Err(format!("the given columns lack {:?}", column.name()));
        }
    }
    let is_single = |column: &Column| matches!(column, Column::Word | Column::Rank);
    let mut single = given.iter().filter(|column| is_single(column)).enumerate();
    let twice = single.find(|(at, column)| {
        given.iter().filter(|column| is_single(column)).take(*at).any(|other| other == *column)
    });
    if let Some((_, column)) = twice {
        return Err(format!("the given columns name {:?} twice", column.name()));
    }
    let width = rows.iter().map(StringRecord::len).max().unwrap_or_default();
    if given.len() > width && !rows.is_empty() {
        return Err(format!("{} columns are given, but a row has at most {width}", given.len()));
    }
    Ok(())
}

impl Row<'_> {
    /// The pronunciation, and the explanation with part of speech and example.
    fn explanation(&self) -> (Option<String>, String) {
        let said = self.said();
        let mut found = None;
        let mut lines = Vec::new();
        for (part, meanings) in self.senses() {
            let text = meanings.join("\n");
            let (phonetic, mean) = gloss::take_phonetic(text.trim());
            found = found.or(phonetic);
            lines.push(gloss::labelled(&with_part(part, mean)));
        }
        let mut mean = lines.join("\n");
        let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !mean.is_empty() {
            let mut translations = self.translations.iter();
            for example in &self.examples {
                let translation = translations.next().map(|text| format!(" = {}", line(text)));
                mean.push_str(&format!("\n> {}{}", line(example), translation.unwrap_or_default()));
            }
        }
        (said.or(found), mean)
    }

    /// The pronunciations of all columns.
    fn said(&self) -> Option<String> {
        let mut said: Vec<&str> = Vec::new();
        for text in self.phonetics.iter().map(|text| text.trim_matches(['[', ']', '/', ' '])) {
            if !text.is_empty() && !said.contains(&text) {
                said.push(text);
            }
        }
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// The explanations with their parts of speech. One part of speech belongs to all explanations,
    /// one of several to those beside it.
    fn senses(&self) -> Vec<(Option<&str>, Vec<&str>)> {
        let meanings = || self.meanings.iter().map(String::as_str);
        if self.parts.len() < 2 {
            let part = self.parts.first().map(|(part, _)| part.as_str());
            return vec![(part, meanings().collect())];
        }
        let is_ahead = self.parts[0].1 == 0;
        let part = |at: usize| {
            let ahead = || self.parts.iter().rfind(|(_, before)| *before <= at);
            let behind = || self.parts.iter().find(|(_, before)| *before > at);
            let part = if is_ahead { ahead() } else { behind() };
            part.map(|(part, _)| part.as_str())
        };
        meanings().enumerate().map(|(at, meaning)| (part(at), vec![meaning])).collect()
    }
}

/// The lines of an explanation with its part of speech, which may be unknown: then it is a note.
fn with_part(part: Option<&str>, mean: &str) -> String {
    let mut lines: Vec<String> = mean.lines().map(gloss::one_sense_a_line).collect();
    match part.map(|part| (part.trim(), script::part_named(part))) {
        Some((_, Some(label))) => lines.insert(0, label),
        Some((part, None)) => lines.iter_mut().take(1).for_each(|line| {
            line.insert_str(0, &format!("({part}) "));
        }),
        None => {}
    }
    lines.join("\n")
}

/// The headwords of a cell of a tab file. A bar that is part of a headword has a backslash before
/// it.
fn headwords(cell: &str) -> Vec<String> {
    let mut is_escaped = false;
    let words = cell.split(|c: char| {
        let ends = c == '|' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    words.map(|word| unescaped(&word.replace(r"\|", "|"))).collect()
}

/// Decodes the escapes of tab files: `\n` becomes a line end, `\t` and `\r` become a space, `\\`
/// becomes a backslash. Any other backslash stays.
fn unescaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        found.push_str(before);
        let escaped = after.chars().next();
        let c = match escaped {
            Some('n') => '\n',
            Some('t') => ' ',
            Some('r') => ' ',
            _ => '\\',
        };
        found.push(c);
        let used = matches!(escaped, Some('n' | 't' | 'r' | '\\'));
        rest = if used { &after[1..] } else { after };
    }
    found + rest
}

impl Reader for Table {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        while let Some(record) = self.records.next()? {
            self.state.place = Place::Line(self.records.line());
            if self.rows_before <= 1 {
                let unread = std::mem::take(&mut self.unread);
                unread.iter().for_each(|name| self.state.note(OddityKind::UnreadColumn, name));
            }
            if self.rows_before > 0 {
                self.rows_before -= 1;
                continue;
            }
            if self.format.delimiter == b'|' && columns::is_rule(&record) {
                continue;
            }
            if let Some(entry) = self.entry(&record)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn about(&self) -> About {
        About { title: self.title.clone(), languages: self.languages, ..About::default() }
    }

    fn recognised(&self) -> Recognised {
        Recognised {
            encoding: Some(self.encoding),
            delimiter: Some(char::from(self.format.delimiter)),
            columns: self.columns.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_escapes_of_tab_files() {
        assert_eq!(headwords(r"a|b\|c|d"), ["a", "b|c", "d"]);
        assert_eq!(headwords(r"a\\|b"), [r"a\", "b"]);
        assert_eq!(unescaped(r"a\nb\tc\\nd\x"), "a\nb c\\nd\\x");
    }
}
