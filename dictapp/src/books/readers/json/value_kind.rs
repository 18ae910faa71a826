//! Recognises the kind of a JSON value without keeping the value in memory: `{"word": "apple", ..}`
//! is a record of a word, `[{"word": ..}, ..]` and `{"words": [..]}` contain records.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::record::{column, is_ambiguous};
use crate::books::overrides::Column;

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// A string or a number.
    Text,
    /// A list of texts: the cells of a word.
    Row,
    /// An object with a headword.
    Record,
    /// A list of records or rows, or an object with such a list.
    Container,
    /// Another list or object, `null`, `true` or `false`.
    Other,
}

/// What is known of the members of an object.
#[derive(Default)]
struct Members {
    /// Whether a member with an ambiguous name, such as `name`, may be a headword.
    has_name: bool,
    /// Whether a member with a name such as `word` is a headword.
    has_word: bool,
    has_meaning: bool,
    /// The columns of the members that contain records.
    container_columns: Vec<Option<Column>>,
}

impl Members {
    fn add(&mut self, name: &str, kind: ValueKind) {
        let column = column(name);
        match (column, kind) {
            (Some(Column::Word), ValueKind::Text) if is_ambiguous(name) => self.has_name = true,
            (Some(Column::Word), ValueKind::Text) => self.has_word = true,
            (Some(Column::Explanation), kind) => self.has_meaning |= kind != ValueKind::Container,
            _ => {}
        }
        if kind == ValueKind::Container {
            self.container_columns.push(column);
        }
    }

    /// The kind of the object.
    fn kind(&self) -> ValueKind {
        let is_record = self.has_name || self.has_word;
        // Examples and senses of a word may be lists of objects, too.
        let is_list = |column: &Option<Column>| match column {
            None | Some(Column::Word | Column::Skip) => true,
            Some(Column::Explanation) => !is_record,
            Some(_) => false,
        };
        if self.has_word && self.has_meaning {
            ValueKind::Record
        } else if self.container_columns.iter().any(is_list) {
            ValueKind::Container
        } else if is_record {
            ValueKind::Record
        } else {
            ValueKind::Other
        }
    }
}

impl<'de> Deserialize<'de> for ValueKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ValueKind, D::Error> {
        deserializer.deserialize_any(ValueKindVisitor)
    }
}

struct ValueKindVisitor;

impl<'de> Visitor<'de> for ValueKindVisitor {
    type Value = ValueKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<ValueKind, E> {
        Ok(ValueKind::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<ValueKind, E> {
        Ok(ValueKind::Text)
    }

    fn visit_u64<E>(self, _: u64) -> Result<ValueKind, E> {
        Ok(ValueKind::Text)
    }

    fn visit_f64<E>(self, _: f64) -> Result<ValueKind, E> {
        Ok(ValueKind::Text)
    }

    fn visit_str<E>(self, _: &str) -> Result<ValueKind, E> {
        Ok(ValueKind::Text)
    }

    fn visit_unit<E>(self) -> Result<ValueKind, E> {
        Ok(ValueKind::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ValueKind, A::Error> {
        let Some(first) = list.next_element::<ValueKind>()? else { return Ok(ValueKind::Other) };
        if first != ValueKind::Text {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            let is_entry =
                matches!(first, ValueKind::Row | ValueKind::Record | ValueKind::Container);
            return Ok(if is_entry { ValueKind::Container } else { ValueKind::Other });
        }
        let (mut length, mut is_row) = (1, true);
        while let Some(kind) = list.next_element::<ValueKind>()? {
            length += 1;
            is_row &= kind == ValueKind::Text;
        }
        Ok(if is_row && length > 1 { ValueKind::Row } else { ValueKind::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ValueKind, A::Error> {
        let mut members = Members::default();
        while let Some((name, kind)) = map.next_entry::<String, ValueKind>()? {
            members.add(&name, kind);
        }
        Ok(members.kind())
    }
}
