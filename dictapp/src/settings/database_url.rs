//! Where the data is kept: one SQLite file or a list of MySQL hosts. The urls hold passwords, so
//! nothing here ever shows one.

use std::fmt;
use std::path::PathBuf;

use super::value::{Checked, Value, Wrong, some};

/// The database that `[database] url` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of the embedded engine.
    Sqlite(PathBuf),
    /// The hosts of a MySQL or MariaDB server or cluster, the preferred one first.
    Mysql(Vec<MysqlUrl>),
}

/// `mysql://USER:PASSWORD@HOST:3306/DATABASE`, accepted by the driver. Printing it leaves the
/// password out.
#[derive(Clone, PartialEq, Eq)]
pub struct MysqlUrl(String);

const MUST_BE: &str = "\"sqlite:PATH\" or \"mysql://USER:PASSWORD@HOST:3306/DATABASE\" or a list \
    of the latter (in a password @ is written %40, : %3A, / %2F, ? %3F, # %23, % %25 and , %2C)";

impl MysqlUrl {
    /// The whole url with its password, for the driver alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<MysqlUrl> {
        let options = mysql::Opts::from_url(text).ok()?;
        options.get_db_name().filter(|name| !name.is_empty())?;
        Some(MysqlUrl(text.to_owned()))
    }
}

impl fmt::Display for MysqlUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(options) = mysql::Opts::from_url(&self.0) else { return f.write_str("mysql://***") };
        f.write_str("mysql://")?;
        if let Some(user) = options.get_user() {
            write!(f, "{user}:***@")?;
        }
        let database = options.get_db_name().unwrap_or_default();
        write!(f, "{}:{}/{database}", options.get_ip_or_hostname(), options.get_tcp_port())
    }
}

impl fmt::Debug for MysqlUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            DatabaseUrl::Mysql(hosts) => {
                let hosts: Vec<String> = hosts.iter().map(MysqlUrl::to_string).collect();
                f.write_str(&hosts.join(","))
            }
        }
    }
}

/// A path after `sqlite:`, or MySQL urls.
pub(super) fn database_url(value: &Value) -> Checked<DatabaseUrl> {
    if let Some(path) = value.text().and_then(|text| text.strip_prefix("sqlite:")) {
        let is_path = !path.is_empty() && !path.chars().any(char::is_control);
        return if is_path { Ok(DatabaseUrl::Sqlite(path.into())) } else { Err(wrong()) };
    }
    some(|item| item.text().and_then(MysqlUrl::parse).ok_or_else(wrong))(value)
        .map(DatabaseUrl::Mysql)
}

/// Without the value: a mistyped url still holds its password.
fn wrong() -> Wrong {
    Wrong { must_be: MUST_BE.to_owned(), not: "what is there (not shown)".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Checked<DatabaseUrl> {
        database_url(&Value::Loose(text.to_owned()))
    }

    #[test]
    fn reads_a_file_and_a_list_of_hosts() {
        assert_eq!(read("sqlite:data/d.db"), Ok(DatabaseUrl::Sqlite("data/d.db".into())));
        let hosts = "mysql://u:p@a:3306/dict, mysql://u:p@[::1]:3307/dict";
        let Ok(DatabaseUrl::Mysql(hosts)) = read(hosts) else { panic!("two hosts") };
        assert_eq!(hosts[1].reveal(), "mysql://u:p@[::1]:3307/dict");
        assert_eq!(hosts.len(), 2);
    }

    #[test]
    fn never_shows_a_password() {
        let secret = "mysql://root:s3cret%40@db.example.org/dict?tcp_connect_timeout_ms=9";
        let url = read(secret).expect("a url");
        assert_eq!(url.to_string(), "mysql://root:***@db.example.org:3306/dict");
        assert!(!format!("{url:?}").contains("s3cret"));
        for odd in
            ["mysql://root:s3cret@h", "mysql://root:s3/cret@h/d", "mysql://root:a?s3cret=1@h/d"]
        {
            let wrong = read(odd).expect_err(odd);
            assert!(!format!("{wrong:?}").contains("s3"), "{wrong:?}");
        }
    }

    #[test]
    fn refuses_what_names_no_database() {
        for text in
            ["", "sqlite:", "data/d.db", "mysql://h", "mysql://h/", "postgres://h/d", "mysql:"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
