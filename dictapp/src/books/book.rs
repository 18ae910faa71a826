//! Reads a file of any kind into entries for an import, so that each headword occurs once: two
//! lines `lead n. 铅` and `lead v. 领导` become one entry `lead` with two senses.
//!
//! The file is read twice. The first pass finds damage before anything is stored, and headwords
//! that occur more than once; it keeps a hash of eight bytes for each entry. The second pass
//! returns the entries. Entries of a repeated headword are joined to one, which is held until the
//! last of them is read.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use crate::model::{Entry, Languages};

use super::error::BookError;
use super::homographs;
use super::limits::{ENTRIES_MAX, EXPLANATION_BYTES_MAX, FORMS_MAX, HELD_BYTES_MAX, JOINED_MAX};
use super::warning::{WarningKind, Warnings};
use super::{BookKind, BookMetadata, Overrides, Progress, Reader, Recognised, open};

/// A checked book (a file of a dictionary), ready to be read.
pub struct Book {
    path: PathBuf,
    kind: BookKind,
    languages: Option<Languages>,
    reader: Box<dyn Reader>,
    hasher: RandomState,
    /// The number of entries that are not read yet, by the hash of a repeated headword.
    remaining: HashMap<u64, u32>,
    /// The entries that wait for the last one of their headword, by the hash of the headword. Two
    /// headwords may have the same hash.
    held: HashMap<u64, Vec<Held>>,
    held_bytes: usize,
    /// [`HELD_BYTES_MAX`]; less in a test.
    held_bytes_max: usize,
    /// Complete entries, which the next calls return.
    ready: Vec<Entry>,
    /// The warnings of joining entries.
    join_warnings: Warnings,
    /// The entries that the second pass has read.
    read: Fingerprint,
    /// The entries of the first pass.
    expected: Fingerprint,
    first_pass_warnings: Warnings,
}

/// Shows whether two passes over a file found the same headwords.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fingerprint {
    /// Number of entries.
    entries: u64,
    /// The sum of the hashes of their headwords.
    digest: u64,
}

impl Fingerprint {
    fn add(&mut self, hash: u64) {
        self.entries += 1;
        self.digest = self.digest.wrapping_add(hash);
    }
}

impl Book {
    /// Opens a book and reads it once to check it. Calls `watch` with the progress after each
    /// entry.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is not a book of this kind.
    pub fn open(
        kind: BookKind,
        path: &Path,
        watch: impl FnMut(Progress),
    ) -> Result<Book, BookError> {
        Book::open_with(kind, path, &Overrides::default(), watch)
    }

    /// Like [`Book::open`]. The properties in `overrides` are not recognised from the file.
    ///
    /// # Errors
    /// As [`Book::open`].
    pub fn open_with(
        kind: BookKind,
        path: &Path,
        overrides: &Overrides,
        mut watch: impl FnMut(Progress),
    ) -> Result<Book, BookError> {
        let mut reader = open(kind, path, overrides)?;
        let hasher = RandomState::new();
        let mut hashes: Vec<u64> = Vec::new();
        let mut expected = Fingerprint::default();
        while let Some(entry) = reader.next()? {
            if hashes.len() == ENTRIES_MAX {
                let reason = format!("holds more than {ENTRIES_MAX} entries");
                return Err(BookError::in_file(path, reader.state().place(), reason));
            }
            let hash = hasher.hash_one(&entry.word);
            hashes.push(hash);
            expected.add(hash);
            watch(reader.state().progress());
        }
        let first_pass_warnings = reader.state().warnings().clone();
        Ok(Book {
            path: path.to_owned(),
            kind,
            reader: open(kind, path, overrides)?,
            languages: overrides.languages,
            hasher,
            remaining: repeated(hashes),
            held: HashMap::new(),
            held_bytes: 0,
            held_bytes_max: HELD_BYTES_MAX,
            ready: Vec::new(),
            join_warnings: Warnings::default(),
            read: Fingerprint::default(),
            expected,
            first_pass_warnings,
        })
    }

    /// The kind of book.
    pub fn kind(&self) -> BookKind {
        self.kind
    }

    /// The metadata of the book.
    pub fn metadata(&self) -> BookMetadata {
        let metadata = self.reader.metadata();
        BookMetadata { languages: self.languages.or(metadata.languages), ..metadata }
    }

    /// The properties of the file that were recognised: encoding, delimiter, columns.
    pub fn recognised(&self) -> Recognised {
        self.reader.recognised()
    }

    /// The progress of the second pass.
    pub fn progress(&self) -> Progress {
        self.reader.state().progress()
    }

    /// Number of entries in the file. Repeated headwords count each time.
    pub fn entries(&self) -> u64 {
        self.expected.entries
    }

    /// The warnings of the first pass, without those of repeated headwords.
    pub fn first_pass_warnings(&self) -> &Warnings {
        &self.first_pass_warnings
    }

    /// The warnings so far; complete when [`Book::next`] has returned `None`.
    pub fn warnings(&self) -> Warnings {
        let mut all = self.reader.state().warnings().clone();
        all.extend(&self.join_warnings);
        all
    }

