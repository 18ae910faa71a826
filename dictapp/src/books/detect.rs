//! Recognises the kind of a book (a dictionary in one or more files) from the name and the first
//! bytes of a file, and finds the other files of the book: `oxford.idx` is a StarDict book with
//! `oxford.ifo` and `oxford.dict.dz`; a text that begins `[{"word":` is a JSON list.

use std::fmt;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::error::BookError;
use super::input::format::{self, Format};
use super::input::source::Source;
use super::limits::SAMPLE_BYTES_MAX;
use super::overrides::Overrides;
use super::readers::{dictd, stardict, wordnet};
use super::text::columns;

/// The kinds of books that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookKind {
    /// Lines of a headword, white space and an explanation, like the word list of a programming
    /// course (this program is compatible with its database); also similar texts.
    Course,
    /// This project's own format (`.book`), with explanations in the format of
    /// [`Explanation`](crate::model::Explanation).
    Plain,
    /// ECDICT's csv of 13 or 7 columns.
    Ecdict,
    /// StarDict's `.ifo`, `.idx`, `.dict` and `.syn`.
    Stardict,
    /// dictd's `.index` and `.dict`.
    Dictd,
    /// The folder of a WordNet database.
    Wordnet,
    /// Wiktionary as JSON lines of Wiktextract.
    Kaikki,
    /// A word list in JSON.
    Json,
    /// ABBYY Lingvo's DSL.
    Dsl,
    /// A table with columns for headword, explanation and others, separated by commas.
    Csv,
    /// A table separated by TABs.
    Tsv,
}

impl BookKind {
    /// All kinds, in the order of the help text.
    pub const ALL: &[BookKind] = &[
        BookKind::Course,
        BookKind::Plain,
        BookKind::Ecdict,
        BookKind::Stardict,
        BookKind::Dictd,
        BookKind::Wordnet,
        BookKind::Kaikki,
        BookKind::Json,
        BookKind::Dsl,
        BookKind::Csv,
        BookKind::Tsv,
    ];

    /// Recognises a book by its name and its beginning.
    ///
    /// # Errors
    /// If the file cannot be opened, or is a folder that is not WordNet's.
    pub fn detect(path: &Path) -> Result<BookKind, BookError> {
        if path.is_dir() {
            return match wordnet::files(path) {
                Ok(_) => Ok(BookKind::Wordnet),
                Err(_) => Err(BookError::whole(path, "is a folder without a WordNet database")),
            };
        }
        let source = Source::open_text(path, None)?;
        if let Some(reason) = refused_kindle_notes(&source.sample()) {
            return Err(BookError::whole(path, reason));
        }
        Ok(by_name(path).unwrap_or_else(|| by_content(path, &source.sample())))
    }

    /// The kind of a book: `known`, or else the kind recognised from its file. If a property of
    /// tables is given in `overrides`, a text without a known kind is taken for a table.
    ///
    /// # Errors
    /// As [`BookKind::detect`], or if a property of tables is given for a kind that is no table.
    pub fn resolve(
        known: Option<BookKind>,
        path: &Path,
        overrides: &Overrides,
    ) -> Result<BookKind, BookError> {
        let kind = known.map_or_else(|| BookKind::detect(path), Ok)?;
        let Some(property) = overrides.table_property() else { return Ok(kind) };
        match kind {
            BookKind::Csv | BookKind::Tsv => Ok(kind),
            BookKind::Course | BookKind::Ecdict if known.is_none() => Ok(BookKind::Csv),
            _ => {
                let reason = format!(
                    "a {property} is given, but a book of the kind {kind} is not a table: \
                     name the kind csv or tsv"
                );
                Err(BookError::whole(path, reason))
            }
        }
    }

    /// The files of a book of this kind, including `path`.
    ///
    /// # Errors
    /// If one of them is missing.
    pub fn files(self, path: &Path) -> Result<Vec<PathBuf>, BookError> {
        match self {
            BookKind::Stardict => stardict::files(path),
            BookKind::Dictd => dictd::files(path),
            BookKind::Wordnet => wordnet::files(path),
            BookKind::Course
            | BookKind::Plain
            | BookKind::Ecdict
            | BookKind::Kaikki
            | BookKind::Json
            | BookKind::Dsl
            | BookKind::Csv
            | BookKind::Tsv => Ok(vec![path.to_owned()]),
        }
    }

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            BookKind::Course => "course",
            BookKind::Plain => "book",
            BookKind::Ecdict => "ecdict",
            BookKind::Stardict => "stardict",
            BookKind::Dictd => "dictd",
            BookKind::Wordnet => "wordnet",
            BookKind::Kaikki => "kaikki",
            BookKind::Json => "json",
            BookKind::Dsl => "dsl",
            BookKind::Csv => "csv",
            BookKind::Tsv => "tsv",
        }
    }
}

