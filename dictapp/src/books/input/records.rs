//! A csv or tsv file to records of bounded size, with their lines.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord, Terminator};

use super::lines::{check_text, not_utf8};
use super::source::{Meter, Source};
use crate::books::error::{BookError, Place};
use crate::books::limits::RECORD_BYTES_MAX;

/// How the fields of a file are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// By this character, with quotes around fields that hold it (RFC 4180).
    Csv(u8),
    /// By TABs, and a quote is a quote.
    Tsv,
}

/// The records of a file.
pub(crate) struct Records {
    path: PathBuf,
    csv: csv::Reader<Watched>,
    bytes: ByteRecord,
    watch: Arc<Watch>,
    meter: Meter,
    line: u64,
    /// How many line ends the fields of the record last given hold.
    inner_ends: u64,
    /// Whether its last field holds one.
    ends_in_lines: bool,
}

/// A file on its way to the csv reader, which says neither where a record stands when empty lines
/// are before it nor whether its last quote was closed.
struct Watched {
    inner: Source,
    watch: Arc<Watch>,
}

/// What is known of the bytes that the csv reader took.
#[derive(Default)]
struct Watch {
    /// How many since the last record: a quote that is never closed would gather the whole file.
    since: AtomicU64,
    last: AtomicU8,
    /// The last one that is no part of a line end.
    last_of_text: AtomicU8,
    /// Whether that was all.
    ended: AtomicBool,
}

/// What the csv reader may have read ahead.
const READ_AHEAD_BYTES: usize = 64 * 1024;

impl Records {
    /// # Errors
    /// A file that is in another encoding, or has other line ends, from its first bytes.
    pub(crate) fn new(source: Source, format: Format) -> Result<Records, BookError> {
        check_text(&source)?;
        let (path, meter) = (source.path().to_owned(), source.meter());
        let watch = Arc::<Watch>::default();
        let mut builder = builder(format);
        // A carriage return before the line end is taken off below: as a line end of its own it
        // would be counted with the record behind it.
        builder.terminator(Terminator::Any(b'\n')).buffer_capacity(READ_AHEAD_BYTES);
        let csv = builder.from_reader(Watched { inner: source, watch: Arc::clone(&watch) });
        let bytes = ByteRecord::new();
        let (line, inner_ends, ends_in_lines) = (0, 0, false);
        Ok(Records { path, csv, bytes, watch, meter, line, inner_ends, ends_in_lines })
    }

    /// The next record that is not empty, `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8 text, or a record is too large.
    pub(crate) fn next(&mut self) -> Result<Option<StringRecord>, BookError> {
        while self.read()? {
            if self.bytes.as_slice().trim_ascii().is_empty() && self.bytes.len() == 1 {
                continue;
            }
            if self.bytes.as_slice().contains(&0) {
                return Err(self.damaged("holds a zero byte: this is not a text file"));
            }
            return match StringRecord::from_byte_record(std::mem::take(&mut self.bytes)) {
                Ok(record) => Ok(Some(record)),
                Err(_) => Err(self.damaged(&not_utf8("GB18030", &self.path))),
            };
        }
        Ok(None)
    }

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

    /// The line on which the record last given begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the record last given goes over several lines.
    pub(crate) fn is_several_lines(&self) -> bool {
        self.inner_ends > 0
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// An error at the record last given.
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
    builder.has_headers(false).flexible(true);
    match format {
        Format::Csv(delimiter) => builder.delimiter(delimiter),
        Format::Tsv => builder.delimiter(b'\t').quoting(false),
    };
    builder
}

impl Watch {
    /// Whether the file ended inside a quoted field, if its last field holds a line end: only a
    /// quoted field holds one, and a quote closes it.
    fn ends_in_quote(&self) -> bool {
        self.ended.load(Ordering::Relaxed) && self.last_of_text.load(Ordering::Relaxed) != b'"'
    }

    /// Whether the record last read ended in a line end, not in the end of the file.
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

/// The first records of a sample, for recognising a file; the last one may be cut off and is not
/// among them.
pub(crate) fn sample(bytes: &[u8], format: Format) -> Vec<StringRecord> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let mut records: Vec<StringRecord> = builder(format)
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
pub(crate) fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| first.iter().filter(|&&byte| byte == wanted).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}