    /// The next entry, `None` at the end. No headword occurs twice. Entries of one headword that
    /// cannot be joined are left out and reported.
    ///
    /// # Errors
    /// If the file cannot be read, has changed since the first pass, or has more bytes of repeated
    /// headwords than can be held.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot end with one error")]
    pub fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            if let Some(entry) = self.ready.pop() {
                return Ok(Some(entry));
            }
            let Some(entry) = self.reader.next()? else {
                self.check_unchanged()?;
                return Ok(None);
            };
            let hash = self.hasher.hash_one(&entry.word);
            self.read.add(hash);
            match self.remaining.get_mut(&hash) {
                None => return Ok(Some(entry)),
                Some(remaining) => {
                    *remaining = remaining.saturating_sub(1);
                    let is_last = *remaining == 0;
                    self.hold(hash, entry)?;
                    if is_last {
                        self.release(hash);
                    }
                }
            }
        }
    }

    /// Checks at the end of the second pass that the file did not change since the first pass.
    fn check_unchanged(&self) -> Result<(), BookError> {
        if self.read != self.expected {
            return Err(BookError::whole(&self.path, "changed while it was read"));
        }
        Ok(())
    }

    /// Holds the first entry of a headword, and joins a later one to it.
    fn hold(&mut self, hash: u64, entry: Entry) -> Result<(), BookError> {
        let place = self.reader.state().place();
        let held = self.held.entry(hash).or_default();
        match held.iter_mut().find(|held| held.entry.word == entry.word) {
            None => {
                self.held_bytes += memory_of(&entry);
                held.push(Held { entry, joined: 0, has_pronunciations_in_text: false });
            }
            Some(first) => {
                let before = memory_of(&first.entry);
                let kinds = first.join(entry);
                self.held_bytes = self.held_bytes - before + memory_of(&first.entry);
                let word = first.entry.word.as_str();
                kinds.into_iter().for_each(|kind| self.join_warnings.add(kind, place, word));
            }
        }
        if self.held_bytes > self.held_bytes_max {
            let max = self.held_bytes_max;
            let reason = format!("has more than {max} bytes of repeated headwords");
            return Err(BookError::in_file(&self.path, place, reason));
        }
        Ok(())
    }

    /// Makes the entries with this hash of their headword ready to be returned.
    fn release(&mut self, hash: u64) {
        let held = self.held.remove(&hash).unwrap_or_default();
        self.held_bytes -= held.iter().map(|held| memory_of(&held.entry)).sum::<usize>();
        self.ready.extend(held.into_iter().map(|held| held.entry));
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").field("path", &self.path).field("kind", &self.kind).finish()
    }
}

/// The hashes that occur more than once, with their counts.
fn repeated(mut hashes: Vec<u64>) -> HashMap<u64, u32> {
    hashes.sort_unstable();
    let runs = hashes.chunk_by(|a, b| a == b).filter(|run| run.len() > 1);
    runs.map(|run| (run[0], u32::try_from(run.len()).unwrap_or(u32::MAX))).collect()
}

/// The first entry of a repeated headword, with the later ones joined to it.
struct Held {
    entry: Entry,
    /// The number of later entries.
    joined: usize,
    /// Whether the explanation contains the pronunciations.
    has_pronunciations_in_text: bool,
}

impl Held {
    /// Joins a later entry: appends the lines that are new. If the pronunciations differ, they are
    /// written into the explanation. Returns the kinds of warnings to report.
    fn join(&mut self, mut later: Entry) -> Vec<WarningKind> {
        let first = &mut self.entry;
        if homographs::has_new_pronunciation(first, &later) {
            if !std::mem::replace(&mut self.has_pronunciations_in_text, true) {
                homographs::write_pronunciation(first);
            }
            homographs::write_pronunciation(&mut later);
        }
        let known: HashSet<&str> = first.explanation.lines().collect();
        let new: Vec<&str> =
            later.explanation.lines().filter(|line| !known.contains(line)).collect();
        let more: usize = new.iter().map(|line| line.len() + 1).sum();
        if first.explanation.len() + more > EXPLANATION_BYTES_MAX || self.joined == JOINED_MAX {
            return vec![WarningKind::Unjoined];
        }
        self.joined += 1;
        for line in new {
            first.explanation.push('\n');
            first.explanation.push_str(line);
        }
        first.phonetic = homographs::join_pronunciations(first.phonetic.take(), later.phonetic);
        first.rank = first.rank.into_iter().chain(later.rank).min();
        let mut kinds = vec![WarningKind::Repeated];
        let new: Vec<String> =
            later.forms.into_iter().filter(|form| !first.forms.contains(form)).collect();
        let room = FORMS_MAX.saturating_sub(first.forms.len());
        kinds.extend((new.len() > room).then_some(WarningKind::ExtraForms));
        first.forms.extend(new.into_iter().take(room));
        kinds
    }
}

/// The approximate memory of an entry in bytes.
fn memory_of(entry: &Entry) -> usize {
    let forms: usize = entry.forms.iter().map(|form| form.len() + size_of::<String>()).sum();
    let phonetic = entry.phonetic.as_ref().map_or(0, String::len);
    size_of::<Entry>() + entry.word.as_str().len() + entry.explanation.len() + phonetic + forms
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that a book with these lines is refused with. It may hold 10,000 bytes.
    fn refusal(lines: &[String]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.txt");
        std::fs::write(&path, lines.concat()).unwrap();
        let mut book = Book::open(BookKind::Course, &path, |_| ()).unwrap();
        book.held_bytes_max = 10_000;
        loop {
            match book.next() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some(error.to_string()),
            }
        }
    }

    #[test]
    fn the_bytes_of_joined_entries_count_towards_the_limit_of_held_bytes() {
        let long = "meaning ".repeat(900);
        let line = |word: usize, meaning: &str| format!("word{word} n. {meaning}\n");
        let round = |meaning: &str| (1..4).map(|word| line(word, meaning)).collect::<Vec<_>>();
        let grows = [round("one"), round(&format!("two {long}")), round("three")].concat();
        let refused = refusal(&grows).unwrap();
        assert!(refused.contains("has more than 10000 bytes of repeated headwords"), "{refused}");
        let ends_early = [round("one"), round(&format!("two {long}"))].concat();
        assert_eq!(refusal(&ends_early), None, "each is released when it has grown");
    }
}
