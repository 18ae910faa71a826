//! Rewrites the quotes of a csv file in the form of RFC 4180, line by line, before the csv reader
//! reads it: `a, "the "b" of a"` becomes `a,"the ""b"" of a"`. Handles blanks beside quotes, quotes
//! in a quoted cell that are not doubled, quotes around a part of a cell (`"a" or "b"`),
//! backslashes before quotes, single quotes, and quotes around whole rows.

use super::format::QuoteStyle;

/// Rewrites the lines of one file, in their order.
#[derive(Clone, Copy)]
pub(super) struct QuoteRewriter {
    pub(super) delimiter: u8,
    pub(super) quotes: QuoteStyle,
    pub(super) state: State,
    /// The number of bytes from the last quote that is not closed on its line to the end of the
    /// line.
    pub(super) open_quote_bytes: usize,
    /// No quote at or after this offset of the line ends a cell, as a search has found: the other
    /// cells need not search the rest of the line again. `usize::MAX` before such a search.
    pub(super) no_end_from: usize,
}

/// The state at the beginning of a line: outside of quoted cells, or inside of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Outside,
    /// In a quoted cell that began on a line above.
    Inside,
}

/// How a quoted cell ends.
enum End {
    /// With the quote at this offset.
    Quote(usize),
    /// On a line below.
    Below,
    /// The cell is not quoted: its first quotes enclose only a part of it (`"a" or b`), which ends
    /// at this offset.
    AfterPart(usize),
}

impl QuoteRewriter {
    /// Appends the rewritten line to `output`.
    pub(super) fn rewrite_line(&mut self, line: &[u8], output: &mut Vec<u8>) {
        self.no_end_from = usize::MAX;
        let byte_order_mark = "\u{FEFF}".as_bytes();
        let line = match self.state {
            // Files that were joined have byte order marks in the middle.
            State::Outside => line.strip_prefix(byte_order_mark).unwrap_or(line),
            State::Inside => line,
        };
        if self.quotes == QuoteStyle::Rows
            && let Some(row) = row_in_quotes(line)
        {
            return self.write_cells(&row, output);
        }
        if self.state == State::Outside && memchr::memchr(self.quote(), line).is_none() {
            // A row without single quotes is the header row, which may have double quotes.
            let doubled = QuoteRewriter { quotes: QuoteStyle::Doubled, ..*self };
            return match (self.quotes, doubled.cell_count(line)) {
                (QuoteStyle::Single, Some(_)) => { doubled }.write_cells(line, output),
                (QuoteStyle::Single, None) => self.write_cells(line, output),
                _ => output.extend_from_slice(line),
            };
        }
        self.write_cells(line, output);
    }

    /// The character that encloses cells.
    pub(super) fn quote(&self) -> u8 {
        if self.quotes == QuoteStyle::Single { b'\'' } else { b'"' }
    }

    /// The number of cells of a line. `None`: a quote is not closed.
    pub(super) fn cell_count(&self, line: &[u8]) -> Option<usize> {
        let mut rewriter =
            QuoteRewriter { state: State::Outside, no_end_from: usize::MAX, ..*self };
        let (mut at, mut count, mut output) = (0, 1, Vec::new());
        while at < line.len() {
            if line[at] == self.delimiter || b"\r\n".contains(&line[at]) {
                count += usize::from(line[at] == self.delimiter);
                at += 1;
            } else {
                at = rewriter.write_cell(line, at, &mut output);
            }
        }
        (rewriter.state == State::Outside).then_some(count)
    }

    /// Whether the quote at this offset begins a cell with text.
    pub(super) fn begins_cell(&self, line: &[u8], at: usize) -> bool {
        let before = line[..at].trim_ascii_end();
        let is_at_start = before.is_empty() || before.last() == Some(&self.delimiter);
        is_at_start && !self.ends_cell(&line[at + 1..]) && line.get(at + 1) != Some(&self.quote())
    }

    /// Writes the cells of a line. The first one may have begun on a line above.
    fn write_cells(&mut self, line: &[u8], output: &mut Vec<u8>) {
        let mut at = 0;
        if self.state == State::Inside {
            at = match self.find_end(line, 0) {
                End::Quote(end) => {
                    self.state = State::Outside;
                    self.write_content(&line[..end], output);
                    output.push(b'"');
                    end + 1 + self.blanks(&line[end + 1..])
                }
                End::Below | End::AfterPart(_) => return self.write_content(line, output),
            };
        }
        while at < line.len() {
            if line[at] == self.delimiter || b"\r\n".contains(&line[at]) {
                output.push(line[at]);
                at += 1;
                continue;
            }
            at = self.write_cell(line, at, output);
        }
    }

