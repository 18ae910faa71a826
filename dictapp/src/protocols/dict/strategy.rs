//! The strategies of the DICT command `MATCH`: each is a way to find the headwords that match a
//! word. With the strategy `prefix`, `appl` matches `apple`.

use std::time::Duration;

use super::soundex;

use crate::lexicon::{EntryRef, FoundBy, Lexicon, MatchRange, Pattern, PatternError};

/// Maximum number of words of a similar spelling that `lev` finds.
const SIMILAR_MAX: usize = 200;

/// How a headword may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    Exact,
    Prefix,
    Substring,
    Suffix,
    Word,
    First,
    Last,
    Regexp,
    BasicRegexp,
    Soundex,
    Levenshtein,
    Lemma,
}

impl Strategy {
    pub(super) const ALL: [Strategy; 12] = [
        Strategy::Exact,
        Strategy::Prefix,
        Strategy::Substring,
        Strategy::Suffix,
        Strategy::Word,
        Strategy::First,
        Strategy::Last,
        Strategy::Regexp,
        Strategy::BasicRegexp,
        Strategy::Soundex,
        Strategy::Levenshtein,
        Strategy::Lemma,
    ];

    /// The strategy with this name. `.` means the server's default, which is `lev`: RFC 2229 §3.3
    /// wants one that suits a spelling check.
    pub(super) fn named(name: &str) -> Option<Strategy> {
        if name == "." {
            return Some(Strategy::Levenshtein);
        }
        Strategy::ALL.into_iter().find(|strategy| strategy.name().eq_ignore_ascii_case(name))
    }

    /// The name by which clients choose the strategy.
    pub(super) fn name(self) -> &'static str {
        match self {
            Strategy::Exact => "exact",
            Strategy::Prefix => "prefix",
            Strategy::Substring => "substring",
            Strategy::Suffix => "suffix",
            Strategy::Word => "word",
            Strategy::First => "first",
            Strategy::Last => "last",
            Strategy::Regexp => "re",
            Strategy::BasicRegexp => "regexp",
            Strategy::Soundex => "soundex",
            Strategy::Levenshtein => "lev",
            Strategy::Lemma => "lemma",
        }
    }

    /// The description in the reply to `SHOW STRAT`.
    pub(super) fn description(self) -> &'static str {
        match self {
            Strategy::Exact => "Match headwords exactly",
            Strategy::Prefix => "Match prefixes",
            Strategy::Substring => "Match substring occurring anywhere in a headword",
            Strategy::Suffix => "Match suffixes",
            Strategy::Word => "Match separate words within headwords",
            Strategy::First => "Match the first word within headwords",
            Strategy::Last => "Match the last word within headwords",
            Strategy::Regexp => "Regular expressions",
            Strategy::BasicRegexp => "Old (basic) regular expressions",
            Strategy::Soundex => "Match using SOUNDEX algorithm",
            Strategy::Levenshtein => "Match headwords of a similar spelling",
            Strategy::Lemma => "Match headwords that have the word as an inflected form",
        }
    }

    /// Finds the headwords that match `word`, the most likely first. Each headword is returned with
    /// one of its entries; other books may have entries for it, too. A search for a pattern ends
    /// after `time_max` with what it has found.
    ///
    /// # Errors
    /// The word is not a regular expression, is too long or too costly.
    pub(super) fn find<'a>(
        self,
        lexicon: &'a Lexicon,
        word: &str,
        time_max: Duration,
    ) -> Result<Vec<EntryRef<'a>>, PatternError> {
        let literal = regex::escape(word);
        let matching = |expression: &str| {
            let pattern = Pattern::regex(expression)?;
            let found = lexicon.matching(&pattern, MatchRange::first(usize::MAX), time_max).entries;
            // The lexicon also finds an entry if an inflected form of it matches. This is left out:
            // the form is not a headword.
            Ok(found.into_iter().filter(|entry| pattern.matches(entry.word)).collect())
        };
        let looked_up = |wanted: fn(FoundBy) -> bool| {
            let hits = lexicon.look_up(word).into_iter();
            hits.filter(|hit| wanted(hit.by)).map(|hit| hit.entry).collect()
        };
        match self {
            Strategy::Exact => Ok(looked_up(|by| by != FoundBy::Inflection)),
            Strategy::Lemma => Ok(looked_up(|_| true)),
            Strategy::Levenshtein => Ok(similar(lexicon, word)),
            Strategy::Prefix => matching(&format!("^{literal}")),
            Strategy::Substring => matching(&literal),
            Strategy::Suffix => matching(&format!("{literal}$")),
            Strategy::Word => matching(&format!("(^|[ -]){literal}([ -]|$)")),
            Strategy::First => matching(&format!("^{literal}([ -]|$)")),
            Strategy::Last => matching(&format!("(^|[ -]){literal}$")),
            Strategy::Regexp => matching(word),
            Strategy::BasicRegexp => matching(&extended(word)),
            Strategy::Soundex => match soundex::expression(word) {
                Some(expression) => matching(&expression),
                None => Ok(Vec::new()),
            },
        }
    }
}

/// Converts a basic regular expression of POSIX to the syntax of [`Pattern`]. In a basic expression
/// `(` is a literal parenthesis and `\(` begins a group; in the syntax of [`Pattern`] it is the
/// reverse. The same holds for `)`, `{`, `}`, `|`, `+` and `?`.
fn extended(basic: &str) -> String {
    let mut expression = String::new();
    let mut chars = basic.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(special @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => {
                    expression.push(special)
                }
                other => expression.extend(['\\'].into_iter().chain(other)),
            },
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => expression.extend(['\\', c]),
            c => expression.push(c),
        }
    }
    expression
}

/// The entries that a look-up of the word finds, else headwords with a similar spelling.
fn similar<'a>(lexicon: &'a Lexicon, word: &str) -> Vec<EntryRef<'a>> {
    let spelled = lexicon.look_up(word);
    if !spelled.is_empty() {
        return spelled.into_iter().map(|hit| hit.entry).collect();
    }
    lexicon.did_you_mean(word, SIMILAR_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_basic_expression_groups_have_backslashes() {
        assert_eq!(extended(r"^a\(b\|c\)\{2\}."), "^a(b|c){2}.");
        assert_eq!(extended(r"a+b?(c){1}|\."), r"a\+b\?\(c\)\{1\}\|\.");
    }
}
