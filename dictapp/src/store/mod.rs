//! The store: users, sessions, history, saved words, classes and the dictionary's books in a
//! database.
//!
//! Each subject (`accounts`, `history`, `books`, `learning`, `settings`) has its SQL statements,
//! the same for both engines. `db` is the interface to the engines, with an adaptor for SQLite and
//! one for MySQL. No other module of the crate may use SQL or these engines.
//!
//! Every wait is bounded (see [`DatabaseTimeouts`]). A change is durable when its method returns
//! `Ok`.

mod accounts;
mod history;
mod books;
mod learning;
mod settings;
mod backup;
mod course;
mod db;
mod config;
mod url;
mod error;

use std::{fmt, sync::Arc, time::Duration};

pub use accounts::{
    API_TOKEN_NAME_CHARS_MAX, API_TOKENS_OF_USER_MAX, AUDIT_ROWS_MAX, ApiToken, AuditEntry,
    AuditEvent, HashChange, NewApiToken, NewSession, NewUser, OwnApiToken, OwnSession,
    SESSIONS_OF_USER_MAX, Session, TokensThen, USERS_MAX, User, UserId,
};
pub use backup::{Counts, restore};
pub use books::{
    Book, BookHeader, BookId, Import, ImportStart, REPORT_CHARS_MAX, REPORTS_MAX, Report, ReportId,
    TITLE_CHARS_MAX, Visibility, put_first,
};
pub use config::{DatabaseConfig, DatabaseTimeouts};
pub use course::{CourseRows, CourseSource, CourseUser};
pub use error::{Result, StoreError};
pub use history::{
    Commits, HISTORY_ROWS_MAX, Lookup, LookupFilter, LookupHour, LookupKind, MissingWord,
    PageStart, PastLookup, Saved, WordOfDay,
};
pub use learning::{
    ANKI_PACKAGE_BYTES_MAX, AnkiFault, AnkiNote, AnkiNoteType, AnkiPart, AnkiRow,
    CLASS_MEMBERS_MAX, CLASSES_OF_PUPIL_MAX, CLASSES_OF_TEACHER_MAX, Class, ClassId, ClassList,
    Counted, DayCount, LISTS_OF_CLASS_MAX, Member, Membership, NewClass, NewClassList, NewReview,
    OwnListCounts, PupilList, Recorded, SavedFilter, SavedMany, SavedWord, SavedWordCounts,
    SavedWordText, StoredPreference, StoredReview, StoredWord, WordListStart, anki_package,
    read_anki,
};
pub use url::{DatabaseUrl, MysqlServer, WrongUrl};

use accounts::Recent;
use db::{Db, Mysql, Outage, Sqlite, Watched, migrate, probe};
use error::Doing;
use history::{Batching, GroupCommit, Questions};

/// SQLite has one writer at a time. The writer does not wait for more rows, since enough rows
/// arrive during a commit.
const SQLITE_BATCHING: Batching =
    Batching { writers: 1, wait: Duration::ZERO, questions: Questions::Alone };
/// The wait saves processor time and costs requests per second. Measured with 64 clients on two
/// cores, relative to a server on axum and sqlx. Without the wait: 0.78 of its processor time for
/// each request, and 3.4 times as many requests in a second. With the wait: 0.52 and 2.5 times.
/// With one writer: 2.0 times as many requests.
const MYSQL_BATCHING: Batching =
    Batching { writers: 2, wait: Duration::from_millis(1), questions: Questions::WithBatch };

/// The database of the dictionary. Share it by reference or `Arc`; every method may be called
/// from many threads at once.
pub struct Store {
    db: Arc<dyn Db>,
    outage: Arc<Outage>,
    history: GroupCommit,
    // The next fields are caches of rows that were just read.
    /// The sessions by the hash of their token.
    sessions: Recent<[u8; 32], Session>,
    books_off: Recent<UserId, Vec<BookId>>,
    /// Whether a user has saved a word.
    saved: Recent<(UserId, String), bool>,
    preferences: Recent<UserId, Vec<StoredPreference>>,
}

impl Store {
    /// Opens or creates the database and brings its tables up to date.
    ///
    /// # Errors
    /// Wrong settings, an unreachable server, a file that is not a database or is damaged, a
    /// database of another program or of a newer version of this one. Nothing is changed then.
    pub fn open(config: &DatabaseConfig) -> Result<Store> {
        let timeouts = config.timeouts;
        config.check()?;
        let batching = match config.url {
            DatabaseUrl::Sqlite(_) => SQLITE_BATCHING,
            DatabaseUrl::Mysql(_) => MYSQL_BATCHING,
        };
        let db: Arc<dyn Db> = match config.url.clone() {
            DatabaseUrl::Sqlite(path) => {
                Arc::new(Sqlite::open(path, config.connections, timeouts)?)
            }
            DatabaseUrl::Mysql(servers) => {
                Arc::new(Mysql::new(servers, config.connections, timeouts))
            }
        };
        migrate(&*db).and_then(|()| probe(&*db)).map_err(StoreError::at_open)?;
        let outage = Arc::new(Outage::default());
        let db: Arc<dyn Db> = Arc::new(Watched::new(db, Arc::clone(&outage)));
        let history =
            GroupCommit::start(Arc::clone(&db), Arc::clone(&outage), timeouts.record, batching)?;
        Ok(Store {
            db,
            outage,
            history,
            sessions: Recent::default(),
            books_off: Recent::default(),
            saved: Recent::default(),
            preferences: Recent::default(),
        })
    }

