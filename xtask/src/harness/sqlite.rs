//! Runs SQL on an SQLite file with Python, so that xtask needs no SQLite library.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = "import sqlite3, sys\n\
    database = sqlite3.connect(sys.argv[1])\n\
    for row in database.execute(sys.argv[2]): print(*row, sep='\\t')\n\
    database.commit()";

/// Runs a statement and commits; returns the rows, with tabs between the columns.
pub(crate) fn sql(file: &Path, statement: &str) -> Result<String> {
    let mut python = Command::new("python3");
    let output = python.args(["-c", SCRIPT]).arg(file).arg(statement).output();
    let output = output.context("cannot start python3")?;
    if !output.status.success() {
        bail!("{}: {}", file.display(), String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8(output.stdout)?)
}
