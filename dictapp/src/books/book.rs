//! Reads a file of any kind into entries for an import, so that each headword occurs once.
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
use super::limits::{ENTRIES_MAX, FORMS_MAX, HELD_BYTES_MAX, JOINED_MAX, MEAN_BYTES_MAX};
use super::oddity::{Oddities, OddityKind};
use super::{About, BookKind, Overrides, Progress, Reader, Recognised, open};

/// A checked book (a file of a dictionary), ready to be read.
pub struct Book {
    path: PathBuf,
    kind: BookKind,
    languages: Option<Languages>,
    reader: Box<dyn Reader>,
    hasher: RandomState,
    /// The number of entries that are still to come, by the hash of a repeated headword.
    repeated: HashMap<u64, u32>,
    /// The entries that wait for the last one of their headword, by the hash of the headword. Two
    /// headwords may have the same hash.
    held: HashMap<u64, Vec<Held>>,
    held_bytes: usize,
    /// Complete entries that are returned next.
    ready: Vec<Entry>,
    /// The oddities of joining.
    merged: Oddities,
    /// The number of entries that the second pass has read.
    entries: u64,
    /// The sum of the hashes of their headwords.
    digest: u64,
    /// `entries` and `digest` of the whole file in the first pass.
    expected: (u64, u64),
    /// The oddities of the first pass.
    checked: Oddities,
}

impl Book {
    /// Opens a book and reads it once to check it. Calls `watch` with the progress.
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
        while let Some(entry) = reader.next()? {
            if hashes.len() == ENTRIES_MAX {
                let reason = format!("holds more than {ENTRIES_MAX} entries");
                return Err(BookError::at(path, reader.state().place(), reason));
            }
            hashes.push(hasher.hash_one(&entry.word));
            watch(reader.state().progress());
        }
        let digest = hashes.iter().fold(0_u64, |sum, hash| sum.wrapping_add(*hash));
        let expected = (hashes.len() as u64, digest);
        let checked = reader.state().oddities().clone();
        Ok(Book {
            path: path.to_owned(),
            kind,
            reader: open(kind, path, overrides)?,
            languages: overrides.languages,
            hasher,
            repeated: repeated(hashes),
            held: HashMap::new(),
            held_bytes: 0,
            ready: Vec::new(),
            merged: Oddities::default(),
            entries: 0,
            digest: 0,
            expected,
            checked,
        })
    }

    /// The kind of book.
    pub fn kind(&self) -> BookKind {
        self.kind
    }

    /// The metadata of the book.
    pub fn about(&self) -> About {
        let about = self.reader.about();
        About { languages: self.languages.or(about.languages), ..about }
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
        self.expected.0
    }

    /// The oddities of the first pass, without those of repeated headwords.
    pub fn checked(&self) -> &Oddities {
        &self.checked
    }

    /// The oddities so far; complete when [`Book::next`] has returned `None`.
    pub fn oddities(&self) -> Oddities {
        let mut all = self.reader.state().oddities().clone();
        all.extend(&self.merged);
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
            let Some(entry) = self.reader.next()? else { return self.end() };
            let hash = self.hasher.hash_one(&entry.word);
            self.entries += 1;
            self.digest = self.digest.wrapping_add(hash);
            match self.repeated.get_mut(&hash) {
                None => return Ok(Some(entry)),
                Some(left) => {
                    *left = left.saturating_sub(1);
                    let last = *left == 0;
                    self.hold(hash, entry)?;
                    if last {
                        self.release(hash);
                    }
                }
            }
        }
    }

    /// Checks at the end of the second pass that the file is still the one of the first pass.
    fn end(&mut self) -> Result<Option<Entry>, BookError> {
        if (self.entries, self.digest) != self.expected {
            return Err(BookError::whole(&self.path, "changed while it was read"));
        }
        Ok(None)
    }

    /// Holds the first entry of a headword, and joins a later one to it.
    fn hold(&mut self, hash: u64, entry: Entry) -> Result<(), BookError> {
        let place = self.reader.state().place();
        let held = self.held.entry(hash).or_default();
        let Some(first) = held.iter_mut().find(|held| held.entry.word == entry.word) else {
            self.held_bytes += bytes(&entry);
            held.push(Held { entry, joined: 0, keeps_pronunciation: false });
            if self.held_bytes > HELD_BYTES_MAX {
                let reason = format!("has more than {HELD_BYTES_MAX} bytes of repeated headwords");
                return Err(BookError::at(&self.path, place, reason));
            }
            return Ok(());
        };
        let before = bytes(&first.entry);
        let kinds = first.join(entry);
        self.held_bytes = self.held_bytes - before + bytes(&first.entry);
        kinds.into_iter().for_each(|kind| self.merged.note(kind, place, first.entry.word.as_str()));
        Ok(())
    }

    /// Makes the entries with this hash of their headword ready to be returned.
    fn release(&mut self, hash: u64) {
        let held = self.held.remove(&hash).unwrap_or_default();
        self.held_bytes -= held.iter().map(|held| bytes(&held.entry)).sum::<usize>();
        self.ready.extend(held.into_iter().map(|held| held.entry));
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").field("path", &self.path).field("kind", &self.kind).finish()
    }
}

/// Of the hashes of all headwords, those that occur more than once, with their counts.
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
    /// Whether its pronunciations are in the explanation.
    keeps_pronunciation: bool,
}

impl Held {
    /// Joins a later entry: appends the lines that are new. If the pronunciations differ, they are
    /// written into the explanation. Returns the kinds of oddities to report.
    fn join(&mut self, mut later: Entry) -> Vec<OddityKind> {
        let first = &mut self.entry;
        if homographs::differ(first, &later) {
            if !std::mem::replace(&mut self.keeps_pronunciation, true) {
                homographs::keep_pronunciation(first);
            }
            homographs::keep_pronunciation(&mut later);
        }
        let known: HashSet<&str> = first.mean.lines().collect();
        let new: Vec<&str> = later.mean.lines().filter(|line| !known.contains(line)).collect();
        let more: usize = new.iter().map(|line| line.len() + 1).sum();
        if first.mean.len() + more > MEAN_BYTES_MAX || self.joined == JOINED_MAX {
            return vec![OddityKind::Unjoined];
        }
        self.joined += 1;
        for line in new {
            first.mean.push('\n');
            first.mean.push_str(line);
        }
        first.phonetic = homographs::joined(first.phonetic.take(), later.phonetic);
        first.rank = first.rank.into_iter().chain(later.rank).min();
        let mut kinds = vec![OddityKind::Repeated];
        let new: Vec<String> =
            later.forms.into_iter().filter(|form| !first.forms.contains(form)).collect();
        let room = FORMS_MAX.saturating_sub(first.forms.len());
        kinds.extend((new.len() > room).then_some(OddityKind::ExtraForms));
        first.forms.extend(new.into_iter().take(room));
        kinds
    }
}

/// The approximate memory of an entry.
fn bytes(entry: &Entry) -> usize {
    let forms: usize = entry.forms.iter().map(|form| form.len() + size_of::<String>()).sum();
    let phonetic = entry.phonetic.as_ref().map_or(0, String::len);
    size_of::<Entry>() + entry.word.as_str().len() + entry.mean.len() + phonetic + forms
}
