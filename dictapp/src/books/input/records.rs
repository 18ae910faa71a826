//! Reads the records of a csv or tsv file, with bounded size and with the line on which each
//! begins. Recognises the delimiter and the quotes of such a file.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord, Terminator};

use super::bars::{self, EscapedBars};
use super::lines::{NOT_UTF8, check_text};
use super::source::{Meter, Source};
use crate::books::error::{BookError, Place};
use crate::books::limits::{RECORD_BYTES_MAX, SAMPLE_BYTES_MAX};

/// How the fields of a file are separated and quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// The character between two fields.
    pub(crate) delimiter: u8,
    pub(crate) quotes: Quotes,
}

/// The meaning of quotes around a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Quotes are part of the field.
    Plain,
    /// Quotes enclose a field that may contain delimiters and line ends. `""` in it is a quote (RFC
    /// 4180).
    Doubled,
    /// Quotes enclose a field, and `\"` in it is a quote.
    Escaped,
}

/// Possible delimiters, with their names in the header of an Anki file.
const DELIMITERS: [(u8, &str); 5] =
    [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "pipe"), (b'^', "caret")];

/// The records of a file.
pub(crate) struct Records {
    path: PathBuf,
    csv: csv::Reader<Watched>,
    /// The last record.
    bytes: ByteRecord,
    watch: Arc<Watch>,
    meter: Meter,
    /// The line on which the last record begins, from 1.
    line: u64,
    /// Number of line ends in the fields of the last record.
    inner_ends: u64,
    /// Whether the last field of the last record contains a line end.
    ends_in_lines: bool,
}

/// Passes the file to the csv reader and watches its bytes. The csv reader does not report the line
/// of a record after empty lines, nor whether the last quote was closed.
struct Watched {
    inner: Box<dyn Read + Send>,
    watch: Arc<Watch>,
}

/// The state of the bytes that the csv reader has taken.
#[derive(Default)]
struct Watch {
    /// Number of bytes since the last record. It is bounded, since a quote that is never closed
    /// would collect the whole file.
    since: AtomicU64,
    /// The last byte of the file so far.
    last: AtomicU8,
    /// The last byte that is not part of a line end.
    last_of_text: AtomicU8,
    /// Whether the end of the file was reached.
    ended: AtomicBool,
}

/// The buffer of the csv reader: it may have read this much of the next records.
const READ_AHEAD_BYTES: usize = 64 * 1024;

impl Records {
    /// Reads records of this format from a file.
    ///
    /// # Errors
    /// If the first bytes show UTF-16, or lines that end with carriage returns only.
    pub(crate) fn new(source: Source, format: Format) -> Result<Records, BookError> {
        check_text(&source)?;
        let path = source.path().to_owned();
        let meter = source.meter();
        let watch = Arc::<Watch>::default();
        let mut builder = builder(format);
        // A carriage return before the line end is removed below: as a line end of its own it would
        // count as a line of the next record.
        builder.terminator(Terminator::Any(b'\n')).buffer_capacity(READ_AHEAD_BYTES);
        let inner: Box<dyn Read + Send> = match format.delimiter {
            b'|' => Box::new(EscapedBars { inner: source, is_escaped: false }),
            _ => Box::new(source),
        };
        let csv = builder.from_reader(Watched { inner, watch: Arc::clone(&watch) });
        let bytes = ByteRecord::new();
        let line = 0;
        let inner_ends = 0;
        let ends_in_lines = false;
        Ok(Records { path, csv, bytes, watch, meter, line, inner_ends, ends_in_lines })
    }

    /// The next record that is not empty, `None` at the end.
    ///
    /// # Errors
    /// If the file cannot be read, is not UTF-8 text, or has a record that is too large.
    pub(crate) fn next(&mut self) -> Result<Option<StringRecord>, BookError> {
        while self.read()? {
            if self.bytes.as_slice().trim_ascii().is_empty() && self.bytes.len() == 1 {
                continue;
            }
            if self.bytes.as_slice().contains(&0) {
                return Err(self.damaged("contains a zero byte: this is not a text file"));
            }
            return match StringRecord::from_byte_record(std::mem::take(&mut self.bytes)) {
                Ok(record) => Ok(Some(bars::restored(record))),
                Err(_) => Err(self.damaged(NOT_UTF8)),
            };
        }
        Ok(None)
    }

