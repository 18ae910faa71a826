//! Reads course text: each line has a headword, white space and an explanation. The word list of a
//! programming course has this form; this program is compatible with that course's old database.
//! Similar texts with numbers, marks or blocks of lines are read, too. Irregularities of real files
//! are tolerated. Each line with text that does not become an entry is reported.

use crate::model::Entry;

mod fields;
mod forms;
mod headings;
mod numbers;
mod parts;
mod senses;

use headings::is_comment;
use numbers::{Numbers, without_bullet, without_item};
use parts::Parts;
use senses::continues;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::MEAN_BYTES_MAX;
use crate::books::text::gloss;
use crate::books::text::layout::{self, Headings, Layout};
use crate::books::text::script;
use crate::books::text::slashed;
use crate::books::warning::WarningKind;
use crate::books::{Encoding, ReadState, Reader, Recognised};

/// Reads course text.
pub(crate) struct Course {
    lines: Lines,
    layout: Layout,
    /// Whether every line is indented. Then leading white space has no meaning.
    indented: bool,
    numbers: Numbers,
    /// The headings above blocks of lines. They are no entries.
    headings: Headings,
    /// Whether fullwidth parentheses enclose the explanations: `apple（苹果）`.
    enclosed: bool,
    /// Whether many headwords have articles of Romance languages.
    articles: bool,
    /// The level of the Markdown headings that are headwords (`### apple`); 0: there are none.
    headed: usize,
    /// Whether the last line was empty, or no line was read yet.
    at_top: bool,
    encoding: Encoding,
    /// The record that was read last. The next lines may continue it.
    waiting: Option<WrappedLine>,
    state: ReadState,
}

