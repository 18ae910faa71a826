//! SQLite: one writer, a few readers and a write-ahead log, all in one file.
//!
//! A committed transaction survives the loss of power (`synchronous = full`). Writers wait in our
//! own pool of one: sixteen that wait by `busy_timeout` starve for seconds. Another process on
//! the same file is waited for by `busy_timeout`.

mod link;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};

use link::{Link, error_at};

use crate::store::{
    config::DatabaseTimeouts,
    db::{
        Access, Db, Engine, Row, Session, Value, Visit, in_transaction,
        pool::{Lease, Pool, PoolLimits},
    },
    error::{Kind, Result, StoreError},
};

/// More statements than the store has.
const STATEMENTS_CACHED: usize = 128;
/// To what the log is cut after a large import, in bytes.
const LOG_BYTES_KEPT: i64 = 16 << 20;
/// Between two tries of what SQLite does not wait for by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// A database file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    file: Arc<File>,
    writer: Arc<Pool<Link>>,
    readers: Arc<Pool<Link>>,
}

/// What is needed to connect.
#[derive(Debug)]
struct File {
    path: Arc<Path>,
    timeouts: DatabaseTimeouts,
}

impl Sqlite {
    /// Opens the file, or creates it and its folder.
    pub(crate) fn open(
        path: PathBuf,
        connections: usize,
        timeouts: DatabaseTimeouts,
    ) -> Result<Sqlite> {
        create_folder(&path)?;
        let file = Arc::new(File { path: path.into(), timeouts });
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
        Ok(Link { conn, path: Arc::clone(&self.path) })
    }

    fn open(&self, flags: OpenFlags) -> Result<Connection> {
        let set_up = |conn: Connection| {
            conn.busy_timeout(self.timeouts.call)?;
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
        in_transaction(&mut *self.lease(Access::Write)?, work)
    }

    fn session(&self, access: Access) -> Result<Box<dyn Session + Send>> {
        let writer = Arc::clone(&self.writer);
        let link = self.file.connect(access)?;
        let patience = self.file.timeouts.bulk; // as another import may have the file for long
        let waits = link.conn.busy_timeout(patience);
        waits.map_err(|error| error_at(&self.file.path, &error))?;
        Ok(Box::new(Alone { link, file: Arc::clone(&self.file), writer, turn: None }))
    }

    fn place(&self) -> String {
        format!("the database file {}", self.file.path.display())
    }
}

/// A connection outside the pool, which takes its turn among the writers only while it writes.
struct Alone {
    link: Link,
    file: Arc<File>,
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
            let file = &self.file;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_is_set_to_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, timeouts) = (folder.path().join("x.db"), DatabaseTimeouts::default());
        let db = Sqlite::open(path, 1, timeouts).unwrap();
        for access in [Access::Read, Access::Write] {
            let link = db.file.connect(access).unwrap();
            for (pragma, expected) in [("synchronous", "2"), ("foreign_keys", "1")] {
                let sql = format!("select cast({pragma} as text) from pragma_{pragma}");
                let value: String = link.conn.query_row(&sql, [], |row| row.get(0)).unwrap();
                assert_eq!(value, expected, "{pragma}");
            }
            let sql = "select journal_mode from pragma_journal_mode";
            let mode: String = link.conn.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(mode, "wal");
        }
    }
}