    /// Reads the next record into `bytes`, and finds its line. `false`: the file has no more
    /// records.
    fn read(&mut self) -> Result<bool, BookError> {
        self.watch.since.store(0, Ordering::Relaxed);
        if !self.csv.read_byte_record(&mut self.bytes).map_err(|error| self.fault(error))? {
            let open = self.ends_in_lines && self.watch.ends_in_quote();
            return if open { Err(self.damaged("the quote is not closed")) } else { Ok(false) };
        }
        let ends = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let last = self.bytes.iter().next_back().unwrap_or_default();
        self.ends_in_lines = ends(last) > 0;
        self.inner_ends = ends(self.bytes.as_slice());
        let open = self.ends_in_lines && self.watch.ends_in_quote();
        let own_end = u64::from(self.watch.has_line_end() && !open);
        self.line = self.csv.position().line().saturating_sub(self.inner_ends + own_end);
        if let Some(field) = last.strip_suffix(b"\r").map(<[u8]>::to_vec) {
            self.bytes.truncate(self.bytes.len() - 1);
            self.bytes.push_field(&field);
        }
        Ok(true)
    }

    /// The line on which the last record begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the last record has several lines.
    pub(crate) fn is_several_lines(&self) -> bool {
        self.inner_ends > 0
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// An error at the last record.
    pub(crate) fn damaged(&self, reason: &str) -> BookError {
        BookError::at(&self.path, Place::Line(self.line), reason)
    }

    fn fault(&self, error: csv::Error) -> BookError {
        match error.into_kind() {
            ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let place = Place::Line(self.csv.position().line());
                BookError::at(&self.path, place, error.to_string())
            }
            ErrorKind::Io(error) => BookError::io(&self.path, error),
            other => BookError::whole(&self.path, format!("{other:?}")),
        }
    }
}

fn builder(format: Format) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(format.delimiter);
    match format.quotes {
        Quotes::Plain => builder.quoting(false),
        Quotes::Doubled => &mut builder,
        Quotes::Escaped => builder.double_quote(false).escape(Some(b'\\')),
    };
    builder
}

impl Watch {
    /// Whether the file ended inside a quoted field. Valid if the last field contains a line end:
    /// then it is a quoted field, which must end with a quote.
    fn ends_in_quote(&self) -> bool {
        self.ended.load(Ordering::Relaxed) && self.last_of_text.load(Ordering::Relaxed) != b'"'
    }

