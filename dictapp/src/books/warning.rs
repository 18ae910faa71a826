//! Warnings about a book (a file of a dictionary): faults that do not stop an import, such as
//! `line 7: pear` for a headword without an explanation. All are counted, but only the first ones
//! of each kind are kept with place and text, so that a report has a limited size. Every record
//! that is left out has a warning.

use std::collections::BTreeMap;
use std::fmt;

use super::error::Place;
use super::limits::{
    EXPLANATION_BYTES_MAX, FORMS_MAX, LINE_BYTES_MAX, RECORD_LINE_BYTES_MAX, WARNINGS_LISTED_MAX,
    WORD_CHARS_MAX,
};

/// The kinds of warnings in the order of the report: losses first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WarningKind {
    /// A headword without an explanation; left out.
    NoExplanation,
    /// An explanation without a headword; left out.
    NoHeadword,
    /// A headword longer than a [`Word`](crate::model::Word) may be, or with control characters;
    /// left out.
    BadHeadword,
    /// An explanation longer than [`EXPLANATION_BYTES_MAX`](super::limits::EXPLANATION_BYTES_MAX);
    /// left out.
    LongExplanation,
    /// A line or record that is too long; left out.
    LongLine,
    /// A comment, a heading, or a further header row among the entries; left out.
    Comment,
    /// A record with too few or too many columns; left out.
    WrongColumns,
    /// A column or a named field with unknown content; left out.
    UnreadColumn,
    /// A line that is not a JSON record of a word; left out.
    BadRecord,
    /// A JSON record that is too long; left out.
    LongRecord,
    /// A headword or an article that is not text, or an article outside of its file; left out.
    BadReference,
    /// A headword that occurs more than once, but the joined explanation would be too long, or too
    /// many entries are joined already; the later entry was left out.
    Unjoined,
    /// An invalid pronunciation, form, rank or level; the entry was imported without it. Also a
    /// quote that is not closed; it was left out. Also an article that is not UTF-8; it was read as
    /// Latin-1.
    BadDetail,
    /// A picture; left out of its entry.
    Picture,
    /// A sound; left out of its entry.
    Sound,
    /// A video; left out of its entry.
    Video,
    /// Another spelling of a headword that is not in the book; left out.
    LostSpelling,
    /// More than [`FORMS_MAX`](super::limits::FORMS_MAX) other spellings of a headword; the further
    /// ones were left out.
    ExtraForms,
    /// The number of headwords differs from the one that the book states.
    OtherCount,
    /// A headword that occurs more than once; the explanations were joined.
    Repeated,
    /// A line that begins with white space; joined to the line above.
    Wrapped,
    /// A headword with leading white space; imported without it.
    Indented,
}

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The place in the book.
    pub place: Place,
    /// The headword, or the text at that place; shortened.
    pub detail: String,
}

/// All warnings of a book: of each kind the first ones, and the number of all.
#[derive(Clone, Debug, Default)]
pub struct Warnings {
    kinds: BTreeMap<WarningKind, WarningGroup>,
}

/// The warnings of one kind.
#[derive(Clone, Debug, Default)]
pub struct WarningGroup {
    /// The number of warnings.
    pub count: u64,
    /// The first ones, at most [`WARNINGS_LISTED_MAX`].
    pub first: Vec<Warning>,
}

/// Maximum length in characters of the text in a warning.
const DETAIL_CHARS_MAX: usize = 40;

impl Warnings {
    /// Counts a warning, and keeps it if it is one of the first of its kind.
    pub(super) fn add(&mut self, kind: WarningKind, place: Place, detail: &str) {
        let found = self.kinds.entry(kind).or_default();
        found.count += 1;
        if found.first.len() < WARNINGS_LISTED_MAX {
            found.first.push(Warning { place, detail: shorten(detail) });
        }
    }

    /// Adds the warnings of another report.
    pub(super) fn extend(&mut self, other: &Warnings) {
        for (kind, more) in other.by_kind() {
            let found = self.kinds.entry(kind).or_default();
            found.count += more.count;
            let room = WARNINGS_LISTED_MAX.saturating_sub(found.first.len());
            found.first.extend(more.first.iter().take(room).cloned());
        }
    }

