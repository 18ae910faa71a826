//! The command `dictapp books export`: writes a dictionary to a file for other programs. Tables are
//! written to a file or to standard output, a StarDict book to four files.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::books::export_text::{self, WRITER};
use crate::model::{Entry, LanguageTag, Languages};
use crate::store::{Book, Store};

/// The arguments of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The name of the book.
    pub name: String,
    /// The format of the file.
    pub format: Format,
    /// The file; `None`: standard output. For StarDict, the path of the four files without their
    /// endings; `None`: the name of the book.
    pub output: Option<PathBuf>,
}

/// The formats of other programs. The comments of the variants are the text of `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// StarDict's .ifo, .idx, .dict and .syn
    Stardict,
    /// A table separated by commas, with a row of column names
    Csv,
    /// A tab file: | before other spellings, and \n for line ends
    Tsv,
    /// A text file that Anki imports as notes
    Anki,
}

/// Writes a book to a file.
///
/// # Errors
/// If the book does not exist, the file cannot be written, or the store is unavailable.
pub fn run(store: &Store, export: &Export) -> Result<()> {
    let books = store.books()?;
    let book = books.iter().find(|book| book.name == export.name);
    let book = book.ok_or_else(|| anyhow!("there is no dictionary {:?}", export.name))?;
    if export.format == Format::Stardict {
        let base = export.output.clone().unwrap_or_else(|| PathBuf::from(&book.name));
        return Stardict::from_book(store, book)?.write(&base);
    }
    match &export.output {
        Some(path) => {
            let file = File::create(path).with_context(|| path.display().to_string())?;
            table(store, book, export.format, file)
        }
        None => table(store, book, export.format, io::stdout().lock()),
    }
}

/// Writes a book as a table in any format except StarDict.
fn table(store: &Store, book: &Book, format: Format, output: impl Write) -> Result<()> {
    let mut output = BufWriter::new(output);
    let mut table = match format {
        Format::Tsv => return tab_file(store, book, output),
        Format::Anki => {
            let columns = COLUMNS.join("\t");
            writeln!(output, "#separator:tab\n#html:false\n#{WRITER}:1\n#columns:{columns}")?;
            csv::WriterBuilder::new().delimiter(b'\t').from_writer(output)
        }
        Format::Csv | Format::Stardict => csv::Writer::from_writer(output),
    };
    // A csv file has one more column, which is empty. Its name is `WRITER`, which tells an import
    // that dictapp wrote the file.
    if format == Format::Csv {
        table.write_record(COLUMNS.iter().chain([&WRITER]))?;
    }
    for_each_entry(store, book, |entry| {
        let phonetic = entry.phonetic.clone().unwrap_or_default();
        let rank = entry.rank.map(|rank| rank.to_string()).unwrap_or_default();
        // `; ` separates the forms, unless a form contains it.
        let has_semicolon = entry.forms.iter().any(|form| form.contains("; "));
        let forms = entry.forms.join(if has_semicolon { "\n" } else { "; " });
        let meaning = export_text::explanation(&entry);
        let fields = [entry.word.as_str(), &phonetic, &meaning, &rank, &forms];
        let marker = (format == Format::Csv).then_some("");
        Ok(table.write_record(fields.into_iter().chain(marker))?)
    })?;
    table.flush().context("cannot write the file")
}

/// The names of the columns of a table.
const COLUMNS: [&str; 5] = ["word", "phonetic", "meaning", "rank", "forms"];

/// Writes a book as a tab file: lines with the title and the languages, then a line for each entry
/// with its spellings, a tab and the article.
fn tab_file(store: &Store, book: &Book, mut output: impl Write) -> Result<()> {
    writeln!(output, "##name\t{}\n##{WRITER}\t1", escaped(&book.title))?;
    if let Some(Languages { from, to }) = book.languages {
        let [from, to] = [from, to].map(LanguageTag::code);
        writeln!(output, "##sourceLang\t{from}\n##targetLang\t{to}")?;
    }
    for_each_entry(store, book, |entry| {
        let words =
            std::iter::once(entry.word.as_str()).chain(entry.forms.iter().map(String::as_str));
        let words = words.map(|word| escaped(word).replace('|', "\\|"));
        let words = words.collect::<Vec<_>>().join("|");
        let article = escaped(&export_text::article(&entry));
        Ok(writeln!(output, "{words}\t{article}")?)
    })?;
    output.flush().context("cannot write the file")
}

