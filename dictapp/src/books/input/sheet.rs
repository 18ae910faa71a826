//! Reads a small table that is in memory, such as a list of words that a person typed or uploaded:
//! `lantern;灯笼` is a row of two cells, `ice cream` a row of one.

use std::io::{Cursor, Read};
use std::path::Path;

use csv::StringRecord;

use super::encoding::Encoding;
use super::format::{Format, QuoteStyle};
use super::records::Records;
use super::source::Source;
use crate::books::error::BookError;

/// A text is a table if at least this number of every ten rows have several cells. In a list of
/// phrases, few rows have a comma.
const SPLIT_OF_TEN: usize = 8;

/// The format of a text that is not a table: one word in each line, perhaps with a second cell
/// after a TAB.
const LINES: Format = Format { delimiter: b'\t', quotes: QuoteStyle::Literal };

/// Decodes the bytes of a file to text without a byte order mark. `None`: the encoding is not
/// recognised, or the file is no text.
pub(crate) fn decode_text(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    let encoding = Encoding::detect(bytes);
    encoding.decode(Box::new(Cursor::new(bytes.to_vec()))).read_to_string(&mut text).ok()?;
    if text.contains('\0') {
        return None;
    }
    // Old programs end lines with carriage returns only. The csv reader needs line feeds.
    let text = if text.contains('\n') { text } else { text.replace('\r', "\n") };
    text.strip_prefix('\u{FEFF}').map(str::to_owned).or(Some(text))
}

/// The first rows of a text, at most `rows_max`. The delimiter is recognised. Errors show `name` as
/// the name of the file.
///
/// # Errors
/// A quote is not closed, or a row is too large.
pub(crate) fn parse_rows(
    name: &str,
    text: String,
    rows_max: usize,
) -> Result<Vec<StringRecord>, BookError> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let tab = (first.contains('\t') && !first.starts_with('#')).then_some(b'\t');
    let source = Source::of_text(Path::new(name), text)?;
    let sample = source.sample();
    let sniffed = Format::sniff(&sample, tab);
    let rows = sniffed.sample(&sample);
    let split = rows.iter().filter(|row| row.len() > 1).count();
    let is_table = sniffed.is_tabs() || split * 10 >= rows.len() * SPLIT_OF_TEN;
    let mut records = Records::new(source, if is_table { sniffed } else { LINES })?;
    let mut rows = Vec::new();
    while rows.len() < rows_max
        && let Some(row) = records.next()?
    {
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(bytes: &[u8], expected: &[&[&str]]) {
        let rows = parse_rows("a.csv", decode_text(bytes).unwrap(), 9).unwrap();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_delimiter_and_the_encoding_of_a_table_are_recognised() {
        let table: &[&[&str]] = &[&["单词", "释义"], &["lantern", "灯笼"]];
        reads("\u{feff}单词;释义\r\nlantern;灯笼\r\n".as_bytes(), table);
        reads("单词|释义\nlantern|灯笼\n".as_bytes(), table);
        reads("单词\t释义\rlantern\t灯笼".as_bytes(), table);
        let (bytes, ..) = encoding_rs::GB18030.encode("单词,释义\nlantern,灯笼\n");
        reads(&bytes, table);
        let utf16 = "\u{feff}单词\t释义\nlantern\t灯笼\n".encode_utf16();
        reads(&utf16.flat_map(u16::to_le_bytes).collect::<Vec<_>>(), table);
        assert_eq!(decode_text(b"caf\xe9\n"), None);
        assert_eq!(decode_text(b"a\0b\0"), None);
    }

    #[test]
    fn lines_are_no_table_because_one_has_a_comma() {
        let lines: &[&[&str]] = &[&["well, well"], &["ice cream"], &["pear", "a \"fruit\""]];
        reads(b"well, well\n\nice cream\npear\ta \"fruit\"\n", lines);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_an_error_with_its_line() {
        let error = parse_rows("a.csv", "a,b\nc,\"d\n".to_owned(), 9).unwrap_err();
        assert_eq!(error.to_string(), "a.csv, line 2: the quote is not closed");
    }
}
