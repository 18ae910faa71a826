//! The rules for both crates: each returns a line for each violation. Rules for one crate are in
//! its `tidy.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, Source};

/// Maximum number of lines of a file before its tests.
const LINES_BEFORE_TESTS_MAX: usize = 400;
/// Maximum number of files and folders in a folder, without `mod.rs` and `tests.rs`.
const ENTRIES_MAX: usize = 12;
/// Minimum length of a first line: a shorter one says nothing.
const FIRST_LINE_CHARS_MIN: usize = 20;
/// The allowed reasons to ignore a test: it needs a program that `cargo xtask test` provides and
/// plain `cargo test` may not find.
const STARTED_BY_XTASK: &[&str] = &[
    "\"needs MariaDB: cargo xtask test\"",
    "\"needs Chromium: cargo xtask test\"",
    "\"needs nginx: cargo xtask test\"",
    "\"needs Caddy: cargo xtask test\"",
    "\"needs Firefox: cargo xtask test\"",
    "\"needs curl: cargo xtask test\"",
    "\"needs dict: cargo xtask test\"",
    "\"needs dictd: cargo xtask test\"",
];
/// Names of files and folders that do not say what is in them.
const SECRET_DRAWERS: &[&str] =
    &["util", "utils", "common", "helper", "helpers", "manager", "misc"];
const TAGS: &[&str] = &[
    "!doctype", "a", "b", "body", "br", "button", "code", "div", "dl", "em", "footer", "form",
    "h1", "h2", "h3", "head", "header", "hr", "html", "i", "img", "input", "label", "li", "link",
    "main", "meta", "nav", "ol", "option", "p", "pre", "script", "section", "select", "span",
    "strong", "style", "svg", "table", "tbody", "td", "textarea", "th", "title", "tr", "ul",
];

/// Fails with all findings, one a line.
#[track_caller]
pub(crate) fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// Uses of these names, or of paths like `std::fs`, in code before the tests, outside of the paths
/// in `homes`.
pub(crate) fn names_outside(sources: &[Source], names: &[&str], homes: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|s| !homes.iter().any(|home| s.path.starts_with(home))) {
        for (line, code) in source.shipped_code() {
            let found = names.iter().find(|name| has_name(code, name));
            findings.extend(
                found.map(|name| finding(source, line, &format!("{name} is not for here"))),
            );
        }
    }
    findings
}

/// Files that do not begin with a `//!` line that says something.
pub(crate) fn files_that_do_not_say_what_they_are(sources: &[Source]) -> Vec<String> {
    let says = |s: &&Source| {
        let first = s.text.lines().next().and_then(|line| line.strip_prefix("//! "));
        first.is_some_and(|words| words.chars().count() >= FIRST_LINE_CHARS_MIN)
    };
    let silent = sources.iter().filter(|source| !says(source));
    silent.map(|s| finding(s, 1, "begins without a `//!` line that states its purpose")).collect()
}

/// Files that are too long.
pub(crate) fn long_files(sources: &[Source]) -> Vec<String> {
    let long = sources.iter().filter(|s| s.lines_before_tests() > LINES_BEFORE_TESTS_MAX);
    long.map(|s| {
        let lines = s.lines_before_tests();
        finding(
            s,
            lines,
            &format!("{lines} lines before the tests, {LINES_BEFORE_TESTS_MAX} at most"),
        )
    })
    .collect()
}

/// Folders below a `src` with too many entries.
pub(crate) fn crowded_folders(sources: &[Source]) -> Vec<String> {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources {
        let mut path = source.path.as_str();
        while let Some((folder, name)) = path.rsplit_once('/') {
            if folder.contains("/src/") && !matches!(name, "mod.rs" | "tests.rs") {
                folders.entry(folder).or_default().insert(name);
            }
            path = folder;
        }
    }
    let crowded = folders.into_iter().filter(|(_, entries)| entries.len() > ENTRIES_MAX);
    crowded
        .map(|(folder, entries)| {
            format!("{folder}: {} entries, {ENTRIES_MAX} at most", entries.len())
        })
        .collect()
}

/// Public functions with a `bool` parameter, which is meaningless at the call.
pub(crate) fn bool_parameters(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        let lines: Vec<(usize, &str)> = source.shipped_code().collect();
        for (at, &(line, code)) in lines.iter().enumerate() {
            if !code.trim_start().starts_with("pub fn ") {
                continue;
            }
            let whole: String = lines[at..].iter().map(|line| line.1).collect();
            let signature = whole.split(['{', ';']).next().unwrap_or_default();
            let parameters = signature.split("->").next().unwrap_or_default();
            if parameters.contains(": bool") {
                findings.push(finding(source, line, "a bool parameter in a public function"));
            }
        }
    }
    findings
}

/// Words that make a comment hard to read: it has more than one idea.
const CONVOLUTED: &[&str] = &["whoever", "whomever", "of which", "of whom"];

