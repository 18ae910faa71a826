//! The command `dictapp import`: a file of any kind to a word book in the store, all of it or
//! nothing, with a progress bar on a terminal and a report of what was odd.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sha2::{Digest, Sha256};

use crate::books::{Book, Encoding, Kind, Oddities, Overrides, Progress};
use crate::hex;
use crate::store::{self, BookHeader, ImportStart, Store};

/// What is to be imported, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The file, or one of the files of the book.
    pub file: PathBuf,
    /// The kind of book; recognised where it is not given.
    pub kind: Option<Kind>,
    /// The name by which a later import replaces the book; the file's name where not given.
    pub name: Option<String>,
    /// What people read. Where not given, what the store calls the book, or for a new one what it
    /// says of itself, or its name.
    pub title: Option<String>,
    /// What is known of the file and need not be recognised.
    pub overrides: Overrides,
    /// Whether the book is stored or only shown.
    pub action: Action,
}

/// What is done with the book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// It becomes a word book of the store.
    #[default]
    Store,
    /// What was recognised and the first entries are printed; nothing is changed.
    Preview,
}

/// Where Debian's package `wordnet-base` puts its files.
const WORDNET: &str = "/usr/share/wordnet";

impl Request {
    /// What is meant by what was typed: `import wordnet`, where no file has that name, is WordNet as
    /// Debian has it, and a table in a `.tsv` is separated by TABs.
    #[must_use]
    pub fn as_meant(self) -> Request {
        match self.kind {
            None if self.file.as_os_str() == "wordnet" && !self.file.exists() => {
                Request { kind: Some(Kind::Wordnet), file: WORDNET.into(), ..self }
            }
            Some(Kind::Csv) if self.file.extension().is_some_and(|ending| ending == "tsv") => {
                Request { kind: Some(Kind::Tsv), ..self }
            }
            _ => self,
        }
    }
}

/// How an import ended.
#[derive(Debug)]
pub struct Report {
    /// The name of the book in the store.
    pub name: String,
    /// What people read.
    pub title: String,
    /// The kind that was read.
    pub kind: Kind,
    /// How many headwords the book has now.
    pub entries: u64,
    /// Whether the store held the same book before; then nothing was read.
    pub outcome: Outcome,
    /// The encoding that was decoded, if it was not UTF-8.
    pub encoding: Option<Encoding>,
    /// What was odd in the file.
    pub oddities: Oddities,
}

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The book is in the store now.
    Imported,
    /// The same files were imported before.
    Unchanged,
    /// The same, but the book has the title that was given now.
    Renamed,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The file is read for the first time, and nothing is stored yet.
    Checking(Progress),
    /// The entries go to the store.
    Storing(Progress),
    /// The store puts the book in its place.
    Committing,
}

/// Changes whenever the readers make other entries of the same file, so that importing it again
/// is not taken for the same.
const READERS_VERSION: u32 = 5;

/// How many entries pass between two looks at the progress.
const WATCH_EVERY: u64 = 256;

/// Imports a book as the command line does: progress on a terminal, the report on standard error,
/// the outcome on standard output.
///
/// # Errors
/// As [`import`].
pub fn run(store: &Store, request: &Request) -> Result<()> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}")
            .expect("the template is valid"),
    );
    let report = import(store, request, |step| show(&bar, step));
    bar.finish_and_clear();
    let report = report?;
    // Whoever does not read what is odd has imported the book all the same.
    let _ = write!(io::stderr(), "{}", report.oddities);
    writeln!(io::stdout(), "{report}").context("cannot write to standard output")
}

fn show(bar: &ProgressBar, step: Step) {
    let (message, progress) = match step {
        Step::Checking(progress) => ("checking ", progress),
        Step::Storing(progress) => ("importing", progress),
        Step::Committing => {
            bar.set_message("storing  ");
            return;
        }
    };
    if bar.message() != message {
        bar.set_message(message);
        bar.reset();
    }
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}

/// How many entries a preview shows.
const PREVIEWED_ENTRIES: usize = 10;

