//! Reads a csv or tsv table: `apple,[ˈæpl],n. 苹果` becomes an entry with pronunciation. A header row
//! in English, Chinese or another language decides the columns. Without it, the columns are
//! recognised by their content.

mod cell;
mod markdown;
mod row;
mod rows;

use std::collections::VecDeque;

use csv::StringRecord;

use crate::books::error::{BookError, Place};
use crate::books::input::format::Format;
use crate::books::input::records::Records;
use crate::books::input::source::Source;
use crate::books::overrides::{Column, Overrides, Recognised, Sounds};
use crate::books::text::markup::{self, LineEnds};
use crate::books::text::{columns, export_text};
use crate::books::warning::WarningKind;
use crate::books::{BookMetadata, ReadState, Reader};
use crate::model::{Entry, Languages, Level};

use super::draft::Draft;
use cell::{exported_forms, headwords, unemphasised, unescaped, without_clozes, without_sounds};
use markdown::NumberedRecord;
use row::{PartCell, Row};

pub(super) use row::list_line;

/// Reads a table.
pub(crate) struct Table {
    records: Records,
    format: Format,
    /// Whether TABs separate the columns and Anki did not write the file. In such a tab file, the
    /// cell of a headword may have other spellings after a pipe (`colour|color`), and `\n` in a
    /// cell is a line end.
    is_tab_file: bool,
    /// Whether cells are plain text, in which `<b>` is not a tag.
    is_plain: bool,
    /// Whether an export of this program wrote the file.
    is_exported: bool,
    /// The meaning of sounds in cells.
    sounds: Sounds,
    columns: Vec<Column>,
    /// Number of columns of each table if several are side by side. `None`: there is one table.
    table_width: Option<usize>,
    /// The parts of the last row that are not read yet: each is a row of one of the tables that are
    /// side by side.
    row_parts: VecDeque<StringRecord>,
    /// The record below the last one, in a file with tables of Markdown.
    record_below: Option<NumberedRecord>,
    /// The headword of the last row. The rows below may omit it, as in spreadsheets, if they have
    /// further parts of speech of the same headword with their meanings.
    word: String,
    /// Whether the headwords are in quotes that are not quotes of csv: `“apple”`.
    is_quoted: bool,
    /// Whether a sound in a cell was reported, or none has to be.
    has_reported_sound: bool,
    /// The header row.
    names: Option<StringRecord>,
    /// The meaning of cells beyond the last column.
    extra_cells: ExtraCells,
    /// The names of columns that have text but are not read, until they are reported.
    unread: Vec<String>,
    /// Number of rows before the first entry: comments, a delimiter, the names of the columns.
    rows_before: usize,
    encoding: crate::books::Encoding,
    languages: Option<Languages>,
    title: Option<String>,
    state: ReadState,
}

