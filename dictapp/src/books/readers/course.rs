//! Reads course text: each line has a headword, white space and an explanation. Tolerates and
//! reports the irregularities of real files. A line that does not become an entry is always
//! reported.

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
use crate::books::{Encoding, ReadState, Reader, Recognised};

/// Reads course text.
pub(crate) struct Course {
    lines: Lines,
    layout: Layout,
    /// Every line is indented, so leading white space has no meaning.
    indented: bool,
    /// Lines begin with a number that is not part of the headword.
    is_numbered: bool,
    encoding: Encoding,
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

/// A line indented by more than this number of characters is never a headword.
const INDENT_MAX: usize = 4;

impl Course {
    pub(crate) fn new(source: Source) -> Result<Course, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let whole = || sample.trim_start_matches('\u{FEFF}').lines().map(str::trim_end);
        let filled = whole().filter(|line| !line.is_empty()).count();
        let pushed = whole().filter(|line| line.starts_with(char::is_whitespace)).count();
        let indented = pushed == filled;
        let is_numbered = numbered(whole());
        let layout = Layout::sniff(whole().map(|line| {
            let line = if indented { line.trim_start() } else { line };
            if is_numbered { without_number(line) } else { line }
        }));
        let encoding = source.encoding();
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Course { lines, layout, encoding, indented, is_numbered, waiting: None, state })
    }

    /// Reads until the waiting record is complete, and returns it.
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
                let ended = if self.layout == Layout::Blocks { self.waiting.take() } else { None };
                if ended.is_some() {
                    return Ok(ended);
                }
                continue;
            }
            if self.layout == Layout::Blocks
                && let Some(record) = &mut self.waiting
            {
                record.append(line.trim(), '\n');
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

    /// Joins a line that begins with white space to the record above. Returns `false` if the line
    /// begins a record itself.
    fn wraps(&mut self, line: &str) -> bool {
        let place = Place::Line(self.lines.number());
        let text = line.trim();
        let own = self.is_indented_headword(line);
        match &mut self.waiting {
            Some(record) if !own => {
                self.state.note_at(OddityKind::Wrapped, place, text);
                record.append(text, ' ');
                true
            }
            _ => {
                self.state.note_at(OddityKind::Indented, place, text);
                false
            }
        }
    }

    /// Whether the line begins a record although it is indented: in a padded file, if headword,
    /// padding and explanation are at their columns except for a small indent.
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
        let line = line.trim_start();
        let line = if self.is_numbered { without_number(line) } else { line };
        // Some lists mark important words with a star.
        let line = line.strip_prefix('*').map_or(line, str::trim_start);
        let (headword, text) = match self.layout {
            Layout::Blocks => (line.trim_end(), ""),
            _ => self.layout.split(line),
        };
        Record {
            line: self.lines.number(),
            headword: headword.to_owned(),
            text: text.to_owned(),
            fault: None,
        }
    }

    /// Makes the entry, or reports why there is none.
    fn entry(&mut self, record: &Record) -> Option<Entry> {
        let (phonetic, text) = gloss::take_phonetic(&record.text);
        let lines: Vec<String> = text.lines().map(gloss::one_sense_a_line).collect();
        let lines = lines.join("\n");
        let is_bare = script::labels_alone(&lines).is_some();
        if let Some(fault) = record.fault.or(is_bare.then_some(OddityKind::NoExplanation)) {
            self.state.note(fault, &record.headword);
            return None;
        }
        let mean = gloss::labelled(&lines);
        self.state.finish(Draft { phonetic, mean, ..Draft::new(&record.headword) })
    }
}

/// Whether most lines begin with a number.
fn numbered<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut all, mut with_number) = (0, 0);
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        all += 1;
        with_number += usize::from(without_number(line).len() < line.len());
    }
    with_number >= NUMBERED_LINES_MIN && with_number * 10 >= all * 8
}

/// Minimum number of lines that must begin with a number.
const NUMBERED_LINES_MIN: usize = 2;

/// Removes the number at the beginning of a line: `1. abandon`, `4、about`, `(5) above`.
fn without_number(line: &str) -> &str {
    let inner = line.strip_prefix(['(', '（']).unwrap_or(line);
    let rest = inner.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = inner.len() - rest.len();
    let mark = rest.chars().next().filter(|c| ".、)）:：．,".contains(*c));
    match mark {
        Some(mark) if (1..=5).contains(&digits) => {
            let rest = rest[mark.len_utf8()..].trim_start();
            if rest.starts_with(|c: char| c.is_ascii_digit()) { line } else { rest }
        }
        _ => line,
    }
}

impl Record {
    fn append(&mut self, text: &str, joint: char) {
        if self.text.len() + text.len() > 2 * MEAN_BYTES_MAX {
            self.fault = Some(OddityKind::LongExplanation);
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