    /// Writes the cell that begins at this offset. Returns the offset after it.
    fn write_cell(&mut self, line: &[u8], at: usize, output: &mut Vec<u8>) -> usize {
        let begin = at + self.blanks(&line[at..]);
        if line.get(begin) != Some(&self.quote()) {
            let end = begin + self.cell_length(&line[begin..]);
            self.write_unquoted(&line[at..end], output);
            return end;
        }
        output.push(b'"');
        let end = match self.find_end(line, begin + 1) {
            End::Quote(end) => {
                self.write_content(&line[begin + 1..end], output);
                end + 1 + self.blanks(&line[end + 1..])
            }
            End::Below => {
                self.state = State::Inside;
                self.open_quote_bytes = line.len() - begin;
                self.write_content(&line[begin + 1..], output);
                return line.len();
            }
            End::AfterPart(part) => {
                let end = part + self.cell_length(&line[part..]);
                write_doubled(&line[begin..end], b'"', output);
                end
            }
        };
        output.push(b'"');
        end
    }

    /// Finds the end of a quoted cell. Its content begins at the offset `from`.
    fn find_end(&mut self, line: &[u8], from: usize) -> End {
        let quote = self.quote();
        let has_no_end = from >= self.no_end_from;
        let mut first_inner = None;
        let mut escaped_end = None;
        let mut at = from;
        while let Some(found) = memchr::memchr(quote, &line[at..]).map(|found| at + found) {
            let is_last = self.ends_cell(&line[found + 1..]);
            at = found + 1;
            if self.quotes == QuoteStyle::Escaped && is_escaped(&line[from..found]) {
                escaped_end = escaped_end.or(is_last.then_some(found));
                if has_no_end && escaped_end.is_some() {
                    break;
                }
            } else if is_last {
                return self.end_at_last_quote(line, from, found, first_inner);
            } else if line.get(found + 1) == Some(&quote) {
                let is_last = self.ends_cell(&line[found + 2..]);
                if is_last && first_inner.is_some() {
                    return self.end_at_last_quote(line, from, found + 1, first_inner);
                }
                at = found + 2;
            } else {
                let inner = *first_inner.get_or_insert(found);
                let closes = self.quotes != QuoteStyle::Escaped && closes_part(line, from, inner);
                if (has_no_end || closes) && self.state == State::Outside {
                    return End::AfterPart(inner + 1);
                }
            }
        }
        self.no_end_from = self.no_end_from.min(from);
        match (escaped_end, first_inner) {
            (Some(end), _) => End::Quote(end),
            (None, Some(inner)) if self.state == State::Outside => End::AfterPart(inner + 1),
            (None, _) => End::Below,
        }
    }

    /// The end of a cell with its last quote at `end`. If the quote at `inner` closes the first
    /// one, as in `"a" or "b"`, the quotes enclose only parts of the cell.
    fn end_at_last_quote(&self, line: &[u8], from: usize, end: usize, inner: Option<usize>) -> End {
        match inner.filter(|_| self.state == State::Outside) {
            Some(inner) if closes_part(line, from, inner) => End::AfterPart(inner + 1),
            _ => End::Quote(end),
        }
    }

    /// Whether a cell ends at the beginning of `rest`, perhaps after blanks.
    fn ends_cell(&self, rest: &[u8]) -> bool {
        let next = rest.get(self.blanks(rest));
        next.is_none_or(|next| *next == self.delimiter || b"\r\n".contains(next))
    }

    /// The number of bytes up to the next delimiter or the end of the line.
    fn cell_length(&self, rest: &[u8]) -> usize {
        let is_end = |byte: &u8| *byte == self.delimiter || b"\r\n".contains(byte);
        rest.iter().position(is_end).unwrap_or(rest.len())
    }

    /// The number of blanks at the beginning.
    fn blanks(&self, rest: &[u8]) -> usize {
        let is_blank = |byte: &&u8| **byte == b' ' || **byte == b'\t' && self.delimiter != b'\t';
        rest.iter().take_while(is_blank).count()
    }

    /// Writes text that is not quoted. In a file with single quotes, a double quote is a character
    /// like any other. A text that begins with one is quoted for the csv reader.
    fn write_unquoted(&self, text: &[u8], output: &mut Vec<u8>) {
        if self.quotes == QuoteStyle::Single && text.starts_with(b"\"") {
            output.push(b'"');
            write_doubled(text, b'"', output);
            output.push(b'"');
        } else {
            output.extend_from_slice(text);
        }
    }

    /// Writes the content of a quoted cell with its quotes doubled.
    fn write_content(&self, content: &[u8], output: &mut Vec<u8>) {
        if self.quotes == QuoteStyle::Doubled && memchr::memchr(b'"', content).is_none() {
            return output.extend_from_slice(content);
        }
        let mut rest = content;
        while let Some((&byte, after)) = rest.split_first() {
            let next = after.first();
            let is_pair = byte == self.quote() && next == Some(&byte);
            let is_escape = self.quotes == QuoteStyle::Escaped
                && byte == b'\\'
                && next.is_some_and(|next| b"\"\\".contains(next));
            let byte = if is_escape { after[0] } else { byte };
            output.extend(if byte == b'"' { &b"\"\""[..] } else { std::slice::from_ref(&byte) });
            rest = if is_pair || is_escape { &after[1..] } else { after };
        }
    }
}

