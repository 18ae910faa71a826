//! `cargo xtask licences`: writes the licence texts of all crates in the program to
//! `dictapp/licences.txt`, which `dictapp licences` prints. With `--check` it only checks that no
//! crate was added, removed or updated.

use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::steps::cargo::{cargo, workspace};

pub(crate) const ABOUT: &str =
    "write the licence texts of all crates to dictapp/licences.txt; --check only compares";

const TITLE: &str = "The crates that dictapp is built from, and their licences\n";

/// A crate that the program is built from.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crate {
    name: String,
    version: String,
    licence: String,
    repository: String,
}

/// Writes or checks the file.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let check_only = arguments.take_flag("--check");
    arguments.finish()?;
    let crates = crates()?;
    let path = workspace().join("dictapp/licences.txt");
    if check_only {
        return check(&crates, &fs::read_to_string(&path).unwrap_or_default());
    }
    let text = text(&crates)?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Fails if the written file does not begin with the list of these crates. The licence texts are
/// not compared: they change only with the versions, which are in the list.
pub(crate) fn check(crates: &BTreeSet<Crate>, written: &str) -> Result<()> {
    if !written.starts_with(&list(crates)) {
        bail!("dictapp/licences.txt does not match the crates: run cargo xtask licences");
    }
    Ok(())
}

/// The crates that are linked into the program, except those of this workspace.
pub(crate) fn crates() -> Result<BTreeSet<Crate>> {
    let format = "{p}|{l}|{r}";
    let args =
        ["tree", "--package", "dictapp", "--edges", "normal", "--prefix", "none", "-f", format];
    let output = cargo(&args).output().context("cannot run cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let tree = String::from_utf8(output.stdout).context("cargo tree printed no text")?;
    Ok(tree.lines().filter_map(parse_line).collect())
}

/// Parses a line of `cargo tree`: `NAME vVERSION [(PATH)]|LICENCE|REPOSITORY`, with ` (*)` at its
/// end if the crate is repeated. `None`: the crate has a path, so it belongs to the workspace.
fn parse_line(line: &str) -> Option<Crate> {
    let mut parts = line.trim_end_matches(" (*)").split('|');
    let package = parts.next()?;
    let licence = parts.next()?;
    let repository = parts.next()?;
    let (name, version) = package.split_once(" v")?;
    let version = version.trim_end_matches(" (proc-macro)");
    if version.contains('(') {
        return None;
    }
    let [name, version, licence, repository] =
        [name, version, licence, repository].map(|part| part.trim().to_owned());
    Some(Crate { name, version, licence, repository })
}

/// The beginning of the file: a title, and a line for each crate.
fn list(crates: &BTreeSet<Crate>) -> String {
    let mut text = format!("{TITLE}\n");
    for Crate { name, version, licence, repository } in crates {
        writeln!(text, "{name} {version}: {licence}, {repository}").unwrap_or_default();
    }
    text.push('\n');
    text
}

/// The whole file: the list, then each licence text once, with the names of its crates.
fn text(crates: &BTreeSet<Crate>) -> Result<String> {
    let registry = registry()?;
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in crates {
        let folder = format!("{}-{}", one.name, one.version);
        for text in licence_texts(&registry, &folder)? {
            texts.entry(text).or_default().push(&one.name);
        }
    }
    let mut all = list(crates);
    for (text, names) in texts {
        write!(all, "{}\n{}\n\n{}\n\n", "-".repeat(80), names.join(", "), text.trim_end())?;
    }
    Ok(all)
}

/// The folders, one for each registry, in which cargo keeps the sources of crates.
fn registry() -> Result<Vec<PathBuf>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let folders = fs::read_dir(&sources)
        .with_context(|| format!("cannot read {}; run cargo fetch", sources.display()))?;
    Ok(folders.filter_map(|folder| Some(folder.ok()?.path())).collect())
}

/// The licence texts in the sources of a crate, whose folder is `NAME-VERSION`.
fn licence_texts(registry: &[PathBuf], folder: &str) -> Result<Vec<String>> {
    let Some(folder) = registry.iter().map(|root| root.join(folder)).find(|path| path.is_dir())
    else {
        bail!("the sources of {folder} are not there: run cargo fetch");
    };
    let mut texts = Vec::new();
    for file in fs::read_dir(&folder)? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
        let is_licence =
            ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|n| name.starts_with(n));
        if is_licence && file.is_file() {
            let text = String::from_utf8_lossy(&fs::read(&file)?).replace("\r\n", "\n");
            texts.push(text);
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_is_missing_from_the_list_is_found() {
        let line = "itoa v1.0.15|MIT OR Apache-2.0|https://example.org/itoa (*)";
        let crates: BTreeSet<Crate> = parse_line(line).into_iter().collect();
        assert!(check(&crates, &list(&crates)).is_ok());
        assert!(check(&crates, &list(&BTreeSet::new())).is_err());
        assert!(check(&crates, &list(&crates).replace("1.0.15", "1.0.14")).is_err());
    }

    #[test]
    fn crates_of_the_workspace_are_not_third_party() {
        assert!(parse_line("webframe v0.1.0 (path/webframe)|MIT OR Apache-2.0|").is_none());
        assert!(parse_line("serde_derive v1.0.1 (proc-macro)|MIT|https://example.org").is_some());
    }
}
