//! Users, sessions, history and word books: questions and facts to rows of a database, and back.
//!
//! The SQL of the subjects (`users`, `sessions`, `history`, `books`, `books_off`, `import`,
//! `lexicon`, `settings`) is written once. It goes through `db`, the little that is asked of an engine, to
//! one of two adaptors, `sqlite` and `mysql`, each with its connection in `*_link`; `pool` keeps
//! connections, and `circuit` remembers that a server is down. No other module of the crate knows
//! SQL or these engines.
//!
//! Everything waits for a bounded time only (see [`DatabaseTimeouts`]), and what a method has
//! returned `Ok` for is durable.

mod url;
mod config;
mod error;
mod db;
mod pool;
mod sqlite;
mod sqlite_link;
mod circuit;
mod mysql;
mod mysql_link;
mod migrate;
mod users;
mod sessions;
mod group_commit;
mod history;
mod books;
mod books_off;
mod import;
mod lexicon;
mod settings;

use std::{fmt, sync::Arc};

pub use books::{Book, BookId, Visibility, put_first};
pub use config::{DatabaseConfig, DatabaseTimeouts};
pub use error::{Result, StoreError};
pub use history::{HISTORY_ROWS_MAX, Lookup, PageStart, PastLookup};
pub use import::{BookHeader, Import, ImportStart};
pub use sessions::{NewSession, Session};
pub use url::{DatabaseUrl, MysqlServer, WrongUrl};
pub use users::{NewUser, User, UserId};

use db::Db;
use group_commit::GroupCommit;

/// The database of the dictionary. Share it by reference or `Arc`; every method may be called
/// from many threads at once.
pub struct Store {
    db: Arc<dyn Db>,
    history: GroupCommit,
}

impl Store {
    /// Opens the database, creates what is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// Wrong settings, an unreachable server, a file that is no database or is damaged, a
    /// database of another program or of a newer version of this one. Nothing is changed then.
    pub fn open(config: &DatabaseConfig) -> Result<Store> {
        let timeouts = config.timeouts;
        config.check()?;
        let db: Arc<dyn Db> = match config.url.clone() {
            DatabaseUrl::Sqlite(path) => {
                Arc::new(sqlite::Sqlite::open(path, config.connections, timeouts)?)
            }
            DatabaseUrl::Mysql(servers) => {
                Arc::new(mysql::Mysql::new(servers, config.connections, timeouts))
            }
        };
        migrate::migrate(&*db).map_err(StoreError::at_open)?;
        let history = GroupCommit::start(Arc::clone(&db), timeouts.record)?;
        Ok(Store { db, history })
    }

    /// Where the database is, for a message: never with a password.
    pub fn place(&self) -> String {
        self.db.place()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?})", self.db)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_never_read_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("plans.db"));
        let config = DatabaseConfig { url, ..DatabaseConfig::default() };
        let store = Store::open(&config).unwrap();
        for sql in [
            users::BY_NAME,
            sessions::BY_HASH,
            sessions::EXPIRED,
            sessions::DELETE_OF,
            history::OLDER,
            history::NEWER,
            history::COUNT,
            books_off::OF_USER,
            lexicon::OF_BOOK,
            lexicon::OF_WORD,
        ] {
            let params = vec![db::Value::Int(1); sql.matches('?').count()];
            for mut row in store.db.query(&format!("explain query plan {sql}"), &params).unwrap() {
                let (_id, _parent, _unused) = (row.int(), row.int(), row.int());
                let step = row.text().unwrap();
                assert!(!step.starts_with("SCAN") || step.starts_with("SCAN b "), "{sql}: {step}");
            }
        }
    }
}
