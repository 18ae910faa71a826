//! Where the database is and how long to wait for it: settings to a checked [`Location`].

use std::{fmt, path::PathBuf, time::Duration};

use super::error::{Result, StoreError};

/// The section `[database]` of the settings.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The path of an SQLite file, or the servers `mysql://user:password@host:port/database` in
    /// order of preference. Several servers must serve the same database, as a cluster does.
    pub url: Vec<String>,
    /// The most connections that are open at once, 1 to 1000. SQLite uses them for reading.
    pub connections: usize,
    /// How long to wait for what.
    pub timeouts: DatabaseTimeouts,
}

/// The clocks of the store. A call takes at most `call + connect + statement`, and no time at
/// all while the database is known to be down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseTimeouts {
    /// For one address to accept a connection.
    pub connect: Duration,
    /// For a server to answer one statement.
    pub statement: Duration,
    /// For a call with all its waits and retries; no retry begins later. For SQLite, to wait for
    /// another program that writes.
    pub call: Duration,
    /// For one statement of an import, a removal or a migration.
    pub bulk: Duration,
    /// For a row of the history to become durable, its place in the queue included.
    pub record: Duration,
    /// After which an unused connection is closed.
    pub idle: Duration,
    /// After which a connection is closed when it is given back.
    pub lifetime: Duration,
    /// How long calls fail at once after no server could be reached.
    pub pause: Duration,
    /// How often the first server of the list is tried while another one serves.
    pub prefer_first: Duration,
}

/// The most connections that one process may ask for.
const CONNECTIONS_MAX: usize = 1000;

impl Default for DatabaseConfig {
    /// `data/dictapp.db` under the working directory.
    fn default() -> DatabaseConfig {
        DatabaseConfig {
            url: vec!["data/dictapp.db".to_owned()],
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
            record: Duration::from_secs(8),
            idle: Duration::from_secs(60),
            lifetime: Duration::from_secs(30 * 60),
            pause: Duration::from_millis(1000),
            prefer_first: Duration::from_secs(30),
        }
    }
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url: Vec<String> = self.url.iter().map(|url| without_password(url)).collect();
        f.debug_struct("DatabaseConfig")
            .field("url", &url)
            .field("connections", &self.connections)
            .field("timeouts", &self.timeouts)
            .finish()
    }
}

/// What the settings name.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Location {
    Sqlite(PathBuf),
    Mysql(Vec<Server>),
}

/// One MySQL server as the settings name it. No `Debug`: `opts` holds the password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) opts: mysql::Opts,
    /// `host:port/database`.
    pub(super) place: String,
}

impl DatabaseConfig {
    /// Checks everything that can be checked without a database.
    ///
    /// # Errors
    /// The first URL that is none, or a number out of its range; the text names it.
    pub fn validate(&self) -> Result<()> {
        self.location().map(drop)
    }

    pub(super) fn location(&self) -> Result<Location> {
        if !(1..=CONNECTIONS_MAX).contains(&self.connections) {
            return Err(StoreError::refused(format!(
                "database.connections is {}: it must be 1 to {CONNECTIONS_MAX}",
                self.connections
            )));
        }
        match self.url.as_slice() {
            [] => Err(StoreError::refused("database.url is empty: give a path or a URL")),
            [path] if !path.contains("://") => sqlite_path(path).map(Location::Sqlite),
            urls => urls.iter().map(|url| server(url)).collect::<Result<_>>().map(Location::Mysql),
        }
    }
}

fn sqlite_path(path: &str) -> Result<PathBuf> {
    let path = path.strip_prefix("sqlite:").unwrap_or(path);
    if path.is_empty() || path.starts_with(':') || path.contains('\0') {
        return Err(StoreError::refused(format!(
            "database.url {path:?} is no path of a file: an SQLite database must be kept in one"
        )));
    }
    Ok(PathBuf::from(path))
}

