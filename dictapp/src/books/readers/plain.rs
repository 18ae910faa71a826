//! Reads books in this project's own format (`.book`). The text below becomes the entries `apple`,
//! with pronunciation, rank and level, and `go`.
//!
//! ```text
//! # title: A small book
//! # languages: en-zh
//! # licence: CC0-1.0
//!
//! apple<TAB>ˈæpəl<TAB>812<TAB>A1
//! n. 苹果
//! > I eat an apple every day. = 我每天吃一个苹果。
//!
//! go
//! v. 去
//! ```
//!
//! A record begins with a line of headword, pronunciation, rank and level; the last three may be
//! missing. The explanation follows in the format of [`Explanation`] and is kept unchanged. The
//! level becomes its first line. An empty line ends a record. Lines that begin with `# ` before a
//! record are comments; those before the first record may have metadata of the book.

use crate::model::{Entry, Explanation, Languages, Level};

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::EXPLANATION_BYTES_MAX;
use crate::books::warning::WarningKind;
use crate::books::{BookMetadata, ReadState, Reader};

/// Reads a `.book` file.
pub(crate) struct Plain {
    lines: Lines,
    metadata: BookMetadata,
    state: ReadState,
}

/// The lines of one record.
#[derive(Default)]
struct PlainRecord {
    /// The number of its first line; 0: no line was read yet.
    line: u64,
    /// The first line.
    first_line: String,
    /// The explanation.
    explanation: String,
    /// The reason why the record becomes no entry.
    fault: Option<WarningKind>,
}

impl Plain {
    pub(crate) fn new(source: Source) -> Result<Plain, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let mut metadata = BookMetadata::default();
        for line in sample.trim_start_matches('\u{FEFF}').lines().map(str::trim_end) {
            match line.strip_prefix('#') {
                Some(comment) => read_header(&mut metadata, comment),
                None if line.is_empty() => {}
                None => break,
            }
        }
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Plain { lines, metadata, state })
    }

    fn next_record(&mut self) -> Result<Option<PlainRecord>, BookError> {
        let mut record = PlainRecord::default();
        loop {
            let number = self.lines.number() + 1;
            let (line, fault) = match self.lines.next()? {
                None => break,
                Some(Line::Text(line)) => (line.trim_end(), None),
                Some(Line::TooLong(start)) => (start, Some(WarningKind::LongLine)),
            };
            record.fault = record.fault.or(fault);
            match (record.line, line) {
                (0, "" | "#") => {}
                (0, line) if line.starts_with("# ") => {}
                (0, line) => (record.line, record.first_line) = (number, line.to_owned()),
                (_, "") => break,
                (_, line) => record.append(line),
            }
        }
        Ok((record.line > 0).then_some(record))
    }

    fn entry(&mut self, record: PlainRecord) -> Option<Entry> {
        let mut columns = record.first_line.split('\t');
        let headword = columns.next().unwrap_or_default();
        let phonetic = columns.next().map(str::to_owned);
        let rank = columns.next().map(str::trim).filter(|text| !text.is_empty());
        let parsed_rank = rank.and_then(|text| text.parse().ok()).filter(|&rank: &u32| rank > 0);
        let level = columns.next().map(str::trim).filter(|text| !text.is_empty());
        let parsed_level = level.and_then(Level::parse);
        let has_bad_detail = rank.is_some() && parsed_rank.is_none()
            || level.is_some() && parsed_level.is_none()
            || columns.next().is_some();
        let parsed = Explanation::parse(&record.explanation);
        let explanation = match parsed_level {
            Some(level) => format!("* {}\n{}", level.as_str(), record.explanation),
            None => record.explanation,
        };
        let phonetic = phonetic
            .filter(|text| !text.trim().is_empty())
            .or_else(|| parsed.first_pronunciation().map(|first| first.ipa.clone()));
        let forms = parsed.forms().map(str::to_owned).collect();
        let draft =
            Draft { phonetic, explanation, rank: parsed_rank, forms, ..Draft::new(headword) };
        if let Some(fault) = record.fault {
            self.state.warn(fault, headword);
            return None;
        }
        let entry = self.state.finish(draft)?;
        if has_bad_detail {
            self.state.warn(WarningKind::BadDetail, &record.first_line);
        }
        Some(entry)
    }
}

impl PlainRecord {
    /// Appends a line to the explanation. The length of the explanation is limited here already,
    /// so that a record of many lines does not fill the memory.
    fn append(&mut self, line: &str) {
        if self.explanation.len() + line.len() > 2 * EXPLANATION_BYTES_MAX {
            self.fault = self.fault.or(Some(WarningKind::LongExplanation));
            return;
        }
        if !self.explanation.is_empty() {
            self.explanation.push('\n');
        }
        self.explanation.push_str(line);
    }
}

/// Reads a comment that may be metadata: `title: A small book`.
fn read_header(metadata: &mut BookMetadata, comment: &str) {
    let Some((key, value)) = comment.split_once(':') else { return };
    let text = || Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
    match key.trim() {
        "title" => metadata.title = text(),
        "languages" => metadata.languages = Languages::parse(value),
        "licence" | "license" => metadata.licence = text(),
        _ => {}
    }
}

impl Reader for Plain {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        while let Some(record) = self.next_record()? {
            self.state.place = Place::Line(record.line);
            if let Some(entry) = self.entry(record) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        self.metadata.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::books::{Book, BookKind};

    /// The entries of a file, and the report of its warnings.
    fn read(text: &str) -> (Vec<Entry>, String) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut book = Book::open(BookKind::Plain, file.path(), |_| {}).unwrap();
        let mut entries = Vec::new();
        while let Some(entry) = book.next().unwrap() {
            entries.push(entry);
        }
        (entries, book.warnings().to_string())
    }

    #[test]
    fn keeps_level_readings_and_forms_in_the_explanation() {
        let body = "@ v. UK ɡəʊ; US ɡoʊ | past went; participle gone\nv. 去";
        let (entries, warnings) = read(&format!("go\t\t35\tA1\n{body}\n"));
        assert_eq!(warnings, "");
        assert_eq!(entries[0].explanation, format!("* A1\n{body}"));
        assert_eq!(entries[0].phonetic.as_deref(), Some("ɡəʊ"));
        assert_eq!(entries[0].forms, ["went", "gone"]);
        assert_eq!(Explanation::parse(&entries[0].explanation).level, Some(Level::A1));
    }

    #[test]
    fn reads_a_record_of_the_first_edition() {
        let (entries, warnings) = read("apple\tˈæpəl\t812\nn. 苹果\n");
        assert_eq!((entries[0].explanation.as_str(), warnings.as_str()), ("n. 苹果", ""));
        assert_eq!((entries[0].phonetic.as_deref(), entries[0].rank), (Some("ˈæpəl"), Some(812)));
    }

    #[test]
    fn reports_an_invalid_level() {
        let (entries, warnings) = read("apple\t\t812\tA7\nn. 苹果\n");
        assert_eq!(entries[0].explanation, "n. 苹果");
        assert!(warnings.contains("apple"), "{warnings}");
    }
}
