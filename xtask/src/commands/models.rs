//! `cargo xtask models`: runs the loom models of webframe's engine. A model is a test of how
//! threads pass work to each other; loom runs it in every order of events. Prints a line for each
//! model.
//!
//! The models are a separate package, `webframe/loom`, because loom's locks replace the real ones
//! in the whole build.

use anyhow::Result;

use crate::arguments::Arguments;
use crate::steps::cargo::{cargo, target, workspace};
use crate::steps::{step, succeed};

pub(crate) const ABOUT: &str =
    "check the engine's hand-offs in every order of events (a part of test)";

/// Runs all models until one fails.
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
