//! What went wrong in the store: an opaque error with a text for people and predicates for code.

use std::fmt;

/// The result of a question or an order to the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store could not do what it was asked.
///
/// The text names the thing, the place (a file, or host, port and database) and where possible
/// what to do. It never holds a password.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreError {
    kind: Kind,
    text: String,
}

/// What an error says about trying again; only the adaptors and their retries look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A unique key is taken.
    Conflict,
    /// The statement or transaction lost a race: the same connection may try again.
    Race,
    /// The server answers, and says that it cannot serve now: another one may.
    NotReady,
    /// The server did not answer in time.
    Silent,
    /// The connection broke or could not be made.
    Cut,
    /// Tried as often as is allowed.
    Unavailable,
    /// Wrong settings or a database that this program must not touch: trying again is no use.
    Refused,
    /// A fault in the statements, the schema or the data.
    Internal,
}

impl StoreError {
    pub(super) fn new(kind: Kind, text: impl Into<String>) -> StoreError {
        StoreError { kind, text: text.into() }
    }

    pub(super) fn refused(text: impl Into<String>) -> StoreError {
        StoreError::new(Kind::Refused, text)
    }

    pub(super) fn internal(text: impl Into<String>) -> StoreError {
        StoreError::new(Kind::Internal, text)
    }

    pub(super) fn unavailable(text: impl Into<String>) -> StoreError {
        StoreError::new(Kind::Unavailable, text)
    }

    pub(super) fn conflict(text: impl Into<String>) -> StoreError {
        StoreError::new(Kind::Conflict, text)
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Says in front what was being done: `cannot find a user by name: ...`.
    pub(super) fn doing(self, what: impl fmt::Display) -> StoreError {
        StoreError { kind: self.kind, text: format!("cannot {what}: {}", self.text) }
    }

    /// Says behind what to do when there is no database to begin with.
    pub(super) fn at_open(mut self) -> StoreError {
        if self.is_unavailable() {
            self.text.push_str("; start the database, or set database.url to another");
        }
        self
    }

    /// The same text, after which nobody tries again.
    pub(super) fn given_up(self) -> StoreError {
        StoreError { kind: Kind::Unavailable, text: self.text }
    }

    /// Whether a name or key is taken already.
    pub fn is_conflict(&self) -> bool {
        self.kind == Kind::Conflict
    }

    /// Whether the database cannot be reached or cannot serve now; it may later.
    pub fn is_unavailable(&self) -> bool {
        match self.kind {
            Kind::Race | Kind::NotReady | Kind::Silent | Kind::Cut | Kind::Unavailable => true,
            Kind::Conflict | Kind::Refused | Kind::Internal => false,
        }
    }

    /// Whether somebody must change the settings or look after the database first.
    pub fn is_refused(&self) -> bool {
        self.kind == Kind::Refused
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

/// Adds what was being done to an error.
pub(super) trait Doing<T> {
    fn doing<D: fmt::Display>(self, what: impl FnOnce() -> D) -> Result<T>;
}

impl<T> Doing<T> for Result<T> {
    fn doing<D: fmt::Display>(self, what: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.doing(what()))
    }
}