/// What was recognised in a file, and its first entries, without storing anything.
///
/// # Errors
/// The file cannot be read, is damaged or is no book.
pub fn preview(request: &Request) -> Result<String> {
    let kind = request.kind.map_or_else(|| Kind::detect(&request.file), Ok)?;
    let mut reader = crate::books::open(kind, &request.file, &request.overrides)?;
    let recognised = reader.recognised();
    let mut lines = vec![format!("kind: {kind}")];
    lines.extend(recognised.encoding.map(|encoding| format!("encoding: {encoding}")));
    lines.extend(recognised.delimiter.map(|delimiter| format!("delimiter: {delimiter:?}")));
    if !recognised.columns.is_empty() {
        let names: Vec<&str> = recognised.columns.iter().map(|column| column.name()).collect();
        lines.push(format!("columns: {}", names.join(",")));
    }
    let about = reader.about();
    lines.extend(about.title.map(|title| format!("title: {title}")));
    lines.extend(about.languages.map(|languages| format!("languages: {languages}")));
    for _ in 0..PREVIEWED_ENTRIES {
        let Some(entry) = reader.next()? else { break };
        let phonetic = entry.phonetic.map(|phonetic| format!(" /{phonetic}/"));
        lines.push(format!("\n{}{}", entry.word, phonetic.unwrap_or_default()));
        lines.extend(entry.mean.lines().map(|line| format!("  {line}")));
    }
    let oddities = reader.state().oddities();
    if !oddities.is_empty() {
        lines.push(format!("\n{}", oddities.to_string().trim_end()));
    }
    Ok(lines.join("\n"))
}

/// Imports a book; `watch` is told how far that is.
///
/// # Errors
/// The file cannot be read, is damaged, is no book or holds no entry; the store cannot serve.
/// Nothing is changed then.
pub fn import(store: &Store, request: &Request, mut watch: impl FnMut(Step)) -> Result<Report> {
    let kind = match request.kind {
        Some(kind) => kind,
        None => Kind::detect(&request.file)?,
    };
    let name = request.name.clone().unwrap_or_else(|| name_of(&request.file));
    let digest = digest(kind, &request.overrides, &request.file)?;
    let known = store.books()?.into_iter().find(|book| book.name == name);
    if let Some(same) = known.as_ref().filter(|book| book.digest == digest) {
        return unchanged(store, request, kind, same);
    }
    let checking = every(WATCH_EVERY, |progress| watch(Step::Checking(progress)));
    let mut book = Book::open_with(kind, &request.file, &request.overrides, checking)?;
    ensure!(book.entries() > 0, "{} holds no entry{}", request.file.display(), first_odd(&book));
    // The title of a known book may be one that somebody chose.
    let title = request.title.clone().or(known.map(|known| known.title));
    let title = title.or(book.about().title).unwrap_or_else(|| name.clone());
    let header = BookHeader { name: name.clone(), title, kind: kind.name().to_owned(), digest };
    let mut import = match store.begin_import(&header)? {
        ImportStart::Unchanged(same) => return unchanged(store, request, kind, &same),
        ImportStart::Started(import) => import,
    };
    let mut storing = every(WATCH_EVERY, |progress| watch(Step::Storing(progress)));
    while let Some(entry) = book.next()? {
        import.add(&entry)?;
        storing(book.progress());
    }
    drop(storing);
    watch(Step::Committing);
    let store::Book { title, entries, .. } = import.commit()?;
    let encoding = book.recognised().encoding.filter(|encoding| *encoding != Encoding::UTF8);
    let oddities = book.oddities();
    Ok(Report { encoding, name, title, kind, entries, outcome: Outcome::Imported, oddities })
}

/// Nothing of the book needs to be read; it is renamed where another title was given.
fn unchanged(store: &Store, request: &Request, kind: Kind, book: &store::Book) -> Result<Report> {
    let mut report = Report {
        name: book.name.clone(),
        title: book.title.clone(),
        kind,
        entries: book.entries,
        outcome: Outcome::Unchanged,
        encoding: None,
        oddities: Oddities::default(),
    };
    if let Some(title) = request.title.as_ref().filter(|title| **title != book.title) {
        let there = store.rename_book(book.id, title)?;
        ensure!(there, "another program removed the word book in this moment");
        (report.title, report.outcome) = (title.clone(), Outcome::Renamed);
    }
    Ok(report)
}

