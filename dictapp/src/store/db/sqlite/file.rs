//! Connects to an SQLite file. Inspects the file before changing it, creates it if it is missing,
//! copies it and checks it for damage.

use std::{
    fs, io,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
    config::DbConfig,
    functions::FunctionFlags,
};

use super::link::{Link, error_at};
use super::private::keep_private;
use crate::store::{
    config::DatabaseTimeouts,
    db::{
        Access,
        migrate::is_migration_table,
        pool::{Lease, Pool},
    },
    error::{Result, StoreError, StoreErrorKind},
};

/// Prepared statements that a connection caches: more than the store has.
const STATEMENTS_CACHED: usize = 128;
/// The size to which the write-ahead log is truncated after a large import, in bytes.
const LOG_BYTES_KEPT: i64 = 16 << 20;
/// The pause between two attempts to create the file: there SQLite ignores `busy_timeout`.
const BUSY_PAUSE: Duration = Duration::from_millis(5);
/// Maximum time of the check for damage at a start; enough for about 1 GiB.
/// `dictapp check --database` has no limit.
const CHECK_TIME_MAX: Duration = Duration::from_secs(5);
/// Number of instructions of SQLite's virtual machine between two readings of the clock.
const CHECK_STEPS: i32 = 100_000;

/// The properties of the SQL function `lower`, which this program defines.
const LOWER_FLAGS: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC);

const TABLES: &str = "select name from sqlite_master where type in ('table', 'view')";
const QUICK_CHECK: &str = "pragma quick_check(1)";

/// A database file and how to connect to it.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: Arc<Path>,
    pub(crate) timeouts: DatabaseTimeouts,
}

