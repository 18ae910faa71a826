//! What was typed to a pattern: `re?d`, `*tion`, `/^un.*ed$/`, bounded before it costs anything.

use std::fmt;

use regex::{Regex, RegexBuilder};

use super::fold;

/// The longest pattern in characters; a screen's width, where a hostile one needs more.
const PATTERN_CHARS_MAX: usize = 100;

/// The most memory in bytes that a compiled pattern may take. It bounds the time for each
/// character too: `\w{3}` takes 60 kB, `\w{9}` is refused.
const COMPILED_BYTES_MAX: usize = 128 * 1024;

/// The memory in bytes for the states that a search meets.
const STATES_BYTES_MAX: usize = 1024 * 1024;

/// A pattern that keys are held against.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(super) regex: Regex,
    /// What each match begins with.
    pub(super) prefix: String,
    /// Whether several keys, one a line, may be searched at once.
    pub(super) span: Span,
}

/// How much of the text a search may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// The pattern means the same in a text of many lines as in each line of it.
    Lines,
    /// It may tell them apart (`\A`, flags): one key at a time.
    Key,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// More than 100 characters.
    TooLong(usize),
    /// It would take too much memory or time.
    TooCostly,
    /// Not a regular expression; carries what is wrong, in one line.
    Syntax(String),
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::TooLong(chars) => {
                write!(f, "the pattern is {chars} characters, longer than {PATTERN_CHARS_MAX}")
            }
            PatternError::TooCostly => {
                write!(f, "the compiled pattern is larger than {COMPILED_BYTES_MAX} bytes")
            }
            PatternError::Syntax(what) => write!(f, "the pattern is no regular expression: {what}"),
        }
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// Reads a pattern: a regular expression between slashes, or a word with `?` for one
    /// character and `*` for any number. `None` for any other text, which is a plain word.
    ///
    /// # Errors
    /// The text is meant as a pattern but is too long, too costly or malformed.
    pub fn parse(text: &str) -> Option<Result<Pattern, PatternError>> {
        let text = text.trim();
        let expression = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
        let expression = expression.filter(|expression| !expression.is_empty());
        let is_wildcard = text.contains(['?', '*', '？', '＊']);
        match expression {
            Some(expression) => Some(Pattern::regex(expression)),
            None => is_wildcard.then(|| Pattern::wildcard(text)),
        }
    }

    /// A word in which `?` stands for one character and `*` for any number of them.
    ///
    /// # Errors
    /// The text is too long.
    pub fn wildcard(text: &str) -> Result<Pattern, PatternError> {
        check_length(text)?;
        let text = fold(text);
        let mut expression = String::from("^");
        for (i, c) in text.char_indices() {
            match c {
                '*' if text[..i].ends_with('*') => {}
                '*' => expression.push_str(".*"),
                '?' => expression.push('.'),
                _ => expression.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            }
        }
        expression.push('$');
        let prefix = text.split(['*', '?']).next().unwrap_or("").to_owned();
        Ok(Pattern { regex: compile(&expression)?, prefix, span: Span::Lines })
    }

    /// A regular expression in the notation of the `regex` crate, held against keys: case and
    /// accents do not count.
    ///
    /// # Errors
    /// The expression is too long, too costly or malformed.
    pub fn regex(expression: &str) -> Result<Pattern, PatternError> {
        check_length(expression)?;
        let regex = compile(expression)?;
        let odd = ["\\A", "\\z", "(?", "\\n", "\\x", "\\u"];
        let span =
            if odd.iter().any(|odd| expression.contains(odd)) { Span::Key } else { Span::Lines };
        Ok(Pattern { regex, prefix: literal_prefix(expression), span })
    }
}

fn check_length(text: &str) -> Result<(), PatternError> {
    match text.chars().count() {
        chars if chars > PATTERN_CHARS_MAX => Err(PatternError::TooLong(chars)),
        _ => Ok(()),
    }
}

fn compile(expression: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(expression)
        .case_insensitive(true)
        .multi_line(true)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(STATES_BYTES_MAX)
        .nest_limit(32)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError::TooCostly,
            // The crate draws the place under the pattern; its last line says what is wrong.
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or("").trim_start_matches("error: ");
                PatternError::Syntax(last.to_owned())
            }
        })
}

/// The letters that each match must begin with: those behind `^`, where nothing makes them
/// optional.
fn literal_prefix(expression: &str) -> String {
    let Some(rest) = expression.strip_prefix('^').filter(|rest| !rest.contains('|')) else {
        return String::new();
    };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let optional = rest[end..].starts_with(['?', '*', '{', '+']);
    rest[..end - usize::from(optional && end > 0)].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_patterns_from_words() {
        for word in ["red", "and/or", "/", "//", "a/b/", "", "苹果"] {
            assert!(Pattern::parse(word).is_none(), "{word}");
        }
        for pattern in ["re?d", "*tion", "/^un/", "re？d", " *x "] {
            assert!(Pattern::parse(pattern).expect("a pattern").is_ok(), "{pattern}");
        }
    }

    #[test]
    fn knows_what_matches_begin_with() {
        for (expression, prefix) in [
            ("^un.*ed$", "un"),
            ("^unx?d", "un"),
            ("^x*", ""),
            ("^UN", "un"),
            ("un", ""),
            ("^ab|cd", ""),
            ("^a{0}", ""),
            ("^(ab)", ""),
            ("^", ""),
            ("^é", ""),
        ] {
            assert_eq!(literal_prefix(expression), prefix, "{expression}");
        }
    }

    #[test]
    fn refuses_what_is_too_long_too_costly_or_malformed() {
        let error = |text: &str| Pattern::parse(text).expect("a pattern").expect_err("an error");
        assert_eq!(error(&"a*".repeat(51)), PatternError::TooLong(102));
        assert_eq!(error("/(\\w{50}){50}/"), PatternError::TooCostly);
        assert_eq!(error("/(a/"), PatternError::Syntax("unclosed group".to_owned()));
    }
}
