//! The command `dictapp import-course`: imports users, look-ups and words from the database of the
//! programming course's dictionary, which this program replaces. It can be run again: users and
//! look-ups that are there do not change. The source is only read.

mod course_time;

use std::collections::HashMap;
use std::io::{self, Write};

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::import;
use crate::books::limits::EXPLANATION_BYTES_MAX;
use crate::books::{BookKind, Column, Encoding, Overrides, Place, Sounds};
use crate::commands::serve;
use crate::model::{Username, Word};
use crate::settings::Settings;
use crate::site::{AdminError, ImportRequest, Selection, Site};
use crate::store::{CourseRows, CourseSource, Lookup, Store, UserId};

/// The name of the dictionary that the words become.
const BOOK: &str = "course";

/// Maximum number of rows with a fault that are printed for a table.
const FAULTS_SHOWN_MAX: usize = 20;

/// The result for a table of the source.
#[derive(Debug, Default)]
struct TableResult {
    /// Number of imported rows.
    added: u64,
    /// Number of rows that were imported before.
    existing: u64,
    /// A line for each row that was left out, with the reason.
    faults: Vec<String>,
}

/// The line of the csv file on which a row of the source begins.
struct RowStart {
    line: u64,
    /// The number of the row in its table.
    row: u64,
}

/// Imports everything and prints the result for each table.
///
/// # Errors
/// The source or the database cannot be used. Rows that were imported until then stay. If only the
/// words cannot be imported, users and look-ups are imported all the same.
pub fn run(settings: &Settings, source: &CourseSource) -> Result<()> {
    let rows = source.read().context("cannot read the course database")?;
    let words = import_words(&serve::store(settings)?, &rows);
    let site = serve::open(settings)?;
    let (users, result) = import_users(&site, &rows)?;
    print("user", &result)?;
    print("hist", &import_lookups(&site, &rows, &users)?)?;
    for line in &rows.unreadable_rows {
        writeln!(io::stdout(), "{line}")?;
    }
    let unlisted = rows.unreadable_count.saturating_sub(rows.unreadable_rows.len() as u64);
    if unlisted > 0 {
        writeln!(io::stdout(), "and {unlisted} more rows that cannot be read")?;
    }
    for table in &rows.missing {
        writeln!(io::stdout(), "{table}: the source has no such table")?;
    }
    words.context("the words cannot be imported, users and look-ups were")
}

/// Imports the words as a separate dictionary: writes a csv file and imports it like any other.
/// Prints the rows that are left out.
fn import_words(store: &Store, rows: &CourseRows) -> Result<()> {
    let mut words = Vec::new();
    let mut faults = Vec::new();
    for (row, number) in rows.words.iter().zip(&rows.word_numbers) {
        match fault_of(row) {
            None => words.push((row, *number)),
            Some(fault) => {
                faults.push(format!("words: {:?}: {fault}, left out", start_of(&row[0])))
            }
        }
    }
    for line in faults.iter().take(FAULTS_SHOWN_MAX) {
        writeln!(io::stdout(), "{line}")?;
    }
    if faults.len() > FAULTS_SHOWN_MAX {
        writeln!(io::stdout(), "and {} more rows of words", faults.len() - FAULTS_SHOWN_MAX)?;
    }
    if words.is_empty() {
        return Ok(());
    }
    let file = tempfile::Builder::new().suffix(".csv").tempfile()?;
    let mut table = csv::Writer::from_writer(&file);
    // Without this header, the first row could be taken for column names or for a comment.
    table.write_record(["word", "meaning"])?;
    let mut starts: Vec<RowStart> = Vec::with_capacity(words.len());
    let mut line = 2;
    for (row, number) in words {
        table.write_record(row)?;
        starts.push(RowStart { line, row: number });
        line += 1 + row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
    }
    table.flush()?;
    drop(table);
    let overrides = Overrides {
        encoding: Some(Encoding::UTF8),
        delimiter: Some(b','),
        columns: Some(vec![Column::Word, Column::Explanation]),
        sounds: Sounds::Text,
        ..Overrides::default()
    };
    let request = ImportRequest {
        file: file.path().to_owned(),
        kind: Some(BookKind::Csv),
        name: Some(BOOK.to_owned()),
        overrides,
        ..ImportRequest::default()
    };
    import::run_with_places(store, &request, |place| match place {
        Place::Line(line) => {
            let at = starts.partition_point(|start| start.line <= line).checked_sub(1);
            at.map_or(place, |at| Place::RowOf("words", starts[at].row))
        }
        other => other,
    })
}

