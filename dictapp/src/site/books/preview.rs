//! Previews a file of a book: reads its properties and its first entries, and stores nothing.

use std::fmt;

use anyhow::Result;

use super::import::ImportRequest;
use crate::books::{BookKind, Recognised, Warnings};
use crate::model::Languages;
use crate::store::{Book, Store, StoreError};

/// Number of entries in a preview.
const PREVIEWED_ENTRIES: usize = 10;

/// The recognised properties of a file and its first entries. Its `Display` is the preview that the
/// command line prints.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The name by which the store finds the book.
    pub name: String,
    /// The book of this name, which an import replaces. Only [`Preview::for_store`] sets it.
    pub replaces: Option<Book>,
    /// The kind of book.
    pub kind: BookKind,
    /// The encoding and the columns.
    pub recognised: Recognised,
    /// The title in the file.
    pub title: Option<String>,
    /// The languages of headwords and explanations.
    pub languages: Option<Languages>,
    /// The first entries.
    pub entries: Vec<PreviewEntry>,
    /// The warnings up to the last of these entries.
    pub warnings: Warnings,
}

/// An entry of a preview.
#[derive(Clone, Debug)]
pub struct PreviewEntry {
    /// The headword.
    pub word: String,
    /// The pronunciation.
    pub phonetic: Option<String>,
    /// The explanation in the format of [`Explanation`](crate::model::Explanation).
    pub explanation: String,
}

/// Reads the properties of a file and its first entries.
///
/// # Errors
/// If the file cannot be read, is damaged or is not a book.
pub fn preview_book(request: &ImportRequest) -> Result<Preview> {
    let kind = BookKind::resolve(request.kind, &request.file, &request.overrides)?;
    let mut reader = crate::books::open(kind, &request.file, &request.overrides)?;
    let recognised = reader.recognised();
    let metadata = reader.metadata();
    let mut entries = Vec::new();
    while entries.len() < PREVIEWED_ENTRIES {
        let Some(entry) = reader.next()? else { break };
        entries.push(PreviewEntry {
            word: entry.word.to_string(),
            phonetic: entry.phonetic,
            explanation: entry.explanation,
        });
    }
    Ok(Preview {
        name: request.book_name(),
        replaces: None,
        kind,
        recognised,
        title: metadata.title,
        languages: metadata.languages,
        entries,
        warnings: reader.state().warnings().clone(),
    })
}

impl Preview {
    /// Adds the book that an import into this store replaces.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn for_store(self, store: &Store) -> Result<Preview, StoreError> {
        let replaces = store.books()?.into_iter().find(|book| book.name == self.name);
        Ok(Preview { replaces, ..self })
    }

    /// The names of the columns of a table, as the command line uses them.
    fn columns(&self) -> Option<String> {
        let names: Vec<&str> = self.recognised.columns.iter().map(|column| column.name()).collect();
        (!names.is_empty()).then(|| names.join(","))
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        lines.extend(self.replaces.as_ref().map(|Book { name, entries, .. }| {
            let noun = if *entries == 1 { "entry" } else { "entries" };
            format!("replaces: {name:?} ({entries} {noun}); to keep it, import with another --name")
        }));
        lines.push(format!("kind: {}", self.kind));
        lines.extend(self.recognised.encoding.map(|encoding| format!("encoding: {encoding}")));
        lines.extend(self.recognised.delimiter.map(|one| format!("delimiter: {one:?}")));
        lines.extend(self.columns().map(|columns| format!("columns: {columns}")));
        lines.extend(self.title.as_ref().map(|title| format!("title: {title}")));
        lines.extend(self.languages.map(|languages| format!("languages: {languages}")));
        if self.entries.is_empty() {
            lines.push("\nno entries".to_owned());
        }
        for entry in &self.entries {
            let phonetic = entry.phonetic.as_ref().map(|phonetic| format!(" /{phonetic}/"));
            lines.push(format!("\n{}{}", entry.word, phonetic.unwrap_or_default()));
            lines.extend(entry.explanation.lines().map(|line| format!("  {line}")));
        }
        if !self.warnings.is_empty() {
            lines.push(format!("\n{}", self.warnings.to_string().trim_end()));
        }
        f.write_str(&lines.join("\n"))
    }
}
