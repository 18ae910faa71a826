//! Backs up the whole database to an SQLite file while the server runs, and restores such a file
//! into a new database of either engine.
//!
//! A backup has the tables of `migrations/sqlite` for both engines, so `backup` and `restore` can
//! also move a database to the other engine. It is written under a temporary name, so a file with
//! the final name is complete.

mod copy;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    DatabaseConfig, DatabaseUrl, Store,
    db::{Access, in_transaction},
    error::{Doing, Result, StoreError},
};
use copy::{copy_tables, count_tables};

/// The name of each table with the number of its rows.
pub type Counts = Vec<(&'static str, u64)>;

impl Store {
    /// Writes a consistent backup to a file that does not exist yet. Returns the rows of each
    /// table.
    ///
    /// # Errors
    /// The file exists or cannot be written; the database is unavailable.
    pub fn backup(&self, file: &Path) -> Result<Counts> {
        let backup = || {
            let part = PartFile::beside(file)?;
            // A database that is not one file (MySQL) cannot be copied as a file: its rows are
            // copied to a new SQLite file.
            if !self.db.copy_file(&part.path)? {
                let copy = Store::open(&config(&part.path))?;
                let mut from = self.db.session(Access::Read)?;
                from.begin(Access::Read)?;
                let mut to = copy.db.session(Access::Write)?;
                in_transaction(&mut *to, |to| copy_tables(&mut *from, to, Direction::ToSqlite))?;
                from.rollback()?;
            }
            let counts = part.complete()?;
            part.publish(file)?;
            Ok(counts)
        };
        backup().doing(|| format!("back up to {}", file.display()))
    }

    /// Copies the rows of a backup into this database, which must be empty. Returns the rows of
    /// each table.
    ///
    /// # Errors
    /// The database has rows already; the backup is damaged or of another program; the database is
    /// unavailable. An interrupted restore leaves a database that must be dropped.
    fn restore_rows(&self, backup: &Store) -> Result<Counts> {
        let mut to = self.db.session(Access::Write)?;
        let counts = count_tables(&mut *to)?;
        // The migrations fill the table `counter` of a new database.
        let filled = counts.iter().find(|(table, rows)| *table != "counter" && *rows > 0);
        if let Some((table, rows)) = filled {
            return Err(StoreError::refused(format!(
                "{} is not empty (the table {table} has {rows} rows): restore into a new database",
                self.place()
            )));
        }
        let mut from = backup.db.session(Access::Read)?;
        copy_tables(&mut *from, &mut *to, Direction::FromSqlite)?;
        let expected = count_tables(&mut *from)?;
        let found = count_tables(&mut *to)?;
        if expected != found {
            let text = format!("the restored rows are {found:?} instead of {expected:?}");
            return Err(StoreError::internal(text));
        }
        Ok(found)
    }
}

/// The direction of a copy. One of the two databases is an SQLite file. The names of the columns
/// are read from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ToSqlite,
    FromSqlite,
}

/// Creates the database of these settings from a backup. Returns the rows of each table.
///
/// # Errors
/// The SQLite file exists, or the MySQL database is not empty; the backup is damaged, of another
/// program or of a newer version of this one; the database is unavailable.
pub fn restore(config: &DatabaseConfig, file: &Path) -> Result<Counts> {
    let restore = || match &config.url {
        DatabaseUrl::Sqlite(path) => {
            let part = PartFile::beside(path)?;
            copy_backup(file, &part.path)?;
            let counts = part.complete()?;
            part.publish(path)?;
            Ok(counts)
        }
        DatabaseUrl::Mysql(_) => {
            let folder = tempfile::tempdir().map_err(|error| {
                StoreError::refused(format!("cannot make a temporary folder: {error}"))
            })?;
            let copy = folder.path().join("backup.db");
            copy_backup(file, &copy)?;
            Store::open(config)?.restore_rows(&Store::open(&self::config(&copy))?)
        }
    };
    restore().doing(|| format!("restore from {}", file.display()))
}

/// Copies the backup before it is opened, because opening a database updates its tables. Only the
/// owner can read the copy, even if others can read the backup.
fn copy_backup(file: &Path, copy: &Path) -> Result<()> {
    let copied = || {
        let mut from = fs::File::open(file)?;
        let mut options = fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        io::copy(&mut from, &mut options.open(copy)?)
    };
    copied().map(drop).map_err(|error| error_at(file, &error))
}

/// The configuration to open an SQLite file.
fn config(path: &Path) -> DatabaseConfig {
    let url = DatabaseUrl::Sqlite(path.to_owned());
    DatabaseConfig { url, connections: 1, ..DatabaseConfig::default() }
}

fn error_at(path: &Path, error: &io::Error) -> StoreError {
    StoreError::refused(format!("{}: {error}", path.display()))
}

/// A database file with a temporary name. It is removed when this value is dropped.
struct PartFile {
    path: PathBuf,
}

impl PartFile {
    /// Chooses a temporary name beside `file`, and creates the folder. Fails if `file` exists.
    fn beside(file: &Path) -> Result<PartFile> {
        if file.exists() {
            let text = format!("{} already exists and is not overwritten", file.display());
            return Err(StoreError::refused(text));
        }
        let mut path = file.as_os_str().to_owned();
        path.push(format!(".{}.part", std::process::id()));
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder).map_err(|error| error_at(folder, &error))?;
        }
        Ok(PartFile { path: path.into() })
    }

    /// Opens the file, checks it for damage, and counts the rows of each table.
    fn complete(&self) -> Result<Counts> {
        let store = Store::open(&config(&self.path))?;
        store.check_integrity()?;
        let mut session = store.db.session(Access::Read)?;
        count_tables(&mut *session)
        // Closing the last connection moves the write-ahead log into the file.
    }

    /// Gives the file its final name too; dropping `self` removes the temporary name. Unlike a
    /// rename, this fails if a file with the final name exists.
    fn publish(&self, file: &Path) -> Result<()> {
        let publish = || {
            fs::File::open(&self.path)?.sync_all()?;
            fs::hard_link(&self.path, file)?;
            if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::File::open(folder)?.sync_all()?;
            }
            Ok(())
        };
        publish().map_err(|error| error_at(file, &error))
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.path.as_os_str().to_owned();
            path.push(suffix);
            fs::remove_file(path).ok(); // the journals usually do not exist
        }
    }
}
