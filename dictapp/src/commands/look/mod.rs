//! The command `dictapp look`: a word to its entry, from the database of the settings, without a
//! server.

pub(crate) mod entry;
pub(crate) mod pager;

use std::fmt;
use std::io::{self, Write};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::model::Word;
use crate::serve;
use crate::settings::Settings;
use crate::site::{Selection, Shelf};
use crate::views::api;
use entry::Entry;

/// The form of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// As the API sends it.
    Json,
}

/// No word book has the word.
#[derive(Debug)]
pub struct NoSuchWord(pub String);

impl std::error::Error for NoSuchWord {}

impl fmt::Display for NoSuchWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no word book has {:?}", self.0)
    }
}

/// Prints what the word books of the database say of a word.
///
/// # Errors
/// [`NoSuchWord`]; the database cannot be used.
pub fn run(settings: &Settings, word: &str, form: Form) -> Result<()> {
    let site = serve::open(settings)?;
    let entry = entry_in(&site.shelf(), word)?;
    print(entry.ok_or_else(|| NoSuchWord(word.to_owned()))?, form)
}

/// What the API says of a word.
pub(super) fn entry_in(shelf: &Shelf, word: &str) -> Result<Option<Value>> {
    let Ok(word) = Word::parse(word) else { return Ok(None) };
    Ok(api::entry_json(&Selection::new(shelf, &[]), &word)?)
}

/// Prints an entry of the API.
pub(super) fn print(entry: Value, form: Form) -> Result<()> {
    match form {
        Form::Json => {
            let text = serde_json::to_string_pretty(&entry)?;
            writeln!(io::stdout(), "{text}").context("cannot write to standard output")
        }
        Form::Text => {
            let entry: Entry = serde_json::from_value(entry).context("this is no entry")?;
            pager::show(&entry.to_text(pager::style())).context("cannot write to standard output")
        }
    }
}
