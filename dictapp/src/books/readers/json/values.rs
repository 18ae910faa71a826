//! Reads the values of a JSON text one by one, with their lines: the elements of lists, the fields
//! of an object, and values one after another. Lists and objects that contain records are entered:
//! `{"words": [{..}, {..}]}` has two values, the records in the list.

use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Deserializer;

use super::node::Node;
use super::record::is_field;
use super::value_kind::ValueKind;
use crate::books::error::{BookError, Place};

/// A list or an object that was entered: its values are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `[{..}, {..}]`
    List,
    /// `{"apple": "苹果", ..}`
    Map,
    /// An object with lists of records: `{"title": "..", "words": [{..}, {..}]}`
    Container,
}

/// Maximum number of lists and objects around a value. Their number is limited because the content
/// of each one that is entered is parsed again.
const DEPTH_MAX: usize = 8;

/// The values of a text.
pub(super) struct Values {
    path: PathBuf,
    text: Vec<u8>,
    /// The lists and objects around the next value, outermost first.
    enclosing: Vec<Shape>,
    /// Whether the text is a single value.
    is_single: bool,
    /// The offset of the next value.
    at: usize,
    /// The line of the next value.
    line: u64,
    /// The line of the value that was read most recently.
    last_line: u64,
    /// The offset after the byte order mark, if there is one.
    start: usize,
}

/// A value.
#[derive(Debug)]
pub(super) enum Value {
    /// A field of an object of headwords.
    Keyed(String, Node),
    /// An element of a list, or one of several values.
    Element(Node),
    /// The name of a member without records, in an object that has other members with records.
    Member(String),
}

impl Value {
    /// A short text for reports about a record without a headword: its first text, or the names of
    /// its fields.
    pub(super) fn summary(&self) -> String {
        let nodes: Vec<&Node> = match self {
            Value::Keyed(_, node) => vec![node],
            Value::Element(Node::Map(fields)) => fields.iter().map(|(_, node)| node).collect(),
            Value::Element(Node::List(cells)) => cells.iter().collect(),
            Value::Element(node) => vec![node],
            Value::Member(name) => return name.clone(),
        };
        let mut texts = nodes.iter().filter_map(|node| node.text());
        let names = || match self {
            Value::Element(Node::Map(fields)) => {
                let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
                format!("{{{}}}", names.join(", "))
            }
            _ => {
                let summaries: Vec<&str> = nodes.iter().map(|node| node.summary()).collect();
                format!("[{}]", summaries.join(", "))
            }
        };
        texts.find(|text| !text.trim().is_empty()).map_or_else(names, str::to_owned)
    }
}

impl Values {
    /// The values of a text, which may be empty.
    ///
    /// # Errors
    /// If the text does not begin with a list or an object, or the first value is damaged.
    pub(super) fn new(path: &Path, text: Vec<u8>) -> Result<Values, BookError> {
        let path = path.to_owned();
        let (enclosing, is_single) = (Vec::new(), true);
        let mut values =
            Values { path, text, enclosing, is_single, at: 0, line: 1, last_line: 1, start: 0 };
        if values.text.starts_with("\u{FEFF}".as_bytes()) {
            values.start = "\u{FEFF}".len();
            values.at = values.start;
        }
        match values.peek() {
            Some(b'[' | b'{') => drop(values.parse::<IgnoredAny>()?),
            Some(_) => {
                return Err(BookError::whole(&values.path, "is not a list or an object in JSON"));
            }
            None => {}
        }
        values.is_single = values.peek().is_none();
        values.rewind();
        Ok(values)
    }

    /// Whether the text has no values.
    pub(super) fn is_empty(&mut self) -> bool {
        self.rewind();
        self.peek().is_none()
    }

    /// Returns to the first value.
    pub(super) fn rewind(&mut self) {
        (self.at, self.line) = (self.start, 1);
        self.enclosing.clear();
    }

