//! The command `dictapp check`: says where valid settings come from. Invalid ones end the program
//! before any command runs.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Prints that the settings are valid and where they come from.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(origin: &str) -> Result<()> {
    writeln!(io::stdout(), "settings are valid: {origin}")
        .context("cannot write to standard output")
}
