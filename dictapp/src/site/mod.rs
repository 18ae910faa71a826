//! The state of the app, which views and commands use: the words in memory, and users, sessions and
//! history in the store. Also converts errors of the store and of password hashing to responses.
//! There is no SQL here (`store` has it) and no HTML (`views` and templates).

mod shelf;
mod selection;
mod cache;
mod accounts;
mod history;
mod retention;
mod lookup_rate;
mod repeats;
mod learning;
mod books;
mod reports;
mod statistics;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::Duration;

use anyhow::Context;
use jiff::tz::TimeZone;
use webframe::http::StatusCode;
use webframe::{LogQueue, monitoring::Metrics};

use crate::lock::{lock, unpoisoned};
use crate::password::{HashLoad, PasswordError, Passwords};
use crate::session::Expiry;
use crate::settings::Settings;
use crate::store::{Commits, DatabaseUrl, Store, StoreError};
use crate::throttle::Throttle;

use lookup_rate::LookupRate;
use repeats::Repeats;
use statistics::Statistics;

use accounts::DerivedTokens;
pub use accounts::{
    AdminError, ApiKey, Client, Credentials, CurrentUser, DeviceProof, Export, LogIn, NewPassword,
    PasswordChange, Registration, ResetCode, SignUp, SignedIn, TokenMaking,
};
pub use books::import::{
    ImportAction, ImportOutcome, ImportReport, ImportRequest, ImportStep, import_book,
};
pub use books::preview::{Preview, PreviewEntry, preview_book};
pub use books::{
    BOOK_NAME_CHARS_MAX, BookChange, BookNaming, UPLOAD_BYTES_MAX, Upload, UploadState,
    UploadedFile, Uploads,
};
pub use cache::{Cache, Card, EntryPart, GuestPage, Inflection, ResultsPart};
pub use history::{DayWords, Outcome};
pub use learning::{
    CLASS_LIST_WORDS_MAX, CardKind, ClassChange, IMPORT_BYTES_MAX, ListToReview, NEW_A_DAY_MAX,
    NewList, SAVED_WORDS_MAX, SavedWordRow, Saving, TEACHERS_ONLY, TYPED_BYTES_MAX, TaughtClass,
    TaughtList,
};
pub use reports::Reporting;
pub use selection::{Found, FoundEntry, Selection};
pub use shelf::{Shelf, ShownBook};

/// The state of the app.
#[derive(Debug)]
pub struct Site {
    settings: Settings,
    store: Arc<Store>,
    passwords: Passwords,
    throttle: Throttle,
    lookup_rate: LookupRate,
    repeats: Repeats,
    expiry: Expiry,
    derived: DerivedTokens,
    shelf: RwLock<Arc<Shelf>>,
    /// Locked while a shelf (the books and words in memory) is loaded, so that only one is loaded
    /// at a time.
    loading: Mutex<()>,
    zone: TimeZone,
    metrics: Metrics,
    statistics: Statistics,
    uploads: Uploads,
    log: OnceLock<LogQueue>,
}

/// The `Retry-After` of responses while the database is unavailable.
const DATABASE_RETRY: Duration = Duration::from_secs(5);

/// The `Retry-After` of responses while too many passwords are being checked.
const PASSWORD_RETRY: Duration = Duration::from_secs(3);

impl Site {
    /// The site with the dictionary of this store; loads its words into memory.
    ///
    /// # Errors
    /// The books cannot be read, or the system has no random bytes.
    pub fn new(settings: Settings, store: Store) -> anyhow::Result<Site> {
        let saved = saved_lexicon_path(&settings);
        let shelf = Shelf::load(&store, &settings.dictionary.books, saved.as_deref());
        let shelf = shelf.context("cannot load the dictionaries")?;
        warn_of_unknown_books(&settings.dictionary.books, &shelf);
        Site::with_shelf(settings, store, shelf)
    }

