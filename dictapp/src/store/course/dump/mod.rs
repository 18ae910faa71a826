//! Reads the rows of a course database from an SQL dump of `mysqldump`: `CREATE TABLE` has the
//! order of the columns, `INSERT INTO` the rows. Other statements are skipped.

mod tokens;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{CourseRows, TABLES, Table};
use crate::store::error::{Result, StoreError};
use tokens::{Token, Tokens};

/// Maximum bytes of a dump: more than a thousand classes need.
const DUMP_BYTES_MAX: u64 = 1 << 30;

pub(super) fn read(path: &Path) -> Result<CourseRows> {
    let refused = |why: String| StoreError::refused(format!("{}: {why}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| refused(error.to_string()))?;
    // A pipe has no size, and a device no end.
    let read = file.take(DUMP_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > DUMP_BYTES_MAX {
        return Err(refused(format!("it is larger than {DUMP_BYTES_MAX} bytes")));
    }
    parse(&text_of(&bytes).map_err(refused)?).map_err(refused)
}

/// The text of a dump: UTF-8, or the UTF-16 of PowerShell's `>`. Other bytes become U+FFFD.
fn text_of(bytes: &[u8]) -> std::result::Result<Cow<'_, str>, String> {
    if [&b"\x1f\x8b"[..], b"PK\x03\x04", b"\xfd7zXZ", b"BZh"].iter().any(|it| bytes.starts_with(it))
    {
        return Err("it is compressed: unpack it first".to_owned());
    }
    let (encoding, _) = encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    Ok(encoding.decode(bytes).0)
}

/// A value as text; NULL is empty. `None`: an expression, or bytes that are not text.
fn value(tokens: &[Token]) -> Option<String> {
    match tokens {
        [word] if word.is("null") => Some(String::new()),
        [Token::Word(word)] => match word.strip_prefix("0x") {
            Some(digits) => from_hex(digits),
            None => Some(word.clone()),
        },
        [x, digits] if x.is("x") => from_hex(digits.text()?),
        // A text with its character set: `_binary 'apple'`.
        [Token::Word(set), text] if set.starts_with('_') => text.text().map(str::to_owned),
        [n, text] if n.is("n") => text.text().map(str::to_owned),
        texts if !texts.is_empty() => texts.iter().map(Token::text).collect(),
        _ => None,
    }
}

/// The text of hexadecimal digits, as `mysqldump --hex-blob` writes it.
fn from_hex(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8(bytes.collect::<Option<_>>()?).ok()
}

fn parse(sql: &str) -> std::result::Result<CourseRows, String> {
    let mut rows = CourseRows::default();
    let mut orders = HashMap::new();
    let mut tokens = Tokens::of(sql);
    loop {
        let statement = tokens.statement()?;
        if statement.is_empty() && tokens.is_at_end() {
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

/// Words that begin a part of a definition that is not a column.
const NO_COLUMNS: [&str; 9] =
    ["primary", "key", "unique", "constraint", "index", "fulltext", "spatial", "foreign", "check"];

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
                let is_key = NO_COLUMNS.iter().any(|word| token.is(word));
                columns.extend(token.name().filter(|_| !is_key).map(str::to_lowercase));
            }
            _ => {}
        }
    }
    Some((table, columns))
}

/// Reads the tokens after `insert`: `into NAME (columns) values (..), (..)`.
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
    let mut places = Vec::new();
    for name in table.read {
        let place = columns.iter().position(|column| column == name);
        places.push(place.ok_or_else(|| {
            let columns = columns.join(", ");
            format!("the table {} has no column {name}; it has {columns}", table.name)
        })?);
    }
    let listed = Rows { rest: &values[1..] };
    for (row, number) in listed.zip(1..) {
        let row = row.ok_or_else(|| format!("it ends within a row of {}", table.name))?;
        let values: Option<Vec<_>> = places.iter().map(|&place| value(row.get(place)?)).collect();
        match values {
            _ if row.len() != columns.len() => {
                let why = format!("{} values for {} columns", row.len(), columns.len());
                rows.leave_out(table, number, &why);
            }
            None => rows.leave_out(table, number, "a value is not a text"),
            Some(values)
                if values.iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) =>
            {
                let why = "it is not UTF-8; dump it with --default-character-set=utf8mb4";
                rows.leave_out(table, number, why);
            }
            Some(values) => rows.add(table, values),
        }
    }
    Ok(())
}

/// The rows after `values`: for each row its values, for each value its tokens. `None`: a row has
/// no end.
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

    /// Each was read as two values, and moved the rest of its row.
    #[test]
    fn a_value_may_have_a_character_set_or_be_hexadecimal() {
        let rows = parse(
            "INSERT INTO `user` VALUES (1,_binary 'Levi',0x70717273),(2,X'4D6961',N'x' 'y'),\
             (3,_utf8mb4 0x41,'z'),(4,'Tom',0xFF),(5,'Ann',0x414);",
        )
        .unwrap();
        let users: Vec<_> = rows.users.iter().map(|u| (&*u.name, &*u.passwd)).collect();
        assert_eq!(users, [("Levi", "pqrs")]);
        assert_eq!(rows.odd.len(), 4, "{:?}", rows.odd);
    }

    /// The inner parenthesis began another row.
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
            rows.odd,
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
    fn a_dump_of_powershell_is_utf16_and_a_compressed_one_is_refused() {
        let sql = "insert into words values (1,'apple','苹果');";
        let utf16: Vec<u8> = sql.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in
            [[b"\xff\xfe", &utf16[..]].concat(), [b"\xef\xbb\xbf", sql.as_bytes()].concat()]
        {
            let rows = parse(&text_of(&bytes).unwrap()).unwrap();
            assert_eq!(rows.words, [["apple", "苹果"]]);
        }
        assert!(text_of(b"\x1f\x8b\x08").unwrap_err().contains("compressed"));
        let gbk =
            [&b"insert into words values (1,'apple','"[..], b"\xc6\xbb\xb9\xfb", b"');"].concat();
        let rows = parse(&text_of(&gbk).unwrap()).unwrap();
        assert!(rows.words.is_empty() && rows.odd[0].contains("not UTF-8"), "{:?}", rows.odd);
    }

    #[test]
    fn hostile_bytes_are_refused_or_no_rows() {
        let deep = format!("insert into user values {}", "(".repeat(100_000));
        let long = format!("create table user {}", "(a,".repeat(100_000));
        let odd = [
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
        for sql in odd {
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
