//! Imports a file of any supported kind as a book of the store, completely or not at all. Reports
//! the progress, and the warnings of the file: entries that its reader skipped or corrected. Also
//! previews a file without importing it.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::bidi::is_bidi_control;
use crate::books::{Book, BookKind, Encoding, Overrides, Progress, Warnings};
use crate::hex;
use crate::store::{self, BookHeader, ImportStart, Store};

/// The arguments of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// The file, or one of the files of the book.
    pub file: PathBuf,
    /// The kind of book. `None`: recognised from the file.
    pub kind: Option<BookKind>,
    /// The name by which a later import replaces the book. `None`: from the file name.
    pub name: Option<String>,
    /// The title for readers. `None`: the title in the store; for a new book the title in the file,
    /// or its name.
    pub title: Option<String>,
    /// Properties of the file that the request states. They are not recognised from the file.
    pub overrides: Overrides,
    /// Whether the book is stored or only shown.
    pub action: ImportAction,
}

/// What to do with the book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportAction {
    /// Import it into the store.
    #[default]
    Store,
    /// Print the recognised properties and the first entries, without changing anything.
    Preview,
}

/// The folder of Debian's package `wordnet-base`.
const WORDNET: &str = "/usr/share/wordnet";

impl ImportRequest {
    /// Resolves shorthands: the file `wordnet` becomes the folder of Debian's WordNet if no file
    /// has that name, and the kind csv becomes tsv if the file name ends in `.tsv`.
    #[must_use]
    pub fn resolved(self) -> ImportRequest {
        match self.kind {
            None if self.file.as_os_str() == "wordnet" && !self.file.exists() => {
                ImportRequest { kind: Some(BookKind::Wordnet), file: WORDNET.into(), ..self }
            }
            Some(BookKind::Csv) if self.file.extension().is_some_and(|ending| ending == "tsv") => {
                ImportRequest { kind: Some(BookKind::Tsv), ..self }
            }
            _ => self,
        }
    }
}

/// The result of an import.
#[derive(Debug)]
pub struct ImportReport {
    /// The name of the book in the store.
    pub name: String,
    /// The title for readers.
    pub title: String,
    /// The kind that was read.
    pub kind: BookKind,
    /// The number of entries of the book.
    pub entries: u64,
    /// The effect of the import.
    pub outcome: ImportOutcome,
    /// The encoding that was decoded, if it was not UTF-8.
    pub encoding: Option<Encoding>,
    /// The warnings of the file.
    pub warnings: Warnings,
}

/// The effect of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The book was imported.
    Imported,
    /// The book was imported in place of one of the same name, which had this many entries.
    Replaced(u64),
    /// The same files were imported before, so no entry was read.
    Unchanged,
    /// The same files were imported before; only the title was changed.
    Renamed,
}

/// The step and the progress of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStep {
    /// The first pass over the file; it stores nothing.
    Checking(Progress),
    /// The entries are written to the store.
    Storing(Progress),
    /// The store commits the book.
    Committing,
}

/// The version of the readers, which is a part of a file's digest. Increase it with each change
/// that makes a reader return other entries for the same file: then the file does not count as
/// imported, and can be imported again.
const READERS_VERSION: u32 = 10;

/// Number of entries between two updates of the progress.
const ENTRIES_PER_UPDATE: u64 = 256;

/// Imports a book. Calls `report_step` with the progress.
///
/// # Errors
/// If the file cannot be read, is damaged, is not a book or has no entries, or if the store is
/// unavailable. Nothing is changed then.
pub fn import_book(
    store: &Store,
    request: &ImportRequest,
    mut report_step: impl FnMut(ImportStep),
) -> Result<ImportReport> {
    let kind = BookKind::resolve(request.kind, &request.file, &request.overrides)?;
    let name = request.book_name();
    let digest = digest(kind, &request.overrides, &request.file)?;
    let known = store.books()?.into_iter().find(|book| book.name == name);
    if let Some(same) = known.as_ref().filter(|book| book.digest == digest) {
        return unchanged(store, request, kind, same);
    }
    let checking =
        every(ENTRIES_PER_UPDATE, |progress| report_step(ImportStep::Checking(progress)));
    let mut book = Book::open_with(kind, &request.file, &request.overrides, checking)?;
    ensure!(
        book.entries() > 0,
        "{} has no entries{}",
        request.file.display(),
        first_warning(&book)
    );
    let outcome = known
        .as_ref()
        .map_or(ImportOutcome::Imported, |before| ImportOutcome::Replaced(before.entries));
    // The title in the store may be the choice of an administrator, so it precedes that in the
    // file.
    let title = request.title.clone().or(known.map(|known| known.title));
    let own = || Some(book.metadata().title?.replace(is_bidi_control, ""));
    let title = title.or_else(own).unwrap_or_else(|| name.clone());
    let kind_name = kind.name().to_owned();
    let languages = book.metadata().languages;
    let header = BookHeader { name: name.clone(), title, kind: kind_name, digest, languages };
    // Another program may have imported the same files meanwhile.
    let mut import = match store.begin_import(&header)? {
        ImportStart::Unchanged(same) => return unchanged(store, request, kind, &same),
        ImportStart::Started(import) => import,
    };
    let mut storing =
        every(ENTRIES_PER_UPDATE, |progress| report_step(ImportStep::Storing(progress)));
    while let Some(entry) = book.next()? {
        import.add(&entry)?;
        storing(book.progress());
    }
    drop(storing);
    report_step(ImportStep::Committing);
    let store::Book { title, entries, .. } = import.commit()?;
    let encoding = book.recognised().encoding.filter(|encoding| *encoding != Encoding::UTF8);
    let warnings = book.warnings();
    Ok(ImportReport { encoding, name, title, kind, entries, outcome, warnings })
}

