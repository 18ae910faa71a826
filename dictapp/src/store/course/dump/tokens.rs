//! Splits the SQL of a dump into tokens: words, names, texts and signs. Skips comments.

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
    Sign(char),
}

impl Token {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Token::Word(own) if own.eq_ignore_ascii_case(word))
    }

    /// A name, with or without quotes; of `database.table` the last part.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Token::Word(name) => name.rsplit('.').next(),
            Token::Name(name) | Token::Quoted(name) => Some(name),
            Token::Text(_) | Token::Sign(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Token::Text(text) | Token::Quoted(text) => Some(text),
            Token::Word(_) | Token::Name(_) | Token::Sign(_) => None,
        }
    }
}

/// The unread rest of the SQL.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    pub(super) fn of(sql: &str) -> Tokens<'_> {
        Tokens { rest: sql }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tokens until the next semicolon.
    pub(super) fn statement(&mut self) -> Result<Vec<Token>, String> {
        let mut tokens = Vec::new();
        while let Some(token) = self.next()? {
            if token == Token::Sign(';') {
                break;
            }
            tokens.push(token);
        }
        Ok(tokens)
    }

    fn next(&mut self) -> Result<Option<Token>, String> {
        self.skip_blanks();
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
