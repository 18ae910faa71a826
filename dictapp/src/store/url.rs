//! Where a database is: the URLs of the settings to one SQLite file or to a list of MySQL servers.
//! The URLs hold passwords, so nothing here ever shows one.

use std::{fmt, path::PathBuf};

/// One SQLite file, or the servers of one MySQL database. Printing it leaves passwords out.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of the embedded engine.
    Sqlite(PathBuf),
    /// Servers of the same database, as those of a cluster, in order of preference; at least one.
    Mysql(Vec<MysqlServer>),
}

/// A MySQL or MariaDB server, and the database on it.
#[derive(Clone, PartialEq, Eq)]
pub struct MysqlServer {
    pub(super) opts: mysql::Opts,
    /// `host:port/database`.
    pub(super) place: String,
}

/// What is wrong with a URL, in words that hold nothing of it: `it names no database`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongUrl(&'static str);

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, or one or several `mysql://USER:PASSWORD@HOST:PORT/DATABASE`.
    ///
    /// # Errors
    /// What is wrong with the first that is none.
    pub fn parse(urls: &[impl AsRef<str>]) -> Result<DatabaseUrl, WrongUrl> {
        if let [url] = urls
            && let Some(path) = url.as_ref().strip_prefix("sqlite:")
        {
            return parse_path(path).map(DatabaseUrl::Sqlite);
        }
        if urls.is_empty() {
            return Err(WrongUrl("it is empty"));
        }
        let servers = urls.iter().map(|url| MysqlServer::parse(url.as_ref()));
        servers.collect::<Result<_, _>>().map(DatabaseUrl::Mysql)
    }
}

fn parse_path(path: &str) -> Result<PathBuf, WrongUrl> {
    if path.is_empty() || path.starts_with(':') || path.contains(char::is_control) {
        return Err(WrongUrl("it names no file"));
    }
    Ok(PathBuf::from(path))
}

impl MysqlServer {
    fn parse(url: &str) -> Result<MysqlServer, WrongUrl> {
        let Some(rest) = url.strip_prefix("mysql://") else {
            return Err(WrongUrl(if url.starts_with("sqlite:") {
                "only servers can be several"
            } else {
                "it begins with neither sqlite: nor mysql://"
            }));
        };
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        if rest.contains('@') && (!authority.contains('@') || rest.matches('@').count() > 1) {
            return Err(WrongUrl(
                "its password has one of / ? # @, which are written %2F %3F %23 %40",
            ));
        }
        if rest.contains(['?', '#']) {
            return Err(WrongUrl(
                "nothing may follow ? or #, the other keys of [database] do that",
            ));
        }
        let form = WrongUrl("it is not of this form");
        let opts = mysql::Opts::from_url(url).map_err(|_| form)?;
        let Some(database) = opts.get_db_name().filter(|name| !name.is_empty()) else {
            return Err(WrongUrl("it names no database"));
        };
        let place = format!("{}:{}/{database}", opts.get_ip_or_hostname(), opts.get_tcp_port());
        Ok(MysqlServer { place, opts })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            DatabaseUrl::Mysql(servers) => {
                let servers: Vec<String> = servers.iter().map(MysqlServer::to_string).collect();
                f.write_str(&servers.join(","))
            }
        }
    }
}

impl fmt::Display for MysqlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mysql://")?;
        if let Some(user) = self.opts.get_user() {
            write!(f, "{user}:***@")?;
        }
        f.write_str(&self.place)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for MysqlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for WrongUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for WrongUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_path_and_a_list_of_servers() {
        let file = DatabaseUrl::parse(&["sqlite:data/x.db"]).unwrap();
        assert_eq!(file, DatabaseUrl::Sqlite(PathBuf::from("data/x.db")));
        assert_eq!(file.to_string(), "sqlite:data/x.db");
        let urls = ["mysql://u:p%40ss@db1/dict", "mysql://u:p%40ss@[::1]:3307/dict"];
        let url = DatabaseUrl::parse(&urls).unwrap();
        assert_eq!(url.to_string(), "mysql://u:***@db1:3306/dict,mysql://u:***@[::1]:3307/dict");
        assert_eq!(format!("{url:?}"), url.to_string());
        let DatabaseUrl::Mysql(servers) = url else { panic!("two servers") };
        let places: Vec<_> = servers.iter().map(|server| server.place.as_str()).collect();
        assert_eq!(places, ["db1:3306/dict", "[::1]:3307/dict"]);
        assert_eq!(servers[0].opts.get_pass(), Some("p@ss"));
    }

    #[test]
    fn says_what_is_wrong_with_what_names_no_database() {
        for (urls, why) in [
            (&["mysql://dict:s3cr/et@host/dict"][..], "%2F"),
            (&["mysql://dict:s3cr?et@host/dict"], "%3F"),
            (&["mysql://dict:s3cr#et@host/dict"], "%23"),
            (&["mysql://dict:s3cr@et@host/dict"], "%40"),
            (&["mysql://dict:1/s3cret@host/dict"], "%2F"),
            (&["mysql://dict:s3cret"], "form"),
            (&["mysql://dict:s3cret@host"], "names no database"),
            (&["mysql://host/"], "names no database"),
            (&["mysql://dict:s3cret@host/dict?s3cret=1"], "nothing may follow ?"),
            (&["mysql://dict:s3cret@host:port/dict"], "form"),
            (&["postgres://dict:s3cret@host/dict"], "neither"),
            (&["mysql:"], "neither"),
            (&["data/x.db"], "neither"),
            (&[""], "neither"),
            (&[], "empty"),
            (&["sqlite:"], "no file"),
            (&["sqlite::memory:"], "no file"),
            (&["sqlite:a\nb"], "no file"),
            (&["sqlite:x.db", "mysql://u:p@h/d"], "only servers"),
        ] {
            let wrong = DatabaseUrl::parse(urls).unwrap_err().to_string();
            assert!(wrong.contains(why), "{urls:?}: {wrong}");
        }
    }
}
