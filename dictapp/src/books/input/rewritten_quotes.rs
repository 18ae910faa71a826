//! A csv file with its quotes rewritten by `quote_rewriter`, as a stream for the csv reader. A
//! quote that is not closed is left out if it would join rows: `a,"b` above `c,d` and `e,"f"`
//! becomes `a,b`.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::format::QuoteStyle;
use super::quote_rewriter::{QuoteRewriter, State};
use crate::books::limits::RECORD_BYTES_MAX;

/// Maximum number of bytes that are rewritten at once. A longer line is passed on in parts: its
/// record is too long, and will be refused.
const LINE_BYTES_MAX: u64 = 2 * RECORD_BYTES_MAX;

/// A file with rewritten quotes. The numbers of its lines do not change.
pub(super) struct RewrittenQuotes<R> {
    input: BufReader<R>,
    rewriter: QuoteRewriter,
    line: Vec<u8>,
    /// The rewritten line.
    output: Vec<u8>,
    /// The number of bytes of `output` that the csv reader has read.
    read: usize,
    /// The number of cells of the first line; 0: it is not known.
    cells_per_row: usize,
    /// Number of lines that were rewritten.
    lines: u64,
    /// The lines below that were read already.
    lines_ahead: VecDeque<Vec<u8>>,
    open_quotes: OpenQuotes,
}

/// A quote that is not closed.
#[derive(Debug)]
pub(crate) struct OpenQuote {
    /// The number of its line, from 1.
    pub(crate) line: u64,
    /// The text of its line.
    pub(crate) text: String,
}

/// The quotes that were left out.
pub(super) type OpenQuotes = Arc<Mutex<Vec<OpenQuote>>>;

/// Maximum number of lines below a quote in which its end is searched.
const LINES_AHEAD_MAX: usize = 32;

impl<R: Read> RewrittenQuotes<R> {
    pub(super) fn new(input: R, delimiter: u8, quotes: QuoteStyle) -> RewrittenQuotes<R> {
        let rewriter = QuoteRewriter {
            delimiter,
            quotes,
            state: State::Outside,
            open_quote_bytes: 0,
            no_end_from: usize::MAX,
        };
        let input = BufReader::with_capacity(64 * 1024, input);
        RewrittenQuotes {
            input,
            rewriter,
            line: Vec::new(),
            output: Vec::new(),
            read: 0,
            cells_per_row: 0,
            lines: 0,
            lines_ahead: VecDeque::new(),
            open_quotes: OpenQuotes::default(),
        }
    }

    /// The quotes that were left out because they are not closed on their line.
    pub(super) fn open_quotes(&self) -> OpenQuotes {
        Arc::clone(&self.open_quotes)
    }

    /// Rewrites the next line into `output`.
    fn rewrite_next_line(&mut self) -> io::Result<()> {
        self.line = match self.lines_ahead.pop_front() {
            Some(line) => line,
            None => self.read_line()?,
        };
        self.lines += 1;
        let before = self.rewriter.state;
        self.rewriter.rewrite_line(&self.line, &mut self.output);
        if before == State::Inside || self.rewriter.quotes == QuoteStyle::Rows {
            return Ok(());
        }
        if self.cells_per_row == 0 {
            self.cells_per_row = self.rewriter.cell_count(&self.line).unwrap_or_default();
        } else if self.rewriter.state == State::Inside {
            let mut without_quote = self.line.clone();
            without_quote.remove(without_quote.len() - self.rewriter.open_quote_bytes);
            if self.is_open_by_mistake(&without_quote)? {
                let text = String::from_utf8_lossy(&self.line).trim_end().to_owned();
                self.open_quotes
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(OpenQuote { line: self.lines, text });
                self.output.clear();
                self.rewriter.state = State::Outside;
                self.rewriter.rewrite_line(&without_quote, &mut self.output);
            }
        }
        Ok(())
    }

    fn read_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        (&mut self.input).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        Ok(line)
    }

    /// Whether the quote that is not closed on a line is a mistake, so that it must not join lines:
    /// without it the line is a whole row, and so is each line below, up to and including the next
    /// one with quotes.
    fn is_open_by_mistake(&mut self, without_quote: &[u8]) -> io::Result<bool> {
        let cells = Some(self.cells_per_row);
        if self.cells_per_row < 2 || self.rewriter.cell_count(without_quote) != cells {
            return Ok(false);
        }
        for at in 0..LINES_AHEAD_MAX {
            if self.lines_ahead.len() == at {
                let next = self.read_line()?;
                self.lines_ahead.push_back(next);
            }
            let next = &self.lines_ahead[at];
            let is_row = || self.rewriter.cell_count(next) == cells;
            match memchr::memchr(self.rewriter.quote(), next) {
                Some(first) => return Ok(self.rewriter.begins_cell(next, first) && is_row()),
                None if !is_row() => return Ok(false),
                None => {}
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for RewrittenQuotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rewriter.quotes == QuoteStyle::Literal {
            return self.input.read(buffer);
        }
        if self.read == self.output.len() {
            self.output.clear();
            self.read = 0;
            self.rewrite_next_line()?;
        }
        let n = (&self.output[self.read..]).read(buffer)?;
        self.read += n;
        Ok(n)
    }
}
