//! Headwords of a dictd book that share an article: the index has a record for each of them, with
//! the same offset and length. The article becomes one entry: if it begins with `colour`, the
//! records `color` and `colour` become the entry `colour` with the spelling `color`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::books::error::BookError;
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::{ENTRIES_MAX, FORMS_MAX};
use crate::books::text::plain_article;

use super::{IndexRecord, is_metadata, parse};

/// The position of an article in the file of articles, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Position {
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// The articles with several headwords.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    groups: HashMap<Position, Group>,
}

/// The headwords of an article.
#[derive(Debug)]
enum Group {
    /// The article has not been read yet.
    Unread(Vec<String>),
    /// The article begins with none of the headwords, so each becomes an entry.
    Separate,
    /// The article begins with `headword`, and its entry has been read. `links` are the headwords
    /// beyond [`FORMS_MAX`]: each becomes an entry that is a link to `headword`.
    Read { headword: String, links: HashSet<String> },
}

/// What a record of the index becomes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RecordRole {
    /// An entry with other spellings.
    Entry { headword: String, others: Vec<String> },
    /// An entry that is only a link to this headword.
    Link(String),
    /// Nothing: its headword is a spelling of an earlier entry.
    Spelling,
}

impl Aliases {
    /// Finds the articles that several records of an index have.
    pub(super) fn read(index: &Path) -> Result<Aliases, BookError> {
        let mut positions = Vec::new();
        for_each_record(index, |record| {
            positions.push(record.position());
            // A book with more entries is refused later.
            positions.len() <= ENTRIES_MAX
        })?;
        positions.sort_unstable();
        let shared = positions.chunk_by(|a, b| a == b).filter(|run| run.len() > 1);
        let mut groups: HashMap<Position, Vec<String>> =
            shared.map(|run| (run[0], Vec::new())).collect();
        if !groups.is_empty() {
            for_each_record(index, |record| {
                let group = groups.get_mut(&record.position());
                group.into_iter().for_each(|group| group.push(record.headword.to_owned()));
                true
            })?;
        }
        let unread = groups.into_iter().map(|(at, headwords)| (at, Group::Unread(headwords)));
        Ok(Aliases { groups: unread.collect() })
    }

    /// Decides what a record of the index becomes, by the text of its article.
    pub(super) fn role(&mut self, headword: &str, position: Position, article: &str) -> RecordRole {
        let alone = || RecordRole::Entry { headword: headword.to_owned(), others: Vec::new() };
        let Some(group) = self.groups.get_mut(&position) else { return alone() };
        match group {
            Group::Separate => alone(),
            Group::Read { headword: first, links } => {
                if links.remove(headword) {
                    RecordRole::Link(first.clone())
                } else {
                    RecordRole::Spelling
                }
            }
            Group::Unread(headwords) => {
                let mut others = std::mem::take(headwords);
                let Some(first) =
                    plain_article::first_headword(article, &others).map(str::to_owned)
                else {
                    *group = Group::Separate;
                    return alone();
                };
                // The headword of this record goes first, so that it is never beyond `FORMS_MAX`:
                // no later record could make it a link.
                others.sort_by_key(|other| other != headword);
                others.dedup();
                others.retain(|other| *other != first);
                let links = others.split_off(others.len().min(FORMS_MAX)).into_iter().collect();
                *group = Group::Read { headword: first.clone(), links };
                RecordRole::Entry { headword: first, others }
            }
        }
    }
}

/// Calls `visit` with each record of an index until it returns `false`. Skips damaged lines, which
/// the reader reports, and the metadata of the book.
fn for_each_record(
    index: &Path,
    mut visit: impl FnMut(&IndexRecord<'_>) -> bool,
) -> Result<(), BookError> {
    let mut lines = Lines::new(Source::open(index)?)?;
    while let Some(line) = lines.next()? {
        let Line::Text(line) = line else { continue };
        let record = parse(line).ok().filter(|record| !is_metadata(record.headword));
        if record.is_some_and(|record| !visit(&record)) {
            break;
        }
    }
    Ok(())
}
