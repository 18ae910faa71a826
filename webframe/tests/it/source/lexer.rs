//! Splits a Rust file into its code, with comments and literals blanked out so that lines and
//! columns stay the same, and the list of its string literals. It recognises strings and comments,
//! and nothing else of the language.

/// A string literal: the line of its opening quote, and its characters with the common escapes
/// resolved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    pub(crate) line: usize,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Lexed {
    pub(crate) code: String,
    pub(crate) literals: Vec<Literal>,
}

pub(crate) fn lex(text: &str) -> Lexed {
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { rest: &chars, line: 1, code: String::new(), literals: Vec::new() };
    while lexer.step() {}
    Lexed { code: lexer.code, literals: lexer.literals }
}

struct Lexer<'a> {
    rest: &'a [char],
    line: usize,
    code: String,
    literals: Vec<Literal>,
}

impl Lexer<'_> {
    /// Takes one token or one character; `false` at the end.
    fn step(&mut self) -> bool {
        match *self.rest {
            [] => return false,
            ['/', '/', ..] => self.blank(self.length_until('\n')),
            ['/', '*', ..] => self.blank(self.block_comment_length()),
            ['"', ..] => self.string(),
            ['r', '"' | '#', ..] if !self.inside_word() => self.raw_string(1),
            ['b' | 'c', 'r', '"' | '#', ..] if !self.inside_word() => self.raw_string(2),
            ['\'', '\\', ..] => self.blank(self.escaped_char_length()),
            // A character literal such as 'a'. A lifetime has no second quote.
            ['\'', _, '\'', ..] => self.blank(3),
            _ => self.keep(1),
        }
        true
    }

    /// An ordinary string, up to the first quote without a backslash before it.
    fn string(&mut self) {
        let (line, mut length, mut text) = (self.line, 1, String::new());
        while let Some(&c) = self.rest.get(length) {
            length += 1;
            match c {
                '"' => break,
                '\\' => {
                    text.extend(self.rest.get(length).and_then(|&escape| resolve(escape)));
                    length += 1;
                }
                _ => text.push(c),
            }
        }
        self.literal(line, 1, length, 1, text);
    }

    /// `r"..."`, `r##"..."##`; `prefix` is the length of `r`, `br` or `cr`. `r#name` is a name.
    fn raw_string(&mut self, prefix: usize) {
        let hashes = self.rest[prefix..].iter().take_while(|&&c| c == '#').count();
        let body = prefix + hashes + 1;
        if self.rest.get(body - 1) != Some(&'"') {
            return self.keep(body - 1);
        }
        let is_end = |at: &usize| {
            self.rest[*at] == '"'
                && self.rest[at + 1..].iter().take_while(|&&c| c == '#').count() >= hashes
        };
        let end = (body..self.rest.len()).find(is_end).unwrap_or(self.rest.len());
        let text = self.rest[body..end].iter().collect();
        let length = (end + 1 + hashes).min(self.rest.len());
        self.literal(self.line, body, length, 1 + hashes, text);
    }

    /// Takes a literal of `length` characters: keeps the `opening` and `closing` characters at its
    /// ends, which are its quotes, and blanks the text between them.
    fn literal(
        &mut self,
        line: usize,
        opening: usize,
        length: usize,
        closing: usize,
        text: String,
    ) {
        let length = length.min(self.rest.len());
        self.keep(opening);
        self.blank(length.saturating_sub(opening + closing));
        self.keep(closing.min(self.rest.len()));
        self.literals.push(Literal { line, text });
    }

    fn keep(&mut self, length: usize) {
        self.take(length, |c| c);
    }

    fn blank(&mut self, length: usize) {
        self.take(length, |c| if c == '\n' { c } else { ' ' });
    }

    fn take(&mut self, length: usize, shown: impl Fn(char) -> char) {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += taken.iter().filter(|&&c| c == '\n').count();
        self.code.extend(taken.iter().map(|&c| shown(c)));
        self.rest = rest;
    }

    fn inside_word(&self) -> bool {
        self.code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    }

    fn length_until(&self, end: char) -> usize {
        self.rest.iter().position(|&c| c == end).unwrap_or(self.rest.len())
    }

    /// Block comments nest.
    fn block_comment_length(&self) -> usize {
        let (mut depth, mut at) = (0_usize, 0);
        while at < self.rest.len() {
            match self.rest[at..] {
                ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
                ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        at
    }

    /// `'\n'`, `'\''`, `'\u{e9}'`: the character after the backslash is never the end.
    fn escaped_char_length(&self) -> usize {
        self.rest.iter().skip(3).position(|&c| c == '\'').map_or(self.rest.len(), |at| at + 4)
    }
}

/// The character that an escape stands for; white space becomes a blank, since the rules need no
/// more. `None`: a backslash before a line end joins the two lines.
fn resolve(escape: char) -> Option<char> {
    match escape {
        '\n' => None,
        'n' | 'r' | 't' => Some(' '),
        other => Some(other),
    }
}
