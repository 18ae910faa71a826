//! Recognises a mark that follows the headword in each line of a file: `word: meaning`,
//! `word - meaning`.

use std::cmp::Reverse;

use super::heads;
use super::sections::Sections;
use super::signs::{first_gap, first_sign};
use crate::books::text::script::{self, is_cjk};

/// A mark between headword and explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Colon,
    Arrow,
    Dash,
    Equals,
    Bar,
    /// `apple ~ 苹果`
    Tilde,
    /// `apple / 苹果`
    Slash,
    /// A row of dots or low lines: `apple ..... 苹果`.
    Leader,
    Comma,
    Semicolon,
    /// The mark of Chinese lists: `apple、苹果`.
    Enumeration,
    /// A hyphen before Chinese text: `apple-苹果`.
    Hyphen,
    /// The first of the marks above that may have spaces around them. Lists of several sources mix
    /// them.
    Mixed,
}

/// Maximum number of words of a headword before a mark.
const MARKED_WORDS_MAX: usize = 6;

/// Minimum number of lines with a mark for such a layout.
const MARKED_LINES_MIN: usize = 2;

/// The dots and lines of a row between headword and explanation.
const LEADERS: [char; 4] = ['.', '_', '…', '·'];

impl Mark {
    const ALL: [Mark; 13] = [
        Mark::Colon,
        Mark::Arrow,
        Mark::Dash,
        Mark::Equals,
        Mark::Bar,
        Mark::Tilde,
        Mark::Slash,
        Mark::Leader,
        Mark::Comma,
        Mark::Semicolon,
        Mark::Enumeration,
        Mark::Hyphen,
        Mark::Mixed,
    ];

    /// The marks that a list may mix.
    const MIXED: [Mark; 6] =
        [Mark::Colon, Mark::Arrow, Mark::Dash, Mark::Equals, Mark::Bar, Mark::Tilde];

    /// The texts that are this mark.
    fn spellings(self) -> &'static [&'static str] {
        match self {
            Mark::Colon => &["::", "：", ":"],
            Mark::Dash => &[" - ", " – ", " — ", " -- ", " ― ", " － ", "——"],
            Mark::Equals => &["==", "=", "＝"],
            Mark::Comma => &[",", "，"],
            Mark::Bar => &["|", "｜"],
            Mark::Arrow => &["→", "->", "=>", "⇒", "➜", "➡", "⟶"],
            Mark::Semicolon => &["；", ";"],
            Mark::Tilde => &[" ~ ", " ～ "],
            Mark::Slash => &[" / ", " ／ "],
            Mark::Enumeration => &["、"],
            Mark::Leader | Mark::Hyphen | Mark::Mixed => &[],
        }
    }

    /// Splits a line at the first mark of this kind. `None`: it has none, or no text on one side.
    pub(super) fn split(self, line: &str) -> Option<(&str, &str)> {
        let (at, length) = match self {
            Mark::Leader => leader(line)?,
            Mark::Hyphen => hyphen(line)?,
            Mark::Mixed => {
                let splits = Mark::MIXED.iter().filter_map(|mark| mark.split(line));
                return splits.min_by_key(|(headword, _)| headword.len());
            }
            _ => {
                let marks = self.spellings().iter();
                let found = marks.filter_map(|mark| {
                    let mut places = line.match_indices(mark).map(|(at, _)| at);
                    Some((places.find(|&at| !is_inside(line, at))?, Reverse(mark.len())))
                });
                let (at, Reverse(length)) = found.min()?;
                (at, length)
            }
        };
        let headword = line[..at].trim_end();
        let rest = line[at + length..].trim_start();
        (!headword.is_empty() && !rest.is_empty()).then_some((headword, rest))
    }

    /// Whether a line ends with this mark after a headword.
    fn is_last_of(self, line: &str) -> bool {
        let marks = self.spellings().iter();
        let mut words = marks.filter_map(|mark| line.strip_suffix(mark.trim_end()));
        words.any(|word| word.contains(char::is_alphanumeric))
    }

    /// A line without an explanation: the headword, without a row of dots behind it.
    pub(super) fn headword_alone(self, line: &str) -> &str {
        let line = line.trim_end();
        if self == Mark::Leader { line.trim_end_matches(LEADERS).trim_end() } else { line }
    }

    /// Whether this mark of a split line is a sign, not punctuation, and has spaces around it.
    fn stands_alone(self, line: &str, headword: &str, rest: &str) -> bool {
        let between = &line[headword.len()..line.len() - rest.len()];
        !matches!(self, Mark::Comma | Mark::Semicolon | Mark::Enumeration)
            && between.starts_with(char::is_whitespace)
            && between.ends_with(char::is_whitespace)
    }

    /// Splits a line if the text before the mark is only a headword: a few words without a sign of
    /// an explanation, except for a part of speech or a pronunciation at their end.
    pub(super) fn split_headword(self, line: &str) -> Option<(&str, &str)> {
        let (headword, rest) = self.split(line)?;
        let (word, _) = heads::split_tail(headword);
        let is_headword = word.split_whitespace().count() <= MARKED_WORDS_MAX
            && script::labels_alone(word).is_none_or(script::is_bare_label)
            && first_gap(word).is_none()
            && first_sign(word).is_none();
        let is_glossed = || match self {
            // In a list of synonyms or spellings, the mark is a part of the headword.
            Mark::Slash | Mark::Enumeration => {
                !word.contains(is_cjk)
                    && (rest.starts_with(is_cjk) || script::label(rest).is_some())
            }
            _ => true,
        };
        (is_headword && is_glossed()).then_some((headword, rest))
    }

    /// Whether the text before this mark is certainly a headword. The first words of prose before a
    /// colon or a comma are not.
    fn is_certain(self, line: &str, headword: &str, rest: &str) -> bool {
        // A part of speech may be before the gloss.
        let glossed = rest.split_whitespace().take(2).any(|word| word.contains(is_cjk));
        let (word, _) = heads::split_tail(headword);
        !word.contains(' ')
            || glossed && !headword.contains(is_cjk)
            || self.stands_alone(line, headword, rest)
            || heads::is_phrase(word)
    }
}

