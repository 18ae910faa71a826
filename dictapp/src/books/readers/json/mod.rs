//! Reads word lists in JSON: a list of objects (`[{"word": "apple", "meaning": "苹果"}]`) or of rows
//! (`[["apple", "苹果"]]`), an object with such lists, an object of headwords
//! (`{"apple": "苹果"}`), and several of these one after another.

mod value_kind;
mod node;
mod record;
mod values;

use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;

use csv::StringRecord;

use node::Node;
use record::Record;
use values::{Value, Values};

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::encoding::Encoding;
use crate::books::input::source::Source;
use crate::books::limits::JSON_BYTES_MAX;
use crate::books::overrides::Column;
use crate::books::text::columns;
use crate::books::warning::WarningKind;
use crate::books::{ReadState, Reader, Recognised};
use crate::model::Entry;

/// Reads a file.
pub(crate) struct Json {
    values: Values,
    /// The columns of rows.
    columns: Vec<Column>,
    /// The cells of the header row, which may occur again above each list.
    names: Vec<String>,
    /// Number of rows before the first entry: the names of the columns.
    rows_before: usize,
    /// The names of fields that were reported as unread.
    unread: HashSet<String>,
    encoding: Encoding,
    state: ReadState,
}

/// Number of values at the beginning from which the structure of a file is recognised.
const SAMPLED_VALUES: usize = 50;

impl Json {
    pub(crate) fn new(mut source: Source) -> Result<Json, BookError> {
        let path: PathBuf = source.path().to_owned();
        let (encoding, meter) = (source.encoding(), source.meter());
        let mut text = Vec::new();
        let read = (&mut source).take(JSON_BYTES_MAX + 1).read_to_end(&mut text);
        read.map_err(|error| BookError::io(&path, error))?;
        if text.len() as u64 > JSON_BYTES_MAX {
            let reason = format!("is JSON of more than {JSON_BYTES_MAX} bytes");
            return Err(BookError::whole(&path, reason));
        }
        let mut sample = Values::new(&path, text)?;
        let mut rows = Vec::new();
        let mut is_list = false;
        for _ in 0..SAMPLED_VALUES {
            let Some(value) = sample.next()? else { break };
            match &value {
                Value::Element(Node::List(cells)) => rows.push(row(cells)),
                Value::Element(Node::Map(fields)) => {
                    let record = Record::of_fields(fields);
                    is_list |= !record.word.is_empty() && !record.explanation().is_empty();
                }
                Value::Keyed(key, node) => {
                    is_list |= !Record::of_key(key, node).explanation().is_empty()
                }
                Value::Element(_) | Value::Member(_) => {}
            }
        }
        let is_empty = sample.is_empty();
        sample.rewind();
        let layout = columns::recognise(&rows);
        is_list |= rows.iter().any(|row| row.len() > 1);
        if !is_list && !is_empty {
            return Err(BookError::whole(&path, UNKNOWN));
        }
        Ok(Json {
            values: sample,
            columns: if rows.is_empty() { Vec::new() } else { layout.columns },
            names: layout.names.iter().flatten().map(str::to_owned).collect(),
            rows_before: layout.rows_before,
            unread: HashSet::new(),
            encoding,
            state: ReadState::new(Place::Line(0), meter),
        })
    }

    /// Reports fields that are not read, each name once.
    fn warn_of_unread(&mut self, names: &[String]) {
        for name in names {
            if self.unread.insert(name.clone()) {
                self.state.warn(WarningKind::UnreadColumn, name);
            }
        }
    }

    /// Whether a row has the names of the columns, or is above the row with these names.
    fn is_header(&mut self, cells: &[Node]) -> bool {
        if self.rows_before > 0 {
            self.rows_before -= 1;
            return true;
        }
        !self.names.is_empty() && row(cells).iter().eq(self.names.iter())
    }

    /// The entry of a value. `None`: it has none; the reason is reported unless the value is a
    /// header row.
    fn entry(&mut self, value: &Value) -> Option<Entry> {
        let record = match value {
            Value::Keyed(key, node) => Record::of_key(key, node),
            Value::Element(Node::Map(fields)) => Record::of_fields(fields),
            Value::Element(Node::List(cells)) if self.is_header(cells) => return None,
            Value::Element(Node::List(cells)) => Record::of_row(cells, &self.columns, &self.names),
            Value::Member(name) => {
                self.warn_of_unread(std::slice::from_ref(name));
                return None;
            }
            Value::Element(node) => {
                self.state.warn(WarningKind::BadRecord, node.summary());
                return None;
            }
        };
        self.warn_of_unread(&record.unread);
        if record.word.trim().is_empty() {
            self.state.warn(WarningKind::NoHeadword, &value.summary());
            return None;
        }
        if record.has_bad_detail {
            self.state.warn(WarningKind::BadDetail, &record.word);
        }
        let phonetics = record.phonetics.iter();
        let phonetics = phonetics.map(|phonetic| phonetic.trim_matches(['[', ']', '/', ' ']));
        let mut phonetics: Vec<&str> = phonetics.filter(|phonetic| !phonetic.is_empty()).collect();
        phonetics.dedup();
        let phonetic = (!phonetics.is_empty()).then(|| phonetics.join("; "));
        let (explanation, rank, forms) = (record.explanation(), record.rank, record.forms.clone());
        self.state.finish(Draft { phonetic, explanation, rank, forms, ..Draft::new(&record.word) })
    }
}

/// The reason that a file is refused, with the forms that can be read.
const UNKNOWN: &str = "is JSON, but not a list of words. These can be read: \
    [{\"word\": \"apple\", \"meaning\": \"苹果\"}], [[\"apple\", \"苹果\"]], {\"apple\": \"苹果\"}, \
    an object on each line, and the lines of Wiktextract (kind kaikki)";

/// The cells of a row as texts.
fn row(cells: &[Node]) -> StringRecord {
    cells.iter().map(|cell| cell.text().unwrap_or_default()).collect()
}

impl Reader for Json {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        while let Some(value) = self.values.next()? {
            self.state.place = Place::Line(self.values.last_line());
            if let Some(entry) = self.entry(&value) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn recognised(&self) -> Recognised {
        let columns = self.columns.clone();
        Recognised { encoding: Some(self.encoding), columns, ..Recognised::default() }
    }
}

#[cfg(test)]
mod tests;
