//! Reads the rows of a course database: users, look-ups and words. A programming course teaches its
//! students to write a dictionary server in Python, and this is the database of that server. The
//! source is a MySQL server or an SQL dump, and is never changed.

mod dump;
mod server;

use std::path::PathBuf;

use super::error::{Result, StoreError};
use super::url::{DatabaseUrl, MysqlServer};

/// The source of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourseSource {
    /// A server.
    Server(MysqlServer),
    /// A file as `mysqldump` writes it.
    Dump(PathBuf),
}

/// The rows of a course database, in the order of the source. Values are as they were stored.
#[derive(Debug, Default)]
pub struct CourseRows {
    /// `user`: name and password or hash.
    pub users: Vec<CourseUser>,
    /// `hist`: name, word and time.
    pub lookups: Vec<[String; 3]>,
    /// `words`: word and meaning.
    pub words: Vec<[String; 2]>,
    /// For each of `words`, the number of its row in the table, from 1.
    pub word_numbers: Vec<u64>,
    /// The first rows that cannot be read (at most 20), each with its reason.
    pub unreadable_rows: Vec<String>,
    /// The number of all rows that cannot be read.
    pub unreadable_count: u64,
    /// Tables that the source does not have.
    pub missing: Vec<&'static str>,
}

/// A row of `user`.
#[derive(Clone, PartialEq, Eq)]
pub struct CourseUser {
    /// The name.
    pub name: String,
    /// The course's MD5 hash of the password, or the password itself.
    pub passwd: String,
}

/// Maximum number of reported rows that cannot be read.
const UNREADABLE_ROWS_REPORTED_MAX: usize = 20;

/// The tables of the course.
const TABLES: [Table; 3] = [
    Table { name: "user", columns: &["id", "name", "passwd"], read: &["name", "passwd"] },
    Table {
        name: "hist",
        columns: &["id", "name", "word", "time"],
        read: &["name", "word", "time"],
    },
    Table { name: "words", columns: &["id", "word", "mean"], read: &["word", "mean"] },
];

/// A table of the course.
#[derive(Clone, Copy, Debug)]
struct Table {
    name: &'static str,
    /// All columns in the course's order, for dumps that do not list them.
    columns: &'static [&'static str],
    /// The columns that are read.
    read: &'static [&'static str],
}

impl CourseSource {
    /// Parses `mysql://USER:PASSWORD@HOST/DATABASE`; any other text is the path of a dump.
    ///
    /// # Errors
    /// The URL is invalid; the text has the reason.
    pub fn parse(text: &str) -> std::result::Result<CourseSource, String> {
        if !text.starts_with("mysql:") {
            return Ok(CourseSource::Dump(PathBuf::from(text)));
        }
        match DatabaseUrl::parse(&[text]).map_err(|wrong| wrong.to_string())? {
            DatabaseUrl::Mysql(mut servers) => Ok(CourseSource::Server(servers.remove(0))),
            DatabaseUrl::Sqlite(_) => Err("it is not of this form".to_owned()),
        }
    }

    /// Reads all rows.
    ///
    /// # Errors
    /// The server or the file cannot be read, or is not a course database.
    pub fn read(&self) -> Result<CourseRows> {
        let rows = match self {
            CourseSource::Server(server) => server::read(server)?,
            CourseSource::Dump(path) => dump::read(path)?,
        };
        if rows.missing.len() == TABLES.len() {
            let text = "it has none of the course's tables user, hist and words";
            return Err(StoreError::refused(text.to_owned()));
        }
        Ok(rows)
    }
}

impl CourseRows {
    /// Adds a row of a table; its values are those of [`Table::read`].
    fn add(&mut self, table: &Table, number: usize, values: Vec<String>) {
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or_default();
        match table.name {
            "user" => self.users.push(CourseUser { name: next(), passwd: next() }),
            "hist" => self.lookups.push([next(), next(), next()]),
            _ => {
                self.words.push([next(), next()]);
                self.word_numbers.push(number as u64);
            }
        }
    }

    /// Counts a row that cannot be read, and keeps the reason.
    fn leave_out(&mut self, table: &Table, number: usize, why: &str) {
        self.unreadable_count += 1;
        if self.unreadable_rows.len() < UNREADABLE_ROWS_REPORTED_MAX {
            self.unreadable_rows.push(format!("{}, row {number}: {why}", table.name));
        }
    }
}

// Omits the password.
impl std::fmt::Debug for CourseUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CourseUser({})", self.name)
    }
}