/// File name endings that identify a kind. `.csv` is not listed, since ECDICT uses it, too.
const ENDINGS: &[(&str, BookKind)] = &[
    (".ifo", BookKind::Stardict),
    (".idx", BookKind::Stardict),
    (".idx.gz", BookKind::Stardict),
    (".syn", BookKind::Stardict),
    (".syn.dz", BookKind::Stardict),
    (".index", BookKind::Dictd),
    (".book", BookKind::Plain),
    (".book.gz", BookKind::Plain),
    (".dsl", BookKind::Dsl),
    (".dsl.dz", BookKind::Dsl),
    (".tsv", BookKind::Tsv),
    (".tsv.gz", BookKind::Tsv),
    (".tab", BookKind::Tsv),
];

/// The kind that the name of a file shows. `None`: only the content can show it.
fn by_name(path: &Path) -> Option<BookKind> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.as_str();
    if name.ends_with(".dict") || name.ends_with(".dict.dz") {
        return Some(if stardict::files(path).is_ok() {
            BookKind::Stardict
        } else {
            BookKind::Dictd
        });
    }
    let known = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| *kind);
    let is_part =
        ["noun", "verb", "adj", "adv"].contains(&name.split('.').nth(1).unwrap_or_default());
    let is_wordnet = is_part && (name.starts_with("data.") || name.starts_with("index."));
    known.or(is_wordnet.then_some(BookKind::Wordnet))
}

/// The kind that the first bytes of a file show. A text that is of no other kind is course text.
fn by_content(path: &Path, sample: &[u8]) -> BookKind {
    let sample = sample.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(sample);
    if sample.starts_with(b"StarDict's dict ifo file") {
        return BookKind::Stardict;
    }
    if sample.starts_with(b"# title:") {
        return BookKind::Plain;
    }
    if sample.starts_with(b"#NAME") && memchr::memmem::find(sample, b"LANGUAGE").is_some() {
        return BookKind::Dsl;
    }
    let name = path.to_string_lossy().to_lowercase();
    let is_json = JSON_ENDINGS.iter().any(|ending| name.ends_with(ending));
    if is_json_record(sample) {
        return BookKind::Kaikki;
    }
    if is_json {
        return BookKind::Json;
    }
    if is_json_list(sample) && begins_with_json(sample) {
        return BookKind::Json;
    }
    if is_ecdict(&Format::CSV.sample(sample)) {
        return BookKind::Ecdict;
    }
    if [&b"sep="[..], b"\"sep=", b"#separator:"].iter().any(|header| sample.starts_with(header)) {
        return BookKind::Csv;
    }
    let csv = name.ends_with(".csv") || name.ends_with(".csv.gz");
    let format = Format::sniff(sample, None);
    // A file without any delimiter is not a table, even if its name says so.
    let lines = whole_lines(sample);
    let is_table = csv && format.splits_records(sample)
        || columns::is_table(&format.sample(sample))
        || (has_quoted_first_cells(lines) || has_outer_pipes(lines))
            && format.splits_records(sample)
        || format::is_markdown(lines);
    if is_table { BookKind::Csv } else { BookKind::Course }
}

/// The reason why a file of notes from a Kindle is refused: `My Clippings.txt`, or the table of a
/// notebook. Neither is a list of words. `None`: the file is not such a file.
fn refused_kindle_notes(sample: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(sample);
    let mut lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
    let is_notebook = |line: &str| {
        line.contains("Your Kindle Notes For")
            || line.contains("Annotation Type") && line.contains("Location")
    };
    if text.lines().take(NOTEBOOK_LINES).any(is_notebook) {
        return Some(
            "is a Kindle notebook with highlights, not a list of words: \
             make a table with a word and a meaning in each row",
        );
    }
    let is_kind = lines.nth(1).is_some_and(|line| line.starts_with("- ") && line.contains('|'));
    (is_kind && lines.any(|line| line == "==========")).then_some(
        "is Kindle's My Clippings.txt with highlights, not a list of words: \
         make a table with a word and a meaning in each row",
    )
}

/// The names of the columns of a notebook are within this number of lines.
const NOTEBOOK_LINES: usize = 20;

/// The lines of a sample without the last one if it may be cut off.
fn whole_lines(sample: &[u8]) -> &[u8] {
    let end = sample.iter().rposition(|&byte| byte == b'\n').map_or(sample.len(), |at| at + 1);
    if sample.len() + 3 < SAMPLE_BYTES_MAX { sample } else { &sample[..end] }
}

