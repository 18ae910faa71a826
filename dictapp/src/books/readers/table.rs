//! Reads a csv or tsv table. A row of names in English or Chinese decides the columns; without it
//! they are recognised by their content.

use csv::StringRecord;

use crate::books::error::{BookError, Place};
use crate::books::input::records::{Format, Records};
use crate::books::input::source::Source;
use crate::books::oddity::OddityKind;
use crate::books::overrides::{Column, Overrides, Recognised};
use crate::books::text::markup::{self, LineEnds};
use crate::books::text::{columns, gloss};
use crate::books::{About, ReadState, Reader};
use crate::model::{Entry, Languages};

use super::draft::Draft;

/// Reads a table.
pub(crate) struct Table {
    records: Records,
    format: Format,
    columns: Vec<Column>,
    /// Number of rows before the first entry: comments, a delimiter, the names of the columns.
    rows_before: usize,
    encoding: crate::books::Encoding,
    languages: Option<Languages>,
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
        let layout = columns::recognise(&format.sample(&source.sample()));
        let encoding = source.encoding();
        let records = Records::new(source, format)?;
        Ok(Table {
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
        let several = row.word.split_once('|').filter(|_| self.format.is_tabs());
        let (headword, others) = several.unwrap_or((row.word, ""));
        let mut forms: Vec<String> = others.split('|').map(str::to_owned).collect();
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
        let text = if self.format.is_tabs() { unescaped(cell) } else { cell.to_owned() };
        if markup::is_markup(&text) { markup::text(&text, LineEnds::Kept).lines } else { text }
    }
}

impl Row<'_> {
    /// The pronunciation, and the explanation with part of speech and example.
    fn explanation(&self) -> (Option<String>, String) {
        let text = self.meanings.join("\n");
        let (phonetic, mean) = gloss::take_phonetic(text.trim());
        let mut lines: Vec<String> = mean.lines().map(gloss::one_sense_a_line).collect();
        if let Some(part) = self.part {
            lines.insert(0, part.to_owned());
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

/// The escapes of tab files: `\n`, `\t`, `\\`.
fn unescaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        found.push_str(before);
        let escaped = behind.chars().next();
        let c = match escaped {
            Some('n') => '\n',
            Some('t') => ' ',
            Some('r') => ' ',
            _ => '\\',
        };
        found.push(c);
        let used = matches!(escaped, Some('n' | 't' | 'r' | '\\'));
        rest = if used { &behind[1..] } else { behind };
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
        About { languages: self.languages, ..About::default() }
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
        assert_eq!(unescaped(r"a\nb\tc\\nd\x"), "a\nb c\\nd\\x");
    }
}
