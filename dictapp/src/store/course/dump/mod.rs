//! Reads the rows of a course database (the database of a programming course's dictionary server)
//! from an SQL dump: a file that `mysqldump` or phpMyAdmin made, or that a person wrote. The order
//! of the columns is read from `CREATE TABLE`, the rows from `INSERT INTO`. Other statements are
//! skipped. `charset` decodes the file, `tokens` splits it into statements.

mod charset;
mod tokens;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{CourseRows, TABLES, Table};
use crate::store::error::{Result, StoreError};
use tokens::{Token, Tokens, value};

/// Maximum size of a dump in bytes, enough for more than a thousand classes of a school.
const DUMP_BYTES_MAX: u64 = 1 << 30;

/// Maximum columns of a table, as in MySQL. Further ones are ignored.
const COLUMNS_MAX: usize = 4096;
/// Maximum number of columns that a message names.
const COLUMNS_SHOWN_MAX: usize = 20;

/// The server's own databases. A dump of all databases contains them, and `mysql` has a table
/// `user` too, so they are skipped.
const SYSTEM: [&str; 4] = ["mysql", "sys", "performance_schema", "information_schema"];

/// Reads a file. A row that cannot be read is left out and reported.
pub(super) fn read(path: &Path) -> Result<CourseRows> {
    let refused = |why: String| StoreError::refused(format!("{}: {why}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| refused(error.to_string()))?;
    // The read is limited because a pipe does not report its size, and a device may have no end.
    let read = file.take(DUMP_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > DUMP_BYTES_MAX {
        return Err(refused(format!("it is larger than {DUMP_BYTES_MAX} bytes")));
    }
    parse(&charset::decode(&bytes).map_err(refused)?).map_err(refused)
}

/// The tables and rows of the statements that were read so far.
#[derive(Debug, Default)]
struct Dump {
    rows: CourseRows,
    /// The columns of the tables that were created.
    columns: HashMap<&'static str, Vec<Column>>,
    /// The number of rows of each table so far.
    numbers: HashMap<&'static str, usize>,
    /// The UTC offset of `timestamp` columns, such as `+00:00`.
    zone: Option<String>,
    /// Whether the statements belong to one of the databases in [`SYSTEM`].
    is_system: bool,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    is_timestamp: bool,
}

/// Reads the statements of a dump. The error is the reason why the dump cannot be used.
fn parse(sql: &str) -> std::result::Result<CourseRows, String> {
    let mut dump = Dump::default();
    let mut tokens = Tokens::new(sql);
    while let Some(statement) = tokens.statement()? {
        match statement.as_slice() {
            [set, rest @ ..] if set.is("set") => dump.set(rest),
            [word, name] if word.is("use") => {
                let name = name.name().unwrap_or_default().to_lowercase();
                dump.is_system = SYSTEM.contains(&name.as_str());
            }
            _ if dump.is_system => {}
            [create, rest @ ..] if create.is("create") => dump.create(rest),
            [insert, rest @ ..] if insert.is("insert") || insert.is("replace") => {
                dump.insert(rest)?;
            }
            _ => {}
        }
    }
    let Dump { mut rows, columns, .. } = dump;
    // A table counts as present if the dump has its `CREATE TABLE` or rows of it.
    let is_filled = |table: &&Table| match table.name {
        "user" => !rows.users.is_empty(),
        "hist" => !rows.lookups.is_empty(),
        _ => !rows.words.is_empty(),
    };
    let missing =
        TABLES.iter().filter(|table| !is_filled(table) && !columns.contains_key(table.name));
    rows.missing = missing.map(|table| table.name).collect();
    Ok(rows)
}

/// The table of the course that a token names; `None`: it names another table or none.
fn table_of(token: &Token) -> Option<&'static Table> {
    let name = token.name()?;
    TABLES.iter().find(|table| table.name.eq_ignore_ascii_case(name))
}

/// Words that begin the definition of a key or a constraint in `CREATE TABLE`. Other definitions
/// are columns.
const KEY_WORDS: [&str; 9] =
    ["primary", "key", "unique", "constraint", "index", "fulltext", "spatial", "foreign", "check"];

impl Dump {
    /// Reads the time zone in the text after `set`, as in `set time_zone = '+00:00'`. A zone that
    /// is not an offset from UTC is dropped.
    fn set(&mut self, rest: &[Token]) {
        for assignment in rest.windows(3) {
            if let [name, Token::Sign('='), value] = assignment
                && name.name().is_some_and(|name| name.eq_ignore_ascii_case("time_zone"))
            {
                let zone = value.text().filter(|zone| zone.starts_with(['+', '-']));
                self.zone = zone.map(str::to_owned);
            }
        }
    }

    /// Reads the text after `create`: `[or replace] [temporary] table ..`.
    fn create(&mut self, rest: &[Token]) {
        let mut words = rest.iter().take(4);
        let Some(at) = words.position(|token| token.is("table")) else { return };
        if let Some((table, columns)) = parse_create_table(&rest[at + 1..]) {
            self.columns.insert(table.name, columns);
        }
    }

    /// Reads the text after `insert`: `into NAME (columns) values (..), (..)`, or
    /// `into NAME set column = .., ..`.
    fn insert(&mut self, rest: &[Token]) -> std::result::Result<(), String> {
        let is_source = |token: &Token| {
            ["values", "value", "set", "select", "table"].iter().any(|word| token.is(word))
        };
        let Some(at) =
            outside_parentheses(rest).find(|(_, token)| is_source(token)).map(|(at, _)| at)
        else {
            return Ok(());
        };
        let (head, source) = rest.split_at(at);
        let open = head.iter().position(|token| *token == Token::Sign('(')).unwrap_or(head.len());
        let Some(table) = open.checked_sub(1).and_then(|last| table_of(&head[last])) else {
            return Ok(());
        };
        let names = head[open..].iter().filter_map(Token::name);
        match source {
            [set, rest @ ..] if set.is("set") => {
                let (names, row) = parse_assignments(rest);
                let columns = self.columns_of(table, names.into_iter());
                self.add(table, &columns, &[row])
            }
            [values, rest @ ..] if values.is("values") || values.is("value") => {
                let columns = self.columns_of(table, names.take(COLUMNS_MAX));
                let rows: Option<Vec<_>> = Rows { rest }.collect();
                let rows = rows.ok_or_else(|| format!("it ends within a row of {}", table.name))?;
                self.add(table, &columns, &rows)
            }
            _ => {
                let number = self.next_number(table);
                self.rows.leave_out(table, number, "it is not in the dump, but selected");
                Ok(())
            }
        }
    }

    /// The columns with these names; without names, all columns of the table in its order.
    fn columns_of<'n>(&self, table: &Table, names: impl Iterator<Item = &'n str>) -> Vec<Column> {
        let created = self.columns.get(table.name);
        let is_timestamp = |name: &str| {
            created.into_iter().flatten().any(|column| column.is_timestamp && column.name == name)
        };
        let column = |name: &str| {
            let name = name.to_lowercase();
            Column { is_timestamp: is_timestamp(&name), name }
        };
        let named: Vec<Column> = names.map(column).collect();
        match created {
            _ if !named.is_empty() => named,
            Some(created) => created.clone(),
            None => table.columns.iter().map(|name| column(name)).collect(),
        }
    }

    /// Counts a row of a table and returns its number, from 1.
    fn next_number(&mut self, table: &Table) -> usize {
        let number = self.numbers.entry(table.name).or_default();
        *number += 1;
        *number
    }

    /// Adds rows, in which each value is a list of tokens. The error names a column that the table
    /// does not have.
    fn add(
        &mut self,
        table: &Table,
        columns: &[Column],
        rows: &[Vec<&[Token]>],
    ) -> std::result::Result<(), String> {
        let mut indices = Vec::new();
        for name in table.read {
            let index = columns.iter().position(|column| column.name == *name);
            indices.push(index.ok_or_else(|| {
                let shown = columns.iter().take(COLUMNS_SHOWN_MAX);
                let mut names: Vec<&str> = shown.map(|column| &*column.name).collect();
                if columns.len() > names.len() {
                    names.push("..");
                }
                let names = names.join(", ");
                format!("the table {} has no column {name}; it has {names}", table.name)
            })?);
        }
        for row in rows {
            let number = self.next_number(table);
            let read = |&index: &usize| self.read(columns.get(index)?, row.get(index)?);
            let values: Option<Vec<_>> = indices.iter().map(read).collect();
            match values {
                _ if row.len() != columns.len() => {
                    let why = format!("{} values for {} columns", row.len(), columns.len());
                    self.rows.leave_out(table, number, &why);
                }
                None => self.rows.leave_out(table, number, "a value is not a text"),
                Some(values)
                    if values.iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) =>
                {
                    let why = "it is not UTF-8; dump it with --default-character-set=utf8mb4";
                    self.rows.leave_out(table, number, why);
                }
                Some(values) => self.rows.add(table, number, values),
            }
        }
        Ok(())
    }

    /// A value as text, with the UTC offset of the dump if it is a `timestamp`; `None` if it is not
    /// a text or a number.
    fn read(&self, column: &Column, tokens: &[Token]) -> Option<String> {
        let text = value(tokens)?;
        let is_time = column.is_timestamp && !text.is_empty() && !text.starts_with("0000");
        Some(text + self.zone.as_deref().filter(|_| is_time).unwrap_or_default())
    }
}

