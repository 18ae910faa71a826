//! The interface between the store and the SQL engines: the trait [`Db`], with an adaptor for
//! SQLite and one for MySQL.
//!
//! The statements for both engines are the same, and are in the store's files by subject. Only the
//! adaptors here and `migrations/` may depend on the engine.

mod circuit;
mod migrate;
mod mysql;
mod outage;
mod pool;
mod probe;
mod sqlite;
mod value;
mod watched;

use std::{fmt, ops::ControlFlow, path::Path};

use jiff::Timestamp;

pub(crate) use migrate::{TABLES, migrate};
pub(crate) use mysql::Mysql;
pub(crate) use outage::Outage;
pub(crate) use probe::probe;
pub(crate) use sqlite::Sqlite;
pub(crate) use value::{Row, Value, count_in};
pub(crate) use watched::Watched;

use crate::store::error::{Result, StoreErrorKind};

/// A database of an SQL engine. Placeholders are `?`. No statement may change the state of its
/// connection, since other calls use the same connection later.
///
/// A statement or a transaction may be sent again after a lost connection, so it must be safe to
/// repeat: the caller chooses the keys of rows, and treats a conflict with its own row as success.
pub(crate) trait Db: Send + Sync + fmt::Debug {
    /// Runs a statement that reads.
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>>;

    /// Like `query`, but also sees all commits that other servers of a cluster have confirmed
    /// before this call.
    fn query_latest(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.query(sql, params)
    }

    /// Runs one statement as its own transaction; returns the number of rows that it matched.
    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64>;

    /// Runs `work` in one transaction. May run it again after a conflict with another transaction
    /// or a lost connection.
    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()>;

    /// Opens a connection outside of the pool with long timeouts, for long work.
    fn session(&self, access: Access) -> Result<Box<dyn Session + Send>>;

    /// The database for messages, without a password: the file, or host, port and name.
    fn place(&self) -> String;

    /// Checks for damage, without a time limit.
    fn check_integrity(&self) -> Result<()>;

    /// The time by the database's clock.
    fn clock(&self) -> Result<Timestamp> {
        Ok(Timestamp::now())
    }

    /// The file of the database, if it is on this machine.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Copies a consistent snapshot of a database in one file to another file. `false`: the
    /// database is not one file.
    fn copy_file(&self, _target: &Path) -> Result<bool> {
        Ok(false)
    }
}

/// The initial capacity for the rows of a result. Most results have at most this number of rows.
const ROWS_USUAL: usize = 16;

/// One connection and the transaction on it.
pub(crate) trait Session {
    /// Runs a statement that reads.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(ROWS_USUAL);
        self.for_each_row(sql, params, &mut |row| {
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Runs a statement that reads, and calls `visit` with each row.
    fn for_each_row(&mut self, sql: &str, params: &[Value], visit: RowVisitor<'_>) -> Result<()>;

    /// Runs one statement; returns the number of rows that it matched.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64>;

    /// Begins a transaction: a snapshot to read, or one that may write.
    fn begin(&mut self, access: Access) -> Result<()>;

    /// Makes the transaction's work durable.
    fn commit(&mut self) -> Result<()>;

    /// Undoes the transaction.
    fn rollback(&mut self) -> Result<()>;

    /// Keeps other instances from migrating until `end_migration` or the end of the session.
    fn begin_migration(&mut self) -> Result<()>;

    /// Runs one statement of a migration. It may run again if the process is killed before the
    /// migration ends.
    fn migrate(&mut self, statement: &str) -> Result<()>;

    /// Ends the migration and keeps its changes.
    fn end_migration(&mut self) -> Result<()>;

    /// The names of the tables and views.
    fn tables(&mut self) -> Result<Vec<String>>;

    /// The SQL dialect.
    fn engine(&self) -> Engine;
}

/// Runs `work` in one transaction of a session. If `work` fails, the transaction is undone.
pub(crate) fn in_transaction<T>(
    session: &mut dyn Session,
    work: impl FnOnce(&mut dyn Session) -> Result<T>,
) -> Result<T> {
    session.begin(Access::Write)?;
    match work(session) {
        Ok(value) => session.commit().map(|()| value),
        Err(error) => {
            session.rollback().ok(); // if this fails, the end of the connection undoes the work
            Err(error)
        }
    }
}

/// Maximum number of retries of a long transaction after a conflict.
pub(crate) const CONFLICT_RETRIES_MAX: u32 = 5;

/// Like [`in_transaction`], with retries after conflicts.
pub(crate) fn long_transaction<T>(
    session: &mut dyn Session,
    mut work: impl FnMut(&mut dyn Session) -> Result<T>,
) -> Result<T> {
    for _ in 0..CONFLICT_RETRIES_MAX {
        match in_transaction(session, &mut work) {
            Err(error) if error.kind() == StoreErrorKind::TransactionConflict => (),
            result => return result,
        }
    }
    in_transaction(session, work)
}

/// Receives a row. Returns whether to continue.
pub(crate) type RowVisitor<'a> = &'a mut dyn FnMut(Row) -> Result<ControlFlow<()>>;

/// Whether a transaction or a session only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// The SQL dialect of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Mysql,
}