/// "where" in a thousand words of comments, at most. It is for places; conditions have "if" and
/// "when". Other well-kept projects have 0.1 to 0.8.
const WHERE_PER_THOUSAND_MAX: f64 = 0.8;

/// Comments with convoluted words, and too many uses of "where".
pub(crate) fn convoluted_comments(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut words = 0;
    let mut wheres = 0;
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            let comment = comment.to_lowercase();
            words += comment.split_whitespace().count();
            wheres += comment.split(|c: char| !c.is_alphabetic()).filter(|w| *w == "where").count();
            if let Some(word) = CONVOLUTED.iter().find(|word| has_name(&comment, word)) {
                findings.push(finding(source, number + 1, &format!("{word:?} in a comment")));
            }
        }
    }
    if wheres as f64 > words as f64 / 1000.0 * WHERE_PER_THOUSAND_MAX {
        findings.push(format!("{wheres} times \"where\" in {words} words of comments"));
    }
    findings
}

/// Files with meaningless names, and `foo.rs` beside a folder `foo`.
pub(crate) fn misnamed_files(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        let stem = source.path.trim_end_matches(".rs");
        let drawer = stem.split('/').find(|name| SECRET_DRAWERS.contains(name));
        findings.extend(drawer.map(|name| finding(source, 1, &format!("{name} names nothing"))));
        if sources.iter().any(|other| other.path == format!("{stem}/mod.rs")) {
            findings.push(finding(source, 1, &format!("stands beside {stem}/mod.rs")));
        }
    }
    findings
}

/// Code that is left for later, in tests too.
pub(crate) fn leftovers(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        for (line, code) in source.code() {
            let left = ["todo", "unimplemented", "dbg"].iter().filter(|name| has_macro(code, name));
            findings
                .extend(left.map(|name| finding(source, line, &format!("{name}! is left over"))));
        }
        for (line, text) in (1..).zip(source.text.lines()) {
            // Composed, so that this file does not contain them.
            let left =
                [concat!("TO", "DO"), concat!("FIX", "ME")].into_iter().find(|w| text.contains(w));
            findings
                .extend(left.map(|word| finding(source, line, &format!("{word} is left over"))));
        }
    }
    findings
}

/// Ignored tests with a reason that `cargo xtask test` does not know.
pub(crate) fn tests_that_nobody_runs(sources: &[Source]) -> Vec<String> {
    let known = |text: &str| STARTED_BY_XTASK.iter().any(|need| text.contains(need));
    let mut findings = Vec::new();
    for source in sources {
        let texts: Vec<&str> = source.text.lines().collect();
        let ignored = source.code().filter(|(_, code)| code.contains("#[ignore"));
        let unknown = ignored.filter(|(line, _)| !known(texts[line - 1]));
        findings.extend(
            unknown.map(|(line, _)| finding(source, line, "is ignored for another reason")),
        );
    }
    findings
}

/// HTML in literals before the tests. `<WORD>` in a usage text is not HTML.
pub(crate) fn html_in_literals(sources: &[Source]) -> Vec<String> {
    literals_where(sources, is_html, "HTML belongs into a template")
}

/// Folders that only one machine has.
pub(crate) fn machine_paths(files: &[File]) -> Vec<String> {
    let folders = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
        concat!("C:", "\\"),
    ];
    let mut findings = Vec::new();
    for file in files {
        for (line, text) in (1..).zip(file.text.lines()) {
            let folder = folders.iter().find(|folder| names_root(text, folder));
            findings.extend(
                folder.map(|folder| format!("{}:{line}: {folder} is on one machine", file.path)),
            );
        }
    }
    findings
}

/// Literals before the tests that are `bad`.
pub(crate) fn literals_where(
    sources: &[Source],
    bad: impl Fn(&str) -> bool,
    why: &str,
) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        let found = source.shipped_literals().filter(|literal| bad(&literal.text));
        findings.extend(found.map(|l| finding(source, l.line, &format!("{why}: {:?}", l.text))));
    }
    findings
}

pub(crate) fn finding(source: &Source, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", source.path)
}

/// Whether `code` contains `name` as a whole word: `premium` and `mio_like` do not contain `mio`,
/// and the lifetime `'log` is not `log`.
pub(crate) fn has_name(code: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'');
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let ends = !name.ends_with(is_word) || !after.starts_with(is_word);
        ends && !before.ends_with(is_word)
    })
}

fn has_macro(code: &str, name: &str) -> bool {
    has_name(code, &format!("{name}!"))
}

/// Whether the text contains the folder at the start of a path: in `a/home/b` it is not.
fn names_root(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ']'))
    })
}

fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let inside = text[at + 1..].trim_start_matches('/').to_ascii_lowercase();
        let name = inside.split(['>', ' ', '/', '\n']).next().unwrap_or_default();
        TAGS.contains(&name) && inside.len() > name.len()
    })
}
