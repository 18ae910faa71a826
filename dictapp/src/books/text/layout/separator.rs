//! Recognises the separator between headword and explanation in the lines of a file: a colon in
//! `apple: 苹果`, a dash in `apple - 苹果`.

use std::cmp::Reverse;

use super::boundary::{explanation_start, first_gap};
use super::headword;
use super::sections::Sections;
use crate::books::text::script::{self, is_cjk};

/// A separator between headword and explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Colon,
    Arrow,
    Dash,
    Equals,
    Pipe,
    /// `apple ~ 苹果`
    Tilde,
    /// `apple / 苹果`
    Slash,
    /// A row of dots or low lines: `apple ..... 苹果`.
    Leader,
    Comma,
    Semicolon,
    /// The enumeration comma of Chinese: `apple、苹果`.
    Enumeration,
    /// A hyphen before Chinese text: `apple-苹果`.
    Hyphen,
    /// The first of several separators ([`Separator::MIXED`]) in each line. Lists from several
    /// sources mix them.
    Mixed,
}

/// Maximum number of words of a headword before a separator.
const HEADWORD_WORDS_MAX: usize = 6;

/// Minimum number of lines with the separator.
const SEPARATED_LINES_MIN: usize = 2;

/// The dots and lines of a row between headword and explanation.
const LEADERS: [char; 4] = ['.', '_', '…', '·'];

impl Separator {
    const ALL: [Separator; 13] = [
        Separator::Colon,
        Separator::Arrow,
        Separator::Dash,
        Separator::Equals,
        Separator::Pipe,
        Separator::Tilde,
        Separator::Slash,
        Separator::Leader,
        Separator::Comma,
        Separator::Semicolon,
        Separator::Enumeration,
        Separator::Hyphen,
        Separator::Mixed,
    ];

    /// The separators that a list may mix.
    const MIXED: [Separator; 6] = [
        Separator::Colon,
        Separator::Arrow,
        Separator::Dash,
        Separator::Equals,
        Separator::Pipe,
        Separator::Tilde,
    ];

    /// The texts that are this separator.
    fn spellings(self) -> &'static [&'static str] {
        match self {
            Separator::Colon => &["::", "：", ":"],
            Separator::Dash => &[" - ", " – ", " — ", " -- ", " ― ", " － ", "——"],
            Separator::Equals => &["==", "=", "＝"],
            Separator::Comma => &[",", "，"],
            Separator::Pipe => &["|", "｜"],
            Separator::Arrow => &["→", "->", "=>", "⇒", "➜", "➡", "⟶"],
            Separator::Semicolon => &["；", ";"],
            Separator::Tilde => &[" ~ ", " ～ "],
            Separator::Slash => &[" / ", " ／ "],
            Separator::Enumeration => &["、"],
            Separator::Leader | Separator::Hyphen | Separator::Mixed => &[],
        }
    }

    /// Splits a line at the first separator of this kind into the texts before and after it.
    /// `None`: there is no separator, or no text on one side.
    pub(super) fn split(self, line: &str) -> Option<(&str, &str)> {
        let (at, length) = match self {
            Separator::Leader => find_leader(line)?,
            Separator::Hyphen => find_hyphen(line)?,
            Separator::Mixed => {
                let splits = Separator::MIXED.iter().filter_map(|separator| separator.split(line));
                return splits.min_by_key(|(headword, _)| headword.len());
            }
            _ => {
                let spellings = self.spellings().iter();
                let found = spellings.filter_map(|separator| {
                    let mut places = line.match_indices(separator).map(|(at, _)| at);
                    Some((places.find(|&at| !is_inside(line, at))?, Reverse(separator.len())))
                });
                let (at, Reverse(length)) = found.min()?;
                (at, length)
            }
        };
        let headword = line[..at].trim_end();
        let rest = line[at + length..].trim_start();
        (!headword.is_empty() && !rest.is_empty()).then_some((headword, rest))
    }

    /// Whether a line ends with this separator after a headword.
    fn is_at_end_of(self, line: &str) -> bool {
        let spellings = self.spellings().iter();
        let mut words = spellings.filter_map(|separator| line.strip_suffix(separator.trim_end()));
        words.any(|word| word.contains(char::is_alphanumeric))
    }

    /// The headword in a line without an explanation: a row of dots after it is removed.
    pub(super) fn headword_alone(self, line: &str) -> &str {
        let line = line.trim_end();
        if self == Separator::Leader { line.trim_end_matches(LEADERS).trim_end() } else { line }
    }

    /// Whether this separator of a split line has spaces around it, and is not punctuation such as
    /// a comma.
    fn has_spaces_around(self, line: &str, headword: &str, rest: &str) -> bool {
        let between = &line[headword.len()..line.len() - rest.len()];
        !matches!(self, Separator::Comma | Separator::Semicolon | Separator::Enumeration)
            && between.starts_with(char::is_whitespace)
            && between.ends_with(char::is_whitespace)
    }

    /// Splits a line if the text before the separator is only a headword: a few words without an
    /// explanation. They may be followed by a part of speech or a pronunciation.
    pub(super) fn split_headword(self, line: &str) -> Option<(&str, &str)> {
        let (headword, rest) = self.split(line)?;
        let (word, _) = headword::split_annotations(headword);
        let is_headword = word.split_whitespace().count() <= HEADWORD_WORDS_MAX
            && script::labels_alone(word).is_none_or(script::is_bare_label)
            && first_gap(word).is_none()
            && explanation_start(word).is_none();
        let is_glossed = || match self {
            // In a list of synonyms or spellings, the separator is a part of the headword.
            Separator::Slash | Separator::Enumeration => {
                !word.contains(is_cjk)
                    && (rest.starts_with(is_cjk) || script::label(rest).is_some())
            }
            _ => true,
        };
        (is_headword && is_glossed()).then_some((headword, rest))
    }

    /// Whether the text before this separator is certainly a headword. The first words of prose
    /// before a colon or a comma are not.
    fn is_certain(self, line: &str, headword: &str, rest: &str) -> bool {
        // A part of speech may be before the gloss.
        let is_glossed = rest.split_whitespace().take(2).any(|word| word.contains(is_cjk));
        let (word, _) = headword::split_annotations(headword);
        !word.contains(' ')
            || is_glossed && !headword.contains(is_cjk)
            || self.has_spaces_around(line, headword, rest)
            || headword::is_phrase(word)
    }
}

