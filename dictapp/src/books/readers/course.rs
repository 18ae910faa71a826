//! Course text to entries: one headword a line, white space, explanation. Takes what real files
//! make of that and notes it; what yields no entry is always noted.

use crate::model::Entry;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::MEAN_BYTES_MAX;
use crate::books::oddity::OddityKind;
use crate::books::text::gloss;
use crate::books::text::layout::Layout;
use crate::books::text::script;
use crate::books::{ReadState, Reader};

/// Reads course text.
pub(crate) struct Course {
    lines: Lines,
    layout: Layout,
    /// Every line is indented, so that white space in front says nothing.
    indented: bool,
    waiting: Option<Record>,
    state: ReadState,
}

/// A line with the wrapped lines below it.
struct Record {
    line: u64,
    headword: String,
    text: String,
    fault: Option<OddityKind>,
}

/// A headword may be pushed in by so many characters and still is none of the wrapped lines.
const INDENT_MAX: usize = 4;

impl Course {
    pub(crate) fn new(source: Source) -> Result<Course, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let whole = || sample.trim_start_matches('\u{FEFF}').lines().map(str::trim_end);
        let filled = whole().filter(|line| !line.is_empty()).count();
        let pushed = whole().filter(|line| line.starts_with(char::is_whitespace)).count();
        let indented = pushed == filled;
        let layout = Layout::sniff(whole().map(|l| if indented { l.trim_start() } else { l }));
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Course { lines, layout, indented, waiting: None, state })
    }

    /// Reads on until the record that waits is complete, and gives it.
    fn next_record(&mut self) -> Result<Option<Record>, BookError> {
        loop {
            let line = match self.lines.next()? {
                None => return Ok(self.waiting.take()),
                Some(Line::Text(line)) => line.to_owned(),
                Some(Line::TooLong(start)) => {
                    let headword = start.to_owned();
                    let line = self.lines.number();
                    let fault = Some(OddityKind::LongLine);
                    let record = Record { line, headword, text: String::new(), fault };
                    if let Some(complete) = self.waiting.replace(record) {
                        return Ok(Some(complete));
                    }
                    continue;
                }
            };
            if line.trim().is_empty() {
                continue;
            }
            if line.starts_with(char::is_whitespace) && !self.indented && self.wraps(&line) {
                continue;
            }
            let record = self.record(&line);
            if let Some(complete) = self.waiting.replace(record) {
                return Ok(Some(complete));
            }
        }
    }

    /// Joins a line that begins with white space to the record above; `false` where it is a
    /// headword of its own.
    fn wraps(&mut self, line: &str) -> bool {
        let place = Place::Line(self.lines.number());
        let text = line.trim();
        let own = self.is_indented_headword(line);
        match &mut self.waiting {
            Some(record) if !own => {
                self.state.note_at(OddityKind::Wrapped, place, text);
                record.append(text);
                true
            }
            _ => {
                self.state.note_at(OddityKind::Indented, place, text);
                false
            }
        }
    }

    /// In a padded file a line that holds a headword, padding and an explanation at their columns,
    /// but for a few spaces in front, is no wrapped line.
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

    fn record(&self, line: &str) -> Record {
        let (headword, text) = self.layout.split(line.trim_start());
        Record {
            line: self.lines.number(),
            headword: headword.to_owned(),
            text: text.to_owned(),
            fault: None,
        }
    }

    /// Makes the entry, or notes why there is none.
    fn entry(&mut self, record: &Record) -> Option<Entry> {
        let (phonetic, text) = gloss::take_phonetic(&record.text);
        let mean = gloss::one_sense_a_line(text);
        let is_bare = script::label(&mean) == Some(&mean);
        if let Some(fault) = record.fault.or(is_bare.then_some(OddityKind::NoExplanation)) {
            self.state.note(fault, &record.headword);
            return None;
        }
        self.state.finish(Draft { phonetic, mean, ..Draft::new(&record.headword) })
    }
}

impl Record {
    fn append(&mut self, text: &str) {
        if self.text.len() + text.len() > 2 * MEAN_BYTES_MAX {
            self.fault = Some(OddityKind::LongExplanation);
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
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
}
