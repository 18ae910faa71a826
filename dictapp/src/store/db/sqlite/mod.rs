//! SQLite: one writer and a few readers at the same time on one database file, with a write-ahead
//! log beside it.
//!
//! A committed transaction survives the loss of power (`synchronous = full`). Writers wait in a
//! pool of one connection: with `busy_timeout` alone, sixteen writers starve for seconds.
//! `busy_timeout` is only for other processes with the same file.
//!
//! Each call checks that the open file was not replaced. A change checks it again after its commit.
//! An error that indicates damage starts a check of the file. If the check finds damage, all
//! further calls fail.

mod file;
mod identity;
mod link;
mod private;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use file::{File, create_folder};
use identity::Identity;
use link::{Link, error_at};
use private::keep_private;

use crate::lock::lock;
use crate::store::{
    config::DatabaseTimeouts,
    db::{
        Access, Db, Engine, Row, RowVisitor, Session, Value, in_transaction,
        pool::{Lease, Pool, PoolLimits},
    },
    error::{Result, StoreError, StoreErrorKind},
};

/// A database file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    file: Arc<File>,
    identity: Arc<Identity>,
    damage: Arc<Damage>,
    writer: Arc<Pool<Link>>,
    readers: Arc<Pool<Link>>,
    /// A connection that stays open, since SQLite deletes the write-ahead log with the last one.
    _anchor: Mutex<Link>,
}

/// The known damage of the file.
#[derive(Debug, Default)]
struct Damage {
    /// Whether `found` is set, so that calls need no lock while there is no damage.
    is_found: AtomicBool,
    is_checking: AtomicBool,
    found: Mutex<Option<StoreError>>,
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
        file.inspect()?;
        keep_private(&file.path)?;
        file.create()?;
        let anchor = file.connect(Access::Read)?;
        anchor.touch()?;
        let identity = Identity::from_path(&file.path).map_err(|error| {
            StoreError::refused(format!("the database file {}: {error}", file.path.display()))
        })?;
        let pool = |connections_max| {
            // Connections to a file need not be renewed.
            let (idle, lifetime) = (Duration::MAX, Duration::MAX);
            Pool::new(PoolLimits { connections_max, idle, lifetime })
        };
        Ok(Sqlite {
            file,
            identity: Arc::new(identity),
            damage: Arc::default(),
            writer: pool(1),
            readers: pool(connections),
            _anchor: Mutex::new(anchor),
        })
    }

    /// A connection for one call. Fails if the file is known to be damaged or was replaced.
    fn lease(&self, access: Access) -> Result<Lease<Link>> {
        self.damage.check()?;
        self.identity.check()?;
        let pool = match access {
            Access::Read => &self.readers,
            Access::Write => &self.writer,
        };
        self.file.lease(pool, access, self.file.timeouts.call)
    }

    /// Returns `result` unchanged. An error that indicates damage starts a check of the file.
    fn examine<T>(&self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| {
            if error.kind() == StoreErrorKind::Damaged
                && !self.damage.is_checking.swap(true, Relaxed)
            {
                self.check_file();
            }
        })
    }

    /// Checks the file on a separate thread, after discarding the idle connections.
    fn check_file(&self) {
        self.readers.clear();
        self.writer.clear();
        let file = Arc::clone(&self.file);
        let damage = Arc::clone(&self.damage);
        let check = move || {
            if let Err(error) = file.check() {
                log::error!("{error}; the database is not used any more");
                *lock(&damage.found) = Some(error);
                damage.is_found.store(true, Relaxed);
            }
            damage.is_checking.store(false, Relaxed);
        };
        if thread::Builder::new().name("dictapp-check".to_owned()).spawn(check).is_err() {
            self.damage.is_checking.store(false, Relaxed);
        }
    }
}

impl Damage {
    fn check(&self) -> Result<()> {
        if !self.is_found.load(Relaxed) {
            return Ok(());
        }
        lock(&self.found).clone().map_or(Ok(()), Err)
    }
}

impl Db for Sqlite {
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.examine(self.lease(Access::Read)?.query(sql, params))
    }

    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        let rows = self.examine(self.lease(Access::Write)?.execute(sql, params))?;
        self.identity.check()?;
        Ok(rows)
    }

    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.examine(in_transaction(&mut *self.lease(Access::Write)?, work))?;
        self.identity.check()
    }

    fn session(&self, access: Access) -> Result<Box<dyn Session + Send>> {
        self.damage.check()?;
        self.identity.check()?;
        let writer = Arc::clone(&self.writer);
        let link = self.file.connect(access)?;
        // Another import may hold the write lock for long.
        let set = link.conn.busy_timeout(self.file.timeouts.bulk);
        set.map_err(|error| error_at(&self.file.path, &error))?;
        let file = Arc::clone(&self.file);
        let identity = Arc::clone(&self.identity);
        Ok(Box::new(SeparateSession { link, file, identity, writer, writing: None }))
    }

    fn place(&self) -> String {
        format!("the database file {}", self.file.path.display())
    }

    fn check_integrity(&self) -> Result<()> {
        self.file.check()
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.file.path)
    }

    fn copy_file(&self, target: &Path) -> Result<bool> {
        self.damage.check()?;
        self.identity.check()?;
        self.file.copy(target).map(|()| true)
    }
}

/// A connection outside of the pools. While it writes, it leases the only connection of the pool
/// for writing without using it, so that the other writers wait.
struct SeparateSession {
    link: Link,
    file: Arc<File>,
    identity: Arc<Identity>,
    /// The pool for writing.
    writer: Arc<Pool<Link>>,
    /// The leased connection while this session writes.
    writing: Option<Lease<Link>>,
}

impl Session for SeparateSession {
    fn for_each_row(&mut self, sql: &str, params: &[Value], visit: RowVisitor<'_>) -> Result<()> {
        self.link.for_each_row(sql, params, visit)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        self.link.execute(sql, params)
    }

    fn begin(&mut self, access: Access) -> Result<()> {
        if access == Access::Write {
            let file = &self.file;
            self.writing = Some(file.lease(&self.writer, access, file.timeouts.bulk)?);
        }
        self.link.begin(access).inspect_err(|_| self.writing = None)
    }

    fn commit(&mut self) -> Result<()> {
        let done = self.link.commit();
        self.writing = None;
        done?;
        self.identity.check()
    }

    fn rollback(&mut self) -> Result<()> {
        let done = self.link.rollback();
        self.writing = None;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_is_durable() {
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
