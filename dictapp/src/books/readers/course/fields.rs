//! Reads the lines of a list in which each part of an entry has its name: `Word: apple`,
//! `Meaning: 苹果`.

use super::{Course, WrappedLine};
use crate::books::error::Place;
use crate::books::overrides::Column;
use crate::books::text::{layout, script};
use crate::books::warning::WarningKind;

impl Course {
    /// Joins a line to the record above if it is a part of it, or reports a line that is no part
    /// of an entry. Returns `false` if the line begins a new record.
    pub(super) fn joins_field(&mut self, line: &str) -> bool {
        let is_indented = line.starts_with(char::is_whitespace) && !self.indented;
        let text = line.trim();
        let field = layout::field(text).map(|(column, _)| column);
        if field == Some(Column::Word) {
            return false;
        }
        let fault = match (field, &mut self.waiting) {
            (Some(Column::Skip), _) if !is_note(text) => WarningKind::UnreadColumn,
            (Some(_), Some(record)) if record.is_labelled => {
                record.append_field(text);
                return true;
            }
            (Some(_), _) => WarningKind::NoHeadword,
            (None, Some(record)) if record.is_labelled && (is_indented || record.is_open) => {
                record.append(text, '\n');
                return true;
            }
            (None, _) if layout::unknown_field(text).is_some() => WarningKind::UnreadColumn,
            (None, _) if layout::is_row(text) => return false,
            (None, _) => WarningKind::Comment,
        };
        self.state.warn_at(fault, Place::Line(self.lines.number()), text);
        true
    }
}

/// Whether the name of a part says that it is a note, which belongs to the entry. Other parts that
/// are not read, such as dates and tags, do not.
fn is_note(line: &str) -> bool {
    let name = line.split([':', '：']).next().unwrap_or_default().to_lowercase();
    NOTES.iter().any(|note| name.contains(note))
}

/// Parts of the names of notes.
const NOTES: [&str; 10] =
    ["note", "remark", "comment", "hint", "mnemonic", "备注", "備註", "笔记", "注释", "助记"];

impl WrappedLine {
    /// Appends a line that gives a part of the entry with its name: `Meaning: 苹果`.
    fn append_field(&mut self, line: &str) {
        let field = layout::field(line);
        self.is_open = matches!(field, Some((_, "")));
        match field {
            Some((_, "")) => {}
            Some((Column::Phonetic, said)) => {
                self.reading = Some(said.trim_matches(['[', ']', '/', ' ']).to_owned());
            }
            Some((Column::Part, part)) => {
                let label = script::part_named(part);
                self.append(label.as_deref().unwrap_or(part), '\n');
            }
            Some((Column::Example | Column::Translation, text)) => {
                self.append(&format!("例：{text}"), '\n');
            }
            Some((Column::Forms, text)) => {
                let forms = text.split([',', ';', '/', '，', '；', '、']).map(str::trim);
                self.others.extend(forms.filter(|form| !form.is_empty()).map(str::to_owned));
            }
            Some((_, text)) => self.append(text, '\n'),
            None => self.append(line, '\n'),
        }
    }
}
