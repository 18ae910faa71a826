//! Reads the records of a csv or tsv file: `apple,"n. 苹果, 果"` has the fields `apple` and
//! `n. 苹果, 果`. Limits their size, and finds the line on which each begins.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use csv::{ByteRecord, ErrorKind, StringRecord, Terminator};

use super::escaped_pipes::{self, EscapedPipes};
use super::format::Format;
use super::lines::{NOT_UTF8, check_text};
use super::rewritten_quotes::{OpenQuote, OpenQuotes, RewrittenQuotes};
use super::source::{Meter, Source};
use crate::books::error::{BookError, Place};
use crate::books::limits::RECORD_BYTES_MAX;

/// The records of a file.
pub(crate) struct Records {
    path: PathBuf,
    csv: csv::Reader<Observed<RewrittenQuotes<Box<dyn Read + Send>>>>,
    /// The last record.
    bytes: ByteRecord,
    observations: Arc<Observations>,
    meter: Meter,
    open_quotes: OpenQuotes,
    /// The line on which the last record begins, from 1.
    line: u64,
    /// Number of line ends in the fields of the last record.
    inner_line_ends: u64,
    /// Whether the last field of the last record contains a line end.
    last_field_has_line_end: bool,
}

/// Passes the file to the csv reader and observes its bytes. The csv reader does not report on
/// which line a record after empty lines begins, or whether the last quote was closed.
struct Observed<R> {
    inner: R,
    observations: Arc<Observations>,
}

/// What was observed of the bytes that the csv reader has read.
#[derive(Default)]
struct Observations {
    /// Number of bytes since the last record. It is limited: otherwise a quote that is never closed
    /// would make one record of the whole file, in memory.
    bytes_since_record: AtomicU64,
    last_byte: AtomicU8,
    /// The last byte that is not part of a line end.
    last_text_byte: AtomicU8,
    /// Whether the end of the file was reached.
    has_ended: AtomicBool,
}

/// Size of the csv reader's buffer, which may contain this many bytes of the next records.
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
        let observations = Arc::<Observations>::default();
        let mut builder = format.builder();
        // `read` removes a carriage return before the line end. If it ended the record, the line
        // feed after it would count as a line of the next record.
        builder.terminator(Terminator::Any(b'\n')).buffer_capacity(READ_AHEAD_BYTES);
        let source: Box<dyn Read + Send> = match format.delimiter {
            b'|' => Box::new(EscapedPipes { inner: source, holds_backslash: false }),
            _ => Box::new(source),
        };
        let inner = RewrittenQuotes::new(source, format.delimiter, format.quotes);
        let open_quotes = inner.open_quotes();
        let csv = builder.from_reader(Observed { inner, observations: Arc::clone(&observations) });
        let bytes = ByteRecord::new();
        let line = 0;
        let inner_line_ends = 0;
        let last_field_has_line_end = false;
        Ok(Records {
            path,
            csv,
            bytes,
            observations,
            meter,
            open_quotes,
            line,
            inner_line_ends,
            last_field_has_line_end,
        })
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
                Ok(record) => Ok(Some(escaped_pipes::restored(record))),
                Err(_) => Err(BookError::encoding(&self.path, Place::Line(self.line), NOT_UTF8)),
            };
        }
        Ok(None)
    }

    /// Reads the next record into `bytes`, and finds its line. `false`: the file has no more
    /// records.
    fn read(&mut self) -> Result<bool, BookError> {
        self.observations.bytes_since_record.store(0, Ordering::Relaxed);
        if !self.csv.read_byte_record(&mut self.bytes).map_err(|error| self.fault(error))? {
            let open = self.last_field_has_line_end && self.observations.ends_in_quote();
            return if open { Err(self.damaged("the quote is not closed")) } else { Ok(false) };
        }
        let line_ends = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let last = self.bytes.iter().next_back().unwrap_or_default();
        self.last_field_has_line_end = line_ends(last) > 0;
        self.inner_line_ends = line_ends(self.bytes.as_slice());
        let open = self.last_field_has_line_end && self.observations.ends_in_quote();
        let own_end = u64::from(self.observations.has_line_end() && !open);
        self.line = self.csv.position().line().saturating_sub(self.inner_line_ends + own_end);
        if let Some(field) = last.strip_suffix(b"\r").map(<[u8]>::to_vec) {
            self.bytes.truncate(self.bytes.len() - 1);
            self.bytes.push_field(&field);
        }
        Ok(true)
    }

    /// The quotes that were left out because they are not closed, since the last call.
    pub(crate) fn take_open_quotes(&mut self) -> Vec<OpenQuote> {
        std::mem::take(&mut *self.open_quotes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The line on which the last record begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the last record has several lines.
    pub(crate) fn is_several_lines(&self) -> bool {
        self.inner_line_ends > 0
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// An error at the last record.
    pub(crate) fn damaged(&self, reason: &str) -> BookError {
        BookError::in_file(&self.path, Place::Line(self.line), reason)
    }

    fn fault(&self, error: csv::Error) -> BookError {
        match error.into_kind() {
            ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let place = Place::Line(self.csv.position().line());
                BookError::in_file(&self.path, place, error.to_string())
            }
            ErrorKind::Io(error) => BookError::io(&self.path, error),
            other => BookError::whole(&self.path, format!("{other:?}")),
        }
    }
}

impl Observations {
    /// Whether the file ended inside a quoted field. Valid only if the last field contains a line
    /// end: such a field is quoted, so it must end with a quote.
    fn ends_in_quote(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
            && self.last_text_byte.load(Ordering::Relaxed) != b'"'
    }

    /// Whether the last record ended with a line end, not with the end of the file.
    fn has_line_end(&self) -> bool {
        !self.has_ended.load(Ordering::Relaxed) || self.last_byte.load(Ordering::Relaxed) == b'\n'
    }
}

impl<R: Read> Read for Observed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let read = &buffer[..n];
        match read.last() {
            Some(last) => self.observations.last_byte.store(*last, Ordering::Relaxed),
            None => self.observations.has_ended.store(true, Ordering::Relaxed),
        }
        if let Some(last) = read.iter().rfind(|byte| !b"\r\n".contains(byte)) {
            self.observations.last_text_byte.store(*last, Ordering::Relaxed);
        }
        let bytes_since_record =
            self.observations.bytes_since_record.fetch_add(n as u64, Ordering::Relaxed) + n as u64;
        if bytes_since_record > RECORD_BYTES_MAX + READ_AHEAD_BYTES as u64 {
            let text = format!(
                "the record is longer than {RECORD_BYTES_MAX} bytes: is a quote not closed?"
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(n)
    }
}
