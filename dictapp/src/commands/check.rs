//! The command `dictapp check`: prints that the settings are valid, and the sources from which they
//! were read (`settings are valid: flags (2 keys)`). With `--database` and no URL it also checks
//! the database. Invalid settings end the program before any command runs.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use crate::commands::serve;
use crate::settings::Settings;

/// Maximum difference between the clocks of the database and of this machine. Sessions end by the
/// clock of the machine that serves a request, so the clocks of all machines must agree.
const CLOCK_DIFFERENCE_MAX_SECS: i64 = 2;
/// Minimum free space on the disk of the database: the import of a large book needs a GiB.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// Prints that the settings are valid, and `origin`: the sources that they were read from.
///
/// # Errors
/// If standard output cannot be written.
pub fn run(origin: &str) -> Result<()> {
    print(&format!("settings are valid: {origin}"))
}

/// Checks the database and prints a line for each step. Tables of an older version are updated, as
/// at a start of the server.
///
/// # Errors
/// If the database cannot be used, is damaged or has little space, or if the clocks differ.
pub fn database(settings: &Settings) -> Result<()> {
    let store = serve::existing_store(settings)?;
    print(&format!("{}: tables and privileges are correct", store.place()))?;
    store.check_integrity()?;
    print("integrity: no damage found")?;
    let mut faults = Vec::new();
    let difference = (store.clock()?.as_second() - Timestamp::now().as_second()).abs();
    print(&format!("clock: differs from this machine's by {difference} s"))?;
    if difference > CLOCK_DIFFERENCE_MAX_SECS {
        faults.push("the clocks of the database and of this machine differ");
    }
    if let Some(free) = store.free_bytes()? {
        print(&format!("disk: {} MiB free", free >> 20))?; // `>> 20`: bytes to MiB
        if free < FREE_BYTES_MIN {
            faults.push("the disk of the database is nearly full");
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(())
}

fn print(line: &str) -> Result<()> {
    writeln!(io::stdout(), "{line}").context("cannot write to standard output")
}
