//! The values of placeholders and columns, and rows of results.

use jiff::Timestamp;

use crate::store::error::{Result, StoreError};

/// The value of a placeholder or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The columns of one row. Each method reads the next column, from left to right in the order of
/// the statement, and fails if it has another type.
#[derive(Debug)]
pub(crate) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Row {
        Row(values.into_iter())
    }

    fn next(&mut self) -> Result<Value> {
        self.0.next().ok_or_else(|| StoreError::internal("a row has too few columns"))
    }

    /// A column of any type.
    pub(crate) fn value(&mut self) -> Result<Value> {
        self.next()
    }

    /// An integer.
    pub(crate) fn int(&mut self) -> Result<i64> {
        match self.next()? {
            Value::Int(value) => Ok(value),
            other => Err(other.mismatch("integer")),
        }
    }

    pub(crate) fn optional_int(&mut self) -> Result<Option<i64>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            other => Err(other.mismatch("integer")),
        }
    }

    /// An integer that is not negative.
    pub(crate) fn count(&mut self) -> Result<u64> {
        let value = self.int()?;
        value.try_into().map_err(|_| StoreError::internal(format!("{value} is not a count")))
    }

    /// An integer as a boolean: 0 is false.
    pub(crate) fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    /// A column in microseconds since 1970.
    pub(crate) fn time(&mut self) -> Result<Timestamp> {
        let microseconds = self.int()?;
        Timestamp::from_microsecond(microseconds)
            .map_err(|_| StoreError::internal(format!("invalid time: {microseconds} us")))
    }

    /// Like [`Row::time`]; `None` for null.
    pub(crate) fn optional_time(&mut self) -> Result<Option<Timestamp>> {
        let Some(microseconds) = self.optional_int()? else { return Ok(None) };
        Row::new(vec![Value::Int(microseconds)]).time().map(Some)
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        match self.next()? {
            Value::Text(value) => Ok(value),
            other => Err(other.mismatch("text")),
        }
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<String>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(other.mismatch("text")),
        }
    }

    pub(crate) fn optional_bytes(&mut self) -> Result<Option<Vec<u8>>> {
        match self.next()? {
            Value::Null => Ok(None),
            value => Row::new(vec![value]).bytes().map(Some),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>> {
        match self.next()? {
            Value::Bytes(value) => Ok(value),
            // The MySQL adaptor returns bytes as text if they are valid UTF-8.
            Value::Text(value) => Ok(value.into_bytes()),
            other => Err(other.mismatch("byte string")),
        }
    }
}

/// The number in a result with one row, as of `select count(*)`; 0 if there is no row.
pub(crate) fn count_in(mut rows: Vec<Row>) -> Result<u64> {
    Ok(rows.first_mut().map(Row::count).transpose()?.unwrap_or_default())
}

impl Value {
    /// The error for a value that is not of the wanted type. It omits the value, which may be
    /// personal data.
    fn mismatch(&self, wanted: &str) -> StoreError {
        let found = match self {
            Value::Null => "null",
            Value::Int(_) => "integer",
            Value::Text(_) => "text",
            Value::Bytes(_) => "byte string",
        };
        StoreError::internal(format!("a column contains {found} instead of {wanted}"))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Value {
        Value::Int(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Int(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

impl From<&[u8; 32]> for Value {
    fn from(value: &[u8; 32]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
