//! The command `dictapp licences`: prints the third-party notices.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// The licence texts of all crates in the program, which `cargo xtask licences` writes.
const NOTICES: &str = include_str!("../../licences.txt");

/// Prints the licences of all crates that the program is built from.
///
/// # Errors
/// If standard output cannot be written.
pub fn run() -> Result<()> {
    io::stdout().write_all(NOTICES.as_bytes()).context("cannot write to standard output")
}