/// The tokens outside of parentheses, with their indices.
fn outside_parentheses(tokens: &[Token]) -> impl Iterator<Item = (usize, &Token)> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter(move |(_, token)| {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// Parses the text after `create table`: returns the table and its columns. Each part between
/// commas that begins with a name is a column. `None`: it is not a table of the course.
fn parse_create_table(rest: &[Token]) -> Option<(&'static Table, Vec<Column>)> {
    let open = rest.iter().position(|token| *token == Token::Sign('('))?;
    let table = table_of(rest.get(open.checked_sub(1)?)?)?;
    let mut columns = Vec::new();
    let mut depth = 0_usize;
    let mut is_first = true;
    for (token, next) in rest[open..].iter().zip(&rest[open + 1..]) {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') if depth == 1 => break,
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 1 => is_first = true,
            token if is_first && depth == 1 && columns.len() < COLUMNS_MAX => {
                is_first = false;
                let is_key = KEY_WORDS.iter().any(|word| token.is(word));
                let name = token.name().filter(|_| !is_key).map(str::to_lowercase);
                let is_timestamp = next.is("timestamp");
                columns.extend(name.map(|name| Column { name, is_timestamp }));
            }
            _ => {}
        }
    }
    Some((table, columns))
}

/// Parses `column = value, ..`, up to `on duplicate key update`: returns the columns and the
/// values.
fn parse_assignments(rest: &[Token]) -> (Vec<&str>, Vec<&[Token]>) {
    let end = outside_parentheses(rest)
        .find(|(_, token)| token.is("on"))
        .map_or(rest.len(), |(at, _)| at);
    let rest = &rest[..end];
    let commas = outside_parentheses(rest).filter(|(_, token)| **token == Token::Sign(','));
    let ends: Vec<usize> = commas.map(|(at, _)| at).chain([end]).collect();
    let mut from = 0;
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for end in ends {
        if let [name, Token::Sign('='), value @ ..] = &rest[from..end]
            && let Some(name) = name.name()
        {
            names.push(name);
            values.push(value);
        }
        from = (end + 1).min(rest.len());
    }
    (names, values)
}

/// Iterates over the rows after `values`. A row is a list of values, and a value is a list of
/// tokens. An item that is `None` is a row without an end.
struct Rows<'a> {
    rest: &'a [Token],
}

