//! Parses patterns (`re?d`, `*tion`, `/^un.*ed$/`) and matches them against keys, which are folded
//! spellings: `re?d` matches `read`. Limits are checked before a search begins. The module
//! `wildcard` searches.

mod wildcard;

use std::fmt;

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};

use super::fold::{fold, fold_expression};

/// Maximum length of a pattern in characters: a line on the screen. Hostile patterns need more.
const PATTERN_CHARS_MAX: usize = 100;

/// Maximum memory of a compiled pattern in bytes. It also limits the time for each character:
/// `\w{3}` takes 60 kB, `\w{9}` is refused.
const COMPILED_BYTES_MAX: usize = 128 * 1024;

/// Maximum memory in bytes for the states that the `regex` crate keeps during a search.
const STATES_BYTES_MAX: usize = 1024 * 1024;

/// A pattern that is matched against keys.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(super) kind: PatternKind,
    /// The text at the beginning of all matches; empty if it is unknown.
    pub(super) prefix: String,
}

#[derive(Clone, Debug)]
pub(super) enum PatternKind {
    /// A pattern like `re?d`, and the longest literal in it, which each match must contain.
    Wildcard { pattern: String, needle: Option<Box<Finder<'static>>> },
    /// A regular expression that can be searched in a text of many lines.
    Lines(Regex),
    /// A regular expression that must be matched against single keys, since it may depend on the
    /// ends of the text (`\A`, flags).
    Key(Regex),
}

/// The reason why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// More than 100 characters; carries the length found.
    TooLong(usize),
    /// The search would take too much memory or time.
    TooCostly,
    /// An invalid regular expression, with a description of one line.
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
            PatternError::Syntax(what) => write!(f, "invalid regular expression: {what}"),
        }
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// Parses a pattern: a regular expression between slashes, or a word with `?` for one character
    /// and `*` for any number. `None`: a plain word.
    ///
    /// # Errors
    /// If the pattern is too long, too costly or invalid.
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

    /// A pattern with `?` for one character and `*` for any number of characters.
    ///
    /// # Errors
    /// If the text is too long.
    pub fn wildcard(text: &str) -> Result<Pattern, PatternError> {
        check_length(text)?;
        let pattern = fold(text);
        let literals = || pattern.split(['*', '?']);
        let needle = literals().filter(|it| !it.is_empty()).max_by_key(|it| it.len());
        let needle = needle.map(|needle| Box::new(Finder::new(needle).into_owned()));
        let prefix = literals().next().unwrap_or("").to_owned();
        Ok(Pattern { kind: PatternKind::Wildcard { pattern, needle }, prefix })
    }

    /// A regular expression in the syntax of the `regex` crate. It is matched against keys, so case
    /// and accents are ignored.
    ///
    /// # Errors
    /// If the expression is too long, too costly or invalid.
    pub fn regex(expression: &str) -> Result<Pattern, PatternError> {
        check_length(expression)?;
        let expression = &*fold_expression(expression);
        let regex = compile(expression)?;
        // These may refer to the ends of the text or change the mode, so that a search in many
        // lines could miss a key.
        let of_whole_text = ["\\A", "\\z", "(?", "\\n", "\\x", "\\u"];
        let needs_single_keys = of_whole_text.iter().any(|syntax| expression.contains(syntax));
        let kind =
            if needs_single_keys { PatternKind::Key(regex) } else { PatternKind::Lines(regex) };
        Ok(Pattern { kind, prefix: literal_prefix(expression) })
    }

    /// Whether it is a regular expression, not a word with `?` and `*`.
    pub fn is_regex(&self) -> bool {
        matches!(self.kind, PatternKind::Lines(_) | PatternKind::Key(_))
    }

    /// Whether a word matches.
    pub fn matches(&self, word: &str) -> bool {
        self.is_match(&fold(word))
    }

    /// Whether a key matches.
    pub(super) fn is_match(&self, key: &str) -> bool {
        match &self.kind {
            PatternKind::Wildcard { pattern, .. } => is_wildcard_match(pattern, key),
            PatternKind::Lines(regex) | PatternKind::Key(regex) => regex.is_match(key),
        }
    }
}

/// Whether a key matches a pattern with `?` and `*`. After a mismatch, the last star takes one
/// character more.
fn is_wildcard_match(pattern: &str, key: &str) -> bool {
    let mut rest = pattern.chars();
    let mut text = key.chars();
    // The pattern after the last star, and the text from which it is matched.
    let mut star = None;
    loop {
        let here = text.clone();
        match (rest.next(), text.next()) {
            (Some('*'), _) => {
                star = Some((rest.clone(), here.clone()));
                text = here;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {}
            (None, None) => return true,
            (Some(_), None) => return false,
            _ => {
                let Some((after, taken)) = &mut star else { return false };
                taken.next();
                (rest, text) = (after.clone(), taken.clone());
            }
        }
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
            // The crate's message shows the position below the pattern; its last line is the
            // reason.
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or("").trim_start_matches("error: ");
                PatternError::Syntax(last.to_owned())
            }
        })
}

/// The ASCII letters and digits at the beginning of all matches of a regular expression: those
/// after `^` that are not optional. Empty if they are unknown.
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
    fn distinguishes_patterns_from_words() {
        for word in ["red", "and/or", "/", "//", "a/b/", "", "苹果"] {
            assert!(Pattern::parse(word).is_none(), "{word}");
        }
        for pattern in ["re?d", "*tion", "/^un/", "re？d", " *x "] {
            assert!(Pattern::parse(pattern).expect("a pattern").is_ok(), "{pattern}");
        }
    }

    #[test]
    fn finds_the_common_prefix_of_matches() {
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
    fn refuses_patterns_that_are_too_long_too_costly_or_malformed() {
        let error = |text: &str| Pattern::parse(text).expect("a pattern").expect_err("an error");
        assert_eq!(error(&"a*".repeat(51)), PatternError::TooLong(102));
        assert_eq!(error("/(\\w{50}){50}/"), PatternError::TooCostly);
        assert_eq!(error("/(a/"), PatternError::Syntax("unclosed group".to_owned()));
    }
}
