//! Reads the files of the source tree for the tidy tests of both crates: their code, their
//! literals, and the start of their tests. `lexer.rs` splits a file, `rules.rs` has the rules for
//! both crates.
//!
//! `dictapp/tests/it/main.rs` includes this folder by its path, so that no third crate is needed.

pub(crate) mod imports;
pub(crate) mod lexer;
pub(crate) mod rules;

use lexer::{Lexed, Literal};
use std::fs;
use std::path::{Path, PathBuf};

/// One text file; its path is relative to the workspace, with `/` between the names.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// One Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    lexed: Lexed,
    /// The number of the first line of the unit tests; the number of lines plus one if there are
    /// none.
    tests_from: usize,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Source {
        let lexed = lexer::lex(text);
        let whole_file = path.contains("/tests/") || path.ends_with("/tests.rs");
        let tests_from = if whole_file { 1 } else { tests_begin(&lexed.code) };
        Source { path: path.to_owned(), text: text.to_owned(), lexed, tests_from }
    }

    /// The lines of code, numbered from 1, without comments and without the content of literals.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.lexed.code.lines())
    }

    /// The code before the tests.
    pub(crate) fn shipped_code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().take_while(|(line, _)| *line < self.tests_from)
    }

    /// The string literals before the tests.
    pub(crate) fn shipped_literals(&self) -> impl Iterator<Item = &Literal> {
        self.lexed.literals.iter().filter(|literal| literal.line < self.tests_from)
    }

    pub(crate) fn lines_before_tests(&self) -> usize {
        if self.path.contains("/tests/") { self.text.lines().count() } else { self.tests_from - 1 }
    }
}

/// Every Rust file below these folders of the workspace. Panics if a folder is missing, since
/// nothing would be checked.
#[track_caller]
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let files = files(folders, &["rs"]);
    files.iter().map(|file| Source::new(&file.path, &file.text)).collect()
}

/// Every text file below these folders with one of these endings.
#[track_caller]
pub(crate) fn files(folders: &[&str], endings: &[&str]) -> Vec<File> {
    let root = workspace();
    let mut files = Vec::new();
    for folder in folders {
        let before = files.len();
        walk(&root.join(folder), endings, &mut files);
        assert!(files.len() > before, "{folder} has no file that ends with any of {endings:?}");
    }
    files
}

/// The text of one file of the workspace.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The folders of the workspace's packages.
#[track_caller]
pub(crate) fn packages() -> Vec<String> {
    let entries = fs::read_dir(workspace()).expect("the workspace can be listed");
    let folders = entries.map(|entry| entry.expect("an entry can be read").path());
    let packages = folders.filter(|folder| folder.join("Cargo.toml").is_file());
    let mut names: Vec<String> = packages.map(|folder| relative(&folder)).collect();
    names.sort();
    names
}

pub(crate) fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("a package lies in the workspace").to_owned()
}

fn relative(path: &Path) -> String {
    let inside = path.strip_prefix(workspace()).expect("only the workspace is read");
    inside.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[track_caller]
fn walk(folder: &Path, endings: &[&str], files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", relative(folder)));
    let mut paths: Vec<PathBuf> =
        entries.map(|e| e.expect("an entry can be read").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                walk(&path, endings, files);
            }
        } else if endings.iter().any(|ending| name.rsplit('.').next() == Some(ending)) {
            let path = relative(&path);
            files.push(File { text: read(&path), path });
        }
    }
}

/// The line of `#[cfg(test)] mod tests {`. A `mod tests;` is ignored, since its lines are in
/// another file.
fn tests_begin(code: &str) -> usize {
    let lines: Vec<&str> = code.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("#[cfg(") && line.contains("test") {
            let item =
                lines[at + 1..].iter().find(|l| !l.trim().is_empty() && !l.starts_with("#["));
            if item.is_some_and(|l| l.contains("mod ") && l.trim_end().ends_with('{')) {
                return at + 1;
            }
        }
    }
    lines.len() + 1
}