impl File {
    /// Refuses the file of another program and a damaged file without changing it. Logs if there is
    /// no database yet.
    pub(crate) fn inspect(&self) -> Result<()> {
        let shown = self.path.display();
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                log::warn!("the database file {shown} does not exist: creating a new database");
                return Ok(());
            }
            Ok(found) if found.is_file() && found.len() == 0 => {
                log::warn!(
                    "the database file {shown} is empty (0 bytes): creating a new database in it; \
                     if it had data, stop and restore a backup"
                );
                return Ok(());
            }
            Ok(found) if found.is_file() => (),
            Ok(_) | Err(_) => return Ok(()), // `create` reports the error
        }
        let mut conn = self.open_unchanged()?;
        self.refuse_foreign(&conn)?;
        check_for_damage(&mut conn, Some(CHECK_TIME_MAX)).map_err(|damage| self.damaged(&damage))
    }

    /// Opens the file for reading. A file without `-wal` and `-shm` files is not in use, and is
    /// opened as immutable, so that SQLite does not create these two files.
    fn open_unchanged(&self) -> Result<Connection> {
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let exists = |suffix: &str| {
            let mut name = self.path.as_os_str().to_owned();
            name.push(suffix);
            Path::new(&name).exists()
        };
        let is_alone = !exists("-wal") && !exists("-shm");
        let opened = match self.path.to_str() {
            Some(path) if is_alone => {
                let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
                let uri = format!("file:{path}?immutable=1");
                Connection::open_with_flags(uri, read_only | OpenFlags::SQLITE_OPEN_URI)
            }
            _ => Connection::open_with_flags(&self.path, read_only),
        };
        let opened = opened.and_then(|conn| {
            conn.busy_timeout(self.timeouts.call)?;
            Ok(conn)
        });
        opened.map_err(|error| error_at(&self.path, &error))
    }

    /// Refuses a file that has tables, but not the table of this program's migrations.
    fn refuse_foreign(&self, conn: &Connection) -> Result<()> {
        let tables = || {
            let mut statement = conn.prepare(TABLES)?;
            let names = statement.query_map([], |row| row.get::<_, String>(0))?;
            names.collect::<rusqlite::Result<Vec<String>>>()
        };
        let tables = tables().map_err(|error| error_at(&self.path, &error))?;
        let Some(foreign) = tables.first() else { return Ok(()) };
        if tables.iter().any(|table| is_migration_table(table)) {
            return Ok(());
        }
        Err(StoreError::refused(format!(
            "the database file {} already has a table `{foreign}` that this program did not make: \
             set database.url to an empty database; nothing was changed",
            self.path.display()
        )))
    }

    /// Opens or creates the file with a write-ahead log. If two instances do so at the same time,
    /// SQLite returns `busy` at once instead of waiting, so this tries again until the deadline.
    pub(crate) fn create(&self) -> Result<()> {
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
                        "the database file {} stays in journal mode {mode} although a write-ahead \
                         log is needed: set database.url to a path on a local disk",
                        self.path.display()
                    )));
                }
                Err(error) // SQLite's `busy`
                    if error.kind() == StoreErrorKind::TransactionConflict
                        && Instant::now() < deadline =>
                {
                    thread::sleep(BUSY_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens a connection without `SQLITE_OPEN_CREATE`: a file that was moved away must not be
    /// created again as an empty file.
    pub(crate) fn connect(&self, access: Access) -> Result<Link> {
        let conn = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let query_only = access == Access::Read;
        conn.pragma_update(None, "query_only", query_only)
            .map_err(|error| error_at(&self.path, &error))?;
        Ok(Link { conn, path: Arc::clone(&self.path) })
    }

    /// Opens a connection and sets its properties.
    fn open(&self, flags: OpenFlags) -> Result<Connection> {
        let set_up = |conn: Connection| {
            conn.busy_timeout(self.timeouts.call)?;
            conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
            // Otherwise SQLite prepares some statements again whenever values are bound, which
            // takes longer than running them.
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            // SQLite's own `lower` changes only the letters A to Z.
            conn.create_scalar_function("lower", 1, LOWER_FLAGS, |call| {
                Ok(call.get::<String>(0)?.to_lowercase())
            })?;
            conn.pragma_update(None, "synchronous", "full")?;
            conn.pragma_update(None, "foreign_keys", true)?;
            conn.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)?;
            Ok(conn)
        };
        Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .and_then(set_up)
            .map_err(|error| error_at(&self.path, &error))
    }

    /// A connection from the pool, or a new one; an error if all were busy for the time `wait`.
    pub(crate) fn lease(
        &self,
        pool: &Arc<Pool<Link>>,
        access: Access,
        wait: Duration,
    ) -> Result<Lease<Link>> {
        pool.lease(Instant::now() + wait, || self.connect(access))?.ok_or_else(|| {
            let path = self.path.display();
            StoreError::unavailable(format!("the database file {path} was busy for {wait:?}"))
        })
    }

    /// Copies a consistent snapshot of the database to a new file that only its owner can read.
    /// Writers are not blocked.
    pub(crate) fn copy(&self, target: &Path) -> Result<()> {
        keep_private(target)?;
        let source = self.connect(Access::Read)?;
        let copy = || {
            let mut copy = Connection::open(target)?;
            // One step (-1: all pages) is one transaction. With several steps, the copy would begin
            // again at each change.
            Backup::new(&source.conn, &mut copy)?.step(-1)
        };
        match copy() {
            Ok(StepResult::Done) => Ok(()),
            Ok(_) => {
                let shown = self.path.display();
                Err(StoreError::unavailable(format!("the database file {shown} is busy")))
            }
            Err(error) => Err(error_at(target, &error)),
        }
    }

    /// Runs `pragma quick_check` without a time limit.
    pub(crate) fn check(&self) -> Result<()> {
        let mut link = self.connect(Access::Read)?;
        check_for_damage(&mut link.conn, None).map_err(|damage| self.damaged(&damage))
    }

    /// The error for a check that did not pass.
    fn damaged(&self, damage: &CheckFailure) -> StoreError {
        match damage {
            CheckFailure::Damaged(found) => {
                let shown = self.path.display();
                StoreError::new(
                    StoreErrorKind::Damaged,
                    format!(
                        "the database file {shown} is damaged ({found}): stop the server and \
                         restore a backup, or save what can be read with `sqlite3 {shown} .recover`"
                    ),
                )
            }
            CheckFailure::Error(error) => error_at(&self.path, error),
        }
    }
}

/// The reason why a check did not pass.
enum CheckFailure {
    Damaged(String),
    Error(rusqlite::Error),
}

/// Checks for damage. A check that takes longer than `limit` is ended and logged, and passes.
fn check_for_damage(
    conn: &mut Connection,
    limit: Option<Duration>,
) -> std::result::Result<(), CheckFailure> {
    let mut check = || {
        if let Some(limit) = limit {
            let deadline = Instant::now() + limit;
            conn.progress_handler(CHECK_STEPS, Some(move || Instant::now() > deadline))?;
        }
        conn.query_row(QUICK_CHECK, [], |row| row.get::<_, String>(0))
    };
    match check() {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(CheckFailure::Damaged(found)),
        Err(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) =>
        {
            log::warn!(
                "the database file is too large to be checked for damage at the start; \
                 `dictapp check --database` does it"
            );
            Ok(())
        }
        Err(error) => Err(CheckFailure::Error(error)),
    }
}

/// Creates the folder of a file for its owner only, if it is missing.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        StoreError::refused(format!(
            "cannot create the folder {} for the database: {error}; create it, or set \
             database.url to a path that may be written",
            folder.display()
        ))
    })
}
