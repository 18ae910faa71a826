//! A csv file with rewritten quotes (see `quoting`). A quote that nobody closed is left out if it
//! would join rows.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::format::Quotes;
use super::quoting::{Rewriter, State};
use crate::books::limits::RECORD_BYTES_MAX;

/// Maximum number of bytes that are rewritten at once. A longer line is passed on in parts: its
/// record is too long, and will be refused.
const LINE_BYTES_MAX: u64 = 2 * RECORD_BYTES_MAX;

/// A file with rewritten quotes. The numbers of its lines do not change.
pub(super) struct Quoted<R> {
    input: BufReader<R>,
    rewriter: Rewriter,
    line: Vec<u8>,
    /// The rewritten line, and the number of its bytes that the csv reader has read.
    output: Vec<u8>,
    read: usize,
    /// The number of cells of the first line; 0: it is not known.
    width: usize,
    /// Number of lines that were rewritten.
    lines: u64,
    /// The lines below that were read already.
    ahead: VecDeque<Vec<u8>>,
    open_quotes: OpenQuotes,
}

/// The lines with a quote that is not closed, and their beginnings.
pub(super) type OpenQuotes = Arc<Mutex<Vec<(u64, String)>>>;

/// Maximum number of lines below a quote in which its end is searched.
const AHEAD_LINES_MAX: usize = 32;

impl<R: Read> Quoted<R> {
    pub(super) fn new(input: R, delimiter: u8, quotes: Quotes) -> Quoted<R> {
        let rewriter = Rewriter {
            delimiter,
            quotes,
            state: State::Outside,
            opened: 0,
            no_end_from: usize::MAX,
        };
        let input = BufReader::with_capacity(64 * 1024, input);
        Quoted {
            input,
            rewriter,
            line: Vec::new(),
            output: Vec::new(),
            read: 0,
            width: 0,
            lines: 0,
            ahead: VecDeque::new(),
            open_quotes: OpenQuotes::default(),
        }
    }

    /// The quotes that were left out because they are not closed on their line.
    pub(super) fn open_quotes(&self) -> OpenQuotes {
        Arc::clone(&self.open_quotes)
    }

    fn rewrite_line(&mut self) -> io::Result<()> {
        self.line = match self.ahead.pop_front() {
            Some(line) => line,
            None => self.read_line()?,
        };
        self.lines += 1;
        let before = self.rewriter.state;
        self.rewriter.line(&self.line, &mut self.output);
        if before == State::Inside || self.rewriter.quotes == Quotes::Rows {
            return Ok(());
        }
        if self.width == 0 {
            self.width = self.rewriter.width(&self.line).unwrap_or_default();
        } else if self.rewriter.state == State::Inside {
            let mut line = self.line.clone();
            line.remove(line.len() - self.rewriter.opened);
            if self.is_open_by_mistake(&line)? {
                let start = String::from_utf8_lossy(&self.line).trim_end().to_owned();
                self.open_quotes
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((self.lines, start));
                self.output.clear();
                self.rewriter.state = State::Outside;
                self.rewriter.line(&line, &mut self.output);
            }
        }
        Ok(())
    }

    fn read_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        (&mut self.input).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        Ok(line)
    }

    /// Whether the quote that begins a cell of this line, which is without it here, was not meant
    /// to join lines: the line is a whole row, and the lines below are rows up to the next one with
    /// quotes, which is a row, too.
    fn is_open_by_mistake(&mut self, line: &[u8]) -> io::Result<bool> {
        if self.width < 2 || self.rewriter.width(line) != Some(self.width) {
            return Ok(false);
        }
        for at in 0..AHEAD_LINES_MAX {
            if self.ahead.len() == at {
                let next = self.read_line()?;
                self.ahead.push_back(next);
            }
            let next = &self.ahead[at];
            let is_row = || self.rewriter.width(next) == Some(self.width);
            match memchr::memchr(self.rewriter.quote(), next) {
                Some(first) => return Ok(self.rewriter.begins_cell(next, first) && is_row()),
                None if !is_row() => return Ok(false),
                None => {}
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Quoted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rewriter.quotes == Quotes::Plain {
            return self.input.read(buffer);
        }
        if self.read == self.output.len() {
            self.output.clear();
            self.read = 0;
            self.rewrite_line()?;
        }
        let n = (&self.output[self.read..]).read(buffer)?;
        self.read += n;
        Ok(n)
    }
}
