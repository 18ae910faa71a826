//! The command `dictapp look`: prints the entry of a word from the configured database, without a
//! server. Other commands also use this file to find and print entries.

pub(crate) mod entry;
pub(crate) mod locale;
pub(crate) mod pager;

use std::fmt;
use std::io::{self, Write};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Output;
use crate::commands::serve;
use crate::model::Word;
use crate::settings::Settings;
use crate::site::{Selection, Shelf};
use crate::texts::Client;
use crate::views::api;
use entry::PrintedEntry;

/// The error of a look-up: no dictionary has the word.
#[derive(Debug)]
pub struct NoSuchWord(pub String);

impl std::error::Error for NoSuchWord {}

impl fmt::Display for NoSuchWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no dictionary has {:?}", self.0)
    }
}

/// Prints the entry of a word.
///
/// # Errors
/// [`NoSuchWord`]; the database cannot be used.
pub fn run(settings: &Settings, word: &str, output: Output) -> Result<()> {
    let site = serve::open(settings)?;
    let entry = entry_in(&site.shelf(), word)?;
    let entry = entry.ok_or_else(|| NoSuchWord(word.to_owned()))?;
    print(entry, output, &locale::language(None).texts().client)
}

/// The entry for a word in all books, as the JSON of the API. `None`: no book has the word, or the
/// text cannot be a word.
pub(super) fn entry_in(shelf: &Shelf, word: &str) -> Result<Option<Value>> {
    let Ok(word) = Word::parse(word) else { return Ok(None) };
    // The empty list: no book is switched off.
    Ok(api::entry_json(&Selection::new(shelf, &[]), &word)?)
}

/// Prints an entry of the API.
pub(super) fn print(entry: Value, output: Output, t: &Client) -> Result<()> {
    match output {
        Output::Json => {
            let text = serde_json::to_string_pretty(&entry)?;
            writeln!(io::stdout(), "{text}").context("cannot write to standard output")
        }
        Output::Text => {
            let entry: PrintedEntry =
                serde_json::from_value(entry).context("this is not an entry")?;
            let text = entry.to_text(pager::style());
            pager::show(&text, t.pager).context("cannot write to standard output")
        }
    }
}
