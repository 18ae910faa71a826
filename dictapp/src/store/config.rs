//! The configuration of the database: its URL, connections and timeouts.

use std::time::Duration;

use super::{
    error::{Result, StoreError},
    url::DatabaseUrl,
};

/// The configuration of the store: the section `[database]` of the settings, and timeouts that are
/// not settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The file or the servers.
    pub url: DatabaseUrl,
    /// Maximum number of open connections, 1 to 1000. SQLite uses them for reading.
    pub connections: usize,
    /// The timeouts of calls to the database.
    pub timeouts: DatabaseTimeouts,
}

/// The timeouts of the store. A call (one method of the store) takes at most `call`. If the
/// database has been down for longer than that, calls fail immediately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseTimeouts {
    /// Maximum time for one address to accept a connection.
    pub connect: Duration,
    /// Maximum time for a server to answer one statement.
    pub statement: Duration,
    /// Maximum time of a call with all its waits and retries. With SQLite, maximum time to wait for
    /// another program that writes.
    pub call: Duration,
    /// Maximum time of one statement of an import, a removal or a migration.
    pub bulk: Duration,
    /// Maximum time until a row of the history is durable, including its time in the queue.
    pub record: Duration,
    /// The time after which an unused connection is closed.
    pub idle: Duration,
    /// The age at which a connection is closed instead of returned to the pool.
    pub lifetime: Duration,
    /// The time between two attempts to connect while no server can be reached.
    pub pause: Duration,
    /// The time between two attempts to return to the first server of the list while another one
    /// serves.
    pub prefer_first: Duration,
}

/// Maximum number of connections of a process.
const CONNECTIONS_MAX: usize = 1000;

impl Default for DatabaseConfig {
    /// The file `data/dictapp.db` under the working directory, with up to 16 connections.
    fn default() -> DatabaseConfig {
        DatabaseConfig {
            url: DatabaseUrl::Sqlite("data/dictapp.db".into()),
            connections: 16,
            timeouts: DatabaseTimeouts::default(),
        }
    }
}

impl Default for DatabaseTimeouts {
    fn default() -> DatabaseTimeouts {
        DatabaseTimeouts {
            connect: Duration::from_millis(1000),
            statement: Duration::from_secs(3),
            call: Duration::from_secs(5),
            bulk: Duration::from_secs(300),
            record: Duration::from_secs(5),
            idle: Duration::from_secs(60),
            lifetime: Duration::from_secs(30 * 60),
            pause: Duration::from_millis(250),
            prefer_first: Duration::from_secs(30),
        }
    }
}

impl DatabaseConfig {
    /// Refuses numbers out of their range.
    pub(super) fn check(&self) -> Result<()> {
        match self.connections {
            1..=CONNECTIONS_MAX => Ok(()),
            other => Err(StoreError::refused(format!(
                "database.connections is {other}: it must be 1 to {CONNECTIONS_MAX}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_needs_a_connection_and_not_too_many() {
        for (connections, is_valid) in [(0, false), (1, true), (1000, true), (1001, false)] {
            let config = DatabaseConfig { connections, ..DatabaseConfig::default() };
            assert_eq!(config.check().is_ok(), is_valid, "{connections}");
        }
    }
}
