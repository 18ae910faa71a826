//! Checks the names of functions and the width of comments in the whole workspace, and lists the
//! violations.

use crate::source::rules::{assert_none, finding};
use crate::source::{self, Source};

/// Prepositions and adjectives. A function with such a name does not say what it returns.
const BARE_WORDS: [&str; 15] = [
    "at", "by", "few", "last", "least", "less", "many", "more", "most", "of", "over", "own",
    "rest", "within", "wrong",
];

/// The functions of the public interface with such a name: their callers read them after a type
/// or a method, as in `Session::of(request)`.
const PUBLIC: [&str; 1] = ["of"];

/// Maximum length of a line with a comment.
const COLUMNS_MAX: usize = 100;

/// Functions that are named by one preposition or adjective.
fn bare_names(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        for (line, code) in source.code() {
            let Some((before, after)) = code.split_once("fn ") else { continue };
            let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            let name = name.unwrap_or_default();
            let is_public = before.trim() == "pub" && PUBLIC.contains(&name);
            if BARE_WORDS.contains(&name) && !is_public {
                findings.push(finding(source, line, &format!("the function {name:?}")));
            }
        }
    }
    findings
}

/// Lines that consist of a comment and are too long. Links cannot be broken.
fn wide_comments(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        for (number, line) in (1..).zip(source.text.lines()) {
            let is_text = line.trim_start().starts_with("//") && !line.contains("://");
            if is_text && line.chars().count() > COLUMNS_MAX {
                findings.push(finding(source, number, "a comment of more than 100 columns"));
            }
        }
    }
    findings
}

fn workspace() -> Vec<Source> {
    source::sources(&["webframe", "dictapp", "xtask"])
}

#[test]
fn no_function_is_named_by_one_preposition_or_adjective() {
    let bad = |text: &str| bare_names(&[Source::new("a.rs", text)]);
    assert_eq!(
        bad("impl A {\n    pub(crate) fn of(b: u8) -> A {"),
        ["a.rs:2: the function \"of\""]
    );
    assert_eq!(bad("fn most<T>() {"), ["a.rs:1: the function \"most\""]);
    assert_none(&bad("fn of_this_thread() {}\npub fn of(request: &Request) {}\n// fn of()"));
    assert_none(&bare_names(&workspace()));
}

#[test]
fn comments_have_at_most_100_columns() {
    let bad = |text: &str| wide_comments(&[Source::new("a.rs", text)]);
    let long = format!("    /// {}\nlet a = 1;", "word ".repeat(20));
    assert_eq!(bad(&long), ["a.rs:1: a comment of more than 100 columns"]);
    assert_none(&bad(&format!("// {}\n// https://{}", "é".repeat(97), "x".repeat(100))));
    assert_none(&wide_comments(&workspace()));
}
