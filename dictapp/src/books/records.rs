//! A csv or tsv file to records of bounded size, with their lines.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord};

use super::Progress;
use super::error::{BookError, Place};
use super::limits::RECORD_BYTES_MAX;
use super::lines::not_utf8;
use super::source::{Meter, Source};

/// How the fields of a file are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// By this character, with quotes around fields that hold it (RFC 4180).
    Csv(u8),
    /// By TABs, and a quote is a quote.
    Tsv,
}

/// The records of a file.
pub(super) struct Records {
    path: PathBuf,
    csv: csv::Reader<Budgeted>,
    bytes: ByteRecord,
    since: Arc<AtomicU64>,
    meter: Meter,
    line: u64,
}

/// Counts what is read for one record, and ends in an error when that is too much: a quote that
/// is never closed would gather the whole file in memory.
struct Budgeted {
    inner: Source,
    since: Arc<AtomicU64>,
}

/// What the csv reader may have read ahead.
const READ_AHEAD_BYTES: u64 = 64 * 1024;

impl Records {
    pub(super) fn new(source: Source, format: Format) -> Records {
        let (path, meter) = (source.path().to_owned(), source.meter());
        let since = Arc::<AtomicU64>::default();
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).buffer_capacity(READ_AHEAD_BYTES as usize);
        match format {
            Format::Csv(delimiter) => builder.delimiter(delimiter),
            Format::Tsv => builder.delimiter(b'\t').quoting(false),
        };
        let csv = builder.from_reader(Budgeted { inner: source, since: Arc::clone(&since) });
        Records { path, csv, bytes: ByteRecord::new(), since, meter, line: 0 }
    }

    /// The next record, `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8 text, or a record is too large.
    pub(super) fn next(&mut self) -> Result<Option<StringRecord>, BookError> {
        self.since.store(0, Ordering::Relaxed);
        let begins = self.csv.position().clone();
        let more = self.csv.read_byte_record(&mut self.bytes).map_err(|error| self.fault(error))?;
        if !more {
            return Ok(None);
        }
        self.line = self.bytes.position().map_or(begins.line(), csv::Position::line);
        if self.bytes.as_slice().contains(&0) {
            return Err(self.damaged("holds a zero byte: this is not a text file"));
        }
        match StringRecord::from_byte_record(std::mem::take(&mut self.bytes)) {
            Ok(record) => Ok(Some(record)),
            Err(_) => Err(self.damaged(&not_utf8("GB18030", &self.path))),
        }
    }

    /// The line on which the record last given begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the record last given goes over several lines.
    pub(super) fn is_several_lines(&self) -> bool {
        self.csv.position().line() > self.line + 1
    }

    pub(super) fn progress(&self) -> Progress {
        self.meter.progress()
    }

    /// An error at the record last given.
    pub(super) fn damaged(&self, reason: &str) -> BookError {
        BookError::at(&self.path, Place::Line(self.line), reason)
    }

    fn fault(&self, error: csv::Error) -> BookError {
        let line = self.csv.position().line();
        match error.into_kind() {
            ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                BookError::at(&self.path, Place::Line(line), error.to_string())
            }
            ErrorKind::Io(error) => BookError::io(&self.path, error),
            other => BookError::at(&self.path, Place::Line(line), format!("{other:?}")),
        }
    }
}

impl Read for Budgeted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let since = self.since.fetch_add(n as u64, Ordering::Relaxed) + n as u64;
        if since > RECORD_BYTES_MAX + READ_AHEAD_BYTES {
            let text = format!(
                "the record is longer than {RECORD_BYTES_MAX} bytes: is a quote not closed?"
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(n)
    }
}

/// The first records of a sample, for recognising a file; the last one may be cut off and is not
/// among them.
pub(super) fn sample(bytes: &[u8], format: Format) -> Vec<StringRecord> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true);
    match format {
        Format::Csv(delimiter) => builder.delimiter(delimiter),
        Format::Tsv => builder.delimiter(b'\t').quoting(false),
    };
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let mut records: Vec<StringRecord> = builder
        .from_reader(bytes)
        .into_byte_records()
        .map_while(Result::ok)
        .map(StringRecord::from_byte_record_lossy)
        .collect();
    if records.len() > 1 && !bytes.ends_with(b"\n") {
        records.pop();
    }
    records
}

/// The character that separates the fields of a csv file: Excel writes `;` in half of Europe.
pub(super) fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| first.iter().filter(|&&byte| byte == wanted).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}
