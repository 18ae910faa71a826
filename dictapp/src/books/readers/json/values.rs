//! The values of a JSON text one by one, with their lines: the elements of a list, the fields of an
//! object, or values one after another.

use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Deserializer;

use super::node::Node;
use super::record::is_record;
use crate::books::error::{BookError, Place};

/// The outer structure of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `[{..}, {..}]`, perhaps in a field of an object.
    List,
    /// `{"apple": "苹果", ..}`
    Map,
    /// A value on each line.
    Lines,
}

/// The values of a text.
pub(super) struct Values {
    path: PathBuf,
    text: Vec<u8>,
    shape: Shape,
    /// The offset of the next value, and its line.
    at: usize,
    line: u64,
    /// The line of the last value.
    last: u64,
    /// Whether the list or the object has ended.
    ended: bool,
    /// The offset and the line of the first value.
    first: (usize, u64),
}

/// A value with its key if it is a field of the outer object.
pub(super) type Value = (Option<String>, Node);

impl Values {
    /// # Errors
    /// If the text does not begin with a list or an object.
    pub(super) fn new(path: &Path, text: Vec<u8>) -> Result<Values, BookError> {
        let path = path.to_owned();
        let shape = Shape::Lines;
        let mut values =
            Values { path, text, shape, at: 0, line: 1, last: 1, ended: false, first: (0, 1) };
        if values.text.starts_with("\u{FEFF}".as_bytes()) {
            values.at = "\u{FEFF}".len();
        }
        match values.peek() {
            Some(b'[') => values.enter(Shape::List),
            Some(b'{') => values.open_object()?,
            _ => return Err(BookError::whole(&values.path, "is not a list or an object in JSON")),
        }
        values.first = (values.at, values.line);
        Ok(values)
    }

    /// Returns to the first value.
    pub(super) fn rewind(&mut self) {
        (self.at, self.line) = self.first;
        self.ended = false;
    }

    /// Determines what an object at the beginning of the text is: the first of several values, an
    /// object around a list of records, or an object of headwords.
    fn open_object(&mut self) -> Result<(), BookError> {
        let (at, line) = (self.at, self.line);
        self.parse::<IgnoredAny>()?;
        if self.peek().is_some() {
            (self.at, self.line) = (at, line);
            return Ok(());
        }
        (self.at, self.line) = (at, line);
        self.enter(Shape::Map);
        let inside = (self.at, self.line);
        while let Some(_key) = self.next_key()? {
            let list = (self.at, self.line);
            if self.peek() == Some(b'[') {
                self.enter(Shape::List);
                let is_first = matches!(self.peek(), Some(b'{' | b'['));
                if is_first && is_record(&self.parse::<Node>()?) {
                    (self.at, self.line) = list;
                    self.enter(Shape::List);
                    return Ok(());
                }
                (self.at, self.line) = list;
            }
            self.parse::<IgnoredAny>()?;
        }
        (self.at, self.line) = inside;
        self.shape = Shape::Map;
        self.ended = false;
        Ok(())
    }

    /// Enters the list or object that begins here.
    fn enter(&mut self, shape: Shape) {
        self.peek();
        self.advance(1);
        self.shape = shape;
    }

    /// The next value, `None` at the end.
    ///
    /// # Errors
    /// If the text is damaged.
    pub(super) fn next(&mut self) -> Result<Option<Value>, BookError> {
        if self.shape == Shape::Map {
            let Some(key) = self.next_key()? else { return Ok(None) };
            return Ok(Some((Some(key), self.parse()?)));
        }
        if self.ended {
            return Ok(None);
        }
        match self.peek() {
            None if self.shape == Shape::Lines => return Ok(None),
            Some(b']') if self.shape == Shape::List => {
                self.ended = true;
                return Ok(None);
            }
            _ => {}
        }
        self.last = self.line;
        let node = self.parse()?;
        if self.peek() == Some(b',') {
            self.advance(1);
        }
        Ok(Some((None, node)))
    }

    /// The next key of the object, `None` at its end. The value follows.
    fn next_key(&mut self) -> Result<Option<String>, BookError> {
        if self.peek() == Some(b',') {
            self.advance(1);
        }
        if self.peek() == Some(b'}') || self.ended {
            self.ended = true;
            return Ok(None);
        }
        self.last = self.line;
        let key = self.parse()?;
        if self.peek() != Some(b':') {
            return Err(self.damaged("a colon is missing"));
        }
        self.advance(1);
        self.peek();
        Ok(Some(key))
    }

    /// The line of the last value, from 1.
    pub(super) fn line_of_last(&self) -> u64 {
        self.last
    }

    /// The next byte after white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text[self.at..];
        let white = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.advance(white);
        self.text.get(self.at).copied()
    }

    fn advance(&mut self, length: usize) {
        let passed = &self.text[self.at..self.at + length];
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.at += length;
    }

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
        BookError::at(&self.path, Place::Line(self.line), reason)
    }
}
