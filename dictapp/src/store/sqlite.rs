//! SQLite: one writer, a few readers and a write-ahead log, all in one file.
//!
//! A committed transaction survives the loss of power (`synchronous = full`). Writers wait in our
//! own pool of one: sixteen that wait by `busy_timeout` starve for seconds. Another process on
//! the same file is waited for by `busy_timeout`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi, params_from_iter, types};

use super::{
    config::DatabaseTimeouts,
    db::{Access, Db, Engine, Row, Session, Value, Visit},
    error::{Kind, Result, StoreError},
    pool::{Lease, Pool, PoolLimits, Pooled},
};

/// More statements than the store has.
const STATEMENTS_CACHED: usize = 128;
/// To what the log is cut after a large import, in bytes.
const LOG_BYTES_KEPT: i64 = 16 << 20;
/// Between two tries of what SQLite does not wait for by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// A database file.
#[derive(Debug)]
pub(super) struct Sqlite {
    file: Arc<File>,
    writer: Arc<Pool<Link>>,
    readers: Arc<Pool<Link>>,
}

/// What is needed to connect.
#[derive(Debug)]
struct File {
    path: PathBuf,
    timeouts: DatabaseTimeouts,
}

impl Sqlite {
    /// Opens the file, or creates it and its folder.
    pub(super) fn open(
        path: PathBuf,
        connections: usize,
        timeouts: DatabaseTimeouts,
    ) -> Result<Sqlite> {
        create_folder(&path)?;
        let file = Arc::new(File { path, timeouts });
        file.create()?;
        let pool = |connections_max| {
            let (idle, lifetime) = (Duration::MAX, Duration::MAX); // a file does not go away
            Pool::new(PoolLimits { connections_max, idle, lifetime })
        };
        Ok(Sqlite { file, writer: pool(1), readers: pool(connections) })
    }

    fn lease(&self, access: Access) -> Result<Lease<Link>> {
        let pool = match access {
            Access::Read => &self.readers,
            Access::Write => &self.writer,
        };
        self.file.lease(pool, access, self.file.timeouts.call)
    }
}

impl File {
    /// The change to a write-ahead log meets `busy` without waiting when two instances do it.
    fn create(&self) -> Result<()> {
        let deadline = Instant::now() + self.timeouts.call;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        loop {
            let mode = self.open(flags).and_then(|conn| {
                conn.pragma_update_and_check(None, "journal_mode", "wal", |row| {
                    row.get::<_, String>(0)
                })
                .map_err(|error| error_at(&self.path, &error))
            });
            match mode {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    return Err(StoreError::refused(format!(
                        "the database file {} stays in journal mode {mode} where a write-ahead \
                         log is needed: set database.url to a path on a local disk",
                        self.path.display()
                    )));
                }
                Err(error) if error.kind() == Kind::Race && Instant::now() < deadline => {
                    thread::sleep(BUSY_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Without `CREATE`: a file that was moved away must not come back empty.
    fn connect(self: &Arc<Self>, access: Access) -> Result<Link> {
        let conn = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let query_only = access == Access::Read;
        conn.pragma_update(None, "query_only", query_only)
            .map_err(|error| error_at(&self.path, &error))?;
        Ok(Link { conn, file: Arc::clone(self) })
    }

    fn open(&self, flags: OpenFlags) -> Result<Connection> {
        let set_up = |conn: Connection| {
            conn.busy_timeout(self.timeouts.statement)?;
            conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
            conn.pragma_update(None, "synchronous", "full")?;
            conn.pragma_update(None, "foreign_keys", true)?;
            conn.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)?;
            Ok(conn)
        };
        Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .and_then(set_up)
            .map_err(|error| error_at(&self.path, &error))
    }

    fn lease(
        self: &Arc<Self>,
        pool: &Arc<Pool<Link>>,
        access: Access,
        wait: Duration,
    ) -> Result<Lease<Link>> {
        pool.lease(Instant::now() + wait, || self.connect(access))?.ok_or_else(|| {
            let path = self.path.display();
            StoreError::unavailable(format!("the database file {path} was busy for {wait:?}"))
        })
    }
}

impl Db for Sqlite {
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.lease(Access::Read)?.query(sql, params)
    }

    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        self.lease(Access::Write)?.execute(sql, params)
    }

    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        let link = &mut *self.lease(Access::Write)?;
        link.begin(Access::Write)?;
        match work(link) {
            Ok(()) => link.commit(),
            Err(error) => {
                link.rollback().ok(); // when even this fails, the pool closes the connection
                Err(error)
            }
        }
    }

    fn session(&self, access: Access) -> Result<Box<dyn Session + Send>> {
        let writer = Arc::clone(&self.writer);
        let link = self.file.connect(access)?;
        Ok(Box::new(Alone { link, writer, turn: None }))
    }

    fn place(&self) -> String {
        format!("the database file {}", self.file.path.display())
    }
}

