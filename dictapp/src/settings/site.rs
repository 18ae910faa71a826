//! The sections `[database]`, `[dictionary]`, `[accounts]` and `[log]`. Each key has its name,
//! default and bounds here; conf/settings.toml explains it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::database_url::database_url;
use super::reader::Reader;
use super::value::{boolean, choice, count, duration, list, optional_path, text};
use crate::store::DatabaseUrl;

/// `[database]`: the database and its timeouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The SQLite file or the MySQL servers.
    pub url: DatabaseUrl,
    /// Maximum number of connections.
    pub connections: usize,
    /// Maximum time to connect.
    pub connect_timeout: Duration,
    /// Maximum time of a statement.
    pub statement_timeout: Duration,
    /// Maximum time of a call to the database with all its waits and retries.
    pub patience: Duration,
}

/// `[dictionary]`: look-ups and the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dictionary {
    /// Whether guests who look a word up are redirected to the log-in page.
    pub lookup_requires_login: bool,
    /// Whether guests may report entries.
    pub guests_may_report: bool,
    /// Maximum rows of a user's history; the oldest are deleted.
    pub history_rows_max: usize,
    /// Maximum age of a look-up.
    pub history_kept: Duration,
    /// Maximum look-ups of a user that are recorded in a minute.
    pub lookups_per_minute_max: usize,
    /// Rows on a page of the history.
    pub history_page: usize,
    /// The names of books in the order of display; books that are not named follow.
    pub books: Vec<String>,
    /// Maximum number of similar words shown when a word is not found.
    pub near_words: usize,
    /// Maximum number of suggestions while typing.
    pub suggestions: usize,
    /// Maximum time of a search for words that match a pattern.
    pub pattern_time_max: Duration,
}

/// `[accounts]`: registration, sessions and protection against password guessing.
#[derive(Clone, PartialEq, Eq)]
pub struct Accounts {
    /// Whether visitors may register themselves.
    pub registration: bool,
    /// Minimum characters of a new password.
    pub password_chars_min: usize,
    /// Maximum characters of a password.
    pub password_chars_max: usize,
    /// The salt of the password hashes in a database from which users can be imported: that of a
    /// programming course's dictionary server.
    pub course_salt: String,
    /// A session with "keep me logged in" ends when it was not used for this time.
    pub session_idle: Duration,
    /// A session with "keep me logged in" ends this time after the log-in.
    pub session_absolute: Duration,
    /// A session without "keep me logged in" ends this time after the log-in.
    pub session_browser: Duration,
    /// How long a reset code is valid.
    pub reset_code_valid: Duration,
    /// How long entries of the audit log are kept.
    pub audit_kept: Duration,
    /// Whether cookies are sent only over TLS.
    pub cookie_secure: CookieSecure,
    /// Maximum number of passwords hashed at the same time.
    pub hash_permits: usize,
    /// Maximum number of requests that wait until a password can be hashed.
    pub hash_queue_max: usize,
    /// Maximum time that a request waits until a password can be hashed.
    pub hash_wait_max: Duration,
    /// Number of failed log-ins with one name from one network after which more are refused.
    pub login_failures_max: usize,
    /// Number of failed log-ins with any names from one network after which more are refused.
    pub login_failures_per_network_max: usize,
    /// Number of failed log-ins with one name from all networks after which more are delayed.
    pub login_failures_before_delay: usize,
    /// The delay of a log-in after `login_failures_before_delay` failures.
    pub login_delay: Duration,
    /// Maximum number of new accounts from one network within `login_failures_window`.
    pub registrations_per_network_max: usize,
    /// Counts of failures and registrations end this time after the first one that was counted.
    pub login_failures_window: Duration,
}

/// When cookies have the attribute `Secure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieSecure {
    /// If the request arrived over TLS, or `public_url` begins with `https`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `[log]`: the log of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Whether each request is logged.
    pub access: bool,
    /// Whether the log lines of requests contain the words that visitors look up.
    pub lookups: bool,
    /// The format of a line.
    pub format: LogFormat,
    /// The least important level that is logged.
    pub level: LogLevel,
    /// The file to which lines are appended. `None`: standard error.
    pub file: Option<PathBuf>,
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Plain text.
    Text,
    /// One JSON object on each line.
    Json,
}

/// The level of a log line, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is unusual, and the server continues.
    Warn,
    /// Normal events that interest an operator.
    Info,
    /// Details for developers.
    Debug,
}

