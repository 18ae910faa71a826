//! The error of the store: opaque, with a text for people and predicates for code.

use std::fmt;

/// The result of a method of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// An error of the store.
///
/// The text names the thing, the place (a file, or host, port and database) and, if possible, what
/// to do. It never contains a password or a word that a user looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreError {
    kind: StoreErrorKind,
    text: String,
}

/// The kind of an error, which decides whether it is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreErrorKind {
    /// A row with the same unique key exists.
    Conflict,
    /// The statement or transaction conflicted with another one: it may be retried on the same
    /// connection.
    TransactionConflict,
    /// The server reports that it cannot serve now. Another server may serve.
    NotReady,
    /// The server did not answer in time.
    TimedOut,
    /// The connection broke or could not be made.
    Disconnected,
    /// All retries failed.
    Unavailable,
    /// The change may or may not have been stored: the server did not confirm it.
    Unconfirmed,
    /// Wrong settings, or a database that must be repaired first: a retry is useless.
    Refused,
    /// The database is damaged.
    Damaged,
    /// The caller passed a value out of its bounds.
    Invalid,
    /// A bug in the statements, the schema or the data.
    Internal,
}

impl StoreError {
    pub(crate) fn new(kind: StoreErrorKind, text: impl Into<String>) -> StoreError {
        StoreError { kind, text: text.into() }
    }

    pub(crate) fn refused(text: impl Into<String>) -> StoreError {
        StoreError::new(StoreErrorKind::Refused, text)
    }

    pub(crate) fn invalid(text: impl Into<String>) -> StoreError {
        StoreError::new(StoreErrorKind::Invalid, text)
    }

    pub(crate) fn internal(text: impl Into<String>) -> StoreError {
        StoreError::new(StoreErrorKind::Internal, text)
    }

    pub(crate) fn unavailable(text: impl Into<String>) -> StoreError {
        StoreError::new(StoreErrorKind::Unavailable, text)
    }

    pub(crate) fn conflict(text: impl Into<String>) -> StoreError {
        StoreError::new(StoreErrorKind::Conflict, text)
    }

    pub(crate) fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Prepends the action that failed: `cannot find a user by name: ...`.
    pub(crate) fn doing(self, action: impl fmt::Display) -> StoreError {
        StoreError { kind: self.kind, text: format!("cannot {action}: {}", self.text) }
    }

    /// Appends advice to an error that occurs when the store is opened, if the database is
    /// unavailable.
    pub(crate) fn at_open(mut self) -> StoreError {
        if self.is_unavailable() {
            self.text.push_str("; start the database, or set database.url to another");
        }
        self
    }

    /// Changes the kind to one that is not retried.
    pub(crate) fn given_up(self) -> StoreError {
        StoreError { kind: StoreErrorKind::Unavailable, text: self.text }
    }

    /// Whether a name or key is taken already.
    pub fn is_conflict(&self) -> bool {
        self.kind == StoreErrorKind::Conflict
    }

    /// Whether the database cannot be reached or cannot serve now. It may serve later.
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self.kind,
            StoreErrorKind::TransactionConflict
                | StoreErrorKind::NotReady
                | StoreErrorKind::TimedOut
                | StoreErrorKind::Disconnected
                | StoreErrorKind::Unavailable
                | StoreErrorKind::Unconfirmed
        )
    }

    /// Whether the change may have been stored in spite of the error.
    pub fn may_be_stored(&self) -> bool {
        self.kind == StoreErrorKind::Unconfirmed
    }

    /// Whether somebody must correct the settings, the database or the value first.
    pub fn is_refused(&self) -> bool {
        matches!(
            self.kind,
            StoreErrorKind::Refused | StoreErrorKind::Damaged | StoreErrorKind::Invalid
        )
    }

    /// Whether the database is unavailable, for any reason: visitors get 503.
    pub fn is_outage(&self) -> bool {
        self.is_unavailable()
            || matches!(self.kind, StoreErrorKind::Refused | StoreErrorKind::Damaged)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreError({:?}, {:?})", self.kind, self.text)
    }
}

impl std::error::Error for StoreError {}

/// Adds the failed action to an error.
pub(crate) trait Doing<T> {
    fn doing<D: fmt::Display>(self, action: impl FnOnce() -> D) -> Result<T>;
}

impl<T> Doing<T> for Result<T> {
    fn doing<D: fmt::Display>(self, action: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.doing(action()))
    }
}
