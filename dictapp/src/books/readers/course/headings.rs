//! Recognises the lines of a word list that are not entries: comments (`# Fruit`), headings
//! (`Unit 2`), and horizontal rules (`-----`). Also finds the Markdown headings that are headwords
//! (`### apple`).

use super::numbers::without_item_marker;
use crate::books::text::{layout, script};

/// Whether a line is a comment, a heading or a horizontal rule: `# Fruit`, `#! version=1`,
/// `Unit 2`, `-----`.
pub(super) fn is_comment(line: &str) -> bool {
    if is_numbered_heading(line) || is_horizontal_rule(line) {
        return true;
    }
    let after_hashes = line.trim_start_matches('#');
    let text = after_hashes.strip_prefix(' ').unwrap_or_default();
    let is_heading = !text.is_empty() && !text.starts_with(char::is_whitespace);
    after_hashes.len() < line.len()
        && (is_heading || after_hashes.is_empty() || after_hashes.starts_with("! "))
}

/// Whether a line is the numbered heading of a part of a list: `Unit 2`, `Lesson 3: At home`,
/// `第3课 水果`, `一、重点单词`.
fn is_numbered_heading(line: &str) -> bool {
    let line = line.trim().trim_matches(['*', '【', '】', '[', ']', '=', ' ']);
    if is_chinese_heading(line) {
        return true;
    }
    // Chinese text may be before the name: `七年级上册 Unit 1`.
    let line = line.trim_start_matches(|c: char| !c.is_ascii() && c.is_alphabetic()).trim_start();
    let is_lower_case = line.starts_with(|c: char| c.is_ascii_lowercase());
    PART_NAMES.iter().any(|unit| {
        let parts = line.split_at_checked(unit.len());
        let parts = parts.filter(|(start, _)| start.eq_ignore_ascii_case(unit));
        parts.is_some_and(|(_, number)| begins_with_number(number, is_lower_case))
    })
}

/// Whether a text begins with a number, and has only a title after it: `2`, `3: At home`, `Two`,
/// `A`. `is_lower_case`: the name of the part before the text is in lower case.
fn begins_with_number(text: &str, is_lower_case: bool) -> bool {
    let text = text.trim_start();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = if digits.len() < text.len() {
        digits
    } else {
        let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        // `day one 第一天` is an entry.
        let is_number = !is_lower_case && NUMBERS.contains(&text[..end].to_lowercase().as_str());
        // `Section A`
        let is_letter = !is_lower_case && end == 1 && text.starts_with(|c: char| c.is_uppercase());
        if is_number || is_letter && text.len() == 1 { &text[end..] } else { return false }
    };
    if rest.starts_with("  ") || rest.starts_with('\t') {
        return false;
    }
    let title = rest.trim_start_matches([':', '：', '.', '-', '–', '—', ' ', '\u{3000}']);
    // In `chapter 11 n. 破产保护` an explanation follows.
    (title.is_empty() || title.len() < rest.len()) && !has_explanation(title)
}

/// Whether the text after a number is an explanation, not a title.
fn has_explanation(title: &str) -> bool {
    let is_padded = title.contains('\t') || title.trim().contains("  ");
    script::label(title).is_some() || title.starts_with('[') || is_padded
}

/// Whether a line is a heading in Chinese: `第3课`, `第一单元 水果`, `第 1 页`, `一、重点单词`.
fn is_chinese_heading(line: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || DIGITS.contains(c);
    let section = line.trim_start_matches(|c: char| DIGITS.contains(c));
    if section.len() < line.len() && section.starts_with('、') {
        return !section.contains(|c: char| c.is_ascii_alphabetic());
    }
    let Some(rest) = line.strip_prefix('第') else { return false };
    let number = rest.trim_start();
    let unit = number.trim_start_matches(is_digit);
    let is_numbered_heading = |name: &str| {
        let title = unit.trim_start().strip_prefix(name);
        title.is_some_and(|title| {
            title.is_empty() || title.starts_with([' ', ':', '：', '\u{3000}'])
        })
    };
    unit.len() < number.len() && CHINESE_PART_NAMES.iter().any(|name| is_numbered_heading(name))
}

/// Names of the parts of a list.
const PART_NAMES: &[&str] = &[
    "unit",
    "lesson",
    "chapter",
    "module",
    "list",
    "word list",
    "wordlist",
    "day",
    "week",
    "section",
    "part",
    "page",
];

/// Numbers in words.
const NUMBERS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// Chinese names of the parts of a list.
const CHINESE_PART_NAMES: [&str; 14] =
    ["单元", "單元", "课", "課", "章", "天", "页", "頁", "组", "节", "部分", "周", "模块", "讲"];

/// Chinese digits.
const DIGITS: &str = "一二三四五六七八九十百";

/// Whether a line is a horizontal rule, which repeats one character: `-----`, `=====`.
fn is_horizontal_rule(line: &str) -> bool {
    let line = line.trim();
    let character = line.chars().next().filter(|c| "-=_*~—─".contains(*c));
    character
        .is_some_and(|character| line.chars().count() > 2 && line.chars().all(|c| c == character))
}

/// The text of a Markdown heading of this level: `apple` for `### apple` and level 3. Any other
/// line stays as it is.
pub(super) fn without_hashes(line: &str, level: usize) -> &str {
    if level == 0 || level_of(line) != level { line } else { line[level..].trim() }
}

/// The level of a Markdown heading: the number of number signs before it. 0: the line is not a
/// heading.
fn level_of(line: &str) -> usize {
    let text = line.trim_start_matches('#');
    if text.starts_with(' ') && !text.trim().is_empty() { line.len() - text.len() } else { 0 }
}

/// The deepest level of the Markdown headings, if the headings of this level are headwords: each
/// has a line below it, and these lines are not entries. 0: the headings are not headwords.
pub(super) fn level_of_headwords(lines: &[&str]) -> usize {
    let lines: Vec<&str> = lines.iter().copied().filter(|line| !line.is_empty()).collect();
    let lowest = lines.iter().map(|line| level_of(line)).max().unwrap_or_default();
    let headwords = lines.iter().filter(|line| level_of(line) == lowest).count();
    let is_glossed = |pair: &&[&str]| level_of(pair[0]) == lowest && level_of(pair[1]) == 0;
    let glossed = lines.windows(2).filter(is_glossed).count();
    let below = || lines.iter().filter(|line| level_of(line) == 0);
    let is_row = |line: &&&str| {
        let text = without_item_marker(line);
        layout::is_row(text) || text.len() < line.len()
    };
    let is_list = below().filter(is_row).count() * 10 > below().count() * 2;
    if lowest > 1 && headwords > 1 && glossed == headwords && !is_list { lowest } else { 0 }
}
