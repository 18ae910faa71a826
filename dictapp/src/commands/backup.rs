//! The commands `dictapp backup` and `dictapp restore`.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::commands::serve;
use crate::settings::Settings;
use crate::store::{self, Counts};

/// Writes a backup of the database, also while the server runs, and prints the number of rows of
/// each table that has rows.
///
/// # Errors
/// If the file exists or cannot be written, or the database cannot be used.
pub fn back_up(settings: &Settings, file: &Path) -> Result<()> {
    let counts = serve::existing_store(settings)?.backup(file)?;
    print("backed up to", file, &counts)
}

/// Restores a backup: makes the database of the settings from it. Prints the number of rows of each
/// table that has rows.
///
/// # Errors
/// If the SQLite file exists or the MySQL database is not empty, or the backup or the database
/// cannot be used.
pub fn restore(settings: &Settings, file: &Path) -> Result<()> {
    let counts = store::restore(&serve::database(settings), file)?;
    print("restored from", file, &counts)
}

/// Prints `done`, such as `backed up to`, the file, and the number of rows of each table that has
/// rows.
fn print(done: &str, file: &Path, counts: &Counts) -> Result<()> {
    let mut out = io::stdout().lock();
    let filled = counts.iter().filter(|(_, rows)| *rows > 0);
    let tables: Vec<String> = filled.map(|(table, rows)| format!("{table} {rows}")).collect();
    writeln!(out, "{done} {}: rows of {}", file.display(), tables.join(", "))
        .context("cannot write to standard output")
}
