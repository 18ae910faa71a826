//! Recognises the delimiter and the style of quotes of a csv or tsv file: in `apple;"n. 苹果; 果"` it
//! is a semicolon, and double quotes enclose fields.

use csv::{ReaderBuilder, StringRecord};

use super::escaped_pipes;
use super::quote_rewriter;
use super::rewritten_quotes::RewrittenQuotes;
use crate::books::limits::SAMPLE_BYTES_MAX;

/// How the fields of a file are separated and quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// The character between two fields.
    pub(crate) delimiter: u8,
    pub(crate) quotes: QuoteStyle,
}

/// The meaning of quotes around a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuoteStyle {
    /// Quotes are part of the field.
    Literal,
    /// Quotes enclose a field that may contain delimiters and line ends. `""` in it is a quote (RFC
    /// 4180).
    Doubled,
    /// Quotes enclose a field, and `\"` in it is a quote.
    Escaped,
    /// Single quotes enclose a field, and `''` in it is a quote.
    Single,
    /// Quotes enclose whole rows, and the quotes inside a row are doubled: `"a,""b"""`.
    Rows,
}

/// Possible delimiters, with their names in the header of an Anki file.
const DELIMITERS: [(u8, &str); 5] =
    [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "pipe"), (b'^', "caret")];

impl Format {
    /// Comma-separated (RFC 4180).
    pub(crate) const CSV: Format = Format { delimiter: b',', quotes: QuoteStyle::Doubled };

    /// Recognises the quotes, and the delimiter if it is not known, from the beginning of a file.
    /// Chooses the format in which most rows have the same number of fields.
    pub(crate) fn sniff(bytes: &[u8], known: Option<u8>) -> Format {
        let known = known.or_else(|| named_delimiter(bytes));
        if known.is_none_or(|known| known == b'|') && is_markdown(bytes) {
            return Format { delimiter: b'|', quotes: QuoteStyle::Literal };
        }
        let candidates = DELIMITERS.map(|(delimiter, _)| delimiter);
        let candidates = known.map_or(candidates.to_vec(), |delimiter| vec![delimiter]);
        let formats = candidates
            .into_iter()
            .map(|delimiter| Format { delimiter, quotes: quote_style(bytes, delimiter) });
        // Of formats with the same rating, the first one is taken: a comma is more likely than a
        // pipe.
        let first = Format { delimiter: known.unwrap_or(b','), quotes: QuoteStyle::Doubled };
        let mut best = ((0, 0), first);
        for format in formats {
            let records = format.sample(bytes);
            let rating = (agreement(&records), undivided_first_fields(&records));
            if rating > best.0 || known.is_some() {
                best = (rating, format);
            }
        }
        best.1
    }

    /// The first records of a file, without the last one if it may be cut off.
    pub(crate) fn sample(self, bytes: &[u8]) -> Vec<StringRecord> {
        let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
        let escaped = (self.delimiter == b'|').then(|| escaped_pipes::protected(bytes));
        let text = escaped.as_deref().unwrap_or(bytes);
        let mut records: Vec<StringRecord> = self
            .builder()
            .from_reader(RewrittenQuotes::new(text, self.delimiter, self.quotes))
            .into_byte_records()
            .map_while(Result::ok)
            .map(StringRecord::from_byte_record_lossy)
            .map(escaped_pipes::restored)
            .filter(|record| record.len() > 1 || !record[0].trim().is_empty())
            .collect();
        if records.len() > 1 && !bytes.ends_with(b"\n") && bytes.len() == SAMPLE_BYTES_MAX {
            records.pop();
        }
        records
    }

    /// Whether a record at the beginning of a file has several fields.
    pub(crate) fn splits_records(self, bytes: &[u8]) -> bool {
        self.sample(bytes).iter().any(|record| record.len() > 1)
    }

    /// A csv reader for this format.
    pub(super) fn builder(self) -> ReaderBuilder {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(self.delimiter);
        builder.quoting(self.quotes != QuoteStyle::Literal);
        builder
    }

