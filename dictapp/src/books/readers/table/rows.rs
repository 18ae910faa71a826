//! Handles the rows of a table that are not entries, such as the comment `# Fruit`, and the rows
//! that have several entries: `apple,苹果,pear,梨` in a file with two tables side by side.

use std::collections::VecDeque;

use csv::StringRecord;

use super::{ExtraCells, Table, cell};
use crate::books::overrides::Column;
use crate::books::text::columns;
use crate::books::warning::WarningKind;

impl Table {
    /// Skips a row before the first entry. Reports it if it is neither a comment nor a header row.
    pub(super) fn skip_row(&mut self, record: &StringRecord) {
        self.rows_before -= 1;
        let is_header =
            self.names.as_ref().is_none_or(|names| columns::has_same_names(names, record));
        if !is_header && !self.is_exported && !columns::is_comment_or_header(record) {
            self.warn_of_comment(record);
        }
    }

    /// Whether a row between entries is not an entry: it is empty, a row of dashes in Markdown, a
    /// comment, or another header row, as in files that were joined. New column names apply to the
    /// rows below.
    pub(super) fn is_non_entry(&mut self, record: &StringRecord) -> bool {
        let first = record.get(0).unwrap_or_default().trim();
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return true;
        }
        if self.format.delimiter == b'|' && columns::is_dash_row(record) {
            return true;
        }
        let is_comment = record.len() == 1
            && self.columns.len() > 1
            && (first.starts_with("# ") || self.is_tab_file && first.starts_with("//"));
        if !is_comment {
            let Some(names) = self.names.as_ref().filter(|_| record.len() > 1) else {
                return false;
            };
            if !columns::has_same_names(names, record) {
                let Some(columns) = columns::of_repeated_header(names, record) else {
                    return false;
                };
                let unread = columns.iter().zip(record).filter(|(one, _)| **one == Column::Skip);
                for (_, name) in unread.filter(|(_, name)| !name.trim().is_empty()) {
                    self.state.warn(WarningKind::UnreadColumn, name);
                }
                (self.columns, self.table_width) = (columns, None);
                self.names = Some(record.clone());
            }
        }
        self.warn_of_comment(record);
        true
    }

    /// Joins a cell that was split because it contains delimiters without quotes: `n. 苹果, 果`. Each
    /// part after the first begins with a blank. Their number must be the number of surplus cells.
    fn joined(&self, record: StringRecord) -> StringRecord {
        let surplus = record.len().saturating_sub(self.columns.len());
        let is_rest = |cell: &&str| cell.starts_with(' ') && !cell.trim().is_empty();
        if surplus == 0
            || self.extra_cells == ExtraCells::Unread
            || record.iter().skip(1).filter(is_rest).count() != surplus
        {
            return record;
        }
        let mut cells: Vec<String> = Vec::new();
        for cell in &record {
            match cells.last_mut().filter(|_| is_rest(&cell)) {
                Some(last) => {
                    last.push(self.format.delimiter.into());
                    last.push_str(cell);
                }
                None => cells.push(cell.to_owned()),
            }
        }
        StringRecord::from(cells)
    }

    /// Reports the first sound of Anki in the columns that are read. All sounds are left out.
    pub(super) fn warn_of_sound(&mut self, record: &StringRecord) {
        let cells = record.iter().zip(&self.columns).filter(|(_, column)| **column != Column::Skip);
        let sound = || cells.filter_map(|(cell, _)| cell::sound(cell)).next();
        if !self.has_reported_sound
            && let Some(sound) = sound()
        {
            self.state.warn(WarningKind::UnreadColumn, sound);
            self.has_reported_sound = true;
        }
    }

    /// Reports a row that is a comment or a header row.
    pub(super) fn warn_of_comment(&mut self, record: &StringRecord) {
        let mut cells = record.iter().map(str::trim).filter(|cell| !cell.is_empty());
        if let Some(first) = cells.next() {
            self.state.warn(WarningKind::Comment, first);
        }
    }

    /// Splits a row into the rows of the tables that are side by side.
    pub(super) fn split(&self, record: StringRecord) -> VecDeque<StringRecord> {
        let record = self.joined(record);
        let Some(width) = self.table_width.filter(|width| record.len() > *width) else {
            return VecDeque::from([record]);
        };
        let cells: Vec<&str> = record.iter().collect();
        let parts = cells.chunks(width).enumerate();
        let filled = parts
            .filter(|(at, cells)| *at == 0 || cells.iter().any(|cell| !cell.trim().is_empty()));
        filled.map(|(_, cells)| StringRecord::from(cells.to_vec())).collect()
    }
}