/// Whether all lines begin with a quoted cell. In `"apple": "苹果"`, the quotes are not around a
/// cell.
fn has_quoted_first_cells(sample: &[u8]) -> bool {
    let is_quoted = |line: &&[u8]| {
        let quotes = line.iter().filter(|&&byte| byte == b'"').count();
        let text_follows = |at: &usize| line.get(at + 1).is_some_and(|next| b":= ".contains(next));
        let first = line.iter().skip(1).position(|&byte| byte == b'"').map(|at| at + 1);
        quotes.is_multiple_of(2) && first.is_none_or(|at| !text_follows(&at))
    };
    let mut lines =
        sample.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.all(|line| line.starts_with(b"\"") && is_quoted(&line))
}

/// Whether all lines below headings begin and end with a pipe (`|`), as tables in Markdown do.
fn has_outer_pipes(sample: &[u8]) -> bool {
    let lines = sample.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty()).skip_while(|line| line[0] == b'#');
    let is_row = |line: &[u8]| line.len() > 2 && line.starts_with(b"|") && line.ends_with(b"|");
    lines.next().is_some_and(is_row) && lines.all(is_row)
}

/// Whether a text begins with a record of Wiktextract: an object on a line with the language of a
/// headword, with senses that are objects, or with a redirect.
fn is_json_record(sample: &[u8]) -> bool {
    let members = outer_members(sample);
    let begins = |name: &str, start: &[u8]| {
        let mut values = members.iter().filter(|(member, _)| *member == name.as_bytes());
        values.any(|(_, at)| {
            let value = sample[*at..].iter().filter(|byte| !byte.is_ascii_whitespace());
            value.take(start.len()).eq(start)
        })
    };
    let has_senses = begins("senses", b"[]") || begins("senses", b"[{");
    begins("title", b"\"") && begins("redirect", b"\"")
        || begins("word", b"\"") && (begins("lang_code", b"\"") || has_senses)
}

/// The names of the members of the object at the beginning of a text, as far as the sample goes,
/// each with the offset of its value.
fn outer_members(sample: &[u8]) -> Vec<(&[u8], usize)> {
    let mut members = Vec::new();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = sample.get(at) {
        let from = at + 1;
        at = from;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth < 2 => break,
            b'}' | b']' => depth -= 1,
            b'"' => {
                while sample.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if sample[at] == b'\\' { 2 } else { 1 };
                }
                let name = sample.get(from..at).unwrap_or_default();
                at += 1;
                let rest = sample.get(at..).unwrap_or_default();
                let white = rest.len() - rest.trim_ascii_start().len();
                if depth == 1 && rest.get(white) == Some(&b':') {
                    members.push((name, at + white + 1));
                }
            }
            byte if depth == 0 && !byte.is_ascii_whitespace() => break,
            _ => {}
        }
    }
    members
}

/// Whether a text in JSON is a word list, not the records of Wiktextract.
fn is_json_list(sample: &[u8]) -> bool {
    !is_json_record(sample) && sample.trim_ascii_start().starts_with(b"{")
        || sample.trim_ascii_start().starts_with(b"[")
}

/// Whether a text begins like JSON: with a list or an object, and a quote in it.
fn begins_with_json(sample: &[u8]) -> bool {
    let first: Vec<u8> =
        sample.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(3).collect();
    matches!(first[..], [b'{', b'"', ..] | [b'[', b'{', b'"'] | [b'[', b'[', b'"'])
}

/// Endings of files in JSON.
const JSON_ENDINGS: [&str; 4] = [".json", ".jsonl", ".json.gz", ".jsonl.gz"];

/// Whether rows are ECDICT's: they begin with the names of its columns, or most of them have a
/// content that only ECDICT has in these columns.
fn is_ecdict(rows: &[StringRecord]) -> bool {
    let names = ["word", "phonetic", "definition", "translation"];
    let has_names =
        |row: &StringRecord| names.iter().enumerate().all(|(i, name)| row.get(i) == Some(name));
    if rows.first().is_some_and(has_names) {
        return rows[0].len() == 13 || rows[0].len() == 7;
    }
    let is_number = |cell: &str| cell.bytes().all(|byte| byte.is_ascii_digit());
    let is_exchange = |cell: &str| cell.is_empty() || cell.as_bytes().get(1) == Some(&b':');
    let is_of_ecdict = |row: &&StringRecord| {
        let cell = |column: usize| row.get(column).unwrap_or_default().trim();
        let is_star_count = |column: usize| is_number(cell(column)) && cell(column).len() <= 1;
        match row.len() {
            13 => {
                is_star_count(5)
                    && is_number(cell(8))
                    && is_number(cell(9))
                    && is_exchange(cell(10))
            }
            7 => {
                is_star_count(4)
                    && is_exchange(cell(5))
                    && !(cell(4).is_empty() && cell(5).is_empty() && is_number(cell(0)))
            }
            _ => false,
        }
    };
    let matching = rows.iter().filter(is_of_ecdict).count();
    matching > 0 && matching * 10 >= rows.len() * 8
}

impl fmt::Display for BookKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