impl fmt::Debug for Accounts {
    /// Prints all fields but the salt, which would help to guess passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts")
            .field("registration", &self.registration)
            .field("password_chars_min", &self.password_chars_min)
            .field("password_chars_max", &self.password_chars_max)
            .field("session_idle", &self.session_idle)
            .field("session_absolute", &self.session_absolute)
            .field("session_browser", &self.session_browser)
            .field("reset_code_valid", &self.reset_code_valid)
            .field("audit_kept", &self.audit_kept)
            .field("cookie_secure", &self.cookie_secure)
            .field("hash_permits", &self.hash_permits)
            .field("hash_queue_max", &self.hash_queue_max)
            .field("hash_wait_max", &self.hash_wait_max)
            .field("login_failures_max", &self.login_failures_max)
            .field("login_failures_per_network_max", &self.login_failures_per_network_max)
            .field("login_failures_before_delay", &self.login_failures_before_delay)
            .field("login_delay", &self.login_delay)
            .field("registrations_per_network_max", &self.registrations_per_network_max)
            .field("login_failures_window", &self.login_failures_window)
            .finish_non_exhaustive()
    }
}

impl Database {
    pub(super) fn read(r: &mut Reader) -> Database {
        r.section("database");
        Database {
            url: r.secret("url", "sqlite:data/dictapp.db", database_url),
            connections: r.key("connections", "16", count(1..=1000)),
            connect_timeout: r.key("connect_timeout", "2s", duration("10ms"..="1m")),
            statement_timeout: r.key("statement_timeout", "2s", duration("10ms"..="10m")),
            patience: r.key("patience", "5s", duration("0s"..="10m")),
        }
    }
}

impl Dictionary {
    pub(super) fn read(r: &mut Reader) -> Dictionary {
        r.section("dictionary");
        Dictionary {
            lookup_requires_login: r.key("lookup_requires_login", "false", boolean),
            guests_may_report: r.key("guests_may_report", "true", boolean),
            history_rows_max: r.key("history_rows_max", "100000", count(100..=10_000_000)),
            history_kept: r.key("history_kept", "3650d", duration("1d"..="36500d")),
            lookups_per_minute_max: r.key("lookups_per_minute_max", "120", count(1..=100_000)),
            history_page: r.key("history_page", "10", count(1..=1000)),
            books: r.key("books", "", list(text)),
            near_words: r.key("near_words", "8", count(0..=100)),
            suggestions: r.key("suggestions", "10", count(0..=100)),
            pattern_time_max: r.key("pattern_time_max", "28ms", duration("1ms"..="1m")),
        }
    }
}

impl Accounts {
    pub(super) fn read(r: &mut Reader) -> Accounts {
        r.section("accounts");
        let secure = [
            ("auto", CookieSecure::Auto),
            ("always", CookieSecure::Always),
            ("never", CookieSecure::Never),
        ];
        let accounts = Accounts {
            registration: r.key("registration", "true", boolean),
            password_chars_min: r.key("password_chars_min", "8", count(6..=64)),
            password_chars_max: r.key("password_chars_max", "128", count(64..=1024)),
            course_salt: r.secret("course_salt", "the-sat", text),
            session_idle: r.key("session_idle", "7d", duration("1m"..="365d")),
            session_absolute: r.key("session_absolute", "30d", duration("1m"..="365d")),
            session_browser: r.key("session_browser", "12h", duration("1m"..="365d")),
            reset_code_valid: r.key("reset_code_valid", "24h", duration("1m"..="30d")),
            audit_kept: r.key("audit_kept", "180d", duration("1d"..="3650d")),
            cookie_secure: r.key("cookie_secure", "auto", choice(secure)),
            hash_permits: r.key("hash_permits", "2", count(1..=64)),
            hash_queue_max: r.key("hash_queue_max", "64", count(0..=4096)),
            hash_wait_max: r.key("hash_wait_max", "5s", duration("0s"..="1m")),
            login_failures_max: r.key("login_failures_max", "10", count(1..=1_000_000)),
            login_failures_per_network_max: r.key(
                "login_failures_per_network_max",
                "100",
                count(1..=1_000_000),
            ),
            login_failures_before_delay: r.key(
                "login_failures_before_delay",
                "30",
                count(1..=1_000_000),
            ),
            login_delay: r.key("login_delay", "10s", duration("1s"..="1m")),
            registrations_per_network_max: r.key(
                "registrations_per_network_max",
                "200",
                count(1..=1_000_000),
            ),
            login_failures_window: r.key("login_failures_window", "15m", duration("1s"..="1d")),
        };
        r.ordered(
            ("session_idle", accounts.session_idle),
            ("session_absolute", accounts.session_absolute),
        );
        accounts
    }
}

impl Log {
    pub(super) fn read(r: &mut Reader) -> Log {
        r.section("log");
        let levels = [
            ("error", LogLevel::Error),
            ("warn", LogLevel::Warn),
            ("info", LogLevel::Info),
            ("debug", LogLevel::Debug),
        ];
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        Log {
            access: r.key("access", "true", boolean),
            lookups: r.key("lookups", "false", boolean),
            format: r.key("format", "text", choice(formats)),
            level: r.key("level", "info", choice(levels)),
            file: r.key("file", "", optional_path),
        }
    }
}