/// The meaning of cells beyond the last column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExtraCells {
    /// They are the rest of the text in the last column, which contains the delimiter.
    RestOfLast,
    /// They are not read.
    Unread,
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
        let mut rows = format.sample(&source.sample());
        if markdown::is_markdown(format) {
            rows.retain(markdown::is_row);
        }
        if let Some(given) = &overrides.columns {
            check(given, &rows).map_err(|reason| BookError::whole(source.path(), reason))?;
        }
        let mut layout = columns::recognise(&rows);
        let encoding = source.encoding();
        let is_anki = source.sample().starts_with(b"#separator:");
        let is_plain = memchr::memmem::find(&source.sample(), b"#html:false\n").is_some();
        let export_header_rows = export_text::header_rows(&rows);
        let is_exported = export_header_rows > 0;
        let is_tab_file = format.is_tabs() && !is_anki;
        if is_exported && is_tab_file {
            layout.columns = vec![Column::Word, Column::Explanation];
        }
        let (unread, extra_cells) = match &overrides.columns {
            Some(_) => (Vec::new(), ExtraCells::Unread),
            None if layout.is_wide(&rows) => {
                (columns::unread_names(&rows, &layout), ExtraCells::Unread)
            }
            None => (columns::unread_names(&rows, &layout), ExtraCells::RestOfLast),
        };
        let columns = overrides.columns.clone().unwrap_or(layout.columns);
        let word = columns.iter().position(|column| *column == Column::Word).unwrap_or_default();
        let below = rows.iter().skip(layout.rows_before);
        let is_quoted = !is_exported && cell::are_quoted(below.filter_map(|row| row.get(word)));
        let records = Records::new(source, format)?;
        Ok(Table {
            is_quoted,
            has_reported_sound: overrides.sounds == Sounds::Text || is_exported,
            word: String::new(),
            unread,
            extra_cells,
            is_tab_file,
            is_plain: is_anki && is_plain || is_exported,
            is_exported,
            sounds: if is_exported { Sounds::Text } else { overrides.sounds },
            title: layout.title,
            state: ReadState::new(Place::Line(0), records.meter()),
            table_width: layout.table_width.filter(|_| overrides.columns.is_none()),
            row_parts: VecDeque::new(),
            record_below: None,
            columns,
            names: layout.names.filter(|_| !is_exported),
            rows_before: if is_exported { export_header_rows } else { layout.rows_before },
            languages: layout.languages,
            records,
            format,
            encoding,
        })
    }

    /// The entry of a row. `None`: it has a fault, which is reported as a warning.
    fn entry(&mut self, record: &StringRecord) -> Result<Option<Entry>, BookError> {
        let mut row = self.row(record);
        let word_above = std::mem::take(&mut self.word);
        if row.headword().is_empty() && !row.parts.is_empty() && !row.meanings.is_empty() {
            row.word = &word_above;
        }
        self.word = row.headword().to_owned();
        // A single cell cannot be an entry if the table has several columns.
        if row.meanings.is_empty() && record.len() < self.columns.len().min(2) {
            if self.records.is_several_lines() {
                let reason = "the record has several lines and too few columns: \
                              is a quote not closed?";
                return Err(self.records.damaged(reason));
            }
            self.state.warn(WarningKind::WrongColumns, row.word);
            return Ok(None);
        }
        let rank = row.rank();
        if matches!(rank, Some(Err(_)))
            || row.level.is_some_and(|level| Level::parse(level).is_none())
        {
            self.state.warn(WarningKind::BadDetail, row.word);
        }
        let rank = rank.and_then(Result::ok);
        row.unread.iter().for_each(|cell| self.state.warn(WarningKind::UnreadColumn, cell));
        self.warn_of_sound(record);
        (0..row.pictures).for_each(|_| self.state.warn(WarningKind::Picture, row.word));
        // Tab files may have several headwords in one cell.
        let word = row.headword();
        let words = match cell::simplified(word).filter(|_| !self.is_exported) {
            Some((word, other)) => vec![word.to_owned(), other.to_owned()],
            None if self.is_tab_file => headwords(word),
            None => vec![word.to_owned()],
        };
        let mut forms: Vec<String> = words.into_iter().map(|word| self.headword(word)).collect();
        let headword = &forms.remove(0);
        let draft = if self.is_exported {
            forms.extend(row.forms.iter().flat_map(|cell| exported_forms(cell)).map(str::to_owned));
            let exported = export_text::read_article(&row.meanings.join("\n"));
            let phonetic = row.phonetics.into_iter().next().or(exported.phonetic);
            let rank = rank.or(exported.rank);
            Draft {
                phonetic,
                explanation: exported.explanation,
                rank,
                forms,
                ..Draft::new(headword)
            }
        } else {
            forms.extend(row.forms.iter().flat_map(|cell| cell::forms(cell)));
            let (phonetic, explanation) = row.explanation();
            Draft { phonetic, explanation, rank, forms, ..Draft::new(headword) }
        };
        Ok(self.state.finish(draft))
    }

    /// The cells of a row by column.
    fn row<'r>(&self, record: &'r StringRecord) -> Row<'r> {
        let mut row = Row::default();
        let mut pictures = 0;
        for (cell, column) in record.iter().zip(&self.columns) {
            let text = cell.trim();
            let quoted = Some(text).filter(|_| self.is_quoted).and_then(cell::unquoted);
            let text = quoted.unwrap_or(text);
            let some = Some(text).filter(|text| !text.is_empty());
            let mut read = || {
                let read = self.text(some?);
                pictures += read.pictures;
                Some(read.lines).filter(|text| !text.trim().is_empty())
            };
            match column {
                Column::Word => row.word = text,
                Column::Phonetic => row.phonetics.extend(read()),
                Column::Part if cell::is_part_frequency(text) => {}
                Column::Part => row.parts.extend(
                    read().map(|name| PartCell { name, meanings_before: row.meanings.len() }),
                ),
                // Wiktionary has a number sign before each definition.
                Column::Explanation => {
                    row.meanings.extend(read().map(|text| match text.strip_prefix("# ") {
                        Some(definition) => definition.to_owned(),
                        None => text,
                    }))
                }
                Column::Example => row.examples.extend(read()),
                Column::Translation => row.translations.extend(read()),
                Column::Rank => row.rank = some,
                Column::Forms => row.forms.extend(some),
                Column::Synonyms => row.lists.extend(read().map(|list| ('=', list))),
                Column::Antonyms => row.lists.extend(read().map(|list| ('!', list))),
                Column::Phrases => row.lists.extend(read().map(|list| ('+', list))),
                Column::Level => row.level = some,
                Column::Skip => {}
            }
        }
        row.pictures = pictures;
        if self
            .names
            .as_ref()
            .is_some_and(|names| row.word.is_empty() && columns::has_lemma_column(names))
        {
            row.use_first_form_if_empty();
        }
        self.read_extra_cells(record, &mut row);
        row
    }

    /// Reads the cells beyond the last column, which have no column of their own.
    fn read_extra_cells<'r>(&self, record: &'r StringRecord, row: &mut Row<'r>) {
        let more = record.iter().skip(self.columns.len());
        if self.extra_cells == ExtraCells::Unread || more.clone().all(|cell| cell.trim().is_empty())
        {
            return;
        }
        let last = match self.columns.last() {
            Some(Column::Explanation) => row.meanings.last_mut(),
            Some(Column::Example) => row.examples.last_mut(),
            Some(Column::Translation) => row.translations.last_mut(),
            _ => None,
        };
        match last {
            Some(last) => more.for_each(|cell| {
                last.push(if self.format.is_tabs() { ' ' } else { self.format.delimiter.into() });
                last.push_str(&self.text(cell).lines);
            }),
            None => row.unread.extend(more.filter(|cell| !cell.trim().is_empty())),
        }
    }

    /// The text of a cell, with markup removed, and with the escapes of a tab file decoded.
    fn text(&self, cell: &str) -> markup::Text {
        let text = if self.is_tab_file {
            unescaped(cell)
        } else if self.is_exported {
            cell.to_owned()
        } else {
            cell::with_lines(cell.to_owned())
        };
        let text = self.without_anki_markup(text);
        if !self.is_plain && markup::is_markup(&text) {
            markup::to_text(&text, LineEnds::Kept)
        } else {
            markup::Text { lines: text, pictures: 0 }
        }
    }

    /// A text without the sounds and the cloze deletions of Anki.
    fn without_anki_markup(&self, text: String) -> String {
        if self.sounds == Sounds::Text { text } else { without_clozes(without_sounds(text)) }
    }

    /// A headword without markup. One that is only a tag stays (`<b>` in a book about HTML).
    fn headword(&self, word: String) -> String {
        let word = self.without_anki_markup(word);
        let word = if self.format.delimiter == b'|' { unemphasised(word) } else { word };
        if self.is_plain || !markup::is_markup(&word) {
            return word;
        }
        let text = markup::to_text(&word, LineEnds::Kept).lines;
        if text.trim().is_empty() { word } else { text }
    }
}

