//! Checks docs/security.md: it has one row for each requirement of OWASP ASVS 4.0.3, level 2, its
//! totals are those of the rows, and all named files and tests exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{self, rules::assert_none};

const DOCUMENT: &str = "docs/security.md";

/// The number of requirements of level 2 in each chapter, from the first.
const CHAPTERS: [usize; 14] = [38, 54, 18, 9, 30, 13, 12, 15, 7, 5, 8, 15, 13, 23];

/// Open requirements, at most.
const OPEN_MAX: usize = 15;

/// The folders in which a file that a row names may be.
const FOLDERS: &[&str] =
    &["", "dictapp/", "dictapp/src/", "dictapp/tests/it/", "webframe/src/", "webframe/tests/it/"];

/// A line of the tables.
struct Row<'d> {
    id: &'d str,
    state: &'d str,
    reason: &'d str,
}

#[test]
fn security_requirements_are_complete_and_counted() {
    assert_eq!(faults("| 1.1.1 | a | met | b |\n| 1.1.1 | a | maybe |  |\n").len(), 18);
    assert_none(&faults(&source::read(DOCUMENT)));
}

#[test]
fn security_requirements_name_files_and_tests_that_are_there() {
    let missing = |text: &str| missing_names(&rows(text)).len();
    assert_eq!(
        missing("| 1.1.1 | a | met | `views/nowhere.rs`, `views/`, `a_test_nobody_wrote` |"),
        2
    );
    assert_eq!(missing("| 1.1.1 | a | met | `nothing_is_unsafe`, `tidy.rs`, `ssl=required` |"), 0);
    assert_none(&missing_names(&rows(&source::read(DOCUMENT))));
}

fn rows(document: &str) -> Vec<Row<'_>> {
    document.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    let (id, _about, state) = (cells.next()?, cells.next()?, cells.next()?);
    let reason = cells.next().unwrap_or_default();
    let is_id = id.starts_with(|c: char| c.is_ascii_digit()) && id.split('.').count() == 3;
    is_id.then_some(Row { id, state, reason })
}

fn faults(document: &str) -> Vec<String> {
    let rows = rows(document);
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    let mut states = BTreeMap::from([("met", 0), ("**open**", 0), ("–", 0)]);
    for Row { id, state, reason } in &rows {
        if !ids.insert(*id) {
            faults.push(format!("{id} has two rows"));
        }
        match states.get_mut(state) {
            Some(count) => *count += 1,
            None => faults.push(format!("{id}: the state is {state:?}")),
        }
        if reason.trim().is_empty() {
            faults.push(format!("{id} has no reason"));
        }
    }
    for (chapter, wanted) in (1..).zip(CHAPTERS) {
        let prefix = format!("{chapter}.");
        let found = ids.iter().filter(|id| id.starts_with(&prefix)).count();
        if found != wanted {
            faults.push(format!("chapter {chapter} has {found} rows instead of {wanted}"));
        }
    }
    let [met, open, rest] = ["met", "**open**", "–"].map(|state| states[state]);
    let totals = format!("{met} requirements are met, {open} are open, {rest} do not apply");
    if !document.split_whitespace().collect::<Vec<_>>().join(" ").contains(&totals) {
        faults.push(format!("its first paragraph does not say that {totals}"));
    }
    if open > OPEN_MAX {
        faults.push(format!("{open} requirements are open, more than {OPEN_MAX}"));
    }
    faults
}

/// The names in backquotes that look like a file or a test and are neither.
fn missing_names(rows: &[Row<'_>]) -> Vec<String> {
    let tests = source::files(&["dictapp", "webframe", "xtask"], &["rs"]);
    let is_test = |name: &str| tests.iter().any(|file| file.text.contains(&format!("fn {name}(")));
    let root = source::workspace();
    let is_file = |name: &str| FOLDERS.iter().any(|folder| root.join(folder).join(name).exists());
    let mut missing = Vec::new();
    for Row { id, reason, .. } in rows {
        for name in reason.split('`').skip(1).step_by(2) {
            let is_there = if looks_like_file(name) {
                is_file(name)
            } else {
                !looks_like_test(name) || is_test(name)
            };
            if !is_there {
                missing.push(format!("{id} names {name}, which is not there"));
            }
        }
    }
    missing
}

fn looks_like_file(name: &str) -> bool {
    let endings = [".rs", ".toml", ".md", ".html", ".yml"];
    let is_named = name.contains('/') || endings.iter().any(|ending| name.ends_with(ending));
    is_named && name.len() > 1 && !name.contains(' ')
}

/// A sentence of at least three words.
fn looks_like_test(name: &str) -> bool {
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_name && name.split('_').count() >= 4
}