/// Calls `f` for the first of each `count` calls.
fn every(count: u64, mut f: impl FnMut(Progress)) -> impl FnMut(Progress) {
    let mut calls = 0;
    move |progress| {
        if calls % count == 0 {
            f(progress);
        }
        calls += 1;
    }
}

/// Why a file without an entry has none, as far as that is known.
fn first_odd(book: &Book) -> String {
    let oddities = book.checked();
    let first = oddities.by_kind().find_map(|(kind, found)| Some((kind, found.first.first()?)));
    first.map(|(kind, odd)| format!(": {}: {kind}", odd.place)).unwrap_or_default()
}

/// The name of a book: that of its file, without the endings that say how it is written.
fn name_of(file: &Path) -> String {
    const ENDINGS: &[&str] = &[
        ".gz", ".dz", ".txt", ".csv", ".tsv", ".tab", ".book", ".ifo", ".idx", ".syn", ".index",
        ".dict",
    ];
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let mut name: &str = &name;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) {
        if shorter.is_empty() {
            break;
        }
        name = shorter;
    }
    name.to_owned()
}

/// A digest of all that the entries depend on: the readers, the kind, and the bytes of the files.
fn digest(kind: Kind, overrides: &Overrides, path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("{READERS_VERSION} {kind}"));
    if *overrides != Overrides::default() {
        hash.update(format!("{overrides:?}"));
    }
    let mut buffer = vec![0; 64 * 1024];
    for path in kind.files(path)? {
        let mut file = File::open(&path).with_context(|| path.display().to_string())?;
        ensure!(file.metadata().is_ok_and(|m| m.is_file()), "{}: is not a file", path.display());
        let mut length = 0_u64;
        loop {
            let n = file.read(&mut buffer).with_context(|| path.display().to_string())?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            length += n as u64;
        }
        hash.update(length.to_le_bytes());
    }
    Ok(hex::encode(&hash.finalize()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { name, title, kind, entries, .. } = self;
        let noun = if *entries == 1 { "entry" } else { "entries" };
        match self.outcome {
            Outcome::Unchanged => {
                write!(f, "{name}: unchanged, imported before ({entries} {noun})")
            }
            Outcome::Renamed => {
                let before = format!("imported before ({entries} {noun})");
                write!(f, "{name}: unchanged, {before}, now called {title:?}")
            }
            Outcome::Imported => write!(f, "{name}: {entries} {noun} imported ({kind})"),
        }?;
        if let Some(encoding) = self.encoding {
            write!(f, ", read as {encoding}")?;
        }
        match self.oddities.total() {
            0 => Ok(()),
            1 => f.write_str(", 1 odd place"),
            odd => write!(f, ", {odd} odd places"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_is_told_in_the_singular() {
        let report = |entries, outcome| Report {
            name: "a".to_owned(),
            title: "A".to_owned(),
            kind: Kind::Course,
            entries,
            outcome,
            encoding: None,
            oddities: Oddities::default(),
        };
        let one = report(1, Outcome::Imported).to_string();
        assert_eq!(one, "a: 1 entry imported (course)");
        let two = report(2, Outcome::Unchanged).to_string();
        assert_eq!(two, "a: unchanged, imported before (2 entries)");
    }

    #[test]
    fn names_a_book_by_its_file() {
        for (file, name) in [
            ("a/starter-en-zh.txt", "starter-en-zh"),
            ("jargon.dict.dz", "jargon"),
            ("x.csv.gz", "x"),
            (".txt", ".txt"),
            ("/usr/share/wordnet", "wordnet"),
            ("/usr/share/wordnet/", "wordnet"),
        ] {
            assert_eq!(name_of(Path::new(file)), name);
        }
    }
}
