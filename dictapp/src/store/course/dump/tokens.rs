//! Splits SQL into statements and tokens (words, names, texts and signs), and reads values from
//! tokens.
//!
//! Comments are skipped. The content of conditional comments (`/*!40101 ..*/`) is read, as the
//! server does: `mysqldump` sets the time zone there. Statements end at a semicolon, or at another
//! sign after `DELIMITER`.

/// A word, a text or a sign of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword, a number or a name without quotes.
    Word(String),
    /// A name in backquotes.
    Name(String),
    /// A text in single quotes.
    Text(String),
    /// A text in double quotes: a value, or a name in a dump with `ANSI_QUOTES`.
    Quoted(String),
    /// Any other character, such as a parenthesis.
    Sign(char),
}

impl Token {
    /// Whether this is the given word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Token::Word(text) if text.eq_ignore_ascii_case(word))
    }

    /// The text of a name, with or without quotes. For `database.table` this is the last part.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Token::Word(name) => name.rsplit('.').next(),
            Token::Name(name) | Token::Quoted(name) => Some(name),
            Token::Text(_) | Token::Sign(_) => None,
        }
    }

    /// The content of a text in quotes.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Token::Text(text) | Token::Quoted(text) => Some(text),
            Token::Word(_) | Token::Name(_) | Token::Sign(_) => None,
        }
    }
}

/// A value as text; NULL is empty. `None`: an expression, or bytes that are no text.
pub(super) fn value(tokens: &[Token]) -> Option<String> {
    match tokens {
        [word] if word.is("null") => Some(String::new()),
        [Token::Word(word)] => match word.strip_prefix("0x") {
            Some(digits) => from_hex(digits),
            None => is_number(word).then(|| word.clone()),
        },
        [x, digits] if x.is("x") => from_hex(digits.text()?),
        // A text with its character set: `_binary 'apple'`.
        [Token::Word(set), text] if set.starts_with('_') => text.text().map(str::to_owned),
        [n, text] if n.is("n") => text.text().map(str::to_owned),
        texts if !texts.is_empty() => texts.iter().map(Token::text).collect(),
        _ => None,
    }
}

/// Whether a word is a number, and not a name, `default` or `current_timestamp`.
fn is_number(word: &str) -> bool {
    word.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit())
}

/// Decodes the hexadecimal digits of a text, as `mysqldump --hex-blob` writes them. `None`: they
/// are no digits, or the bytes are not UTF-8.
fn from_hex(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8(bytes.collect::<Option<_>>()?).ok()
}

/// The SQL that has not been read yet.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// The text that ends a statement.
    delimiter: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(sql: &'a str) -> Tokens<'a> {
        Tokens { rest: sql, delimiter: ";" }
    }

    /// The tokens of the next statement, which may have none; `None` at the end of the SQL. The
    /// error: a text in quotes has no end.
    pub(super) fn statement(&mut self) -> Result<Option<Vec<Token>>, String> {
        self.skip_blanks();
        while let Some(line) = self.after_word("delimiter") {
            let (line, rest) = line.split_once('\n').unwrap_or((line, ""));
            self.delimiter = Some(line.trim()).filter(|it| !it.is_empty()).unwrap_or(";");
            self.rest = rest;
            self.skip_blanks();
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut tokens = Vec::new();
        while let Some(token) = self.next()? {
            tokens.push(token);
        }
        Ok(Some(tokens))
    }

    /// The text after this word, if the remaining SQL begins with the word.
    fn after_word(&self, word: &str) -> Option<&'a str> {
        let (start, rest) = self.rest.split_at_checked(word.len())?;
        let is_word = start.eq_ignore_ascii_case(word) && rest.starts_with([' ', '\t']);
        is_word.then_some(rest)
    }

    /// The next token; `None` at the end of the statement.
    fn next(&mut self) -> Result<Option<Token>, String> {
        self.skip_blanks();
        if let Some(rest) = self.rest.strip_prefix(self.delimiter) {
            self.rest = rest;
            return Ok(None);
        }
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if matches!(first, '\'' | '"' | '`') {
            let text = self.quoted(first)?;
            return Ok(Some(match first {
                '`' => Token::Name(text),
                '"' => Token::Quoted(text),
                _ => Token::Text(text),
            }));
        }
        let is_word =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '@' | '$');
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        if end == 0 {
            self.rest = &self.rest[first.len_utf8()..];
            return Ok(Some(Token::Sign(first)));
        }
        // The delimiter may follow a word directly: `end$$`.
        let end = self.rest[..end].find(self.delimiter).unwrap_or(end);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Some(Token::Word(word.to_owned())))
    }

    /// Skips white space and comments. Of a conditional comment (`/*!40101 ..*/`) it skips only the
    /// beginning and the end.
    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let is_line = self.rest.starts_with("--") || self.rest.starts_with('#');
            let end = if is_line {
                self.rest.find('\n')
            } else if let Some(start) = conditional(self.rest) {
                Some(start)
            } else if self.rest.starts_with("*/") {
                Some(2)
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map(|at| at + 2)
            } else {
                return;
            };
            self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        }
    }

    /// Reads the text in quotes with which the remaining SQL begins, and resolves its escapes.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
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

/// The length of the beginning of a conditional comment: `/*!40101 ` or `/*M!100616 `. Without a
/// blank after the version, it is a plain comment: `/*M!999999\- enable the sandbox mode */`.
fn conditional(sql: &str) -> Option<usize> {
    let rest = sql.strip_prefix("/*!").or_else(|| sql.strip_prefix("/*M!"))?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.starts_with(char::is_whitespace).then_some(sql.len() - rest.len())
}

/// The character that a backslash and `c` stand for.
fn unescaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'b' => '\x08',
        'Z' => '\x1a',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(sql: &str) -> Vec<String> {
        let mut tokens = Tokens::new(sql);
        let mut all = Vec::new();
        while let Some(statement) = tokens.statement().unwrap() {
            let words = statement.iter().map(|token| match token {
                Token::Word(text) | Token::Name(text) => text.clone(),
                Token::Text(text) | Token::Quoted(text) => format!("'{text}'"),
                Token::Sign(sign) => sign.to_string(),
            });
            all.push(words.collect::<Vec<_>>().join(" "));
        }
        all
    }

    #[test]
    fn comments_are_skipped_and_what_is_for_a_version_is_read() {
        let sql = "/*M!999999\\- enable the sandbox mode */ \n-- a ; b\n# c ; d\n/* e ; f */\n\
                   /*!40103 SET TIME_ZONE='+00:00' */;\ncreate /*!50100 table */ t;";
        assert_eq!(statements(sql), ["SET TIME_ZONE = '+00:00'", "create table t"]);
        assert_eq!(statements("/* no end"), [""; 0]);
    }

    #[test]
    fn a_statement_ends_at_its_delimiter() {
        let sql = "a;;b;\nDELIMITER $$\ncreate trigger x begin insert; end$$\n\
                   DELIMITER ;\nc; delimiter //\nd // e";
        assert_eq!(
            statements(sql),
            ["a", "", "b", "create trigger x begin insert ; end", "c", "d", "e"]
        );
    }
}
