//! Reads course text: each line has a headword, white space and an explanation, as in the word list
//! of the programming course with whose old database this program is compatible. Also reads similar
//! texts, with numbers, marks or blocks of lines, tolerates the irregularities of real files, and
//! reports each line with text that does not become an entry.

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
use crate::books::text::slashed;
use crate::books::{Encoding, ReadState, Reader, Recognised};

/// Reads course text.
pub(crate) struct Course {
    lines: Lines,
    layout: Layout,
    /// Whether every line is indented. Then leading white space has no meaning.
    indented: bool,
    numbers: Numbers,
    encoding: Encoding,
    /// The record that was read last. The next lines may continue it.
    waiting: Option<WrappedLine>,
    state: ReadState,
}

/// How the lines of a file are numbered. The numbers are no part of the headwords.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// There are no numbers.
    Missing,
    /// A mark follows each number: `1. apple`.
    Marked,
    /// The numbers count the lines: `1 apple`, `2 pear`.
    Bare,
    /// There are hyphens instead of numbers: `- apple`.
    Hyphens,
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
    fault: Option<OddityKind>,
}

/// A line indented by more than this number of characters is never a headword.
const INDENT_MAX: usize = 4;

impl Course {
    pub(crate) fn new(source: Source) -> Result<Course, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let lines = || sample.lines().map(|line| line.trim_start_matches('\u{FEFF}').trim_end());
        let whole = || lines().filter(|line| !is_comment(line));
        let filled = whole().filter(|line| !line.is_empty()).count();
        let indented_lines = whole().filter(|line| line.starts_with(char::is_whitespace)).count();
        let indented = indented_lines == filled;
        let numbers = Numbers::sniff(whole());
        let layout = Layout::sniff(whole().map(|line| {
            let line = if indented { line.trim_start() } else { line };
            without_bullet(numbers.strip(line))
        }));
        let encoding = source.encoding();
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Course { lines, layout, encoding, indented, numbers, waiting: None, state })
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
                    let fault = Some(OddityKind::LongLine);
                    let record = WrappedLine { line, headword, fault, ..WrappedLine::default() };
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
            if is_comment(&line) {
                let place = Place::Line(self.lines.number());
                self.state.note_at(OddityKind::Comment, place, &line);
                continue;
            }
            let is_below = |record: &WrappedLine| match self.layout {
                Layout::Blocks => true,
                Layout::Pairs => record.text.is_empty(),
                _ => false,
            };
            if let Some(record) = self.waiting.as_mut().filter(|record| is_below(record)) {
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
        let begins_record = self.is_indented_headword(line);
        match &mut self.waiting {
            Some(record) if !begins_record => {
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

    /// Whether the line begins a record although it is indented: the file has padded columns, and
    /// headword and explanation are at their columns, apart from a small indent. At least two
    /// spaces must be between them.
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
            return WrappedLine { line: number, headword, text, reading, others, fault: None };
        }
        let line = self.numbers.strip(line);
        let line = without_bullet(line);
        let (headword, text) = match self.layout {
            Layout::Blocks | Layout::Pairs => (line.trim_end(), ""),
            _ => self.layout.split(line),
        };
        let headword = unwrapped(headword).to_owned();
        WrappedLine { line: number, headword, text: text.to_owned(), ..WrappedLine::default() }
    }

    /// Makes the entry, or reports why there is none.
    fn entry(&mut self, record: &WrappedLine) -> Option<Entry> {
        let (phonetic, text) = gloss::take_phonetic(&record.text);
        let lines: Vec<String> = text.lines().map(gloss::one_sense_a_line).collect();
        let lines = lines.join("\n");
        // Only parts of speech (`n.`) are no explanation.
        let is_bare = script::labels_alone(&lines).is_some();
        if let Some(fault) = record.fault.or(is_bare.then_some(OddityKind::NoExplanation)) {
            self.state.note(fault, &record.headword);
            return None;
        }
        let mean = gloss::labelled(&lines);
        let phonetic = record.reading.clone().or(phonetic);
        let forms = record.others.clone();
        self.state.finish(Draft { phonetic, mean, forms, ..Draft::new(&record.headword) })
    }
}

/// Whether a line is a comment, a heading or a rule: `# Fruit`, `#! version=1`, `Unit 2`, `-----`.
fn is_comment(line: &str) -> bool {
    if is_unit(line) || is_rule(line) {
        return true;
    }
    let behind = line.trim_start_matches('#');
    let text = behind.strip_prefix(' ').unwrap_or_default();
    let is_heading = !text.is_empty() && !text.starts_with(char::is_whitespace);
    behind.len() < line.len() && (is_heading || behind.is_empty() || behind.starts_with("! "))
}

/// Whether a line is the numbered heading of a part of a list: `Unit 2`, `第3课`.
fn is_unit(line: &str) -> bool {
    let line = line.trim().trim_end_matches([':', '：', '.']);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let english = UNITS.iter().find_map(|unit| {
        let (start, number) = line.split_at_checked(unit.len())?;
        start.eq_ignore_ascii_case(unit).then(|| number.trim_start())
    });
    let chinese = || {
        let rest = line.strip_prefix('第')?;
        ["单元", "單元", "课", "課", "章", "天"].iter().find_map(|unit| rest.strip_suffix(unit))
    };
    english.is_some_and(is_number)
        || chinese().is_some_and(|number| {
            let number = number.trim();
            is_number(number) || !number.is_empty() && number.chars().all(|c| DIGITS.contains(c))
        })
}

