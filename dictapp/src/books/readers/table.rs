//! Reads a csv or tsv table. A row of names in English or Chinese decides the columns; without it
//! they are recognised by their content.

use csv::StringRecord;

use crate::books::error::{BookError, Place};
use crate::books::input::records::{Format, Records};
use crate::books::input::source::Source;
use crate::books::oddity::OddityKind;
use crate::books::overrides::{Column, Overrides, Recognised};
use crate::books::text::markup::{self, LineEnds};
use crate::books::text::{columns, gloss, script};
use crate::books::{About, ReadState, Reader};
use crate::model::{Entry, Languages};

use super::draft::Draft;

/// Reads a table.
pub(crate) struct Table {
    records: Records,
    format: Format,
    /// Whether headwords may have other spellings after a bar.
    is_tab_file: bool,
    /// Whether cells are plain text although they may look like HTML.
    is_plain: bool,
    columns: Vec<Column>,
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
    phonetic: Option<&'a str>,
    part: Option<&'a str>,
    meanings: Vec<String>,
    example: Option<&'a str>,
    translation: Option<&'a str>,
    rank: Option<&'a str>,
    forms: Option<&'a str>,
}

impl Table {
    /// Opens a table and recognises its delimiter.
    pub(crate) fn csv(source: Source, overrides: &Overrides) -> Result<Table, BookError> {
        let format = Format::sniff(&source.sample(), overrides.delimiter);
        Table::new(source, format, overrides)
    }

    /// Opens a table separated by TABs.
    pub(crate) fn tsv(source: Source, overrides: &Overrides) -> Result<Table, BookError> {
        let format = Format::sniff(&source.sample(), Some(overrides.delimiter.unwrap_or(b'\t')));
        Table::new(source, format, overrides)
    }

    fn new(source: Source, format: Format, overrides: &Overrides) -> Result<Table, BookError> {
        let rows = format.sample(&source.sample());
        if let Some(given) = &overrides.columns {
            check(given, &rows).map_err(|reason| BookError::whole(source.path(), reason))?;
        }
        let layout = columns::recognise(&rows);
        let encoding = source.encoding();
        let is_anki = source.sample().starts_with(b"#separator:");
        let is_plain = memchr::memmem::find(&source.sample(), b"#html:false\n").is_some();
        let records = Records::new(source, format)?;
        Ok(Table {
            is_tab_file: format.is_tabs() && !is_anki,
            is_plain: is_anki && is_plain,
            title: layout.title,
            state: ReadState::new(Place::Line(0), records.meter()),
            columns: overrides.columns.clone().unwrap_or(layout.columns),
            rows_before: layout.rows_before,
            languages: layout.languages,
            records,
            format,
            encoding,
        })
    }

    fn entry(&mut self, record: &StringRecord) -> Result<Option<Entry>, BookError> {
        let row = self.row(record);
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
        // Tab files may have several headwords in one cell.
        let mut forms =
            if self.is_tab_file { headwords(row.word) } else { vec![row.word.to_owned()] };
        let headword = &forms.remove(0);
        forms.extend(row.forms.iter().flat_map(|forms| forms.split([',', ';'])).map(str::to_owned));
        let (phonetic, mean) = row.explanation();
        let draft = Draft { phonetic, mean, rank: parsed, forms, ..Draft::new(headword) };
        Ok(self.state.finish(draft))
    }

    fn row<'r>(&self, record: &'r StringRecord) -> Row<'r> {
        let mut row = Row::default();
        for (cell, column) in record.iter().zip(&self.columns) {
            let text = cell.trim();
            let some = Some(text).filter(|text| !text.is_empty());
            match column {
                Column::Word => row.word = text,
                Column::Phonetic => row.phonetic = some,
                Column::Part => row.part = some,
                Column::Mean => row.meanings.extend(some.map(|text| self.text(text))),
                Column::Example => row.example = some,
                Column::Translation => row.translation = some,
                Column::Rank => row.rank = some,
                Column::Forms => row.forms = some,
                Column::Skip => {}
            }
        }
        row
    }

    /// The text of a cell, with markup removed, and with the escapes of a tab file decoded.
    fn text(&self, cell: &str) -> String {
        let text = if self.is_tab_file { unescaped(cell) } else { cell.to_owned() };
        if !self.is_plain && markup::is_markup(&text) {
            markup::text(&text, LineEnds::Kept).lines
        } else {
            text
        }
    }
}

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
    let is_single = |column: &Column| !matches!(column, Column::Mean | Column::Skip);
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
        let text = self.meanings.join("\n");
        let (phonetic, mean) = gloss::take_phonetic(text.trim());
        let mut lines: Vec<String> = mean.lines().map(gloss::one_sense_a_line).collect();
        match self.part.map(|part| (part, script::part_named(part))) {
            Some((_, Some(label))) => lines.insert(0, label),
            // An unknown part of speech is a note.
            Some((part, None)) => lines.iter_mut().take(1).for_each(|line| {
                line.insert_str(0, &format!("({part}) "));
            }),
            None => {}
        }
        let mut mean = gloss::labelled(&lines.join("\n"));
        if let Some(example) = self.example.filter(|_| !mean.is_empty()) {
            let example = example.split_whitespace().collect::<Vec<_>>().join(" ");
            let translation = self.translation.map(|text| format!(" = {text}"));
            mean = format!("{mean}\n> {example}{}", translation.unwrap_or_default());
        }
        let column = self.phonetic.map(|text| text.trim_matches(['[', ']', '/', ' ']));
        (column.filter(|text| !text.is_empty()).map(str::to_owned).or(phonetic), mean)
    }
}

/// The headwords of a cell of a tab file. A bar that is part of a headword has a backslash before
/// it.
fn headwords(cell: &str) -> Vec<String> {
    let cell = cell.replace(r"\|", "\0");
    cell.split('|').map(|word| unescaped(&word.replace('\0', "|"))).collect()
}

/// The escapes of tab files: `\n`, `\t`, `\\`.
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
            if self.rows_before > 0 {
                self.rows_before -= 1;
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
        assert_eq!(unescaped(r"a\nb\tc\\nd\x"), "a\nb c\\nd\\x");
    }
}