/// A record: a line, joined with the wrapped lines below it.
#[derive(Default)]
struct WrappedLine {
    line: u64,
    headword: String,
    text: String,
    /// The pronunciation and the other spellings, if the layout has them.
    reading: Option<String>,
    others: Vec<String>,
    /// Whether a line below was joined to it.
    continued: bool,
    /// Whether the line looks like a heading. It is an entry if a line below continues it.
    is_heading: bool,
    /// Whether the line has the name of its part: `Word: apple`.
    is_labelled: bool,
    /// Whether the last line has only the name of a part: `Meaning:`. The lines below are its text.
    is_open: bool,
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
        let headed = headings::level_of_headwords(&lines);
        let lines: Vec<&str> = lines
            .into_iter()
            .map(|line| headings::without_hashes(line, headed))
            .filter(|line| !is_comment(line))
            .collect();
        let filled = lines.iter().filter(|line| !line.is_empty()).count();
        let is_indented = |line: &&&str| line.starts_with(char::is_whitespace);
        let indented = lines.iter().filter(is_indented).count() == filled;
        let numbers = Numbers::sniff(lines.iter().copied());
        let rows: Vec<&str> = lines
            .into_iter()
            .filter(|line| !continues(line))
            .map(|line| {
                let line = if indented { line.trim_start() } else { line };
                without_bullet(numbers.strip(line))
            })
            .collect();
        let layout = Layout::sniff(rows.iter().copied());
        let headings = layout.headings(&rows);
        let count = |is_such: fn(&str) -> bool| rows.iter().filter(|row| is_such(row)).count();
        let enclosed = count(|row| row.ends_with('）') && row.contains('（')) * 10 >= filled * 8;
        let articled = count(|row| forms::without_article(row).is_some());
        let articles = articled > 1 && articled * 10 >= filled * 3;
        let encoding = source.encoding();
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Course {
            lines,
            layout,
            headings,
            enclosed,
            articles,
            headed,
            at_top: true,
            encoding,
            indented,
            numbers,
            waiting: None,
            state,
        })
    }

    /// Reads until the waiting record is complete, and returns it.
    fn next_record(&mut self) -> Result<Option<WrappedLine>, BookError> {
        loop {
            let line = match self.lines.next()? {
                None => return Ok(self.waiting.take()),
                Some(Line::Text(line)) => line.to_owned(),
                Some(Line::TooLong(start)) => {
                    let headword = start.to_owned();
                    let line = self.lines.number();
                    let fault = Some(WarningKind::LongLine);
                    let record = WrappedLine { line, headword, fault, ..WrappedLine::default() };
                    if let Some(complete) = self.waiting.replace(record) {
                        return Ok(Some(complete));
                    }
                    continue;
                }
            };
            let full = line.len();
            let line = headings::without_hashes(&line, self.headed);
            let is_headed = line.len() < full && full > 0 && self.headed > 0;
            let is_first = std::mem::replace(&mut self.at_top, line.trim().is_empty());
            if line.trim().is_empty() || self.is_number_alone(line) {
                let ended = if self.layout == Layout::Blocks { self.waiting.take() } else { None };
                if ended.is_some() {
                    return Ok(ended);
                }
                self.waiting.iter_mut().for_each(|record| record.is_open = false);
                continue;
            }
            if is_comment(line) {
                let place = Place::Line(self.lines.number());
                self.state.warn_at(WarningKind::Comment, place, line);
                continue;
            }
            if !is_headed && self.continues(line) {
                continue;
            }
            let record = if is_first && self.is_heading(line) {
                let headword = line.trim().to_owned();
                let line = self.lines.number();
                WrappedLine { line, headword, is_heading: true, ..WrappedLine::default() }
            } else {
                self.record(line)
            };
            if let Some(complete) = self.waiting.replace(record) {
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
        let is_top = self.waiting.is_none() && self.state.place == Place::Line(0);
        let has_headings = self.headings.inner > 0 || self.headings.top > 0 && is_top;
        has_headings && !line.starts_with(char::is_whitespace) && !self.layout.is_row(text)
    }

    /// Joins a line to the record above if the line continues it. Returns `false` if the line
    /// begins a new record.
    fn continues(&mut self, line: &str) -> bool {
        if self.layout == Layout::Fields {
            return self.joins_field(line);
        }
        let is_below = |record: &WrappedLine| match self.layout {
            Layout::Blocks => true,
            Layout::Pairs => !record.continued,
            Layout::Stacked => {
                self.numbers.strip(line).len() == line.len() && layout::is_below(line)
            }
            _ => continues(line),
        };
        if let Some(record) = self.waiting.as_mut().filter(|record| is_below(record)) {
            record.append(without_item(line.trim()), '\n');
            return true;
        }
        line.starts_with(char::is_whitespace) && !self.indented && self.wraps(line)
    }

    /// Joins a line that begins with white space to the record above. Returns `false` if the line
    /// begins a record itself.
    fn wraps(&mut self, line: &str) -> bool {
        let place = Place::Line(self.lines.number());
        let text = line.trim();
        let begins_record = self.is_indented_headword(line);
        match &mut self.waiting {
            Some(record) if !begins_record => {
                self.state.warn_at(WarningKind::Wrapped, place, text);
                match without_item(text) {
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

    /// Whether an indented line begins a record. In a file with padded columns, its headword and
    /// its explanation are at their columns, apart from a small indent. At least two spaces must be
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

    fn record(&self, line: &str) -> WrappedLine {
        let line = line.trim_start();
        let number = self.lines.number();
        if self.layout == Layout::Slashed
            && let Some(entry) = slashed::parse(line)
        {
            let slashed::Slashed { headword, others, reading, text } = entry;
            let record = WrappedLine { line: number, headword, text, ..WrappedLine::default() };
            return WrappedLine { reading, others, ..record };
        }
        let line = without_bullet(self.numbers.strip(line));
        let parts = match self.layout {
            Layout::Blocks | Layout::Pairs | Layout::Stacked => {
                Parts::of_marked(line.trim_end(), "")
            }
            Layout::Fields => {
                let field = layout::field(line).map(|(_, word)| (word, ""));
                let (headword, text) = field.unwrap_or_else(|| self.layout.split(line));
                Parts::of(headword, text)
            }
            Layout::Marked(_) => {
                let (headword, text) = self.layout.split(line);
                Parts::of_marked(headword, text)
            }
            _ => {
                let (headword, text) = self.layout.split(line);
                Parts::of(headword, text)
            }
        };
        let Parts { headword, reading, mut others, mut text } = parts;
        if let Some(inner) = parts::enclosed(&text).filter(|_| self.enclosed) {
            text = inner.to_owned();
        }
        let is_labelled = self.layout == Layout::Fields && layout::field(line).is_some();
        if self.articles {
            others.extend(forms::without_article(&headword).map(str::to_owned));
        }
        let record = WrappedLine { line: number, headword, text, ..WrappedLine::default() };
        WrappedLine { reading, others, is_labelled, ..record }
    }

    /// Makes the entry, or reports why there is none.
    fn entry(&mut self, record: &WrappedLine) -> Option<Entry> {
        if record.is_heading && !record.continued {
            self.state.warn(WarningKind::Comment, &record.headword);
            return None;
        }
        let (leading, text) = gloss::take_phonetic(&record.text);
        let (phonetic, text) = match leading {
            Some(phonetic) => (Some(phonetic), text),
            None => parts::take_trailing_phonetic(text),
        };
        let text = senses::with_notes_apart(text);
        let lines = text.lines().map(gloss::one_sense_a_line).collect::<Vec<_>>().join("\n");
        let mut lines: Vec<String> = lines.lines().flat_map(senses::numbered).collect();
        senses::without_numbers(&mut lines);
        let lines = lines.join("\n");
        // A text of only parts of speech (`n.`) is no explanation.
        let is_bare = script::labels_alone(&lines).is_some();
        if let Some(fault) = record.fault.or(is_bare.then_some(WarningKind::NoExplanation)) {
            self.state.warn(fault, &record.headword);
            return None;
        }
        let mean = gloss::labelled(&lines);
        let phonetic = record.reading.clone().or(phonetic);
        let forms = record.others.clone();
        self.state.finish(Draft { phonetic, mean, forms, ..Draft::new(&record.headword) })
    }
}

impl WrappedLine {
    /// Appends a wrapped line after `joint`, unless the record would fill the memory.
    fn append(&mut self, text: &str, joint: char) {
        self.continued = true;
        if self.text.len() + text.len() > 2 * MEAN_BYTES_MAX {
            self.fault = Some(WarningKind::LongExplanation);
            return;
        }
        if !self.text.is_empty() {
            self.text.push(joint);
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