impl<'a> Iterator for Rows<'a> {
    type Item = Option<Vec<&'a [Token]>>;

    fn next(&mut self) -> Option<Self::Item> {
        // After the last row there may be `on duplicate key update ..`.
        let before =
            self.rest.iter().take_while(|token| **token == Token::Sign(',') || token.is("row"));
        let at = before.count();
        let Some((Token::Sign('('), row)) = self.rest.get(at..)?.split_first() else { return None };
        let (mut values, mut depth, mut from) = (Vec::new(), 0_usize, 0);
        for (at, token) in row.iter().enumerate() {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') if depth == 0 => {
                    values.push(&row[from..at]);
                    self.rest = &row[at + 1..];
                    return Some(Some(values));
                }
                Token::Sign(')') => depth -= 1,
                Token::Sign(',') if depth == 0 => {
                    values.push(&row[from..at]);
                    from = at + 1;
                }
                _ => {}
            }
        }
        self.rest = &[];
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_read_with_the_order_of_its_columns_and_its_escapes() {
        let rows = parse(
            "-- MySQL dump\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `user`;\n\
             CREATE TABLE `user` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `passwd` char(64),\n  \
             `name` varchar(32),\n  PRIMARY KEY (`id`), UNIQUE KEY `name` (`name`)\n) ENGINE=InnoDB;\n\
             LOCK TABLES `user` WRITE;\nINSERT INTO `user` VALUES (1,'p\\'a''s;s','Levi'),(2,NULL,'M(i)a');\n\
             insert into hist (name, time, word) values ('Levi', 'Tue Nov  3 10:20:30 2020', 'ice cream');\n\
             INSERT INTO `other` VALUES (1,'x');\nINSERT INTO words VALUES (1,'a','b\\nc');",
        )
        .unwrap();
        let users: Vec<_> = rows.users.iter().map(|u| (&*u.name, &*u.passwd)).collect();
        assert_eq!(users, [("Levi", "p'a's;s"), ("M(i)a", "")]);
        assert_eq!(rows.lookups, [["Levi", "ice cream", "Tue Nov  3 10:20:30 2020"]]);
        assert_eq!(rows.words, [["a", "b\nc"]]);
        assert!(rows.missing.is_empty());
    }

    #[test]
    fn a_value_may_have_a_character_set_or_be_hexadecimal() {
        let rows = parse(
            "INSERT INTO `user` VALUES (1,_binary 'Levi',0x70717273),(2,X'4D6961',N'x' 'y'),\
             (3,_utf8mb4 0x41,'z'),(4,'Tom',0xFF),(5,'Ann',0x414);",
        )
        .unwrap();
        let users: Vec<_> = rows.users.iter().map(|u| (&*u.name, &*u.passwd)).collect();
        assert_eq!(users, [("Levi", "pqrs")]);
        assert_eq!(rows.unreadable_rows.len(), 4, "{:?}", rows.unreadable_rows);
    }

    #[test]
    fn a_row_with_an_expression_is_left_out_alone() {
        let rows = parse(
            "insert into hist values (1,'a','b',now()),(2,'c','d',concat('e',(1),'f')),\
             (3,'g','h','i'),(4,'j','k'),(5,'l','m','n','o') on duplicate key update word=values(word);\
             insert into hist values row(6,'p','q','r');",
        )
        .unwrap();
        assert_eq!(rows.lookups, [["g", "h", "i"], ["p", "q", "r"]]);
        assert_eq!(
            rows.unreadable_rows,
            [
                "hist, row 1: a value is not a text",
                "hist, row 2: a value is not a text",
                "hist, row 4: 3 values for 4 columns",
                "hist, row 5: 5 values for 4 columns",
            ]
        );
    }

    #[test]
    fn a_table_may_be_named_with_its_database_and_in_any_quotes() {
        for table in ["user", "USER", "`user`", "\"user\"", "course.user", "`course`.`user`"] {
            let rows = parse(&format!("insert into {table} values (1,\"Levi\",'p');")).unwrap();
            assert_eq!(rows.users.len(), 1, "{table}");
        }
    }

    #[test]
    fn a_missing_column_is_named_with_those_that_are_there() {
        let dump =
            "create table user (id int, name text, pwd text); insert into user values (1,'a','b');";
        let error = parse(dump).unwrap_err();
        assert_eq!(error, "the table user has no column passwd; it has id, name, pwd");
    }

    #[test]
    fn a_row_that_is_not_utf8_is_left_out_alone() {
        let sql = [
            &b"insert into words values (1,'apple','"[..],
            b"\xc6\xbb\xb9\xfb",
            b"'),(2,'a','b');",
        ];
        let rows = parse(&charset::decode(&sql.concat()).unwrap()).unwrap();
        assert_eq!(rows.words, [["a", "b"]]);
        assert!(
            rows.unreadable_rows[0].contains("words, row 1: it is not UTF-8"),
            "{:?}",
            rows.unreadable_rows
        );
    }

    #[test]
    fn rows_are_numbered_over_all_statements_and_those_left_out_are_counted() {
        let mut sql = "insert into hist values (1,'a','b','c');".to_owned();
        sql += &"insert into hist values (1,'a');".repeat(30);
        let rows = parse(&sql).unwrap();
        assert_eq!(rows.unreadable_rows[0], "hist, row 2: 2 values for 4 columns");
        assert_eq!((rows.unreadable_rows.len(), rows.unreadable_count), (20, 30));
    }

    /// Rows of triggers are not imported, and partitions are not columns.
    #[test]
    fn a_dump_may_have_triggers_views_partitions_and_the_tables_of_the_server() {
        let rows = parse(
            "USE `mysql`;\nCREATE TABLE `user` (`Host` char(60), `User` char(32));\n\
             INSERT INTO `user` VALUES ('%','root');\nUSE `dict`;\n\
             CREATE OR REPLACE TABLE `user` (`passwd` char(64), `name` varchar(32), `id` int)\n\
             /*!50100 PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), \
             PARTITION p1 VALUES LESS THAN (20)) */;\n\
             DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `t` \
             AFTER INSERT ON `user` FOR EACH ROW BEGIN\n  INSERT INTO hist VALUES (1,'x','y','z');\nEND */;;\n\
             CREATE PROCEDURE p(n text) BEGIN INSERT INTO user VALUES (1, n, n); END ;;\nDELIMITER ;\n\
             INSERT INTO `user` VALUES ('secret','Levi',1);\n\
             INSERT INTO user SELECT * FROM old;",
        )
        .unwrap();
        let users: Vec<_> = rows.users.iter().map(|u| (&*u.name, &*u.passwd)).collect();
        assert_eq!(users, [("Levi", "secret")]);
        assert!(rows.lookups.is_empty(), "{:?}", rows.lookups);
        assert_eq!(rows.unreadable_rows, ["user, row 2: it is not in the dump, but selected"]);
    }

    #[test]
    fn a_row_may_be_assigned_and_a_name_or_a_default_is_no_text() {
        let rows = parse(
            "insert into user set passwd = 'p', `name` = 'Levi' on duplicate key update id = 1;\
             insert into user (id, value, name, passwd) values (1, 'x', 'Mia', 'q');\
             insert into hist values (null, 'Levi', apple, '2020-11-03');\
             insert into hist values (default, 'Levi', 'apple', current_timestamp);",
        )
        .unwrap();
        let users: Vec<_> = rows.users.iter().map(|u| (&*u.name, &*u.passwd)).collect();
        assert_eq!(users, [("Levi", "p"), ("Mia", "q")]);
        assert!(rows.lookups.is_empty(), "{:?}", rows.lookups);
        assert_eq!(rows.unreadable_count, 2);
    }

    /// A `timestamp` is dumped in UTC.
    #[test]
    fn a_timestamp_has_the_time_zone_of_the_dump() {
        let dump = |kind: &str, zone: &str| {
            let rows = parse(&format!(
                "/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n{zone}\n\
                 create table hist (id int, `name` text, word text, `time` {kind} NOT NULL DEFAULT \
                 current_timestamp() ON UPDATE current_timestamp());\n\
                 insert into hist (name, word, time) values ('a','b','2020-11-03 02:20:30'),\
                 ('a','b','0000-00-00 00:00:00');"
            ));
            rows.unwrap().lookups.into_iter().map(|[_, _, time]| time).collect::<Vec<_>>()
        };
        let none = "0000-00-00 00:00:00";
        for zone in ["/*!40103 SET TIME_ZONE='+00:00' */;", "SET time_zone = \"+00:00\";"] {
            assert_eq!(dump("timestamp", zone), ["2020-11-03 02:20:30+00:00", none]);
            assert_eq!(dump("datetime", zone), ["2020-11-03 02:20:30", none]);
        }
        assert_eq!(dump("timestamp(3)", ""), ["2020-11-03 02:20:30", none]);
    }

    #[test]
    fn hostile_bytes_are_refused_or_no_rows() {
        let deep = format!("insert into user values {}", "(".repeat(100_000));
        let long = format!("create table user {}", "(a,".repeat(100_000));
        let hostile = [
            "",
            ";",
            ";;;",
            "'",
            "/*",
            "--",
            "(",
            ")",
            "insert",
            "insert into",
            "insert into user",
            "insert into user values",
            "insert into user values ,",
            "insert into user values ()",
            "insert into user values (,)",
            "create table",
            "create table user",
            "create table (",
            "\\",
            "insert into user () values ()",
            "insert into user values (1,'a\\",
            &deep,
            &long,
        ];
        for sql in hostile {
            assert!(parse(sql).is_ok_and(|rows| rows.users.is_empty()) || parse(sql).is_err());
        }
    }

    #[test]
    fn a_dump_that_is_cut_off_is_refused_and_one_of_another_program_has_no_tables() {
        assert!(parse("INSERT INTO user VALUES (1,'Le").unwrap_err().contains("no end"));
        let within = parse("INSERT INTO user VALUES (1,'Levi','p'),(2,'Mi'").unwrap_err();
        assert_eq!(within, "it ends within a row of user");
        assert_eq!(parse("insert into t values (1);").unwrap().missing, ["user", "hist", "words"]);
    }
}