/// Encodes a text for a tab file: backslash, tab and line end become `\\`, `\t` and `\n`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n")
}

/// Calls `write` with each entry of the book, in the order of the headwords.
fn for_each_entry(
    store: &Store,
    book: &Book,
    mut write: impl FnMut(Entry) -> Result<()>,
) -> Result<()> {
    let mut written = Ok(());
    store.each_entry_of(book.id, |entry| {
        written = write(entry);
        if written.is_ok() {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        }
    })?;
    written
}

/// The files of a StarDict book.
struct Stardict {
    title: String,
    languages: Option<Languages>,
    /// The headwords in StarDict's order.
    index: Vec<IndexRecord>,
    articles: Vec<u8>,
    /// The other spellings, also in StarDict's order.
    spellings: Vec<Spelling>,
}

/// A headword, and the position of its article.
struct IndexRecord {
    word: String,
    offset: u32,
    length: u32,
}

/// Another spelling of a headword, or an inflected form.
struct Spelling {
    spelling: String,
    word: String,
}

impl Stardict {
    /// Collects the entries of a book.
    fn from_book(store: &Store, book: &Book) -> Result<Stardict> {
        let title = book.title.clone();
        let languages = book.languages;
        let index = Vec::new();
        let articles = Vec::new();
        let spellings = Vec::new();
        let mut files = Stardict { title, languages, index, articles, spellings };
        for_each_entry(store, book, |entry| files.add(&entry))?;
        files.index.sort_by(|a, b| order(&a.word, &b.word));
        files.spellings.sort_by(|a, b| order(&a.spelling, &b.spelling));
        Ok(files)
    }

    /// Adds an entry.
    fn add(&mut self, entry: &Entry) -> Result<()> {
        let offset = u32::try_from(self.articles.len()).context("StarDict holds 4 GiB at most")?;
        self.articles.extend_from_slice(export_text::article(entry).as_bytes());
        let end = u32::try_from(self.articles.len()).context("StarDict holds 4 GiB at most")?;
        let word = entry.word.to_string();
        self.index.push(IndexRecord { word: word.clone(), offset, length: end - offset });
        let spelling = |form: &String| Spelling { spelling: form.clone(), word: word.clone() };
        self.spellings.extend(entry.forms.iter().map(spelling));
        Ok(())
    }

    /// Writes the files: `base` with the endings `.ifo`, `.idx`, `.dict` and `.syn`.
    fn write(&self, base: &Path) -> Result<()> {
        let mut index = Vec::new();
        for IndexRecord { word, offset, length } in &self.index {
            index.extend_from_slice(word.as_bytes());
            index.push(0);
            index.extend_from_slice(&offset.to_be_bytes());
            index.extend_from_slice(&length.to_be_bytes());
        }
        let mut spellings = Vec::new();
        for Spelling { spelling, word } in &self.spellings {
            // A spelling refers to its headword by the number of the headword in the index.
            let number = self.index.binary_search_by(|other| order(&other.word, word));
            let number = u32::try_from(number.unwrap_or_default())?;
            spellings.extend_from_slice(spelling.as_bytes());
            spellings.push(0);
            spellings.extend_from_slice(&number.to_be_bytes());
        }
        let languages =
            self.languages.map(|languages| format!("lang={languages}\n")).unwrap_or_default();
        let ifo = format!(
            "StarDict's dict ifo file\nversion=2.4.2\nbookname={}\nwordcount={}\nsynwordcount={}\n\
             idxfilesize={}\nsametypesequence=m\ndescription={WRITER}\n{languages}",
            self.title,
            self.index.len(),
            self.spellings.len(),
            index.len()
        );
        let files: [(&str, &[u8]); 4] = [
            (".ifo", ifo.as_bytes()),
            (".idx", &index),
            (".dict", &self.articles),
            (".syn", &spellings),
        ];
        for (ending, bytes) in files {
            let path = PathBuf::from(format!("{}{ending}", base.display()));
            std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }
}

/// Compares in StarDict's order, which ignores the case of ASCII letters. Words that differ only in
/// case are compared by their bytes.
fn order(a: &str, b: &str) -> std::cmp::Ordering {
    let lower = |text: &str| text.to_ascii_lowercase();
    lower(a).cmp(&lower(b)).then_with(|| a.cmp(b))
}
