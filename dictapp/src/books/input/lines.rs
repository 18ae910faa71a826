//! Reads the lines of a text file with their numbers, without byte order mark and line end. Refuses
//! text that is not UTF-8, and cuts off lines that are too long.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use super::source::{Meter, Source, has_only_carriage_returns};
use crate::books::error::{BookError, Place};
use crate::books::limits::LINE_BYTES_MAX;

/// The lines of a text file.
pub(crate) struct Lines {
    path: PathBuf,
    input: BufReader<Source>,
    meter: Meter,
    /// The bytes of the last line.
    buffer: Vec<u8>,
    /// Maximum number of bytes that are read of a line: one more than it may have.
    limit: u64,
    /// The number of the last line, from 1.
    number: u64,
    /// The offset of the last line in the text.
    offset: u64,
}

/// One line.
pub(crate) enum Line<'a> {
    /// The line without its line end.
    Text(&'a str),
    /// The beginning of a line that is too long.
    TooLong(&'a str),
}

impl Lines {
    /// Lines of at most [`LINE_BYTES_MAX`] bytes.
    ///
    /// # Errors
    /// If the first bytes show UTF-16, or lines that end with carriage returns only.
    pub(crate) fn new(source: Source) -> Result<Lines, BookError> {
        Lines::with_limit(source, LINE_BYTES_MAX)
    }

    /// Lines of at most this number of bytes.
    ///
    /// # Errors
    /// As [`Lines::new`].
    pub(crate) fn with_limit(source: Source, bytes_max: usize) -> Result<Lines, BookError> {
        check_text(&source)?;
        Ok(Lines {
            path: source.path().to_owned(),
            meter: source.meter(),
            input: BufReader::with_capacity(64 * 1024, source),
            buffer: Vec::new(),
            limit: bytes_max as u64 + 1,
            number: 0,
            offset: 0,
        })
    }

    /// The number of the last line, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// The next line as owned text, `None` at the end. For a line that is too long, the inner
    /// result is an error with the beginning of the line.
    ///
    /// # Errors
    /// As [`Lines::next`].
    pub(crate) fn next_owned(&mut self) -> Result<Option<Result<String, String>>, BookError> {
        Ok(self.next()?.map(|line| match line {
            Line::Text(line) => Ok(line.to_owned()),
            Line::TooLong(start) => Err(start.to_owned()),
        }))
    }

    /// The next line, `None` at the end.
    ///
    /// # Errors
    /// If the file cannot be read, or is not UTF-8 text.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, BookError> {
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        let limit = self.limit;
        let fail = |error| BookError::io(&self.path, error);
        (&mut self.input).take(limit).read_until(b'\n', &mut self.buffer).map_err(fail)?;
        if self.buffer.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if self.buffer.len() as u64 == limit && self.buffer.last() != Some(&b'\n') {
            self.skip_rest()?;
            // 200 bytes are enough for the text in a report.
            let start = self.buffer.get(..200).unwrap_or_default();
            let valid = start.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            return Ok(Some(Line::TooLong(valid)));
        }
        self.text().map(|text| Some(Line::Text(text)))
    }

    /// The last line as text.
    fn text(&self) -> Result<&str, BookError> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| {
            let byte = self.offset + error.valid_up_to() as u64;
            let reason = format!("byte {byte} {NOT_UTF8}");
            BookError::encoding(&self.path, Place::Line(self.number), reason)
        })?;
        if text.contains('\0') {
            let reason = "contains a zero byte: this is not a text file";
            return Err(BookError::in_file(&self.path, Place::Line(self.number), reason));
        }
        // Files that were joined have a byte order mark at the beginning of each part.
        let text = text.trim_start_matches('\u{FEFF}');
        Ok(text.trim_end_matches(['\n', '\r']))
    }

    /// Skips the rest of a line that is too long.
    fn skip_rest(&mut self) -> Result<(), BookError> {
        loop {
            let rest = self.input.fill_buf().map_err(|e| BookError::io(&self.path, e))?;
            if rest.is_empty() {
                return Ok(());
            }
            let end = rest.iter().position(|&b| b == b'\n');
            let used = end.map_or(rest.len(), |end| end + 1);
            self.input.consume(used);
            self.offset += used as u64;
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

/// Refuses a text in UTF-16, which was not decoded, and a text in which lines end with carriage
/// returns only, which would be read as a single line.
///
/// # Errors
/// If the file is such a text.
pub(crate) fn check_text(source: &Source) -> Result<(), BookError> {
    let sample = source.sample();
    let path = source.path();
    if matches!(&*sample, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(BookError::whole(path, "is in UTF-16, which this reader does not support"));
    }
    if has_only_carriage_returns(&sample) {
        let reason = "its lines end with carriage returns only: save it with other line ends";
        return Err(BookError::whole(path, reason));
    }
    Ok(())
}

/// The reason that a text cannot be read.
pub(crate) const NOT_UTF8: &str = "is not UTF-8, and the encoding of the file is not recognised";
