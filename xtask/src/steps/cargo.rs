//! Runs cargo with the environment that it has at a contributor's prompt, so that xtask and the
//! contributor share the compiled crates.

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

use crate::steps::succeed;

/// `cargo ARGS`, in the workspace's root, with the toolchain that runs xtask.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(args).current_dir(workspace());
    // `cargo run` sets these variables for xtask. The build script of the crate ring watches some
    // of them, so ring would be rebuilt whenever `cargo xtask test` follows `cargo test`, or the
    // reverse.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Builds an example of webframe in release mode. Returns the path of the program.
pub(crate) fn build_example(name: &str) -> Result<PathBuf> {
    let args = ["build", "--quiet", "--release", "--package", "webframe", "--example", name];
    succeed(&mut cargo(&args)).with_context(|| format!("cannot build the example {name}"))?;
    Ok(std::path::absolute(target())?.join("release/examples").join(name))
}

/// The folder of the workspace's `Cargo.toml`. It is read from the environment at run time, not
/// compiled in: the compiled xtask may have been copied from another checkout.
pub(crate) fn workspace() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    xtask.and_then(|dir| dir.parent().map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("."))
}

/// The folder that cargo builds into.
pub(crate) fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    workspace().join(chosen.unwrap_or_else(|| PathBuf::from("target")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn cargo_gets_no_variables_of_the_calling_package() {
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some(), "cargo does not describe packages");
        let command = cargo(&["test"]);
        let removed = |wanted: &str| command.get_envs().any(|(k, v)| k == wanted && v.is_none());
        assert!(removed("CARGO_PKG_NAME") && removed("CARGO_MANIFEST_DIR"));
        assert!(!removed("PATH"));
    }

    /// Counts the lines of `cargo tree ... | sort -u`, which has some crates twice, and the app
    /// itself.
    #[test]
    fn a_hello_world_without_features_has_fewer_than_forty_crates() {
        let mut tree = cargo(&["tree", "--offline", "--package", "webframe"]);
        tree.args(["--no-default-features", "--edges", "normal", "--prefix", "none"]);
        let output = tree.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let crates: BTreeSet<&str> = text.lines().collect();
        assert!(crates.iter().any(|line| line.starts_with("httparse ")), "{text}");
        assert!(crates.len() + 1 < 40, "{} crates:\n{text}", crates.len() + 1);
    }

    #[test]
    fn cargo_runs_in_the_folder_of_the_workspace() {
        let dir = cargo(&["test"]).get_current_dir().map(|dir| dir.join("xtask/Cargo.toml"));
        assert!(dir.is_some_and(|manifest| manifest.exists()));
    }
}
