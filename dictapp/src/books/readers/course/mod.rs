//! Reads word lists in plain text: each line has a headword, white space and an explanation, as in
//! `apple  n. 苹果`. The word list of a programming course has this form; this program can import the
//! database of that course. Texts in other layouts are read, too: with numbered lines, separators
//! (`apple: 苹果`), or entries of several lines. Each line with text that does not become an entry is
//! reported.

use crate::model::Entry;

mod fields;
mod forms;
mod headings;
mod numbers;
mod parts;
mod senses;

use headings::is_comment;
use numbers::{Numbers, without_bullet, without_item_marker};
use parts::Parts;
use senses::continues;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::EXPLANATION_BYTES_MAX;
use crate::books::text::cedict;
use crate::books::text::gloss;
use crate::books::text::layout::{self, Headings, Layout};
use crate::books::text::script;
use crate::books::warning::WarningKind;
use crate::books::{Encoding, ReadState, Reader, Recognised};

/// Reads a word list in plain text.
pub(crate) struct Course {
    lines: Lines,
    layout: Layout,
    /// Whether every line is indented, so that leading white space has no meaning.
    is_all_indented: bool,
    numbers: Numbers,
    /// The headings above blocks of lines. They are no entries.
    headings: Headings,
    /// Whether fullwidth parentheses enclose the explanations: `apple（苹果）`.
    has_enclosed_explanations: bool,
    /// Whether many headwords have articles of Romance languages.
    has_romance_articles: bool,
    /// The level of the Markdown headings that are headwords (`### apple`); 0: there are none.
    headword_level: usize,
    /// Whether the last line was empty, or no line was read yet.
    is_after_empty_line: bool,
    encoding: Encoding,
    /// The last record. The next lines may continue it.
    pending: Option<Record>,
    state: ReadState,
}

/// A record: a line, joined with the wrapped lines below it.
#[derive(Default)]
struct Record {
    line: u64,
    headword: String,
    text: String,
    /// The pronunciation, if the layout has one.
    reading: Option<String>,
    /// Other spellings of the headword, and its inflected forms.
    spellings: Vec<String>,
    /// Whether a line below was joined to the record.
    is_continued: bool,
    /// Whether the line looks like a heading. It is an entry if a line below continues it.
    is_heading: bool,
    /// Whether the headword is a named field: `Word: apple`.
    has_field_name: bool,
    /// Whether the last line has only the name of a field: `Meaning:`. The lines below are its
    /// value.
    is_awaiting_value: bool,
    fault: Option<WarningKind>,
}

/// A line indented by more than this number of characters is never a headword.
const INDENT_MAX: usize = 4;