/// A connection of the pool.
#[derive(Debug)]
struct Link {
    conn: Connection,
    file: Arc<File>,
}

impl Pooled for Link {
    fn is_clean(&self) -> bool {
        self.conn.is_autocommit()
    }
}

impl Link {
    fn run(&self, sql: &str) -> Result<()> {
        self.conn.execute_batch(sql).map_err(|error| error_at(&self.file.path, &error))
    }
}

impl Session for Link {
    fn each(&mut self, sql: &str, params: &[Value], visit: Visit<'_>) -> Result<()> {
        let at = |error: rusqlite::Error| error_at(&self.file.path, &error);
        let mut statement = self.conn.prepare_cached(sql).map_err(at)?;
        let width = statement.column_count();
        let mut rows = statement.query(params_from_iter(params)).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let values = (0..width).map(|i| row.get_ref(i).map(Value::from));
            let values = values.collect::<rusqlite::Result<_>>().map_err(at)?;
            if visit(Row::new(values))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let done = self.conn.prepare_cached(sql);
        let done = done.and_then(|mut statement| statement.execute(params_from_iter(params)));
        done.map(|rows| rows as u64).map_err(|error| error_at(&self.file.path, &error))
    }

    fn begin(&mut self, access: Access) -> Result<()> {
        match access {
            Access::Read => self.run("begin"),
            Access::Write => self.run("begin immediate"), // a later upgrade could only fail
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

/// A connection outside the pool, which takes its turn among the writers only while it writes.
struct Alone {
    link: Link,
    writer: Arc<Pool<Link>>,
    turn: Option<Lease<Link>>,
}

impl Session for Alone {
    fn each(&mut self, sql: &str, params: &[Value], visit: Visit<'_>) -> Result<()> {
        self.link.each(sql, params, visit)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        self.link.execute(sql, params)
    }

    fn begin(&mut self, access: Access) -> Result<()> {
        if access == Access::Write {
            let file = &self.link.file;
            self.turn = Some(file.lease(&self.writer, access, file.timeouts.bulk)?);
        }
        self.link.begin(access).inspect_err(|_| self.turn = None)
    }

    fn commit(&mut self) -> Result<()> {
        let done = self.link.commit();
        self.turn = None;
        done
    }

    fn rollback(&mut self) -> Result<()> {
        let done = self.link.rollback();
        self.turn = None;
        done
    }

    fn begin_migration(&mut self) -> Result<()> {
        self.begin(Access::Write)
    }

    fn migrate(&mut self, statement: &str) -> Result<()> {
        self.link.migrate(statement)
    }

    fn end_migration(&mut self) -> Result<()> {
        self.commit()
    }

    fn tables(&mut self) -> Result<Vec<String>> {
        self.link.tables()
    }

    fn engine(&self) -> Engine {
        Engine::Sqlite
    }
}

fn create_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| {
        StoreError::refused(format!(
            "cannot create the folder {} for the database: {error}; create it, or set \
             database.url to a path that may be written",
            folder.display()
        ))
    })
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
            types::ValueRef::Real(value) => Value::Text(value.to_string()), // we have no such column
            types::ValueRef::Text(value) => match String::from_utf8(value.to_vec()) {
                Ok(text) => Value::Text(text),
                Err(error) => Value::Bytes(error.into_bytes()),
            },
            types::ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
        }
    }
}

/// What SQLite's error means, where, and what to do.
fn error_at(path: &Path, error: &rusqlite::Error) -> StoreError {
    let shown = path.display();
    let code = match error {
        rusqlite::Error::SqliteFailure(code, _) => *code,
        rusqlite::Error::SqlInputError { error, .. } => *error,
        _ => return StoreError::internal(format!("the database file {shown}: {error}")),
    };
    // Of the constraints only a taken key is a conflict; the others are faults of ours.
    let taken = [ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_UNIQUE];
    let kind = match code.code {
        ErrorCode::ConstraintViolation if taken.contains(&code.extended_code) => Kind::Conflict,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Kind::Race,
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::OutOfMemory
        | ErrorCode::FileLockingProtocolFailed => Kind::Unavailable,
        ErrorCode::NotADatabase
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied => Kind::Refused,
        _ => Kind::Internal,
    };
    let text = match code.code {
        ErrorCode::NotADatabase => format!(
            "{shown} is no SQLite database: set database.url to another path, or move that file away"
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
        ErrorCode::DiskFull => format!("the disk of the database file {shown} is full"),
        _ => format!("the database file {shown}: {error}"),
    };
    StoreError::new(kind, text)
}

/// SQLite says only "unable to open database file"; the system knows more.
fn why_not_opened(path: &Path, error: &rusqlite::Error) -> String {
    if path.is_dir() {
        return "it is a folder; set database.url to the path of a file".to_owned();
    }
    match fs::OpenOptions::new().read(true).write(true).open(path) {
        Err(cause) => format!("{cause}; set database.url to a path that may be read and written"),
        Ok(_) => format!("{error}; its folder must be writable as well"),
    }
}