    pub(crate) fn is_tabs(self) -> bool {
        self.delimiter == b'\t'
    }
}

/// Whether a text has a table of Markdown: a row of names with pipes around it, and below it a row
/// of dashes (`| --- | --- |`).
pub(crate) fn is_markdown(bytes: &[u8]) -> bool {
    let is_row = |line: &[u8]| line.len() > 2 && line.starts_with(b"|") && line.ends_with(b"|");
    let is_dash_row =
        |line: &[u8]| line.iter().all(|byte| b"|-: \t".contains(byte)) && line.contains(&b'-');
    let is_dashes = |line: &[u8]| is_row(line) && is_dash_row(line);
    let below = lines(bytes).skip(1);
    lines(bytes)
        .zip(below)
        .any(|(names, dashes)| is_row(names) && !is_dashes(names) && is_dashes(dashes))
}

/// The number of records per thousand that have the most frequent number of fields. That number is
/// at least two: with a wrong delimiter, every record has one field.
fn agreement(records: &[StringRecord]) -> usize {
    let mut counts = [0_usize; AGREEING_FIELDS_MAX + 1];
    let is_note = |record: &&StringRecord| record.get(0).is_some_and(|cell| cell.starts_with('#'));
    for record in records.iter().skip_while(is_note) {
        counts[record.len().min(AGREEING_FIELDS_MAX)] += 1;
    }
    let total: usize = counts.iter().sum();
    counts[2..].iter().max().map_or(0, |most| most * 1000 / total.max(1))
}

