//! Reads the rows of the tables in a Markdown file: `| apple | 苹果 |` below `| word | meaning |` and
//! `| --- | --- |` is a row. The text around the tables is reported. A file may have several
//! tables.

use csv::StringRecord;

use super::Table;
use crate::books::error::{BookError, Place};
use crate::books::input::format::{Format, QuoteStyle};
use crate::books::overrides::Column;
use crate::books::text::columns;
use crate::books::warning::WarningKind;

/// A record, and the line on which it begins.
pub(super) struct NumberedRecord {
    record: StringRecord,
    line: u64,
}

/// Whether a file of this format has tables of Markdown.
pub(super) fn is_markdown(format: Format) -> bool {
    format.delimiter == b'|' && format.quotes == QuoteStyle::Literal
}

/// Whether a line is a row of a table of Markdown: it begins and ends with a pipe.
pub(super) fn is_row(record: &StringRecord) -> bool {
    let is_empty = |cell: Option<&str>| cell.is_some_and(|cell| cell.trim().is_empty());
    record.len() > 2 && is_empty(record.get(0)) && is_empty(record.iter().next_back())
}

impl Table {
    /// The next row. The lines between the tables of Markdown, and the names of the columns of
    /// further tables, are reported.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn next_record(&mut self) -> Result<Option<StringRecord>, BookError> {
        if !is_markdown(self.format) {
            let record = self.records.next()?;
            self.state.warn_of_open_quotes(self.records.take_open_quotes());
            self.state.place = Place::Line(self.records.line());
            return Ok(record);
        }
        loop {
            let numbered = match self.record_below.take() {
                None => self.next_numbered()?,
                below => below,
            };
            let Some(NumberedRecord { record, line }) = numbered else { return Ok(None) };
            self.record_below = self.next_numbered()?;
            self.state.place = Place::Line(line);
            if !is_row(&record) {
                self.warn_of_comment(&record);
            } else if self.rows_before == 0
                && self
                    .record_below
                    .as_ref()
                    .is_some_and(|below| columns::is_dash_row(&below.record))
            {
                self.read_names(record);
            } else {
                return Ok(Some(record));
            }
        }
    }

    fn next_numbered(&mut self) -> Result<Option<NumberedRecord>, BookError> {
        let record = self.records.next()?;
        Ok(record.map(|record| NumberedRecord { record, line: self.records.line() }))
    }

    /// Applies the names of the columns of a further table.
    fn read_names(&mut self, record: StringRecord) {
        self.warn_of_comment(&record);
        if let Some(columns) = columns::of_header(&record) {
            let unread = columns.iter().zip(&record).filter(|(one, _)| **one == Column::Skip);
            for (_, name) in unread.filter(|(_, name)| !name.trim().is_empty()) {
                self.state.warn(WarningKind::UnreadColumn, name.trim());
            }
            (self.columns, self.table_width) = (columns, None);
            self.names = Some(record);
        }
    }
}