/// Whether the quote at `inner` closes the one before `from`, as in `"a" or "b"`.
fn closes_part(line: &[u8], from: usize, inner: usize) -> bool {
    inner > from && line[inner - 1] != b' ' && line.get(inner + 1) == Some(&b' ')
}

/// Whether the byte after this text is escaped: an odd number of backslashes precedes it.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Writes a text with this byte doubled.
fn write_doubled(text: &[u8], doubled: u8, output: &mut Vec<u8>) {
    for &byte in text {
        output.push(byte);
        output.extend((byte == doubled).then_some(byte));
    }
}

/// A row without the quotes around it, and with `"` in place of each `""` in it: `"a,""b"""`
/// becomes `a,"b"`. `None`: the line is not a row in quotes.
pub(super) fn row_in_quotes(line: &[u8]) -> Option<Vec<u8>> {
    let text = line.trim_ascii();
    let inner = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut row = Vec::with_capacity(line.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'"', rest) {
        row.extend_from_slice(&rest[..=at]);
        rest = rest[at + 1..].strip_prefix(b"\"")?;
    }
    row.extend_from_slice(rest);
    row.extend_from_slice(&line[line.trim_ascii_end().len()..]);
    Some(row)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::rewritten_quotes::RewrittenQuotes;
    use super::*;

    #[track_caller]
    fn rewrites(quotes: QuoteStyle, text: &str, expected: &str) {
        let mut found = String::new();
        RewrittenQuotes::new(text.as_bytes(), b',', quotes).read_to_string(&mut found).unwrap();
        assert_eq!(found, expected, "{text}");
    }

    /// If each cell searched the rest of the line for the end of its quotes, a line of 1 MB would
    /// take minutes.
    #[test]
    fn a_long_line_of_quotes_that_close_no_cell_is_searched_once() {
        for (quotes, cell) in [
            (QuoteStyle::Doubled, "\"a\"x,"),
            (QuoteStyle::Doubled, "\"a\" or x,"),
            (QuoteStyle::Escaped, "\"a\\\","),
            (QuoteStyle::Escaped, "\"a\"x,"),
            (QuoteStyle::Single, "'a'x,"),
        ] {
            for end in ["\n", "\"z\"\n"] {
                let text = format!("{}{end}", cell.repeat(100_000));
                let mut found = Vec::new();
                RewrittenQuotes::new(text.as_bytes(), b',', quotes)
                    .read_to_end(&mut found)
                    .unwrap();
                assert!(found.len() >= text.len(), "{cell}");
            }
        }
    }

    #[test]
    fn quotes_are_rewritten_as_the_csv_reader_needs_them() {
        for (text, expected) in [
            ("a, \"b, c\" ,d\n", "a,\"b, c\",d\n"),
            ("\"a\", \"\"\r\n", "\"a\",\"\"\r\n"),
            ("\"a \"\"b\"\" c\",d", "\"a \"\"b\"\" c\",d"),
            ("\"he said \"yes\" to me\",d", "\"he said \"\"yes\"\" to me\",d"),
            ("\"he said \"yes\"\",d", "\"he said \"\"yes\"\"\",d"),
            ("\"a \"big, red\" one\",d", "\"a \"\"big, red\"\" one\",d"),
            ("\"a\" or \"b\",d", "\"\"\"a\"\" or \"\"b\"\"\",d"),
            ("\"a b\" c,d\ne,f\n", "\"\"\"a b\"\" c\",d\ne,f\n"),
            ("12\" long,d", "12\" long,d"),
            ("a,\"b\nc \"d\" e\n\n\" ,f\n", "a,\"b\nc \"\"d\"\" e\n\n\",f\n"),
            ("\u{FEFF}\"a\",b\n\u{FEFF}\"c\",d\n", "\"a\",b\n\"c\",d\n"),
            ("a,\"b\n", "a,\"b\n"),
        ] {
            rewrites(QuoteStyle::Doubled, text, expected);
        }
        rewrites(QuoteStyle::Escaped, r#""a \"b\"","c\\","d\" e""#, r#""a ""b""","c\","d"" e""#);
        rewrites(QuoteStyle::Escaped, r#""a \"b\" c","d\",e"#, r#""a ""b"" c","d\",e"#);
        rewrites(
            QuoteStyle::Single,
            "'a, \"b\"','it''s',\"c\"\n",
            "\"a, \"\"b\"\"\",\"it's\",\"\"\"c\"\"\"\n",
        );
        rewrites(QuoteStyle::Rows, "\"a,\"\"b, c\"\"\"\n\"d,e\"\n", "a,\"b, c\"\nd,e\n");
        rewrites(QuoteStyle::Literal, "a,\"b\n", "a,\"b\n");
    }
}
