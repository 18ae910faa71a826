//! Finds out what a JSON value is without keeping it in memory: a record of a word, or a list or an
//! object that holds records.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::record::{column, is_common};
use crate::books::overrides::Column;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string or a number.
    Text,
    /// A list of texts: the cells of a word.
    Row,
    /// An object with a headword.
    Record,
    /// A list of records or rows, or an object with such a list.
    Holder,
    /// Another list or object, `null`, `true` or `false`.
    Other,
}

/// The names of an object and of the members that hold records.
#[derive(Default)]
struct Members {
    /// Whether a headword has a name that other things have, too, such as `name`.
    has_name: bool,
    /// Whether a headword has a name of its own, such as `word`.
    has_word: bool,
    has_meaning: bool,
    /// The columns of the members that hold records.
    holders: Vec<Option<Column>>,
}

impl Members {
    fn add(&mut self, name: &str, kind: Kind) {
        let column = column(name);
        match (column, kind) {
            (Some(Column::Word), Kind::Text) if is_common(name) => self.has_name = true,
            (Some(Column::Word), Kind::Text) => self.has_word = true,
            (Some(Column::Mean), kind) => self.has_meaning |= kind != Kind::Holder,
            _ => {}
        }
        if kind == Kind::Holder {
            self.holders.push(column);
        }
    }

    fn kind(&self) -> Kind {
        let is_record = self.has_name || self.has_word;
        // Examples and senses of a word may be lists of objects, too.
        let is_list = |column: &Option<Column>| match column {
            None | Some(Column::Word | Column::Skip) => true,
            Some(Column::Mean) => !is_record,
            Some(_) => false,
        };
        match () {
            () if self.has_word && self.has_meaning => Kind::Record,
            () if self.holders.iter().any(is_list) => Kind::Holder,
            () if is_record => Kind::Record,
            () => Kind::Other,
        }
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Kind, E> {
        Ok(Kind::Text)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Kind, E> {
        Ok(Kind::Text)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Kind, E> {
        Ok(Kind::Text)
    }

    fn visit_str<E>(self, _: &str) -> Result<Kind, E> {
        Ok(Kind::Text)
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Kind, A::Error> {
        let Some(first) = list.next_element::<Kind>()? else { return Ok(Kind::Other) };
        if first != Kind::Text {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            let is_entry = matches!(first, Kind::Row | Kind::Record | Kind::Holder);
            return Ok(if is_entry { Kind::Holder } else { Kind::Other });
        }
        let (mut length, mut is_row) = (1, true);
        while let Some(kind) = list.next_element::<Kind>()? {
            length += 1;
            is_row &= kind == Kind::Text;
        }
        Ok(if is_row && length > 1 { Kind::Row } else { Kind::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let mut members = Members::default();
        while let Some((name, kind)) = map.next_entry::<String, Kind>()? {
            members.add(&name, kind);
        }
        Ok(members.kind())
    }
}
