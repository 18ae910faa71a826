//! The little that the store asks of an SQL engine: statements and parameters to rows.
//!
//! The statements are written once, in the store's files by subject, for both engines; what the
//! engines say differently is in their adaptors and in `migrations/`.

use std::{fmt, ops::ControlFlow};

use super::error::{Kind, Result, StoreError};

/// An SQL engine. Placeholders are `?`, and no statement may change the state of its session.
///
/// A statement or a transaction may be sent again after a lost connection, so that it must be
/// safe to repeat: rows carry their own keys, and a conflict with one's own row is no conflict.
pub(super) trait Db: Send + Sync + fmt::Debug {
    /// Asks.
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>>;

    /// Runs one statement as its own transaction; gives the number of rows that it matched.
    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64>;

    /// Runs `work` in one transaction, and all of it again after a lost race.
    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()>;

    /// A connection of one's own, outside the pool and with long clocks, for long work.
    fn session(&self, access: Access) -> Result<Box<dyn Session + Send>>;

    /// Where the database is, for messages: never with a password.
    fn place(&self) -> String;
}

/// One connection.
pub(super) trait Session {
    /// Asks.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Asks, and shows each row as it comes.
    fn each(&mut self, sql: &str, params: &[Value], visit: Visit<'_>) -> Result<()>;

    /// Runs one statement; gives the number of rows that it matched.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64>;

    /// Begins a transaction: a snapshot to read, or one that may write.
    fn begin(&mut self, access: Access) -> Result<()>;

    /// Makes the transaction's work durable.
    fn commit(&mut self) -> Result<()>;

    /// Takes the transaction back.
    fn rollback(&mut self) -> Result<()>;

    /// Keeps other instances from migrating until `end_migration` or the end of the session.
    fn begin_migration(&mut self) -> Result<()>;

    /// Runs one statement of a migration, which is repeated when a start was killed half-way.
    fn migrate(&mut self, statement: &str) -> Result<()>;

    /// Keeps what was migrated.
    fn end_migration(&mut self) -> Result<()>;

    /// The names of the tables and views that are there.
    fn tables(&mut self) -> Result<Vec<String>>;

    /// What this engine's migrations are.
    fn engine(&self) -> Engine;
}

/// Runs `work` in one transaction of a session; what fails is taken back.
pub(super) fn in_transaction<T>(
    session: &mut dyn Session,
    work: impl FnOnce(&mut dyn Session) -> Result<T>,
) -> Result<T> {
    session.begin(Access::Write)?;
    match work(session) {
        Ok(value) => session.commit().map(|()| value),
        Err(error) => {
            session.rollback().ok(); // when even this fails, the end of the connection does the same
            Err(error)
        }
    }
}

/// How often a long transaction that lost a race begins again.
const RACES_MAX: u32 = 5;

/// As [`in_transaction`], and all of it again after a lost race.
pub(super) fn long_transaction<T>(
    session: &mut dyn Session,
    mut work: impl FnMut(&mut dyn Session) -> Result<T>,
) -> Result<T> {
    for _ in 0..RACES_MAX {
        match in_transaction(session, &mut work) {
            Err(error) if error.kind() == Kind::Race => (),
            result => return result,
        }
    }
    in_transaction(session, work)
}

/// Takes one row, and says whether it wants more.
pub(super) type Visit<'a> = &'a mut dyn FnMut(Row) -> Result<ControlFlow<()>>;

/// What a transaction or a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Which dialect of `migrations/` a session speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Mysql,
}

/// What goes into a placeholder and comes out of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The columns of one row in the order of the statement; read from left to right.
#[derive(Debug)]
pub(super) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(super) fn new(values: Vec<Value>) -> Row {
        Row(values.into_iter())
    }

    fn next(&mut self) -> Result<Value> {
        self.0.next().ok_or_else(|| StoreError::internal("a row has too few columns"))
    }

    pub(super) fn int(&mut self) -> Result<i64> {
        match self.next()? {
            Value::Int(value) => Ok(value),
            other => Err(other.is_no("integer")),
        }
    }

    pub(super) fn optional_int(&mut self) -> Result<Option<i64>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            other => Err(other.is_no("integer")),
        }
    }

    pub(super) fn count(&mut self) -> Result<u64> {
        let value = self.int()?;
        value.try_into().map_err(|_| StoreError::internal(format!("{value} is no count")))
    }

    pub(super) fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    pub(super) fn text(&mut self) -> Result<String> {
        match self.next()? {
            Value::Text(value) => Ok(value),
            other => Err(other.is_no("text")),
        }
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<String>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(other.is_no("text")),
        }
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>> {
        match self.next()? {
            Value::Bytes(value) => Ok(value),
            Value::Text(value) => Ok(value.into_bytes()), // MySQL tells the two apart by content
            other => Err(other.is_no("byte string")),
        }
    }
}

/// The one number that was asked for; 0 where there is no row.
pub(super) fn count_in(mut rows: Vec<Row>) -> Result<u64> {
    Ok(rows.first_mut().map(Row::count).transpose()?.unwrap_or_default())
}

impl Value {
    /// The value itself stays out of the message: it may be somebody's.
    fn is_no(&self, wanted: &str) -> StoreError {
        let found = match self {
            Value::Null => "null",
            Value::Int(_) => "integer",
            Value::Text(_) => "text",
            Value::Bytes(_) => "byte string",
        };
        StoreError::internal(format!("a column holds {found} where {wanted} belongs"))
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

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
