//! `cargo xtask models`: the engine's hand-overs, model-checked by loom, become a line each.
//!
//! A package of its own, for loom's locks take the place of the real ones in the whole of a build.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::cargo::{cargo, target, workspace};
use crate::step::{step, succeed};

pub(crate) const ABOUT: &str =
    "check the engine's hand-overs in every order of events (a part of test)";

/// Runs every model; the first that fails ends it.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    check()
}

pub(crate) fn check() -> Result<()> {
    let folder = std::path::absolute(target())?.join("loom");
    step("models of webframe/loom", || {
        let mut command = cargo(&["run", "--quiet"]);
        command.current_dir(workspace().join("webframe/loom"));
        succeed(command.env("CARGO_TARGET_DIR", folder).env("RUSTFLAGS", "--cfg loom"))
    })
}