/// The mark that follows the headword in nearly every line below the headings, if there is one. At
/// least half of the headwords must be certain.
pub(super) fn recognise(sections: &Sections<'_>) -> Option<Mark> {
    Mark::ALL.into_iter().find(|mark| {
        let is_row = |line: &str| mark.split_headword(line).is_some();
        let Some(rows) = sections.rows(is_row) else { return false };
        let mut certain = 0;
        for line in &rows {
            let Some((headword, rest)) = mark.split(line) else { continue };
            certain += usize::from(mark.is_certain(line, headword, rest));
        }
        rows.len() >= MARKED_LINES_MIN && certain * 2 >= rows.len()
    })
}

/// The mark that follows the headword in at least half of the lines of a list in which the other lines have no
/// explanation, if there is one.
pub(super) fn recognise_in_gaps(sections: &Sections<'_>) -> Option<Mark> {
    let lines: Vec<&str> = sections.lines().map(str::trim).collect();
    let is_row = |mark: Mark, line: &str| {
        let Some((headword, rest)) = mark.split_headword(line) else { return false };
        let (word, _) = heads::split_tail(headword);
        let is_glossed = rest.split_whitespace().take(2).any(|word| word.contains(is_cjk));
        is_glossed && !word.contains(is_cjk) || mark.stands_alone(line, headword, rest)
    };
    Mark::ALL.into_iter().find(|&mark| {
        let rows = lines.iter().filter(|line| is_row(mark, line)).count();
        let cut = lines.iter().filter(|line| mark.is_last_of(line)).count();
        rows > 0 && rows + cut >= MARKED_LINES_MIN && (rows + cut) * 2 >= lines.len()
    })
}

/// A headword without a mark at its end that no explanation follows: `apple -`, `apple,`.
pub(crate) fn without_mark(headword: &str) -> &str {
    let trimmed = headword.trim_end();
    let last = trimmed.rfind(char::is_whitespace).map(|at| trimmed[at..].trim_start());
    let mut spellings = Mark::ALL.iter().flat_map(|mark| mark.spellings()).map(|mark| mark.trim());
    let word = match last.filter(|last| spellings.any(|mark| mark == *last)) {
        Some(last) => &trimmed[..trimmed.len() - last.len()],
        None => trimmed.trim_end_matches(GLUED),
    };
    let word = word.trim_end();
    if word.contains(char::is_alphanumeric) { word } else { headword }
}

/// An explanation without a mark that stands alone before it: `- a fruit`.
pub(super) fn without_leading_mark(text: &str) -> &str {
    let Some((first, rest)) = text.split_once(char::is_whitespace) else { return text };
    let marks = [Mark::Arrow, Mark::Dash, Mark::Equals, Mark::Tilde];
    let mut spellings = marks.iter().flat_map(|mark| mark.spellings());
    if spellings.any(|mark| mark.trim() == first) { rest.trim_start() } else { text }
}

/// Marks that are never the end of a headword.
const GLUED: [char; 11] = [',', '，', ';', '；', '、', '：', '→', '⇒', '➜', '➡', '⟶'];

/// Whether a place in a line is inside a pronunciation (`aboard [ə'bɔ:d]`), a time or an address.
fn is_inside(line: &str, at: usize) -> bool {
    let (before, after) = line.split_at(at);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if is_digit(before.chars().next_back()) && is_digit(after.chars().nth(1))
        || after.starts_with("://")
    {
        return true;
    }
    let is_open = |open: char, close: char| {
        let from = before.rfind(open).filter(|&from| !before[from..].contains(close));
        from.is_some() && after.contains(close)
    };
    let slash = || {
        let ends = after[1..].find('/').map(|end| &after[end + 2..]);
        let begins = before.rfind('/').is_some_and(|from| before[..from].ends_with(' '));
        begins && ends.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    is_open('[', ']') || is_open('(', ')') || after.is_char_boundary(1) && slash()
}

/// The offset and the length of a row of dots or low lines.
fn leader(line: &str) -> Option<(usize, usize)> {
    let at =
        LEADERS.iter().filter_map(|mark| line.find(mark.to_string().repeat(2).as_str())).min()?;
    let row = line[at..].trim_start_matches(LEADERS);
    let length = line.len() - at - row.len();
    let count = line[at..at + length].chars().count();
    let is_row = count > 2 || line[at..].starts_with(['_', '…']);
    is_row.then_some((at, length))
}

/// The offset and the length of a hyphen between a Latin headword and Chinese text.
fn hyphen(line: &str) -> Option<(usize, usize)> {
    let gloss = line.find(is_cjk)?;
    let head = line[..gloss].trim_end();
    let mark = head.chars().next_back().filter(|c| "-–—―".contains(*c))?;
    let at = head.len() - mark.len_utf8();
    Some((at, mark.len_utf8()))
}