impl Course {
    pub(crate) fn new(source: Source) -> Result<Course, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let lines: Vec<&str> =
            sample.lines().map(|line| line.trim_start_matches('\u{FEFF}').trim_end()).collect();
        let headword_level = headings::level_of_headwords(&lines);
        let lines: Vec<&str> = lines
            .into_iter()
            .map(|line| headings::without_hashes(line, headword_level))
            .filter(|line| !is_comment(line))
            .collect();
        let filled = lines.iter().filter(|line| !line.is_empty()).count();
        let is_indented = |line: &&&str| line.starts_with(char::is_whitespace);
        let is_all_indented = lines.iter().filter(is_indented).count() == filled;
        let numbers = Numbers::sniff(lines.iter().copied());
        let rows: Vec<&str> = lines
            .into_iter()
            .filter(|line| !continues(line))
            .map(|line| {
                let line = if is_all_indented { line.trim_start() } else { line };
                without_bullet(numbers.strip(line))
            })
            .collect();
        let layout = Layout::sniff(rows.iter().copied());
        let headings = layout.headings(&rows);
        let count = |is_such: fn(&str) -> bool| rows.iter().filter(|row| is_such(row)).count();
        let has_enclosed_explanations =
            count(|row| row.ends_with('）') && row.contains('（')) * 10 >= filled * 8;
        let with_article = count(|row| forms::without_article(row).is_some());
        let has_romance_articles = with_article > 1 && with_article * 10 >= filled * 3;
        let encoding = source.encoding();
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Course {
            lines,
            layout,
            headings,
            has_enclosed_explanations,
            has_romance_articles,
            headword_level,
            is_after_empty_line: true,
            encoding,
            is_all_indented,
            numbers,
            pending: None,
            state,
        })
    }

    /// Reads lines until the pending record is complete, and returns it.
    fn next_record(&mut self) -> Result<Option<Record>, BookError> {
        loop {
            let line = match self.lines.next()? {
                None => return Ok(self.pending.take()),
                Some(Line::Text(line)) => line.to_owned(),
                Some(Line::TooLong(start)) => {
                    let headword = start.to_owned();
                    let line = self.lines.number();
                    let fault = Some(WarningKind::LongLine);
                    let record = Record { line, headword, fault, ..Record::default() };
                    if let Some(complete) = self.pending.replace(record) {
                        return Ok(Some(complete));
                    }
                    continue;
                }
            };
            let length = line.len();
            let line = headings::without_hashes(&line, self.headword_level);
            let is_headword_heading = line.len() < length && length > 0 && self.headword_level > 0;
            let is_first_of_block =
                std::mem::replace(&mut self.is_after_empty_line, line.trim().is_empty());
            if line.trim().is_empty() || self.is_number_alone(line) {
                let ended = if self.layout == Layout::Blocks { self.pending.take() } else { None };
                if ended.is_some() {
                    return Ok(ended);
                }
                self.pending.iter_mut().for_each(|record| record.is_awaiting_value = false);
                continue;
            }
            if is_comment(line) {
                let place = Place::Line(self.lines.number());
                self.state.warn_at(WarningKind::Comment, place, line);
                continue;
            }
            if !is_headword_heading && self.continues(line) {
                continue;
            }
            let record = if is_first_of_block && self.is_heading(line) {
                let headword = line.trim().to_owned();
                let line = self.lines.number();
                Record { line, headword, is_heading: true, ..Record::default() }
            } else {
                self.record(line)
            };
            if let Some(complete) = self.pending.replace(record) {
                return Ok(Some(complete));
            }
        }
    }

    /// Whether a line has only the number of the entry below.
    fn is_number_alone(&self, line: &str) -> bool {
        self.numbers == Numbers::Alone && self.numbers.strip(line).is_empty()
    }

    /// Whether the first line of a block is a heading.
    fn is_heading(&self, line: &str) -> bool {
        let text = without_bullet(self.numbers.strip(line));
        let is_top = self.pending.is_none() && self.state.place == Place::Line(0);
        let has_headings = self.headings.inner > 0 || self.headings.top > 0 && is_top;
        has_headings && !line.starts_with(char::is_whitespace) && !self.layout.is_row(text)
    }

    /// Joins a line to the record above if the line continues that record. Returns `false` if the
    /// line begins a new record.
    fn continues(&mut self, line: &str) -> bool {
        if self.layout == Layout::NamedFields {
            return self.join_named_field(line);
        }
        let is_joined = |record: &Record| match self.layout {
            Layout::Blocks => true,
            Layout::LinePairs => !record.is_continued,
            Layout::HeadwordLines => {
                self.numbers.strip(line).len() == line.len() && layout::is_explanation_line(line)
            }
            _ => continues(line),
        };
        if let Some(record) = self.pending.as_mut().filter(|record| is_joined(record)) {
            record.append(without_item_marker(line.trim()), '\n');
            return true;
        }
        line.starts_with(char::is_whitespace)
            && !self.is_all_indented
            && self.join_wrapped_line(line)
    }

    /// Joins a line that begins with white space to the record above. Returns `false` if the line
    /// begins a new record.
    fn join_wrapped_line(&mut self, line: &str) -> bool {
        let place = Place::Line(self.lines.number());
        let text = line.trim();
        let begins_record = self.is_indented_headword(line);
        match &mut self.pending {
            Some(record) if !begins_record => {
                self.state.warn_at(WarningKind::Wrapped, place, text);
                match without_item_marker(text) {
                    item if item.len() < text.len() || continues(text) => record.append(item, '\n'),
                    text => record.append(text, ' '),
                }
                true
            }
            _ => {
                self.state.warn_at(WarningKind::Indented, place, text);
                false
            }
        }
    }

    /// Whether an indented line begins a record: in a file with padded columns, its headword and
    /// its explanation are at their columns, except for a small indent, with at least two spaces
    /// between them.
    fn is_indented_headword(&self, line: &str) -> bool {
        let Layout::Padded(column) = self.layout else { return false };
        let text = line.trim();
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let (headword, explanation) = self.layout.split(text);
        let width = text.chars().count() - explanation.chars().count();
        indent <= INDENT_MAX
            && !explanation.is_empty()
            && headword.chars().count() + 2 <= column
            && (column.saturating_sub(indent)..=column).contains(&width)
    }

    /// Splits a line that begins a record.
    fn record(&self, line: &str) -> Record {
        let line = line.trim_start();
        let number = self.lines.number();
        if self.layout == Layout::Cedict
            && let Some(entry) = cedict::parse(line)
        {
            let cedict::CedictLine { headword, other_spellings, reading, glosses } = entry;
            let record = Record { line: number, headword, text: glosses, ..Record::default() };
            return Record { reading, spellings: other_spellings, ..record };
        }
        let line = without_bullet(self.numbers.strip(line));
        let parts = match self.layout {
            Layout::Blocks | Layout::LinePairs | Layout::HeadwordLines => {
                Parts::before_separator(line.trim_end(), "")
            }
            Layout::NamedFields => {
                let field = layout::named_field(line).map(|(_, word)| (word, ""));
                let (headword, text) = field.unwrap_or_else(|| self.layout.split(line));
                Parts::split(headword, text)
            }
            Layout::Separated(_) => {
                let (headword, text) = self.layout.split(line);
                Parts::before_separator(headword, text)
            }
            _ => {
                let (headword, text) = self.layout.split(line);
                Parts::split(headword, text)
            }
        };
        let Parts { headword, reading, mut spellings, mut text } = parts;
        if let Some(inner) = parts::in_parentheses(&text).filter(|_| self.has_enclosed_explanations)
        {
            text = inner.to_owned();
        }
        let has_field_name =
            self.layout == Layout::NamedFields && layout::named_field(line).is_some();
        if self.has_romance_articles {
            spellings.extend(forms::without_article(&headword).map(str::to_owned));
        }
        let record = Record { line: number, headword, text, ..Record::default() };
        Record { reading, spellings, has_field_name, ..record }
    }

    /// Makes the entry of a record. `None`: there is none, and the reason is reported.
    fn entry(&mut self, record: &Record) -> Option<Entry> {
        if record.is_heading && !record.is_continued {
            self.state.warn(WarningKind::Comment, &record.headword);
            return None;
        }
        let (leading, text) = gloss::take_phonetic(&record.text);
        let (phonetic, text) = match leading {
            Some(phonetic) => (Some(phonetic), text),
            None => parts::take_trailing_phonetic(text),
        };
        let text = senses::split_notes(text);
        let lines = text.lines().map(gloss::split_senses).collect::<Vec<_>>().join("\n");
        let mut lines: Vec<String> = lines.lines().flat_map(senses::split_numbered).collect();
        senses::remove_counting_numbers(&mut lines);
        let lines = lines.join("\n");
        // A text of only parts of speech (`n.`) is no explanation.
        let is_bare = script::labels_alone(&lines).is_some();
        if let Some(fault) = record.fault.or(is_bare.then_some(WarningKind::NoExplanation)) {
            self.state.warn(fault, &record.headword);
            return None;
        }
        let explanation = gloss::normalise_labels(&lines);
        let phonetic = record.reading.clone().or(phonetic);
        let forms = record.spellings.clone();
        self.state.finish(Draft { phonetic, explanation, forms, ..Draft::new(&record.headword) })
    }
}

impl Record {
    /// Appends a line after the character `separator`. The length of the record is limited.
    fn append(&mut self, text: &str, separator: char) {
        self.is_continued = true;
        if self.text.len() + text.len() > 2 * EXPLANATION_BYTES_MAX {
            self.fault = Some(WarningKind::LongExplanation);
            return;
        }
        if !self.text.is_empty() {
            self.text.push(separator);
        }
        self.text.push_str(text);
    }
}

impl Reader for Course {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        while let Some(record) = self.next_record()? {
            self.state.place = Place::Line(record.line);
            if let Some(entry) = self.entry(&record) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn recognised(&self) -> Recognised {
        Recognised { encoding: Some(self.encoding), ..Recognised::default() }
    }
}
