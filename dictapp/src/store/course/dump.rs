//! Reads the rows of a course database from an SQL dump of `mysqldump`: `CREATE TABLE` has the
//! order of the columns, `INSERT INTO` the rows. Other statements are skipped.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::{CourseRows, TABLES, Table};
use crate::store::error::{Result, StoreError};

/// Maximum bytes of a dump: more than a thousand classes need.
const DUMP_BYTES_MAX: u64 = 1 << 30;

pub(super) fn read(path: &Path) -> Result<CourseRows> {
    let refused = |why: String| StoreError::refused(format!("{}: {why}", path.display()));
    let size = fs::metadata(path).map_err(|error| refused(error.to_string()))?.len();
    if size > DUMP_BYTES_MAX {
        return Err(refused(format!("it is larger than {DUMP_BYTES_MAX} bytes")));
    }
    let bytes = fs::read(path).map_err(|error| refused(error.to_string()))?;
    parse(&String::from_utf8_lossy(&bytes)).map_err(refused)
}

/// A word, a text or a sign of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A keyword, a number or a name without quotes.
    Word(String),
    /// A name in backquotes.
    Name(String),
    /// A text in quotes.
    Text(String),
    Sign(char),
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Token::Word(own) if own.eq_ignore_ascii_case(word))
    }

    /// A name, with or without quotes.
    fn name(&self) -> Option<&str> {
        match self {
            Token::Word(name) | Token::Name(name) => Some(name),
            Token::Text(_) | Token::Sign(_) => None,
        }
    }

    /// A value as text; NULL is empty.
    fn value(&self) -> Option<String> {
        match self {
            word if word.is("null") => Some(String::new()),
            Token::Word(word) => Some(word.clone()),
            Token::Text(text) => Some(text.clone()),
            Token::Name(_) | Token::Sign(_) => None,
        }
    }
}

fn parse(sql: &str) -> std::result::Result<CourseRows, String> {
    let mut rows = CourseRows::default();
    let mut orders = HashMap::new();
    let mut tokens = Tokens { rest: sql };
    loop {
        let statement = tokens.statement()?;
        if statement.is_empty() && tokens.rest.is_empty() {
            break;
        }
        match statement.as_slice() {
            [create, table, rest @ ..] if create.is("create") && table.is("table") => {
                if let Some((table, columns)) = created(rest) {
                    orders.insert(table.name, columns);
                }
            }
            [insert, rest @ ..] if insert.is("insert") || insert.is("replace") => {
                add_rows(rest, &orders, &mut rows)?;
            }
            _ => {}
        }
    }
    let is_filled = |table: &&Table| match table.name {
        "user" => !rows.users.is_empty(),
        "hist" => !rows.lookups.is_empty(),
        _ => !rows.words.is_empty(),
    };
    let missing =
        TABLES.iter().filter(|table| !is_filled(table) && !orders.contains_key(table.name));
    rows.missing = missing.map(|table| table.name).collect();
    Ok(rows)
}

fn table_of(token: &Token) -> Option<&'static Table> {
    let name = token.name()?;
    TABLES.iter().find(|table| table.name.eq_ignore_ascii_case(name))
}

/// The table and its columns: the names that begin a part of the definition.
fn created(rest: &[Token]) -> Option<(&'static Table, Vec<String>)> {
    let open = rest.iter().position(|token| *token == Token::Sign('('))?;
    let table = table_of(rest.get(open.checked_sub(1)?)?)?;
    let mut columns = Vec::new();
    let mut depth = 0_usize;
    let mut is_first = true;
    for token in &rest[open..] {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            Token::Sign(',') if depth == 1 => is_first = true,
            token if is_first && depth == 1 => {
                is_first = false;
                let keys =
                    ["primary", "key", "unique", "constraint", "index", "fulltext", "foreign"];
                let is_key = keys.iter().any(|word| token.is(word));
                columns.extend(token.name().filter(|_| !is_key).map(str::to_lowercase));
            }
            _ => {}
        }
    }
    Some((table, columns))
}

/// Reads what follows `insert`: `into NAME (columns) values (..), (..)`.
fn add_rows(
    rest: &[Token],
    orders: &HashMap<&str, Vec<String>>,
    rows: &mut CourseRows,
) -> std::result::Result<(), String> {
    let Some(at) = rest.iter().position(|token| token.is("values") || token.is("value")) else {
        return Ok(());
    };
    let (head, values) = rest.split_at(at);
    let open = head.iter().position(|token| *token == Token::Sign('(')).unwrap_or(head.len());
    let Some(table) = open.checked_sub(1).and_then(|last| table_of(&head[last])) else {
        return Ok(());
    };
    let named: Vec<String> =
        head[open..].iter().filter_map(Token::name).map(str::to_lowercase).collect();
    let known = || table.columns.iter().map(|&name| name.to_owned()).collect();
    let columns = if named.is_empty() {
        orders.get(table.name).cloned().unwrap_or_else(known)
    } else {
        named
    };
    let place = |name: &&str| columns.iter().position(|column| column == name);
    let places: Option<Vec<usize>> = table.read.iter().map(place).collect();
    let places = places.ok_or_else(|| format!("the table {} lacks a column", table.name))?;
    let mut row = Vec::new();
    for token in &values[1..] {
        match token {
            Token::Sign('(') => row.clear(),
            Token::Sign(')') => {
                let value = |&place: &usize| row.get(place).cloned().unwrap_or_default();
                rows.add(table, places.iter().map(value).collect());
            }
            token => row.extend(token.value()),
        }
    }
    Ok(())
}

/// The unread rest of the SQL.
struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    /// The tokens until the next semicolon.
    fn statement(&mut self) -> std::result::Result<Vec<Token>, String> {
        let mut tokens = Vec::new();
        while let Some(token) = self.next()? {
            if token == Token::Sign(';') {
                break;
            }
            tokens.push(token);
        }
        Ok(tokens)
    }

    fn next(&mut self) -> std::result::Result<Option<Token>, String> {
        self.skip_blanks();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if matches!(first, '\'' | '"' | '`') {
            let text = self.quoted(first)?;
            return Ok(Some(if first == '`' { Token::Name(text) } else { Token::Text(text) }));
        }
        let is_word =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '@' | '$');
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        if end == 0 {
            self.rest = &self.rest[first.len_utf8()..];
            return Ok(Some(Token::Sign(first)));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Some(Token::Word(word.to_owned())))
    }

    /// Skips white space and comments, including `/*!40000 ..*/`, which contains no rows.
    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let is_line = self.rest.starts_with("--") || self.rest.starts_with('#');
            let end = if is_line {
                self.rest.find('\n')
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map(|at| at + 2)
            } else {
                return;
            };
            self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        }
    }

    /// A text in quotes, with its escapes resolved.
    fn quoted(&mut self, quote: char) -> std::result::Result<String, String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if quote != '`' => text.extend(chars.next().map(|(_, c)| unescaped(c))),
                c if c == quote => {
                    if chars.next_if(|(_, next)| *next == quote).is_none() {
                        self.rest = &self.rest[1 + at + 1..];
                        return Ok(text);
                    }
                    text.push(quote);
                }
                c => text.push(c),
            }
        }
        Err("a text in quotes has no end".to_owned())
    }
}

fn unescaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        other => other,
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
    fn a_dump_that_is_cut_off_is_refused_and_one_of_another_program_has_no_tables() {
        assert!(parse("INSERT INTO user VALUES (1,'Le").unwrap_err().contains("no end"));
        assert_eq!(parse("insert into t values (1);").unwrap().missing, ["user", "hist", "words"]);
    }
}
