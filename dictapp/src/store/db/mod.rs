//! The little that the store asks of an SQL engine: statements and parameters to rows.
//!
//! The statements are written once, in the store's files by subject, for both engines; what the
//! engines say differently is in their adaptors and in `migrations/`.

mod circuit;
mod migrate;
mod mysql;
mod pool;
mod sqlite;
mod value;

use std::{fmt, ops::ControlFlow};

pub(crate) use migrate::migrate;
pub(crate) use mysql::Mysql;
pub(crate) use pool::lock;
pub(crate) use sqlite::Sqlite;
pub(crate) use value::{Row, Value, count_in};

use crate::store::error::{Kind, Result};

/// An SQL engine. Placeholders are `?`, and no statement may change the state of its session.
///
/// A statement or a transaction may be sent again after a lost connection, so that it must be
/// safe to repeat: rows carry their own keys, and a conflict with one's own row is no conflict.
pub(crate) trait Db: Send + Sync + fmt::Debug {
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
pub(crate) trait Session {
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
pub(crate) fn in_transaction<T>(
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
pub(crate) fn long_transaction<T>(
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
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Row) -> Result<ControlFlow<()>>;

/// What a transaction or a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Which dialect of `migrations/` a session speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Mysql,
}