/// The separator after the headword in nearly every line below the headings, if there is one. At
/// least half of the headwords must be certain.
pub(super) fn recognise(sections: &Sections<'_>) -> Option<Separator> {
    Separator::ALL.into_iter().find(|separator| {
        let is_row = |line: &str| separator.split_headword(line).is_some();
        let Some(rows) = sections.rows(is_row) else { return false };
        let mut certain = 0;
        for line in &rows {
            let Some((headword, rest)) = separator.split(line) else { continue };
            certain += usize::from(separator.is_certain(line, headword, rest));
        }
        rows.len() >= SEPARATED_LINES_MIN && certain * 2 >= rows.len()
    })
}

/// The separator after the headword in at least half of the lines of a list, if there is one. The
/// other lines of the list have no explanation.
pub(super) fn recognise_in_partial_list(sections: &Sections<'_>) -> Option<Separator> {
    let lines: Vec<&str> = sections.lines().map(str::trim).collect();
    let is_row = |separator: Separator, line: &str| {
        let Some((headword, rest)) = separator.split_headword(line) else { return false };
        let (word, _) = headword::split_annotations(headword);
        let is_glossed = rest.split_whitespace().take(2).any(|word| word.contains(is_cjk));
        is_glossed && !word.contains(is_cjk) || separator.has_spaces_around(line, headword, rest)
    };
    Separator::ALL.into_iter().find(|&separator| {
        let rows = lines.iter().filter(|line| is_row(separator, line)).count();
        let cut = lines.iter().filter(|line| separator.is_at_end_of(line)).count();
        rows > 0 && rows + cut >= SEPARATED_LINES_MIN && (rows + cut) * 2 >= lines.len()
    })
}

/// A headword without the separator at its end: `apple -` and `apple,` become `apple`.
pub(crate) fn without_trailing_separator(headword: &str) -> &str {
    let trimmed = headword.trim_end();
    let last = trimmed.rfind(char::is_whitespace).map(|at| trimmed[at..].trim_start());
    let mut spellings = Separator::ALL
        .iter()
        .flat_map(|separator| separator.spellings())
        .map(|separator| separator.trim());
    let word = match last.filter(|last| spellings.any(|separator| separator == *last)) {
        Some(last) => &trimmed[..trimmed.len() - last.len()],
        None => trimmed.trim_end_matches(NEVER_IN_HEADWORDS),
    };
    let word = word.trim_end();
    if word.contains(char::is_alphanumeric) { word } else { headword }
}

/// An explanation without the separator before it: `- a fruit` becomes `a fruit`.
pub(super) fn without_leading_separator(text: &str) -> &str {
    let Some((first, rest)) = text.split_once(char::is_whitespace) else { return text };
    let separators = [Separator::Arrow, Separator::Dash, Separator::Equals, Separator::Tilde];
    let mut spellings = separators.iter().flat_map(|separator| separator.spellings());
    if spellings.any(|separator| separator.trim() == first) { rest.trim_start() } else { text }
}

/// Characters that are never the end of a headword.
const NEVER_IN_HEADWORDS: [char; 11] = [',', '，', ';', '；', '、', '：', '→', '⇒', '➜', '➡', '⟶'];

/// Whether a place in a line is inside a pronunciation (`aboard [ə'bɔ:d]`), a time or an address.
fn is_inside(line: &str, at: usize) -> bool {
    let (before, after) = line.split_at(at);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if is_digit(before.chars().next_back()) && is_digit(after.chars().nth(1))
        || after.starts_with("://")
    {
        return true;
    }
    let is_in_brackets = |open: char, close: char| {
        let from = before.rfind(open).filter(|&from| !before[from..].contains(close));
        from.is_some() && after.contains(close)
    };
    let is_in_slashes = || {
        let ends = after[1..].find('/').map(|end| &after[end + 2..]);
        let begins = before.rfind('/').is_some_and(|from| before[..from].ends_with(' '));
        begins && ends.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    is_in_brackets('[', ']')
        || is_in_brackets('(', ')')
        || after.is_char_boundary(1) && is_in_slashes()
}

/// The offset and the length of a row of dots or low lines.
fn find_leader(line: &str) -> Option<(usize, usize)> {
    let at = LEADERS
        .iter()
        .filter_map(|separator| line.find(separator.to_string().repeat(2).as_str()))
        .min()?;
    let row = line[at..].trim_start_matches(LEADERS);
    let length = line.len() - at - row.len();
    let count = line[at..at + length].chars().count();
    let is_row = count > 2 || line[at..].starts_with(['_', '…']);
    is_row.then_some((at, length))
}

/// The offset and the length of a hyphen between a Latin headword and Chinese text.
fn find_hyphen(line: &str) -> Option<(usize, usize)> {
    let gloss = line.find(is_cjk)?;
    let head = line[..gloss].trim_end();
    let separator = head.chars().next_back().filter(|c| "-–—―".contains(*c))?;
    let at = head.len() - separator.len_utf8();
    Some((at, separator.len_utf8()))
}
