//! Dictionaries: real-life files, their entries and their reports.

#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod build;
mod cases;
mod columns;
mod course;
mod detect;
mod dictd;
mod fuzz;
mod lists;
mod plain;
mod separators;
mod stardict;
mod tables;
mod variants;

use std::path::{Path, PathBuf};

use dictapp::books::{Book, BookError, BookKind, Place, WarningKind, Warnings};
use dictapp::model::Entry;
use tempfile::TempDir;

/// A file of the test data.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books").join(name)
}

/// Reads a whole book.
pub(crate) fn read(kind: BookKind, path: &Path) -> Result<(Vec<Entry>, Warnings), BookError> {
    let mut book = Book::open(kind, path, |_| {})?;
    let mut entries = Vec::new();
    while let Some(entry) = book.next()? {
        entries.push(entry);
    }
    Ok((entries, book.warnings()))
}

/// Writes a file into a temporary folder and reads it.
pub(crate) fn read_bytes(
    kind: BookKind,
    name: &str,
    bytes: &[u8],
) -> Result<(Vec<Entry>, Warnings), BookError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(kind, &path)
}

/// The explanation of one headword.
#[track_caller]
pub(crate) fn explanation<'a>(entries: &'a [Entry], word: &str) -> &'a str {
    &entry(entries, word).explanation
}

/// The entry of one headword, which must be there once.
#[track_caller]
pub(crate) fn entry<'a>(entries: &'a [Entry], word: &str) -> &'a Entry {
    let found: Vec<&Entry> = entries.iter().filter(|e| e.word.as_str() == word).collect();
    assert_eq!(found.len(), 1, "{word:?} among {:?}", words(entries));
    found[0]
}

/// The headwords in the order given.
pub(crate) fn words(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.word.as_str()).collect()
}

/// All warnings as kind, line and text.
pub(crate) fn lines(warnings: &Warnings) -> Vec<(WarningKind, u64, String)> {
    let mut all = Vec::new();
    for (kind, found) in warnings.by_kind() {
        for warning in &found.first {
            let line = match warning.place {
                Place::Line(line) | Place::LineOf(_, line) => line,
                Place::Byte(byte) | Place::ByteOf(_, byte) | Place::RowOf(_, byte) => byte,
            };
            all.push((kind, line, warning.detail.clone()));
        }
    }
    all
}