fn server(url: &str) -> Result<Server> {
    let wrong =
        |why: &str| StoreError::refused(format!("database.url {:?} {why}", without_password(url)));
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(wrong("is a path: only servers, mysql://..., can be several"));
    };
    if !matches!(scheme, "mysql" | "mariadb") {
        return Err(wrong("is neither a path of a file nor mysql://user:password@host/database"));
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if rest.contains('@') && (!authority.contains('@') || rest.matches('@').count() > 1) {
        return Err(wrong("has a password with one of / ? # @: write it as %2F %3F %23 %40"));
    }
    if rest.contains(['?', '#']) {
        return Err(wrong("takes nothing behind ? or #: the other keys of [database] do that"));
    }
    let opts = mysql::Opts::from_url(&format!("mysql://{rest}"))
        .map_err(|_| wrong("is not of the form mysql://user:password@host:port/database"))?;
    let Some(database) = opts.get_db_name().filter(|name| !name.is_empty()) else {
        return Err(wrong("names no database: mysql://user:password@host:port/database"));
    };
    let place = format!("{}:{}/{database}", opts.get_ip_or_hostname(), opts.get_tcp_port());
    Ok(Server { place, opts })
}

/// The URL as it may be shown: a wrong one may hold a piece of the password anywhere in front of
/// its last `@`, and without an `@` anywhere.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((_, place)) => {
            let place = &place[..place.find(['?', '#']).unwrap_or(place.len())];
            format!("{scheme}://***@{place}")
        }
        None if rest.contains([':', '?', '#']) => format!("{scheme}://***"),
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &[&str]) -> DatabaseConfig {
        DatabaseConfig {
            url: url.iter().map(|&url| url.to_owned()).collect(),
            ..DatabaseConfig::default()
        }
    }

    #[test]
    fn takes_a_path_and_a_list_of_servers() {
        let location = config(&["data/x.db"]).location().unwrap();
        assert!(location == Location::Sqlite(PathBuf::from("data/x.db")));
        let urls = ["mysql://u:p%40ss@db1/dict", "mysql://u:p%40ss@[::1]:3307/dict"];
        let Location::Mysql(servers) = config(&urls).location().unwrap() else {
            panic!("two servers")
        };
        let places: Vec<_> = servers.iter().map(|server| server.place.as_str()).collect();
        assert_eq!(places, ["db1:3306/dict", "[::1]:3307/dict"]);
        assert_eq!(servers[0].opts.get_pass(), Some("p@ss"));
    }

    #[test]
    fn refuses_what_names_no_database_and_never_shows_the_password() {
        for (url, why) in [
            ("mysql://dict:s3cr/et@host/dict", "%2F"),
            ("mysql://dict:s3cr?et@host/dict", "%3F"),
            ("mysql://dict:s3cr#et@host/dict", "%23"),
            ("mysql://dict:s3cr@et@host/dict", "%40"),
            ("mysql://dict:1/s3cret@host/dict", "%2F"),
            ("mysql://dict:s3cret", "form"),
            ("mysql://dict:s3cret@host", "names no database"),
            ("mysql://dict:s3cret@host/dict?s3cret=1", "behind ?"),
            ("mysql://dict:s3cret@host:port/dict", "form"),
            ("postgres://dict:s3cret@host/dict", "neither"),
            ("", "no path"),
            (":memory:", "no path"),
        ] {
            let config = config(&[url]);
            let error = config.validate().unwrap_err();
            let text = format!("{error} {error:?} {config:?}");
            assert!(text.contains(why), "{text}");
            assert!(!text.contains("s3cr") && !text.contains("et@"), "{text}");
            assert!(error.is_refused());
        }
    }

    #[test]
    fn refuses_a_path_among_servers_and_an_empty_list() {
        assert!(config(&["data/x.db", "mysql://u:p@h/d"]).validate().is_err());
        assert!(config(&[]).validate().is_err());
        assert!(DatabaseConfig { connections: 0, ..config(&["x.db"]) }.validate().is_err());
    }
}