    /// The next value, `None` at the end.
    ///
    /// # Errors
    /// If the text is damaged.
    pub(super) fn next(&mut self) -> Result<Option<Value>, BookError> {
        loop {
            if self.peek() == Some(b',') {
                self.advance(1);
            }
            let next = self.peek();
            let found = match self.enclosing.last() {
                None if next.is_none() => return Ok(None),
                None => self.next_outermost()?,
                Some(Shape::List) if next == Some(b']') => self.leave(),
                Some(Shape::Map | Shape::Container) if next == Some(b'}') => self.leave(),
                Some(Shape::List) => self.next_element()?,
                Some(Shape::Map) => {
                    let key = self.read_key()?;
                    Some(Value::Keyed(key, self.parse()?))
                }
                Some(Shape::Container) => self.next_member()?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Reads the value that begins here and is inside no other value. `None`: it was entered.
    fn next_outermost(&mut self) -> Result<Option<Value>, BookError> {
        self.last_line = self.line;
        let kind = self.peek_kind()?;
        match self.peek() {
            // In a text of several values a list of texts is one record, a row of a table. In a
            // text of one value it is the list of all records.
            Some(b'[') if kind == ValueKind::Row && !self.is_single => self.read_element(),
            Some(b'[') => self.enter(Shape::List),
            Some(b'{') if kind == ValueKind::Container => self.enter(Shape::Container),
            Some(b'{') if self.is_map_of_headwords()? => self.enter(Shape::Map),
            _ => self.read_element(),
        }
    }

    /// Reads the element of a list that begins here. `None`: it was entered.
    fn next_element(&mut self) -> Result<Option<Value>, BookError> {
        self.last_line = self.line;
        let (at, line) = (self.at, self.line);
        let node: Node = self.parse()?;
        if self.enclosing.len() < DEPTH_MAX && node.has_inner_lists() {
            let end = (self.at, self.line);
            (self.at, self.line) = (at, line);
            if self.peek_kind()? == ValueKind::Container {
                return self.enter_container();
            }
            (self.at, self.line) = end;
        }
        Ok(Some(Value::Element(node)))
    }

    /// Reads the name of the member that begins here. `None`: its value contains records and was
    /// entered.
    fn next_member(&mut self) -> Result<Option<Value>, BookError> {
        let key = self.read_key()?;
        let may_enter =
            self.enclosing.len() < DEPTH_MAX && matches!(self.peek(), Some(b'[' | b'{'));
        if may_enter && self.peek_kind()? == ValueKind::Container {
            return self.enter_container();
        }
        self.parse::<IgnoredAny>()?;
        Ok(Some(Value::Member(key)))
    }

    /// Reads the whole value that begins here.
    fn read_element(&mut self) -> Result<Option<Value>, BookError> {
        Ok(Some(Value::Element(self.parse()?)))
    }

    /// The kind of the value that begins here. The position stays before the value.
    fn peek_kind(&mut self) -> Result<ValueKind, BookError> {
        let (at, line) = (self.at, self.line);
        let kind = self.parse()?;
        (self.at, self.line) = (at, line);
        Ok(kind)
    }

    /// Whether the object that begins here is an object of headwords, not a record: few of its keys
    /// are the names of fields.
    fn is_map_of_headwords(&mut self) -> Result<bool, BookError> {
        let (at, line) = (self.at, self.line);
        self.advance(1);
        let (mut keys, mut fields) = (0_usize, 0_usize);
        loop {
            if self.peek() == Some(b',') {
                self.advance(1);
            }
            if self.peek() == Some(b'}') {
                break;
            }
            keys += 1;
            fields += usize::from(is_field(&self.read_key()?));
            self.parse::<IgnoredAny>()?;
        }
        (self.at, self.line) = (at, line);
        Ok(if self.is_single { fields < 2 || fields * 3 < keys * 2 } else { fields * 2 < keys })
    }

    /// Enters the list or object that begins here.
    fn enter(&mut self, shape: Shape) -> Result<Option<Value>, BookError> {
        self.advance(1);
        self.enclosing.push(shape);
        Ok(None)
    }

    /// Enters the list or object that begins here and contains records.
    fn enter_container(&mut self) -> Result<Option<Value>, BookError> {
        let is_list = self.peek() == Some(b'[');
        self.enter(if is_list { Shape::List } else { Shape::Container })
    }

    /// Leaves the list or object that ends here.
    fn leave(&mut self) -> Option<Value> {
        self.advance(1);
        self.enclosing.pop();
        None
    }

    /// Reads the key of a field, up to the value.
    fn read_key(&mut self) -> Result<String, BookError> {
        self.last_line = self.line;
        let key = self.parse()?;
        if self.peek() != Some(b':') {
            return Err(self.damaged("a colon is missing"));
        }
        self.advance(1);
        self.peek(); // skips white space
        Ok(key)
    }

    /// The line of the value that was read most recently, from 1.
    pub(super) fn last_line(&self) -> u64 {
        self.last_line
    }

    /// The next byte after white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text[self.at..];
        let white = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.advance(white);
        self.text.get(self.at).copied()
    }

    /// Moves the position by this number of bytes.
    fn advance(&mut self, length: usize) {
        let skipped = &self.text[self.at..self.at + length];
        self.line += skipped.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.at += length;
    }

    /// Parses the value that begins here, and moves the position after it.
    fn parse<T: DeserializeOwned>(&mut self) -> Result<T, BookError> {
        let mut stream = Deserializer::from_slice(&self.text[self.at..]).into_iter::<T>();
        match stream.next() {
            Some(Ok(value)) => {
                let length = stream.byte_offset();
                self.advance(length);
                Ok(value)
            }
            Some(Err(error)) => {
                self.line += error.line().saturating_sub(1) as u64;
                let reason = error.to_string();
                Err(self.damaged(reason.split(" at line ").next().unwrap_or_default()))
            }
            None => Err(self.damaged("the text ends too early")),
        }
    }

    fn damaged(&self, reason: &str) -> BookError {
        let reason = format!("is not valid JSON: {reason}");
        BookError::in_file(&self.path, Place::Line(self.line), reason)
    }
}
