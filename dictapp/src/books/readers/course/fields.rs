//! Reads the lines of a word list with named fields: `Word: apple` and `Meaning: 苹果` become the
//! entry `apple` with the explanation `苹果`.

use super::{Course, Record};
use crate::books::error::Place;
use crate::books::overrides::Column;
use crate::books::text::{layout, script};
use crate::books::warning::WarningKind;

impl Course {
    /// Joins a line to the record above if it is a field of that record, or reports a line that
    /// belongs to no entry. Returns `false` if the line begins a new record.
    pub(super) fn join_named_field(&mut self, line: &str) -> bool {
        let is_indented = line.starts_with(char::is_whitespace) && !self.is_all_indented;
        let text = line.trim();
        let field = layout::named_field(text).map(|(column, _)| column);
        if field == Some(Column::Word) {
            return false;
        }
        let fault = match (field, &mut self.pending) {
            (Some(Column::Skip), _) if !is_note(text) => WarningKind::UnreadColumn,
            (Some(_), Some(record)) if record.has_field_name => {
                record.append_field(text);
                return true;
            }
            (Some(_), _) => WarningKind::NoHeadword,
            (None, Some(record))
                if record.has_field_name && (is_indented || record.is_awaiting_value) =>
            {
                record.append(text, '\n');
                return true;
            }
            (None, _) if layout::unknown_field_name(text).is_some() => WarningKind::UnreadColumn,
            (None, _) if layout::is_row(text) => return false,
            (None, _) => WarningKind::Comment,
        };
        self.state.warn_at(fault, Place::Line(self.lines.number()), text);
        true
    }
}

/// Whether a field is a note by its name. A note belongs to the entry, unlike other fields that are
/// not columns of an entry, such as dates and tags.
fn is_note(line: &str) -> bool {
    let name = line.split([':', '：']).next().unwrap_or_default().to_lowercase();
    NOTE_NAMES.iter().any(|note| name.contains(note))
}

/// Texts in the names of notes.
const NOTE_NAMES: [&str; 10] =
    ["note", "remark", "comment", "hint", "mnemonic", "备注", "備註", "笔记", "注释", "助记"];

impl Record {
    /// Appends a line with a named field: `Meaning: 苹果`.
    fn append_field(&mut self, line: &str) {
        let field = layout::named_field(line);
        self.is_awaiting_value = matches!(field, Some((_, "")));
        match field {
            Some((_, "")) => {}
            Some((Column::Phonetic, phonetic)) => {
                self.reading = Some(phonetic.trim_matches(['[', ']', '/', ' ']).to_owned());
            }
            Some((Column::Part, part)) => {
                let label = script::labels_of_names(part);
                self.append(label.as_deref().unwrap_or(part), '\n');
            }
            Some((Column::Example | Column::Translation, text)) => {
                self.append(&format!("例：{text}"), '\n');
            }
            Some((Column::Forms, text)) => {
                let forms = text.split([',', ';', '/', '，', '；', '、']).map(str::trim);
                self.spellings.extend(forms.filter(|form| !form.is_empty()).map(str::to_owned));
            }
            Some((_, text)) => self.append(text, '\n'),
            None => self.append(line, '\n'),
        }
    }
}
