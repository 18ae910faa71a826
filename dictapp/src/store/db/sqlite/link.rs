//! A connection to an SQLite file: runs statements and classifies its errors.

use std::{fs, io, path::Path, sync::Arc};

use rusqlite::{Connection, ErrorCode, ffi, params_from_iter, types};

use crate::store::{
    db::pool::Pooled,
    db::{Access, Engine, Row, RowVisitor, Session, Value},
    error::{Result, StoreError, StoreErrorKind},
};

/// A connection to a database file.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) conn: Connection,
    pub(crate) path: Arc<Path>,
}

impl Pooled for Link {
    fn is_clean(&self) -> bool {
        self.conn.is_autocommit()
    }
}

impl Link {
    /// Runs a query, so that SQLite opens the write-ahead log.
    pub(crate) fn touch(&self) -> Result<()> {
        self.run("select count(*) from sqlite_master")
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.conn.execute_batch(sql).map_err(|error| error_at(&self.path, &error))
    }
}

impl Session for Link {
    fn for_each_row(&mut self, sql: &str, params: &[Value], visit: RowVisitor<'_>) -> Result<()> {
        let at = |error: rusqlite::Error| error_at(&self.path, &error);
        let mut statement = self.conn.prepare_cached(sql).map_err(at)?;
        let width = statement.column_count();
        let mut rows = statement.query(params_from_iter(params)).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let mut values = Vec::with_capacity(width);
            for column in 0..width {
                values.push(row.get_ref(column).map_err(at)?.into());
            }
            if visit(Row::new(values))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let done = self.conn.prepare_cached(sql);
        let done = done.and_then(|mut statement| statement.execute(params_from_iter(params)));
        done.map(|rows| rows as u64).map_err(|error| error_at(&self.path, &error))
    }

    fn begin(&mut self, access: Access) -> Result<()> {
        match access {
            Access::Read => self.run("begin"),
            // Takes the write lock at once, since upgrading a read lock later may fail.
            Access::Write => self.run("begin immediate"),
        }
    }

    fn commit(&mut self) -> Result<()> {
        self.run("commit").inspect_err(|_| drop(self.rollback()))
    }

    fn rollback(&mut self) -> Result<()> {
        if self.conn.is_autocommit() { Ok(()) } else { self.run("rollback") }
    }

    fn begin_migration(&mut self) -> Result<()> {
        self.begin(Access::Write)
    }

    fn migrate(&mut self, statement: &str) -> Result<()> {
        self.run(statement)
    }

    fn end_migration(&mut self) -> Result<()> {
        self.commit()
    }

    fn tables(&mut self) -> Result<Vec<String>> {
        let sql = "select name from sqlite_master where type in ('table', 'view')";
        self.query(sql, &[])?.iter_mut().map(Row::text).collect()
    }

    fn engine(&self) -> Engine {
        Engine::Sqlite
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<types::ToSqlOutput<'_>> {
        Ok(types::ToSqlOutput::Borrowed(match self {
            Value::Null => types::ValueRef::Null,
            Value::Int(value) => types::ValueRef::Integer(*value),
            Value::Text(value) => types::ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => types::ValueRef::Blob(value),
        }))
    }
}

impl From<types::ValueRef<'_>> for Value {
    fn from(value: types::ValueRef<'_>) -> Value {
        match value {
            types::ValueRef::Null => Value::Null,
            types::ValueRef::Integer(value) => Value::Int(value),
            // No table has a column of this type.
            types::ValueRef::Real(value) => Value::Text(value.to_string()),
            types::ValueRef::Text(value) => match String::from_utf8(value.to_vec()) {
                Ok(text) => Value::Text(text),
                Err(error) => Value::Bytes(error.into_bytes()),
            },
            types::ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
        }
    }
}

/// Converts an error of SQLite to one with a kind, the path of the file and advice.
pub(crate) fn error_at(path: &Path, error: &rusqlite::Error) -> StoreError {
    let shown = path.display();
    let code = match error {
        rusqlite::Error::SqliteFailure(code, _) => *code,
        rusqlite::Error::SqlInputError { error, .. } => *error,
        _ => return StoreError::internal(format!("the database file {shown}: {error}")),
    };
    // Only a duplicate key is a conflict; the other constraints guard against bugs of this program.
    let taken = [ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_UNIQUE];
    let kind = match code.code {
        ErrorCode::ConstraintViolation if taken.contains(&code.extended_code) => {
            StoreErrorKind::Conflict
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreErrorKind::TransactionConflict,
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::OutOfMemory
        | ErrorCode::FileLockingProtocolFailed => StoreErrorKind::Unavailable,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreErrorKind::Damaged,
        ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            StoreErrorKind::Refused
        }
        ErrorCode::Unknown if is_missing_table(error) => StoreErrorKind::Refused,
        _ => StoreErrorKind::Internal,
    };
    let text = match code.code {
        ErrorCode::NotADatabase => format!(
            "{shown} is not an SQLite database: set database.url to another path, or move that file away"
        ),
        ErrorCode::DatabaseCorrupt => format!(
            "the database file {shown} is damaged ({error}): stop the server and restore a backup, \
             or save what can be read with `sqlite3 {shown} .recover`"
        ),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            format!("cannot open the database file {shown}: {}", why_not_opened(path, error))
        }
        ErrorCode::ReadOnly => format!(
            "the database file {shown} or its folder is read-only: make both writable for this \
             user, or set database.url to another path"
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            format!("the database file {shown} is locked by another program")
        }
        ErrorCode::Unknown if is_missing_table(error) => {
            format!("the database file {shown} is incomplete ({error}): restore a backup")
        }
        ErrorCode::DiskFull => format!("the disk of the database file {shown} is full"),
        _ => format!("the database file {shown}: {error}"),
    };
    StoreError::new(kind, text)
}

/// Recognises a missing table by the text, since SQLite has no code for it.
fn is_missing_table(error: &rusqlite::Error) -> bool {
    error.to_string().contains("no such table: ")
}

/// The reason why a file cannot be opened: SQLite reports only "unable to open database file", and
/// the operating system reports more.
fn why_not_opened(path: &Path, error: &rusqlite::Error) -> String {
    if path.is_dir() {
        return "it is a folder; set database.url to the path of a file".to_owned();
    }
    match fs::OpenOptions::new().read(true).write(true).open(path) {
        // The file cannot be created: the fault is in its folder.
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => format!(
            "{cause}; its folder must be one that this user may write to, or set database.url to \
             another path"
        ),
        Err(cause) => format!("{cause}; set database.url to a path that may be read and written"),
        Ok(_) => format!("{error}; its folder must be writable as well"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_created_is_reported_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let error = rusqlite::Error::InvalidQuery;
        let why = why_not_opened(&folder.path().join("x.db"), &error);
        assert!(why.contains("its folder must be one that this user may write to"), "{why}");
        assert!(why_not_opened(folder.path(), &error).starts_with("it is a folder"));
    }
}
