//! Handles the rows of a table that are not entries, and the rows that have several entries.

use std::collections::VecDeque;

use csv::StringRecord;

use super::{Beyond, Table, cell};
use crate::books::overrides::Column;
use crate::books::text::columns;
use crate::books::warning::WarningKind;

impl Table {
    /// Skips a row before the first entry. Reports it if it is neither a comment nor a header row.
    pub(super) fn skip_row(&mut self, record: &StringRecord) {
        self.rows_before -= 1;
        let is_header = self.names.as_ref().is_none_or(|names| columns::is_same(names, record));
        if !is_header && !self.is_own && !columns::is_preamble(record) {
            self.note_comment(record);
        }
    }

    /// Whether a row between entries is not an entry: it is empty, a comment, or another header
    /// row, as in files that were joined. New column names apply to the rows below.
    pub(super) fn is_between(&mut self, record: &StringRecord) -> bool {
        let first = record.get(0).unwrap_or_default().trim();
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return true;
        }
        if self.format.delimiter == b'|' && columns::is_rule(record) {
            return true;
        }
        let is_comment = record.len() == 1
            && self.columns.len() > 1
            && (first.starts_with("# ") || self.is_tab_file && first.starts_with("//"));
        if !is_comment {
            let Some(names) = self.names.as_ref().filter(|_| record.len() > 1) else {
                return false;
            };
            if !columns::is_same(names, record) {
                let Some(columns) = columns::renamed(names, record) else { return false };
                let unread = columns.iter().zip(record).filter(|(one, _)| **one == Column::Skip);
                for (_, name) in unread.filter(|(_, name)| !name.trim().is_empty()) {
                    self.state.warn(WarningKind::UnreadColumn, name);
                }
                (self.columns, self.block) = (columns, usize::MAX);
                self.names = Some(record.clone());
            }
        }
        self.note_comment(record);
        true
    }

    /// Joins a cell that was split because it contains delimiters without quotes: `n. 苹果, 果`. Each
    /// part after the first begins with a blank. Their number must be the number of surplus cells.
    fn joined(&self, record: StringRecord) -> StringRecord {
        let surplus = record.len().saturating_sub(self.columns.len());
        let is_rest = |cell: &&str| cell.starts_with(' ') && !cell.trim().is_empty();
        if surplus == 0
            || self.beyond == Beyond::Cells
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
    pub(super) fn note_sound(&mut self, record: &StringRecord) {
        let cells = record.iter().zip(&self.columns).filter(|(_, column)| **column != Column::Skip);
        let sound = || cells.filter_map(|(cell, _)| cell::sound(cell)).next();
        if !self.is_sound_noted
            && let Some(sound) = sound()
        {
            self.state.warn(WarningKind::UnreadColumn, sound);
            self.is_sound_noted = true;
        }
    }

    pub(super) fn note_comment(&mut self, record: &StringRecord) {
        let mut cells = record.iter().map(str::trim).filter(|cell| !cell.is_empty());
        if let Some(first) = cells.next() {
            self.state.warn(WarningKind::Comment, first);
        }
    }

    /// The parts of a row that has several tables side by side.
    pub(super) fn split(&self, record: StringRecord) -> VecDeque<StringRecord> {
        let record = self.joined(record);
        if record.len() <= self.block {
            return VecDeque::from([record]);
        }
        let cells: Vec<&str> = record.iter().collect();
        let blocks = cells.chunks(self.block).enumerate();
        let filled = blocks
            .filter(|(at, cells)| *at == 0 || cells.iter().any(|cell| !cell.trim().is_empty()));
        filled.map(|(_, cells)| StringRecord::from(cells.to_vec())).collect()
    }
}