/// The number of records without a possible delimiter in their first field. A field that contains
/// one was probably read with the wrong delimiter: with commas, `apple;1,5` has the fields
/// `apple;1` and `5`.
fn undivided_first_fields(records: &[StringRecord]) -> usize {
    let is_undivided = |cell: &str| !cell.bytes().any(|b| DELIMITERS.iter().any(|(d, _)| *d == b));
    records.iter().filter(|record| record.get(0).is_some_and(is_undivided)).count()
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
fn quote_style(bytes: &[u8], delimiter: u8) -> QuoteStyle {
    let is_escaped =
        has_inner_quote(bytes, delimiter, b'\\') && !has_inner_quote(bytes, delimiter, b'"');
    // Tab files with a header (`##name`) have escapes instead of quotes.
    if delimiter == b'\t' && bytes.starts_with(b"##") {
        return QuoteStyle::Literal;
    }
    if delimiter != b'\t' {
        return if is_escaped {
            QuoteStyle::Escaped
        } else if is_quoted_singly(bytes) {
            QuoteStyle::Single
        } else if has_quoted_rows(bytes, delimiter) {
            QuoteStyle::Rows
        } else {
            QuoteStyle::Doubled
        };
    }
    let plain = Format { delimiter, quotes: QuoteStyle::Literal };
    let records = plain.sample(bytes);
    let cells = || records.iter().flat_map(StringRecord::iter).filter(|cell| cell.starts_with('"'));
    let closed = cells().filter(|cell| cell.len() > 1 && cell.ends_with('"')).count();
    // A quoted field of several lines is closed on a later line.
    let doubled = Format { delimiter, quotes: QuoteStyle::Doubled };
    let (with, without) = (agreement(&doubled.sample(bytes)), agreement(&records));
    // Anki always doubles quotes.
    if with > without || with == without && bytes.starts_with(b"#separator:") {
        return QuoteStyle::Doubled;
    }
    match (closed, closed == cells().count()) {
        (1.., true) if is_escaped => QuoteStyle::Escaped,
        (1.., true) => QuoteStyle::Doubled,
        _ => QuoteStyle::Literal,
    }
}

/// The lines of a sample, without empty lines and without a last line that may be cut off. A byte
/// order mark that was removed from the sample has three bytes.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let end = memchr::memrchr(b'\n', bytes).filter(|_| bytes.len() + 3 >= SAMPLE_BYTES_MAX);
    let lines = bytes[..end.unwrap_or(bytes.len())].split(|byte| *byte == b'\n');
    lines.map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// Whether single quotes enclose fields: every line begins and ends with one. The first line may be
/// a header row without quotes.
fn is_quoted_singly(bytes: &[u8]) -> bool {
    let is_quoted = |line: &[u8]| line.len() > 1 && line.starts_with(b"'") && line.ends_with(b"'");
    let below = lines(bytes).skip(1);
    below.clone().next().is_some() && below.clone().all(is_quoted)
}

/// Whether quotes enclose whole rows, and most rows have the same number of fields without them.
fn has_quoted_rows(bytes: &[u8], delimiter: u8) -> bool {
    let rows: Option<Vec<Vec<u8>>> = lines(bytes).map(quote_rewriter::row_in_quotes).collect();
    let Some(rows) = rows.filter(|rows| rows.len() > 1) else { return false };
    let is_one = |row: &Vec<u8>| !row.starts_with(b"\"") && row.contains(&delimiter);
    let format = Format { delimiter, quotes: QuoteStyle::Doubled };
    // A list of quoted phrases may contain commas, too. A quote inside shows that these are rows.
    rows.iter().all(is_one)
        && rows.iter().any(|row| row.contains(&b'"'))
        && agreement(&format.sample(&rows.join(&b'\n'))) > QUOTED_ROWS_OF_THOUSAND
}

/// More than this number of quoted rows per thousand must have the same number of fields.
const QUOTED_ROWS_OF_THOUSAND: usize = 900;

/// Whether a field contains a quote after this character. Two cases do not count: the quote that
/// ends a field, as in `"a\"`, and an empty field, `""`.
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
    fn sniffs(text: &str, delimiter: u8, quotes: QuoteStyle) {
        assert_eq!(Format::sniff(text.as_bytes(), None), Format { delimiter, quotes }, "{text}");
    }

    #[test]
    fn takes_the_delimiter_that_the_rows_agree_on() {
        sniffs(
            "a;a fruit, red, round\nb;a tree\nc;\"to go; to leave\"\n",
            b';',
            QuoteStyle::Doubled,
        );
        sniffs("a,b\nc,d\n", b',', QuoteStyle::Doubled);
        sniffs("a|b, c\nc|d\n", b'|', QuoteStyle::Doubled);
        sniffs("a;1,5\nb;2,0\n", b';', QuoteStyle::Doubled);
        sniffs("a,b;c\nd,e;f\n", b',', QuoteStyle::Doubled);
        sniffs("sep=\t\na\tb,c\n", b'\t', QuoteStyle::Literal);
        sniffs("sep=\\t\na\tb,c\n", b'\t', QuoteStyle::Literal);
        sniffs("\"sep=;\"\na;b,c\n", b';', QuoteStyle::Doubled);
        sniffs("a\t\"b\"\nc\td\n", b'\t', QuoteStyle::Doubled);
        sniffs("a\t2\"\nc\t\"d\n", b'\t', QuoteStyle::Literal);
        sniffs("a\t\"b\nb\"\nc\t\"d\nd\"\n", b'\t', QuoteStyle::Doubled);
        sniffs("sep=;\na;b,c\nd;e,f\n", b';', QuoteStyle::Doubled);
        sniffs("a,b\nsep=;,c\n#separator:tab,d\n", b',', QuoteStyle::Doubled);
        sniffs("#separator:Semicolon\n#html:true\na;b,c\n", b';', QuoteStyle::Doubled);
        sniffs(r#"a,"b \"c\" d""#, b',', QuoteStyle::Escaped);
        sniffs("\"a\",\"\",\"b \\\"c\\\"\"\n", b',', QuoteStyle::Escaped);
        sniffs("\"a \\\"\"b\",c\n", b',', QuoteStyle::Doubled);
        sniffs("a,\"c\\\"\nb,\"c, d\"\n", b',', QuoteStyle::Doubled);
    }
}