/// The report for a book that is already imported. Renames it if another title is given.
fn unchanged(
    store: &Store,
    request: &ImportRequest,
    kind: BookKind,
    book: &store::Book,
) -> Result<ImportReport> {
    let mut report = ImportReport {
        name: book.name.clone(),
        title: book.title.clone(),
        kind,
        entries: book.entries,
        outcome: ImportOutcome::Unchanged,
        encoding: None,
        warnings: Warnings::default(),
    };
    if let Some(title) = request.title.as_ref().filter(|title| **title != book.title) {
        let is_renamed = store.rename_book(book.id, title)?;
        ensure!(is_renamed, "another program has just removed the dictionary");
        (report.title, report.outcome) = (title.clone(), ImportOutcome::Renamed);
    }
    Ok(report)
}

/// Wraps `f` so that only the first call and every `count`-th after it run `f`.
fn every(count: u64, mut f: impl FnMut(Progress)) -> impl FnMut(Progress) {
    let mut calls = 0;
    move |progress| {
        if calls % count == 0 {
            f(progress);
        }
        calls += 1;
    }
}

/// The first warning of a file without entries, as the end of an error message: it is the probable
/// reason. Empty if there is no warning.
fn first_warning(book: &Book) -> String {
    let warnings = book.first_pass_warnings();
    let first = warnings.by_kind().find_map(|(kind, found)| Some((kind, found.first.first()?)));
    first.map(|(kind, warning)| format!(": {}: {kind}", warning.place)).unwrap_or_default()
}

impl ImportRequest {
    /// The name of the book in the store.
    pub(super) fn book_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| name_of(&self.file))
    }
}

/// The name of a book: its file name without the endings of formats.
fn name_of(file: &Path) -> String {
    const ENDINGS: &[&str] = &[
        ".gz", ".dz", ".txt", ".csv", ".tsv", ".tab", ".book", ".ifo", ".idx", ".syn", ".index",
        ".dict", ".jsonl", ".json",
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

/// A digest of everything that determines the entries: version of the readers, kind, overrides, and
/// the bytes of the files.
fn digest(kind: BookKind, overrides: &Overrides, path: &Path) -> Result<String> {
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

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ImportReport { name, title, kind, entries, .. } = self;
        let noun = if *entries == 1 { "entry" } else { "entries" };
        match self.outcome {
            ImportOutcome::Unchanged => {
                write!(f, "{name}: unchanged, imported before ({entries} {noun})")
            }
            ImportOutcome::Renamed => {
                let before = format!("imported before ({entries} {noun})");
                write!(f, "{name}: unchanged, {before}, now called {title:?}")
            }
            ImportOutcome::Imported => write!(f, "{name}: {entries} {noun} imported ({kind})"),
            ImportOutcome::Replaced(before) => {
                write!(f, "{name}: {entries} {noun} imported ({kind}) in place of {before}")
            }
        }?;
        if let Some(encoding) = self.encoding {
            write!(f, ", read as {encoding}")?;
        }
        match self.warnings.total() {
            0 => Ok(()),
            1 => f.write_str(", 1 warning"),
            warnings => write!(f, ", {warnings} warnings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_is_reported_in_the_singular() {
        let report = |entries, outcome| ImportReport {
            name: "a".to_owned(),
            title: "A".to_owned(),
            kind: BookKind::Course,
            entries,
            outcome,
            encoding: None,
            warnings: Warnings::default(),
        };
        let one = report(1, ImportOutcome::Imported).to_string();
        assert_eq!(one, "a: 1 entry imported (course)");
        let two = report(2, ImportOutcome::Unchanged).to_string();
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