    /// A site without words, for commands that need none.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn without_words(settings: Settings, store: Store) -> anyhow::Result<Site> {
        Site::with_shelf(settings, store, Shelf::empty()?)
    }

    fn with_shelf(settings: Settings, store: Store, shelf: Shelf) -> anyhow::Result<Site> {
        let accounts = &settings.accounts;
        let expiry = Expiry {
            idle: accounts.session_idle,
            absolute: accounts.session_absolute,
            browser: accounts.session_browser,
        };
        Ok(Site {
            passwords: Passwords::new(accounts),
            throttle: Throttle::new(accounts).context("the system has no random bytes")?,
            lookup_rate: LookupRate::new(settings.dictionary.lookups_per_minute_max),
            repeats: Repeats::default(),
            expiry,
            derived: DerivedTokens::default(),
            shelf: RwLock::new(Arc::new(shelf)),
            loading: Mutex::new(()),
            zone: TimeZone::system(),
            metrics: Metrics::new("dictapp"),
            statistics: Statistics::default(),
            uploads: Uploads::default(),
            log: OnceLock::new(),
            settings,
            store: Arc::new(store),
        })
    }

    /// The settings of this dictionary.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The metrics for monitoring.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Sets the log for [`Site::dropped_lines`]. Only the first call has an effect.
    pub fn watch_log(&self, log: LogQueue) {
        self.log.set(log).ok();
    }

    /// The number of dropped log lines.
    pub fn dropped_lines(&self) -> u64 {
        self.log.get().map_or(0, LogQueue::dropped)
    }

    /// Why the database is unavailable; `None` if it is available.
    pub fn outage(&self) -> Option<String> {
        self.store.outage()
    }

    /// Calls that failed because the database was unavailable, since the start.
    pub fn failed_calls(&self) -> u64 {
        self.store.failed_calls()
    }

    /// How busy the computation of password hashes is.
    pub fn hash_load(&self) -> HashLoad {
        self.passwords.load()
    }

    /// How many look-ups were written since the start, and in how many commits.
    pub fn commits(&self) -> Commits {
        self.store.commits()
    }

    /// Tests whether the database accepts changes.
    ///
    /// # Errors
    /// The database does not accept changes.
    pub fn probe(&self) -> Result<(), StoreError> {
        self.store.probe()
    }

    /// The time zone of this machine, in which times are shown.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The current shelf. Use it for one request only: an import replaces it.
    pub fn shelf(&self) -> Arc<Shelf> {
        let shelf = unpoisoned(self.shelf.read());
        Arc::clone(&shelf)
    }

    /// Whether the books in the store have changed since the words were loaded.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn has_new_words(&self) -> Result<bool, StoreError> {
        Ok(self.store.lexicon_version()? != self.shelf().version())
    }

    /// Reloads the words if the books in the store have changed.
    ///
    /// # Errors
    /// The database is unavailable; the words stay as they are.
    pub fn refresh_words(&self) -> anyhow::Result<()> {
        let _guard = lock(&self.loading);
        if !self.has_new_words()? {
            return Ok(());
        }
        let saved = saved_lexicon_path(&self.settings);
        let shelf = Shelf::load(&self.store, &self.settings.dictionary.books, saved.as_deref())?;
        log::info!("the dictionaries changed: {} entries now", shelf.lexicon().len());
        // A book may have been hidden while the words were loaded.
        shelf.skip_hidden_or_removed(&self.store)?;
        *unpoisoned(self.shelf.write()) = Arc::new(shelf);
        Ok(())
    }
}

/// The file beside an SQLite database in which the lexicon is saved for the next start. `None` for
/// another database.
fn saved_lexicon_path(settings: &Settings) -> Option<PathBuf> {
    let DatabaseUrl::Sqlite(path) = &settings.database.url else { return None };
    let mut path = path.clone().into_os_string();
    path.push(".lexicon");
    Some(path.into())
}

/// Logs a warning for each name in the setting `books` that no shown book has.
fn warn_of_unknown_books(wanted: &[String], shelf: &Shelf) {
    let known: HashSet<&str> = shelf.books().iter().map(|book| book.name.as_str()).collect();
    for name in wanted.iter().filter(|name| !known.contains(name.as_str())) {
        log::warn!("[dictionary] books names {name}, but no such book is shown");
    }
}

/// The response to an error of the store.
pub(crate) fn store_error(error: &StoreError) -> webframe::Error {
    if error.is_outage() {
        // No cause: it would be logged for each request. The store logs an outage once a second.
        return webframe::Error::unavailable("", DATABASE_RETRY);
    }
    webframe::Error::new(StatusCode::INTERNAL_SERVER_ERROR, "")
}

/// The response to an error of password hashing.
pub(crate) fn password_error(error: &PasswordError) -> webframe::Error {
    match error {
        PasswordError::Busy => {
            webframe::Error::unavailable("", PASSWORD_RETRY).with_cause(error.to_string())
        }
        PasswordError::System => webframe::Error::new(StatusCode::INTERNAL_SERVER_ERROR, ""),
    }
}
