//! The command `dictapp check`: says where valid settings come from, and with `--database` whether
//! the database can be used. Invalid settings end the program before any command runs.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use crate::serve;
use crate::settings::Settings;

/// Clocks of several machines may differ by so much: sessions end by the clock.
const CLOCK_DIFFERENCE_MAX_SECS: i64 = 2;
/// Less free space than this is a fault: a commit needs some, an import of a large book a GiB.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// Prints that the settings are valid and where they come from.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(origin: &str) -> Result<()> {
    print(&format!("settings are valid: {origin}"))
}

/// Checks the database, a line for each step. Brings its tables up to date as a start does.
///
/// # Errors
/// The database cannot be used, is damaged, or has little space; a clock is wrong.
pub fn database(settings: &Settings) -> Result<()> {
    let store = serve::store(settings)?;
    print(&format!("{}: tables and rights are as needed", store.place()))?;
    store.check_integrity()?;
    print("integrity: no damage found")?;
    let mut faults = Vec::new();
    let difference = (store.clock()?.as_second() - Timestamp::now().as_second()).abs();
    print(&format!("clock: differs from this machine's by {difference} s"))?;
    if difference > CLOCK_DIFFERENCE_MAX_SECS {
        faults.push("the clocks of the database and of this machine differ");
    }
    if let Some(free) = store.free_bytes()? {
        print(&format!("disk: {} MiB free", free >> 20))?;
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