/// The beginning of a text, for a message.
fn start_of(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Why a row of the table of words cannot be imported. `None`: it can.
fn fault_of([word, explanation]: &[String; 2]) -> Option<String> {
    if word.contains('\0') || explanation.contains('\0') {
        return Some("there is a zero byte".to_owned());
    }
    if word.trim().is_empty() || explanation.trim().is_empty() {
        return Some("there is no word or no explanation".to_owned());
    }
    if explanation.len() > EXPLANATION_BYTES_MAX {
        return Some(format!("the explanation is longer than {EXPLANATION_BYTES_MAX} bytes"));
    }
    Word::parse(word).err().map(|error| error.to_string())
}

/// Imports the users. Returns their ids by the names in the source, and the numbers of rows.
fn import_users(site: &Site, rows: &CourseRows) -> Result<(HashMap<String, UserId>, TableResult)> {
    let mut users = HashMap::new();
    let mut result = TableResult::default();
    for row in &rows.users {
        let name = match Username::parse_new(&row.name) {
            Ok(name) => name,
            Err(error) => {
                result.faults.push(format!("{:?}: {error}", row.name));
                continue;
            }
        };
        if let Some(user) = site.user(&name)? {
            if users.insert(row.name.clone(), user.id).is_some() {
                result.faults.push(format!("{:?}: the name is there twice", row.name));
            } else {
                result.existing += 1;
            }
            continue;
        }
        if row.passwd.is_empty() {
            result.faults.push(format!("{:?}: there is no password", row.name));
            continue;
        }
        match site.import_user(&name, &row.passwd) {
            Ok(user) => {
                users.insert(row.name.clone(), user.id);
                result.added += 1;
            }
            Err(AdminError::Failed(error)) => return Err(anyhow::anyhow!("{error}")),
            Err(error) => result.faults.push(format!("{:?}: {error}", row.name)),
        }
    }
    Ok((users, result))
}

/// Imports the look-ups of the users in `users`, which maps names in the source to ids.
fn import_lookups(
    site: &Site,
    rows: &CourseRows,
    users: &HashMap<String, UserId>,
) -> Result<TableResult> {
    let mut result = TableResult::default();
    let shelf = site.shelf();
    let books = Selection::new(&shelf, &[]); // all books: none is switched off
    let mut in_second: HashMap<(UserId, Timestamp), i64> = HashMap::new();
    let mut lookups = Vec::new();
    for [name, word, time] in &rows.lookups {
        let shown = || format!("{name:?} {word:?} {time:?}");
        let Some(&user) = users.get(name) else {
            result.faults.push(format!("{}: there is no such user", shown()));
            continue;
        };
        let word = match Word::parse(word) {
            Ok(word) => word,
            Err(error) => {
                result.faults.push(format!("{}: {error}", shown()));
                continue;
            }
        };
        let Some(second) = course_time::parse(time, site.zone()) else {
            let is_none = course_time::is_none(time);
            let reason = if is_none { "there is no time" } else { "the time has an unknown form" };
            result.faults.push(format!("{}: {reason}", shown()));
            continue;
        };
        // Look-ups of one user in one second get successive microseconds. So they keep their order,
        // and a repeated import makes the same rows, which are then known.
        let order = in_second.entry((user, second)).or_default();
        let Ok(at) = Timestamp::from_microsecond(second.as_microsecond() + *order) else {
            result.faults.push(format!("{}: the time is out of range", shown()));
            continue;
        };
        *order += 1;
        let found = books.has(word.as_str());
        lookups.push(Lookup { user, word, found, headword: None, at });
    }
    let added = site.import_lookups(&lookups)?;
    result.added = added;
    result.existing = lookups.len() as u64 - added;
    Ok(result)
}

/// Prints the result for a table, with the first rows that were left out.
fn print(table: &str, result: &TableResult) -> Result<()> {
    let mut out = io::stdout().lock();
    let TableResult { added, existing, faults } = result;
    writeln!(out, "{table}: {added} added, {existing} there before, {} left out", faults.len())?;
    for line in faults.iter().take(FAULTS_SHOWN_MAX) {
        writeln!(out, "  {line}")?;
    }
    if faults.len() > FAULTS_SHOWN_MAX {
        writeln!(out, "  and {} more", faults.len() - FAULTS_SHOWN_MAX)?;
    }
    Ok(())
}