    /// The same warnings at other places: those of the source from which a book was made.
    pub fn at_places(mut self, place_of: impl Fn(Place) -> Place) -> Warnings {
        for warning in self.kinds.values_mut().flat_map(|found| &mut found.first) {
            warning.place = place_of(warning.place);
        }
        self
    }

    /// The warnings by kind, losses first.
    pub fn by_kind(&self) -> impl Iterator<Item = (WarningKind, &WarningGroup)> {
        self.kinds.iter().map(|(kind, found)| (*kind, found))
    }

    /// The number of warnings of this kind.
    pub fn count(&self, kind: WarningKind) -> u64 {
        self.kinds.get(&kind).map_or(0, |found| found.count)
    }

    /// The number of all warnings.
    pub fn total(&self) -> u64 {
        self.kinds.values().map(|found| found.count).sum()
    }

    /// Whether there are no warnings.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// The beginning of a text. Control characters are replaced, so that a book cannot control the
/// terminal on which its warnings are printed.
fn shorten(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let mut short: String = text.chars().take(DETAIL_CHARS_MAX).map(clean).collect();
    if text.chars().nth(DETAIL_CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WarningKind::NoExplanation => write!(f, "no explanation, left out"),
            WarningKind::NoHeadword => write!(f, "no headword, left out"),
            WarningKind::BadHeadword => write!(
                f,
                "headword longer than {WORD_CHARS_MAX} characters or with control characters, left out"
            ),
            WarningKind::LongExplanation => {
                write!(f, "explanation longer than {EXPLANATION_BYTES_MAX} bytes, left out")
            }
            WarningKind::LongLine => write!(f, "line longer than {LINE_BYTES_MAX} bytes, left out"),
            WarningKind::Comment => write!(f, "comment or heading, left out"),
            WarningKind::WrongColumns => write!(f, "wrong number of columns, left out"),
            WarningKind::UnreadColumn => write!(f, "column of unknown content, left out"),
            WarningKind::BadRecord => write!(f, "not a JSON record of a word, left out"),
            WarningKind::LongRecord => {
                write!(f, "record longer than {RECORD_LINE_BYTES_MAX} bytes, left out")
            }
            WarningKind::BadReference => write!(f, "not text, or outside its file, left out"),
            WarningKind::Unjoined => {
                write!(f, "repeated headword, too long or too frequent to join, left out")
            }
            WarningKind::BadDetail => {
                write!(f, "invalid detail, the entry was imported without it")
            }
            WarningKind::Picture => write!(f, "picture, left out"),
            WarningKind::Sound => write!(f, "sound, left out"),
            WarningKind::Video => write!(f, "video, left out"),
            WarningKind::LostSpelling => {
                write!(f, "another spelling of a missing headword, left out")
            }
            WarningKind::ExtraForms => {
                write!(f, "more than {FORMS_MAX} other spellings, the others left out")
            }
            WarningKind::OtherCount => {
                write!(f, "the number of headwords differs from the one that the book states")
            }
            WarningKind::Repeated => write!(f, "repeated headword, explanations joined"),
            WarningKind::Wrapped => write!(f, "begins with white space, joined to the line above"),
            WarningKind::Indented => {
                write!(f, "white space before the headword, imported without it")
            }
        }
    }
}

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, found) in self.by_kind() {
            writeln!(f, "{} x {kind}:", found.count)?;
            for warning in &found.first {
                writeln!(f, "  {}: {}", warning.place, warning.detail)?;
            }
            if let Some(more) = found.count.checked_sub(found.first.len() as u64).filter(|&n| n > 0)
            {
                writeln!(f, "  and {more} more")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_first_of_each_kind_and_counts_the_others() {
        let mut warnings = Warnings::default();
        for line in 1..=25 {
            warnings.add(WarningKind::NoExplanation, Place::Line(line), "bare");
        }
        assert_eq!(warnings.count(WarningKind::NoExplanation), 25);
        let text = warnings.to_string();
        assert!(text.starts_with("25 x no explanation, left out:\n  line 1: bare\n"), "{text}");
        assert!(text.ends_with("  line 20: bare\n  and 5 more\n"), "{text}");
    }

    #[test]
    fn repeats_no_control_characters_to_the_terminal() {
        let mut warnings = Warnings::default();
        warnings.add(WarningKind::BadHeadword, Place::Byte(7), "\u{1b}[2Jx");
        assert!(warnings.to_string().ends_with("  byte 7: \u{FFFD}[2Jx\n"));
    }
}
