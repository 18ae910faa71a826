//! The configuration of the database: its URL, connections and timeouts.

use std::time::Duration;

use super::{
    error::{Result, StoreError},
    url::DatabaseUrl,
};

/// The section `[database]` of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The file or the servers.
    pub url: DatabaseUrl,
    /// Maximum number of open connections, 1 to 1000. SQLite uses them for reading.
    pub connections: usize,
    /// The timeouts of its calls.
    pub timeouts: DatabaseTimeouts,
}

/// The timeouts of the store. A call takes at most `call`, and no time at all while the database
/// has been down for longer than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseTimeouts {
    /// For one address to accept a connection.
    pub connect: Duration,
    /// For a server to answer one statement.
    pub statement: Duration,
    /// For a call with all its waits and retries. For SQLite, to wait for another program that
    /// writes.
    pub call: Duration,
    /// For one statement of an import, a removal or a migration.
    pub bulk: Duration,
    /// For a row of the history to become durable, its place in the queue included.
    pub record: Duration,
    /// After which an unused connection is closed.
    pub idle: Duration,
    /// After which a connection is closed when it is given back.
    pub lifetime: Duration,
    /// Between two tries while no server can be reached.
    pub pause: Duration,
    /// How often the first server of the list is tried while another one serves.
    pub prefer_first: Duration,
}

/// Maximum number of connections of a process.
const CONNECTIONS_MAX: usize = 1000;

impl Default for DatabaseConfig {
    /// `data/dictapp.db` under the working directory.
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
        for (connections, right) in [(0, false), (1, true), (1000, true), (1001, false)] {
            let config = DatabaseConfig { connections, ..DatabaseConfig::default() };
            assert_eq!(config.check().is_ok(), right, "{connections}");
        }
    }
}