    /// The database for a message, without a password: the file, or host, port and name.
    pub fn place(&self) -> String {
        self.db.place()
    }

    /// Tests whether the database can be changed now, by a change that is undone.
    ///
    /// # Errors
    /// If it cannot be reached or is read-only, or a table or a privilege is missing.
    pub fn probe(&self) -> Result<()> {
        self.outage.record(probe(&*self.db)).doing(|| "write to the database")
    }

    /// Why the database is unavailable, according to the latest calls; `None` if it is available.
    pub fn outage(&self) -> Option<String> {
        self.outage.why()
    }

    /// Checks the whole database for damage, which may take minutes.
    ///
    /// # Errors
    /// If there is damage, or the database is unavailable.
    pub fn check_integrity(&self) -> Result<()> {
        self.db.check_integrity()
    }

    /// The time by the database's clock.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn clock(&self) -> Result<jiff::Timestamp> {
        self.db.clock()
    }

    /// The free space for the database, in bytes; `None` if it is not a file on this machine.
    ///
    /// # Errors
    /// The system does not report it.
    pub fn free_bytes(&self) -> Result<Option<u64>> {
        let Some(path) = self.db.file() else { return Ok(None) };
        let stat = rustix::fs::statvfs(path).map_err(|error| {
            StoreError::refused(format!("the disk of {}: {error}", path.display()))
        })?;
        Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
    }

    /// How many look-ups were written since the start, and in how many commits.
    pub fn commits(&self) -> Commits {
        self.history.commits()
    }

    /// Number of calls since the start that failed because the database did not serve.
    pub fn failed_calls(&self) -> u64 {
        self.outage.failed_total()
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

    /// The statements that read or delete rows of tables that grow.
    const STATEMENTS: &[&str] = &[
        accounts::api_tokens::BY_HASH,
        accounts::api_tokens::COUNT,
        accounts::api_tokens::DELETE_OF,
        accounts::api_tokens::OF_USER,
        accounts::audit::BEFORE,
        accounts::audit::OF_USER,
        accounts::audit::OLDEST,
        accounts::reset_codes::BY_HASH,
        accounts::reset_codes::DELETE_OF,
        accounts::users::AFTER,
        accounts::users::BY_ID,
        accounts::users::BY_SKELETON_HASH,
        accounts::users::BY_NAME,
        accounts::users::NAMED,
        accounts::sessions::BY_HASH,
        accounts::sessions::EXPIRED,
        accounts::sessions::DELETE_OF,
        accounts::sessions::DELETE_OTHERS,
        accounts::sessions::OF_USER,
        history::OLDER,
        history::NEWER,
        history::COUNT,
        history::days::ROWS_OLDER,
        history::days::ROWS_NEWER,
        history::days::FILTERED_OLDER,
        history::days::FILTERED_NEWER,
        history::days::DELETE_WORD,
        history::deletion::DELETE_BETWEEN,
        history::deletion::DELETE_UNTIL,
        history::deletion::NEXT_USERS,
        history::deletion::NTH_NEWEST,
        history::deletion::OLDEST,
        accounts::books_off::OF_USER,
        learning::LIST,
        learning::DUE,
        learning::DUE_IN_CLASS_LIST,
        learning::DUE_IN_OWN_LIST,
        learning::OWN_LIST_COUNTS,
        learning::UNSAVED_OF_CLASS_LIST,
        learning::DUE_DAYS,
        learning::COUNT_LEARNT,
        learning::COUNTS,
        learning::PREFERENCES,
        learning::REVIEWS,
        learning::WORDS,
        books::lexicon::OF_BOOK,
        books::lexicon::OF_WORD,
        books::reports::NEWEST,
        books::reports::OF_USER,
        history::statistics::HOURS,
        history::statistics::MOST_MISSED,
        history::statistics::NTH_MISSED,
        learning::classes::BY_ID,
        learning::classes::BY_CODE,
        learning::classes::OF_TEACHER,
        learning::classes::MEMBERS,
        learning::classes::OF_PUPIL,
        learning::classes::COUNT_OF_PUPIL,
        learning::classes::lists::OF_CLASS,
        learning::classes::lists::WORDS,
        learning::classes::lists::OF_PUPIL,
        learning::classes::lists::NAME_FOR_PUPIL,
        learning::classes::lists::FINISHED,
    ];

    #[test]
    fn no_statement_scans_a_table_that_grows() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("plans.db"));
        let config = DatabaseConfig { url, ..DatabaseConfig::default() };
        let store = Store::open(&config).unwrap();
        let saved = history::group_commit::saved_of_some(2);
        for sql in STATEMENTS.iter().copied().chain([saved.as_str()]) {
            let params = vec![db::Value::Int(1); sql.matches('?').count()];
            for mut row in store.db.query(&format!("explain query plan {sql}"), &params).unwrap() {
                let (_id, _parent, _unused) = (row.int(), row.int(), row.int());
                let step = row.text().unwrap();
                let is_small = ["SCAN b ", "SCAN asked", "SCAN CONSTANT ROW"]
                    .iter()
                    .any(|s| step.starts_with(s));
                assert!(!step.starts_with("SCAN") || is_small, "{sql}: {step}");
                let is_of_history = sql.contains("from hist where user = ?");
                assert!(!is_of_history || !step.contains("TEMP B-TREE"), "{sql} sorts: {step}");
            }
        }
    }
}
