//! Splits the explanation of a line into senses: `v. ①跑 ②经营` becomes the lines `v. 跑` and
//! `v. 经营`. Notes after names in Chinese brackets (`【例】`) become lines of their own, too.

use std::borrow::Cow;

use super::numbers::is_enclosed_number;

/// The names of examples in brackets or before a colon.
const EXAMPLES: [&str; 9] =
    ["【例句】", "【例】", "[例]", "[例句]", "例句：", "例句:", "例：", "例:", FOR_EXAMPLE];
const FOR_EXAMPLE: &str = "e.g. ";

/// The names before lists of related words, and the names by which [`gloss`] recognises such lists.
///
/// [`gloss`]: crate::books::text::gloss
const RELATED: [(&str, &str); 6] = [
    ("【同】", "同义词："),
    ("【近】", "近义词："),
    ("【反】", "反义词："),
    ("【同义词】", "同义词："),
    ("【近义词】", "近义词："),
    ("【反义词】", "反义词："),
];

/// Names before lists of related words that begin a line or follow a gloss.
const RELATED_NAMES: [&str; 7] =
    ["Syn: ", "Ant: ", "Synonyms: ", "Antonyms: ", "同义词：", "近义词：", "反义词："];

/// Whether a line belongs to the entry above although it is not indented: `例：I eat an apple.`
pub(super) fn continues(line: &str) -> bool {
    // `e.g.` is a headword, too: a sentence of three words or more follows it in an example.
    if let Some(text) = line.strip_prefix(FOR_EXAMPLE) {
        return text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.split_whitespace().count() >= 3;
    }
    let mut names =
        EXAMPLES.iter().chain(&RELATED_NAMES).chain(RELATED.iter().map(|(name, _)| name));
    names.any(|name| line.starts_with(name))
}

/// Puts examples and related words on lines of their own, and unifies the names before them.
pub(super) fn split_notes(text: &str) -> Cow<'_, str> {
    if !text.contains(['【', '：', ':']) && !EXAMPLES.iter().any(|name| text.contains(name)) {
        return text.into();
    }
    let mut text = text.to_owned();
    for (name, heading) in RELATED {
        if text.contains(name) {
            text = text.replace(name, &format!("\n{heading}"));
        }
    }
    for name in ["【例句】", "【例】"] {
        if text.contains(name) {
            text = text.replace(name, "\n例：");
        }
    }
    // An example after the gloss: `n. 苹果 例句：I eat it.`
    for name in ["例句：", "例句:", "例：", "例:"] {
        if text.contains(name) {
            text = text.replace(&format!(" {name}"), &format!("\n{name}"));
        }
    }
    for name in RELATED_NAMES {
        if text.contains(name) {
            text = text.replace(&format!(" {name}"), &format!("\n{name}"));
        }
    }
    let lines = text.lines().map(|line| {
        let line = line.trim();
        let example = EXAMPLES.iter().find_map(|name| line.strip_prefix(name));
        example.map_or_else(|| line.to_owned(), |example| format!("例：{}", example.trim_start()))
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n").into()
}

/// Splits the numbered senses of a line, and repeats its part of speech before each: `v. ①跑 ②经营`
/// becomes `v. 跑`, `v. 经营`.
pub(super) fn split_numbered(line: &str) -> Vec<String> {
    let (label, text) = crate::model::split_label(line);
    let senses = split_circled(text).or_else(|| split_counted(text));
    let Some((before, senses)) = senses else { return vec![line.to_owned()] };
    let sense = |sense: &str| match label {
        "" => sense.to_owned(),
        label => format!("{label} {sense}"),
    };
    let before = before.trim();
    // A list at the end of prose: `有：(1) 甲; (2) 乙`.
    if before.ends_with([':', '：']) {
        return vec![line.to_owned()];
    }
    // A subject label (`[音]`, music) belongs to the first sense: `[音] ①舞曲 ②民歌`.
    if before.starts_with('[') && before.ends_with(']') {
        let mut senses: Vec<String> = senses.into_iter().map(sense).collect();
        senses[0] =
            sense(&format!("{before} {}", senses[0].trim_start_matches(label).trim_start()));
        return senses;
    }
    let before = (!before.is_empty()).then(|| sense(before));
    before.into_iter().chain(senses.into_iter().map(sense)).collect()
}

/// Removes the numbers of senses that are on lines of their own: `1. 跑`, `2. 经营`.
pub(super) fn remove_counting_numbers(lines: &mut [String]) {
    let number = |line: &str| {
        let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let punctuation = line[digits..].chars().next().filter(|c| ".、)）．".contains(*c))?;
        let number: usize = line[..digits].parse().ok()?;
        let length = digits + punctuation.len_utf8();
        let rest = &line[length..];
        let is_decimal = rest.starts_with(|c: char| c.is_ascii_digit());
        (!is_decimal && !rest.trim().is_empty()).then_some((number, length))
    };
    let found: Vec<(usize, usize)> = lines.iter().filter_map(|line| number(line)).collect();
    let is_counting = found.iter().enumerate().all(|(at, (number, _))| *number == at + 1);
    if !found.is_empty() && is_counting {
        for line in lines {
            if let Some((_, length)) = number(line) {
                *line = line[length..].trim_start().to_owned();
            }
        }
    }
}

/// A sense without the white space and the punctuation around it.
fn trim_sense(text: &str) -> &str {
    text.trim_matches([' ', '\t', ';', '；', ',', '，', '、'])
}

/// The text before the first circled number, and the senses.
fn split_circled(text: &str) -> Option<(&str, Vec<&str>)> {
    let first = text.find(['①', '⑴'])?;
    // A list in brackets belongs to the text before it.
    let count = |brackets: [char; 2]| text[..first].matches(brackets).count();
    if count(['(', '（']) > count([')', '）']) {
        return None;
    }
    let senses = text[first..].split(is_enclosed_number).map(trim_sense).filter(|s| !s.is_empty());
    let senses: Vec<&str> = senses.collect();
    (!senses.is_empty()).then_some((&text[..first], senses))
}

/// Like [`split_circled`], for at least two numbers in digits with the same punctuation:
/// `1. 跑 2. 经营`.
fn split_counted(text: &str) -> Option<(&str, Vec<&str>)> {
    if !text.contains('1') || !text.contains('2') {
        return None;
    }
    const PUNCTUATION: [(&str, &str); 6] =
        [("", ". "), ("", "."), ("", "、"), ("", ")"), ("(", ")"), ("（", "）")];
    PUNCTUATION.iter().find_map(|(open, close)| {
        let mut senses = Vec::new();
        let (mut from, mut before, mut number) = (0, None, 1_usize);
        loop {
            let text_of_number = format!("{open}{number}{close}");
            let found = text[from..].match_indices(&text_of_number).map(|(at, _)| from + at);
            let found = found.filter(|&at| may_precede_number(&text[..at])).find(|&at| {
                !text[at + text_of_number.len()..].starts_with(|c: char| c.is_ascii_digit())
            });
            let Some(at) = found else { break };
            match before {
                None => before = Some(&text[..at]),
                Some(_) => senses.push(trim_sense(&text[from..at])),
            }
            from = at + text_of_number.len();
            number += 1;
        }
        senses.push(trim_sense(&text[from..]));
        let is_list = number > 2 && senses.iter().all(|sense| !sense.is_empty());
        before.filter(|_| is_list).map(|before| (before, senses))
    })
}

/// Whether the number of a sense may begin after this text.
fn may_precede_number(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| !c.is_ascii() || " \t;,.)".contains(c))
}
