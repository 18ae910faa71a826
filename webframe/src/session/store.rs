//! The trait of session stores. A store keeps records of text by key, each with the time at which
//! its session ends.

use std::time::Duration;

use super::SessionKey;
use crate::Result;

/// Keeps the records of sessions. [`MemorySessions`](super::MemorySessions) keeps them in memory. A
/// store in a database outlives a restart and serves several instances.
///
/// A record is text of at most [`record_bytes_max`](super::Sessions::with_record_bytes_max) bytes
/// that only [`Sessions`](super::Sessions) reads. Each method maps to one statement of SQL on a
/// table with the columns key, record and end. A session whose end has passed does not exist for
/// any method; the store may delete it at any time.
pub trait SessionStore: Send + Sync + 'static {
    /// Adds a session that ends after `idle`.
    ///
    /// # Errors
    /// The store fails, or is full: [`Error::unavailable`](crate::Error::unavailable). A full store
    /// must not end other sessions to make room, or strangers could end the sessions of users.
    fn insert(&self, key: &SessionKey, record: &str, idle: Duration) -> Result<()>;

    /// The record of a session; `None` if there is no such session. Moves the end of the session to
    /// `idle` from now; a store may omit moves that are small compared to `idle`.
    ///
    /// # Errors
    /// The store fails.
    fn load(&self, key: &SessionKey, idle: Duration) -> Result<Option<String>>;

    /// Replaces the record of a session by `new` if the record still is `old`. Returns `false` if
    /// it is not, or if the session has ended.
    ///
    /// # Errors
    /// The store fails.
    fn replace(&self, key: &SessionKey, old: &str, new: &str) -> Result<bool>;

    /// Gives a session another key. Returns false if it has ended.
    ///
    /// # Errors
    /// The store fails.
    fn rename(&self, old: &SessionKey, new: &SessionKey) -> Result<bool>;

    /// Ends a session if it exists.
    ///
    /// # Errors
    /// The store fails.
    fn remove(&self, key: &SessionKey) -> Result<()>;
}