    /// Whether the last record ended with a line end, not with the end of the file.
    fn has_line_end(&self) -> bool {
        !self.ended.load(Ordering::Relaxed) || self.last.load(Ordering::Relaxed) == b'\n'
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let read = &buffer[..n];
        match read.last() {
            Some(last) => self.watch.last.store(*last, Ordering::Relaxed),
            None => self.watch.ended.store(true, Ordering::Relaxed),
        }
        if let Some(last) = read.iter().rfind(|byte| !b"\r\n".contains(byte)) {
            self.watch.last_of_text.store(*last, Ordering::Relaxed);
        }
        let since = self.watch.since.fetch_add(n as u64, Ordering::Relaxed) + n as u64;
        if since > RECORD_BYTES_MAX + READ_AHEAD_BYTES as u64 {
            let text = format!(
                "the record is longer than {RECORD_BYTES_MAX} bytes: is a quote not closed?"
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(n)
    }
}

impl Format {
    /// Comma-separated (RFC 4180).
    pub(crate) const CSV: Format = Format { delimiter: b',', quotes: Quotes::Doubled };

    /// Recognises the delimiter, if it is not known, and the quotes by the beginning of a file.
    /// Chooses the format in which most rows have the same number of fields.
    pub(crate) fn sniff(bytes: &[u8], known: Option<u8>) -> Format {
        let known = known.or_else(|| named_delimiter(bytes));
        let candidates = DELIMITERS.map(|(delimiter, _)| delimiter);
        let candidates = known.map_or(candidates.to_vec(), |delimiter| vec![delimiter]);
        let formats = candidates
            .into_iter()
            .map(|delimiter| Format { delimiter, quotes: quotes(bytes, delimiter) });
        // Of formats with the same rating, the first one is taken: a comma is more likely than a
        // bar.
        let first = Format { delimiter: known.unwrap_or(b','), quotes: Quotes::Doubled };
        let mut best = ((0, 0), first);
        for format in formats {
            let records = format.sample(bytes);
            let rating = (agreement(&records), whole_firsts(&records));
            if rating > best.0 || known.is_some() {
                best = (rating, format);
            }
        }
        best.1
    }

    /// The first records of a file, without the last one if it may be cut off.
    pub(crate) fn sample(self, bytes: &[u8]) -> Vec<StringRecord> {
        let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
        let escaped = (self.delimiter == b'|').then(|| bars::protected(bytes));
        let mut records: Vec<StringRecord> = builder(self)
            .from_reader(escaped.as_deref().unwrap_or(bytes))
            .into_byte_records()
            .map_while(Result::ok)
            .map(StringRecord::from_byte_record_lossy)
            .map(bars::restored)
            .collect();
        if records.len() > 1 && !bytes.ends_with(b"\n") && bytes.len() == SAMPLE_BYTES_MAX {
            records.pop();
        }
        records
    }

    /// Whether a record at the beginning of a file has several fields.
    pub(crate) fn splits(self, bytes: &[u8]) -> bool {
        self.sample(bytes).iter().any(|record| record.len() > 1)
    }

    pub(crate) fn is_tabs(self) -> bool {
        self.delimiter == b'\t'
    }
}

/// How many of a thousand records have the most frequent number of fields. Records of one field do
/// not count as agreeing, since any text has them.
fn agreement(records: &[StringRecord]) -> usize {
    let mut counts = [0_usize; AGREEING_FIELDS_MAX + 1];
    let is_note = |record: &&StringRecord| record.get(0).is_some_and(|cell| cell.starts_with('#'));
    for record in records.iter().skip_while(is_note) {
        counts[record.len().min(AGREEING_FIELDS_MAX)] += 1;
    }
    let total: usize = counts.iter().sum();
    counts[2..].iter().max().map_or(0, |most| most * 1000 / total.max(1))
}

/// The number of records without a possible delimiter in their first field: in `apple;1,5` the
/// comma is part of a number.
fn whole_firsts(records: &[StringRecord]) -> usize {
    let is_whole = |cell: &str| !cell.bytes().any(|b| DELIMITERS.iter().any(|(d, _)| *d == b));
    records.iter().filter(|record| record.get(0).is_some_and(is_whole)).count()
}

/// Records with at least this number of fields are counted together.
const AGREEING_FIELDS_MAX: usize = 40;

/// The delimiter that a file names: `sep=;` for spreadsheets, `#separator:tab` for Anki.
fn named_delimiter(bytes: &[u8]) -> Option<u8> {
    let text = String::from_utf8_lossy(bytes.get(..HEADER_BYTES).unwrap_or(bytes));
    // Below the headers such a line is a row: `sep=` may be a headword.
    let lines =
        text.trim_start_matches('\u{FEFF}').lines().map(|line| line.trim_start_matches('"'));
    let mut headers = lines
        .skip_while(|line| line.trim().is_empty())
        .take_while(|line| line.starts_with('#') || line.starts_with("sep="));
    let named = headers.find_map(|line| {
        line.strip_prefix("sep=").or_else(|| line.strip_prefix("#separator:")).map(str::to_owned)
    })?;
    let named = if named.starts_with('\t') { named.as_str() } else { named.trim_start() };
    let name = named.trim().to_lowercase();
    if name == "\\t" {
        return Some(b'\t');
    }
    let known =
        DELIMITERS.iter().find(|(_, known)| *known == name).map(|(delimiter, _)| *delimiter);
    known.or_else(|| named.bytes().next().filter(u8::is_ascii))
}

/// The delimiter must be named within this number of bytes at the beginning of a file.
const HEADER_BYTES: usize = 1024;

/// The meaning of quotes in a file with this delimiter. In files with TABs, quotes enclose fields
/// only if every field that begins with one also ends with one.
fn quotes(bytes: &[u8], delimiter: u8) -> Quotes {
    let is_escaped =
        has_inner_quote(bytes, delimiter, b'\\') && !has_inner_quote(bytes, delimiter, b'"');
    // Tab files with a header (`##name`) have escapes instead of quotes.
    if delimiter == b'\t' && bytes.starts_with(b"##") {
        return Quotes::Plain;
    }
    if delimiter != b'\t' {
        return if is_escaped { Quotes::Escaped } else { Quotes::Doubled };
    }
    let plain = Format { delimiter, quotes: Quotes::Plain };
    let records = plain.sample(bytes);
    let cells = || records.iter().flat_map(StringRecord::iter).filter(|cell| cell.starts_with('"'));
    let closed = cells().filter(|cell| cell.len() > 1 && cell.ends_with('"')).count();
    // A quoted field of several lines is closed on a later line.
    let doubled = Format { delimiter, quotes: Quotes::Doubled };
    let (with, without) = (agreement(&doubled.sample(bytes)), agreement(&records));
    // Anki always writes quotes in this way.
    if with > without || with == without && bytes.starts_with(b"#separator:") {
        return Quotes::Doubled;
    }
    match (closed, closed == cells().count()) {
        (1.., true) if is_escaped => Quotes::Escaped,
        (1.., true) => Quotes::Doubled,
        _ => Quotes::Plain,
    }
}

/// Whether a field has a quote with this character before it. The quote that ends a field may have
/// a backslash before it (`"a\"`), and an empty field is `""`.
fn has_inner_quote(bytes: &[u8], delimiter: u8, before: u8) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_none_or(|b| [delimiter, b'\n', b'\r'].contains(b));
    memchr::memmem::find_iter(bytes, &[before, b'"']).any(|at| {
        let is_empty = before == b'"' && is_end(at.checked_sub(1).and_then(|at| bytes.get(at)));
        !is_end(bytes.get(at + 2)) && !is_empty
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn sniffs(text: &str, delimiter: u8, quotes: Quotes) {
        assert_eq!(Format::sniff(text.as_bytes(), None), Format { delimiter, quotes }, "{text}");
    }

    #[test]
    fn takes_the_delimiter_that_the_rows_agree_on() {
        sniffs("a;a fruit, red, round\nb;a tree\nc;\"to go; to leave\"\n", b';', Quotes::Doubled);
        sniffs("a,b\nc,d\n", b',', Quotes::Doubled);
        sniffs("a|b, c\nc|d\n", b'|', Quotes::Doubled);
        sniffs("a;1,5\nb;2,0\n", b';', Quotes::Doubled);
        sniffs("a,b;c\nd,e;f\n", b',', Quotes::Doubled);
        sniffs("sep=\t\na\tb,c\n", b'\t', Quotes::Plain);
        sniffs("sep=\\t\na\tb,c\n", b'\t', Quotes::Plain);
        sniffs("\"sep=;\"\na;b,c\n", b';', Quotes::Doubled);
        sniffs("a\t\"b\"\nc\td\n", b'\t', Quotes::Doubled);
        sniffs("a\t2\"\nc\t\"d\n", b'\t', Quotes::Plain);
        sniffs("a\t\"b\nb\"\nc\t\"d\nd\"\n", b'\t', Quotes::Doubled);
        sniffs("sep=;\na;b,c\nd;e,f\n", b';', Quotes::Doubled);
        sniffs("a,b\nsep=;,c\n#separator:tab,d\n", b',', Quotes::Doubled);
        sniffs("#separator:Semicolon\n#html:true\na;b,c\n", b';', Quotes::Doubled);
        sniffs(r#"a,"b \"c\" d""#, b',', Quotes::Escaped);
        sniffs("\"a\",\"\",\"b \\\"c\\\"\"\n", b',', Quotes::Escaped);
        sniffs("\"a \\\"\"b\",c\n", b',', Quotes::Doubled);
        sniffs("a,\"c\\\"\nb,\"c, d\"\n", b',', Quotes::Doubled);
    }
}
