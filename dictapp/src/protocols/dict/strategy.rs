//! The strategies of `MATCH`: each finds the entries that match a word.

use std::time::Duration;

use crate::lexicon::{EntryRef, FoundBy, Lexicon, Page, Pattern, PatternError};

/// Maximum number of matches in a reply.
const MATCHES_MAX: usize = 200;

/// How a headword may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    Exact,
    Prefix,
    Substring,
    Suffix,
    Word,
    Regexp,
    Levenshtein,
    Lemma,
}

impl Strategy {
    pub(super) const ALL: [Strategy; 8] = [
        Strategy::Exact,
        Strategy::Prefix,
        Strategy::Substring,
        Strategy::Suffix,
        Strategy::Word,
        Strategy::Regexp,
        Strategy::Levenshtein,
        Strategy::Lemma,
    ];

    /// The strategy with this name. `.` is the server's default for spelling checks: `lev`.
    pub(super) fn named(name: &str) -> Option<Strategy> {
        if name == "." {
            return Some(Strategy::Levenshtein);
        }
        Strategy::ALL.into_iter().find(|strategy| strategy.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Strategy::Exact => "exact",
            Strategy::Prefix => "prefix",
            Strategy::Substring => "substring",
            Strategy::Suffix => "suffix",
            Strategy::Word => "word",
            Strategy::Regexp => "re",
            Strategy::Levenshtein => "lev",
            Strategy::Lemma => "lemma",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Strategy::Exact => "Match headwords exactly",
            Strategy::Prefix => "Match prefixes",
            Strategy::Substring => "Match substring occurring anywhere in a headword",
            Strategy::Suffix => "Match suffixes",
            Strategy::Word => "Match separate words within headwords",
            Strategy::Regexp => "Regular expressions",
            Strategy::Levenshtein => "Match headwords of a similar spelling",
            Strategy::Lemma => "Match headwords that have the word as an inflected form",
        }
    }

    /// The entries that match, the most likely first.
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
            Ok(lexicon.matching(&pattern, Page::first(MATCHES_MAX), time_max).entries)
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
            Strategy::Regexp => matching(word),
        }
    }
}

/// Headwords with exactly this spelling, else those with a similar one.
fn similar<'a>(lexicon: &'a Lexicon, word: &str) -> Vec<EntryRef<'a>> {
    let spelled = lexicon.look_up(word);
    if !spelled.is_empty() {
        return spelled.into_iter().map(|hit| hit.entry).collect();
    }
    lexicon.did_you_mean(word, MATCHES_MAX)
}