/// Checks the given columns of a table.
///
/// # Errors
/// If the headword or the explanation is missing, the headword or the rank is named twice, or the
/// table has fewer columns.
fn check(given: &[Column], rows: &[StringRecord]) -> Result<(), String> {
    for column in [Column::Word, Column::Explanation] {
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

impl Reader for Table {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            while let Some(part) = self.row_parts.pop_front() {
                if let Some(entry) = self.entry(&part)? {
                    return Ok(Some(entry));
                }
            }
            let Some(record) = self.next_record()? else { return Ok(None) };
            // Reported at the last row before the entries, which is usually the header row.
            if self.rows_before <= 1 {
                let unread = std::mem::take(&mut self.unread);
                unread.iter().for_each(|name| self.state.warn(WarningKind::UnreadColumn, name));
            }
            if self.rows_before > 0 {
                self.skip_row(&record);
            } else if !self.is_non_entry(&record) {
                self.row_parts = self.split(record);
            }
        }
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        BookMetadata {
            title: self.title.clone(),
            languages: self.languages,
            ..BookMetadata::default()
        }
    }

    fn recognised(&self) -> Recognised {
        Recognised {
            encoding: Some(self.encoding),
            delimiter: Some(char::from(self.format.delimiter)),
            columns: self.columns.clone(),
        }
    }
}
