//! `cargo xtask bench pages`: user-space instructions of one request, page by page, counted by
//! callgrind.
//!
//! A count depends little on the load of the machine. Without options, two builds are counted: the
//! release, and the test build, whose dependencies the tests have already compiled. With `--check`,
//! only the test build is counted, and compared with the table in ARCHITECTURE.md, which has the
//! same rows.

mod counter;
mod dictionary;

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::arguments::Arguments;
use crate::harness::browser::Browser;
use crate::steps::cargo::{cargo, target, workspace};
use crate::steps::packages::{self, VALGRIND};
use crate::steps::{step, succeed};

use self::counter::Counter;

/// A count that exceeds the table's by more than this is a failure. A count that is lower by more
/// than this is only reported: the table is out of date. On another processor the C library uses
/// other versions of its functions, which cost up to 8 % more.
const TOLERANCE: f64 = 0.10;

/// A build of webframe and dictapp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Build {
    Release,
    /// The dependencies of the tests, and the two crates optimised without link-time optimisation.
    /// Takes one minute; a release takes five.
    Tests,
}

/// The programs of a build.
struct Programs {
    /// webframe's example `bench`, for a request without dictapp.
    plain: PathBuf,
    dictapp: PathBuf,
}

/// The name of each row and its number of instructions.
type Counts = Vec<(&'static str, u64)>;

/// Counts both builds and prints the table. With `--check`, counts the test build and fails if a
/// page has become more expensive.
pub(super) fn run(mut arguments: Arguments) -> Result<()> {
    let checks = arguments.take_flag("--check");
    arguments.finish()?;
    if checks {
        return check();
    }
    let (release, tests) = (counts(Build::Release)?, counts(Build::Tests)?);
    println!("\n| page | test build | release |\n|---|---|---|");
    for ((name, tests), (_, release)) in tests.iter().zip(&release) {
        println!("| {name} | {} | {} |", grouped(*tests), grouped(*release));
    }
    Ok(())
}

/// Counts the test build and compares it with the table that ARCHITECTURE.md states.
pub(super) fn check() -> Result<()> {
    let counts = counts(Build::Tests)?;
    for (name, count) in &counts {
        println!("{:>11} {name}", grouped(*count));
    }
    let document = fs::read_to_string(workspace().join("ARCHITECTURE.md"))?;
    let judged = counts.iter().filter_map(|&(name, count)| difference(name, count, &document));
    let (worse, better): (Vec<_>, Vec<_>) = judged.partition(|found| found.is_failure);
    better.iter().for_each(|found| println!("out of date: {}", found.text));
    if worse.is_empty() {
        return Ok(());
    }
    let texts: Vec<_> = worse.into_iter().map(|found| found.text).collect();
    bail!("{}", texts.join("; "))
}

fn counts(build: Build) -> Result<Counts> {
    step("the packages that the counts need", || packages::ensure(VALGRIND))?;
    let programs = step(&format!("{build:?} build"), || build.programs())?;
    let folder = std::path::absolute(target().join("bench-pages")).context("target")?;
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder.join("www")).with_context(|| folder.display().to_string())?;
    let mut counts = vec![step("plain request", || plain(&programs.plain, &folder))?];
    counts.extend(step("pages", || dictionary::count(&programs.dictapp, &folder))?);
    Ok(counts)
}

impl Build {
    fn programs(self) -> Result<Programs> {
        // The whole workspace, so that dependencies have the same features as in tests.
        let mut build = cargo(&["build", "--quiet", "--workspace", "--bin", "dictapp"]);
        build.args(["--example", "bench"]);
        let folder = match self {
            Build::Release => {
                build.arg("--release");
                "release"
            }
            Build::Tests => {
                optimise(&mut build);
                "debug"
            }
        };
        succeed(&mut build)?;
        let folder = std::path::absolute(target())?.join(folder);
        Ok(Programs { plain: folder.join("examples/bench"), dictapp: folder.join("dictapp") })
    }
}

/// Optimises webframe and dictapp in a build whose dependencies are those of the tests.
fn optimise(command: &mut Command) {
    for package in ["webframe", "dictapp"] {
        for setting in ["opt-level=3", "codegen-units=4", "debug-assertions=false"] {
            command.args(["--config", &format!("profile.dev.package.{package}.{setting}")]);
        }
    }
    // The macro of rust-embed generates other code for a crate without debug assertions, so these
    // crates are built without them, too.
    for package in ["rust-embed", "rust-embed-utils"] {
        let setting = format!("profile.dev.package.{package}.debug-assertions=false");
        command.args(["--config", &setting]);
    }
    // An incremental build would divide the code into small units, differently each time, which
    // changes the counts.
    command.env("CARGO_INCREMENTAL", "0");
}

fn plain(program: &Path, folder: &Path) -> Result<(&'static str, u64)> {
    let mut counter = Counter::start(folder, &format!("{} {{port}}", program.display()))?;
    counter.begin()?;
    let mut browser = Browser::new(counter.server.address);
    Ok(("plain request", counter.count(|| get(&mut browser, "/plaintext"))?))
}

/// Requests a page; fails if the status is not 200.
fn get(browser: &mut Browser, path: &str) -> Result<()> {
    let status = browser.get(path)?.status;
    ensure!(status == 200, "GET {path} is answered {status}");
    Ok(())
}

/// A difference between a count and the table of the document.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    text: String,
    is_failure: bool,
}

/// Compares a count of the test build with the table of the document. `None`: they agree within
/// [`TOLERANCE`].
fn difference(name: &str, count: u64, document: &str) -> Option<Difference> {
    let row = document.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")));
    let column = row.and_then(|row| row.split(" |").next());
    let stated = column.and_then(|column| column.trim().replace(',', "").parse::<u64>().ok());
    let Some(stated) = stated else {
        let text = format!("ARCHITECTURE.md states no count of the test build for {name}");
        return Some(Difference { text, is_failure: true });
    };
    let differs = count.abs_diff(stated) as f64 > stated as f64 * TOLERANCE;
    let text = format!("{name} takes {count} instructions, ARCHITECTURE.md states {stated}");
    differs.then_some(Difference { text, is_failure: count > stated })
}

/// Formats 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_may_differ_from_the_stated_one_by_a_tenth() {
        let document = "| page | test build | release |\n|---|---|---|\n\
                        | plain request | 3,000 | 2,500 |\n";
        assert_eq!(difference("plain request", 3_299, document), None);
        assert_eq!(difference("plain request", 2_701, document), None);
        for (count, is_failure) in [(3_301, true), (2_699, false)] {
            let text =
                format!("plain request takes {count} instructions, ARCHITECTURE.md states 3000");
            let found = Some(Difference { text, is_failure });
            assert_eq!(difference("plain request", count, document), found);
        }
        let text = "ARCHITECTURE.md states no count of the test build for home".to_owned();
        assert_eq!(difference("home", 1, document), Some(Difference { text, is_failure: true }));
    }

    #[test]
    fn thousands_are_separated() {
        let numbers = [7, 999, 1_000, 12_345_678].map(grouped);
        assert_eq!(numbers, ["7", "999", "1,000", "12,345,678"]);
    }
}