/// Names of the parts of a list.
const UNITS: &[&str] = &["unit", "lesson", "chapter", "module", "list", "word list", "day", "week"];

/// Chinese digits.
const DIGITS: &str = "一二三四五六七八九十百";

/// Whether a line is drawn with one mark: `-----`, `=====`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let mark = line.chars().next().filter(|c| "-=_*~—─".contains(*c));
    mark.is_some_and(|mark| line.chars().count() > 2 && line.chars().all(|c| c == mark))
}

/// Marks around a headword that are no part of it, as in Markdown and in lists with quotes.
const WRAPPINGS: [(&str, &str); 9] = [
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("`", "`"),
    ("\"", "\""),
    ("“", "”"),
    ("「", "」"),
    ("【", "】"),
    ("《", "》"),
];

/// A headword without the marks around it: `**apple**:`.
fn unwrapped(headword: &str) -> &str {
    let text = headword.trim_end_matches([':', '：']).trim_end();
    let inner = WRAPPINGS.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.trim().is_empty() && !inner.contains(close)).then_some(inner)
    });
    match inner {
        Some(inner) => unwrapped(inner.trim()),
        None if text.is_empty() => headword,
        None => text,
    }
}

/// Removes the mark before an item of a list or before an important word: `* apple`, `• apple`,
/// `*apple`.
fn without_bullet(line: &str) -> &str {
    // Markdown: `**apple**`.
    if line.starts_with("**") {
        return line;
    }
    let Some(first) = line.chars().next().filter(|c| BULLETS.contains(*c)) else { return line };
    let rest = &line[first.len_utf8()..];
    if rest.trim().is_empty() { line } else { rest.trim_start() }
}

/// Marks before items of lists and before important words.
const BULLETS: &str = "*•·●○■□◆◇▪▲△★☆※";

impl Numbers {
    /// Recognises how most lines are numbered.
    fn sniff<'a>(lines: impl Iterator<Item = &'a str>) -> Numbers {
        let (mut all, mut marked, mut counted, mut hyphens) = (0_usize, 0_usize, 0_usize, 0_usize);
        let mut last = None;
        for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
            all += 1;
            marked += usize::from(without_number(line).len() < line.len());
            hyphens += usize::from(without_hyphen(line).len() < line.len());
            let number = bare_number(line).map(|(number, _)| number);
            counted += usize::from(number.is_some() && (last.is_none() || number == last));
            last = number.map(|number| number + 1);
        }
        let most = |count: usize| count >= NUMBERED_LINES_MIN && count * 10 >= all * 8;
        if most(marked) {
            Numbers::Marked
        } else if most(counted) {
            Numbers::Bare
        } else if most(hyphens) {
            Numbers::Hyphens
        } else {
            Numbers::Missing
        }
    }

    /// A line without its number.
    fn strip(self, line: &str) -> &str {
        match self {
            Numbers::Missing => line,
            Numbers::Marked => without_number(line),
            Numbers::Bare => bare_number(line).map_or(line, |(_, rest)| rest),
            Numbers::Hyphens => without_hyphen(line),
        }
    }
}

/// Hyphens before items. They may also begin a headword (`-ism`), so a space must follow.
const HYPHENS: [char; 3] = ['-', '–', '+'];

fn without_hyphen(line: &str) -> &str {
    let rest = line.strip_prefix(HYPHENS).filter(|rest| rest.starts_with(' '));
    rest.map_or(line, str::trim_start)
}

/// The number at the beginning of a line, if white space follows it, and the rest of the line.
fn bare_number(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = line.split_once(char::is_whitespace)?;
    let is_number = number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|_| is_number)?;
    Some((number, rest.trim_start()))
}

/// Minimum number of lines that must begin with a number (or hyphen) for a numbered file.
const NUMBERED_LINES_MIN: usize = 2;

/// Whether a character is a number in a circle or in brackets: `①`, `⑴`, `⒈`.
fn is_enclosed_number(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{249B}' | '\u{3251}'..='\u{325F}' | '\u{32B1}'..='\u{32BF}')
}

/// Removes the number at the beginning of a line: `1. abandon`, `4、about`, `(5) above`.
fn without_number(line: &str) -> &str {
    if let Some(rest) = line.strip_prefix(is_enclosed_number) {
        return rest.trim_start();
    }
    let inner = line.strip_prefix(['(', '（', '[', '【']).unwrap_or(line);
    let rest = inner.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = inner.len() - rest.len();
    let mark = rest.chars().next().filter(|c| ".、)）]】:：．,".contains(*c));
    match mark {
        Some(mark) if (1..=5).contains(&digits) => {
            let rest = rest[mark.len_utf8()..].trim_start();
            if rest.starts_with(|c: char| c.is_ascii_digit()) { line } else { rest }
        }
        _ => line,
    }
}

impl WrappedLine {
    /// Appends a wrapped line after `joint`, unless the record would fill the memory.
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
