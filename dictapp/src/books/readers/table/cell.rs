//! Converts the text of a single cell: `was/were` has the forms `was` and `were`, `a\nb` in a tab
//! file has two lines, `[sound:apple.mp3]` of Anki is left out.

use crate::books::readers::ecdict;
use crate::books::text::script::{self, is_cjk};

/// A cell without the sounds of Anki: `[sound:apple.mp3]`.
pub(super) fn without_sounds(mut cell: String) -> String {
    while let Some(from) = cell.find(SOUND)
        && let Some(length) = cell[from..].find(']')
    {
        cell.replace_range(from..=from + length, "");
    }
    cell
}

/// Replaces each of Anki's cloze deletions in a cell by its word: `{{c1::plum::hint}}` becomes
/// `plum`.
pub(super) fn without_clozes(mut cell: String) -> String {
    // The innermost cloze deletion is the last one that begins.
    let mut end = cell.len();
    while let Some(from) = cell[..end].rfind(CLOZE) {
        end = from;
        let number = &cell[from + CLOZE.len()..];
        let inner = number.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(inner) = inner.strip_prefix("::").filter(|_| inner.len() < number.len()) else {
            continue;
        };
        let Some((content, _)) = inner.split_once("}}") else { continue };
        let begin = cell.len() - inner.len();
        let close = begin + content.len() + "}}".len();
        let word = content.split("::").next().unwrap_or_default().to_owned();
        cell.replace_range(from..close, &word);
    }
    cell
}

/// The beginning of a cloze deletion of Anki.
const CLOZE: &str = "{{c";

/// The first sound of Anki in a cell.
pub(super) fn sound(cell: &str) -> Option<&str> {
    let sound = &cell[cell.find(SOUND)?..];
    sound.find(']').map(|end| &sound[..=end])
}

/// A cell without the quotes around it. `None`: it has no quotes, or nothing between them.
pub(super) fn unquoted(cell: &str) -> Option<&str> {
    let pairs = [('“', '”'), ('"', '"'), ('„', '“'), ('«', '»'), ('「', '」'), ('\'', '\'')];
    let inner = |(from, to)| cell.strip_prefix(from)?.strip_suffix(to);
    pairs.into_iter().find_map(inner).filter(|inner| !inner.is_empty())
}

/// Decodes line ends that are written as `\n`, as ECDICT does, if a sense begins after them.
/// Elsewhere `\n` may be the beginning of a name, as in `a\new`.
pub(super) fn with_lines(cell: String) -> String {
    if !cell.contains("\\n") {
        return cell;
    }
    let begins = |rest: &str| {
        rest.is_empty()
            || rest.starts_with(|c: char| !c.is_ascii() || c == '[' || c == ' ')
            || script::label(rest).is_some()
    };
    let cell = cell.replace("\\r\\n", "\\n");
    let mut lines = cell.split("\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, rest| text + if begins(rest) { "\n" } else { "\\n" } + rest)
}

/// Whether a cell gives the frequency of each part of speech, as in ECDICT: `n:46/v:54`.
pub(super) fn is_part_frequency(cell: &str) -> bool {
    let is_one = |pair: &str| {
        pair.split_once(':').is_some_and(|(_, share)| share.bytes().all(|b| b.is_ascii_digit()))
    };
    cell.split('/').all(is_one)
}

/// Whether all of these cells, at least two, are in quotes.
pub(super) fn are_quoted<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    let mut filled = cells.map(str::trim).filter(|cell| !cell.is_empty());
    filled.clone().nth(1).is_some() && filled.all(|cell| unquoted(cell).is_some())
}

/// The beginning of a sound in a cell of Anki.
const SOUND: &str = "[sound:";

/// The forms in a cell of an export of this program. They are on separate lines if a form contains
/// a semicolon, otherwise semicolons separate them.
pub(super) fn exported_forms(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(if cell.contains('\n') { "\n" } else { "; " })
}

/// The forms in a cell: `was/were`, `goes; going`, or as in ECDICT, `p:went/d:gone`. A dash means
/// that there is no form.
pub(super) fn forms(cell: &str) -> Vec<String> {
    let is_exchange = |pair: &str| pair.as_bytes().get(1) == Some(&b':');
    if cell.split('/').all(is_exchange) {
        return ecdict::forms(cell);
    }
    let forms = list_items(cell).filter(|form| form.contains(char::is_alphanumeric));
    forms.map(str::to_owned).collect()
}

/// The words of a list in a cell.
pub(super) fn list_items(cell: &str) -> impl Iterator<Item = &str> {
    let list_items = cell.split([',', ';', '/', '|', '\n', '，', '；', '、', '／']);
    list_items.map(str::trim).filter(|item| !item.is_empty())
}

/// A Chinese headword with its traditional spelling in brackets, `苹果[蘋果]`, split into both.
/// `None`: the headword has no such brackets.
pub(super) fn simplified(word: &str) -> Option<(&str, &str)> {
    let (first, rest) = word.split_once(['[', '【', '(', '（'])?;
    let other = rest.strip_suffix([']', '】', ')', '）'])?;
    let (first, other) = (first.trim(), other.trim());
    let is_word = |word: &str| !word.is_empty() && word.chars().all(is_cjk);
    let is_both = is_word(first) && is_word(other);
    (is_both && first.chars().count() == other.chars().count()).then_some((first, other))
}

/// The headwords of a cell of a tab file, with pipes between them. A pipe that is part of a
/// headword has a backslash before it.
pub(super) fn headwords(cell: &str) -> Vec<String> {
    let mut is_escaped = false;
    let words = cell.split(|c: char| {
        let is_end = c == '|' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    words.map(|word| unescaped(&word.replace(r"\|", "|"))).collect()
}

/// Decodes the escapes of tab files: `\n` becomes a line end, `\t` and `\r` become a space, `\\`
/// becomes a backslash. Any other backslash stays.
pub(super) fn unescaped(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        found.push_str(before);
        let escaped = after.chars().next();
        let c = match escaped {
            Some('n') => '\n',
            Some('t') => ' ',
            Some('r') => ' ',
            _ => '\\',
        };
        found.push(c);
        let used = matches!(escaped, Some('n' | 't' | 'r' | '\\'));
        rest = if used { &after[1..] } else { after };
    }
    found + rest
}

/// A cell of Markdown without the markup of emphasis and code around it: `**apple**`.
pub(super) fn unemphasised(cell: String) -> String {
    let inner = ["**", "__", "`", "*", "_"].iter().find_map(|markup| {
        let inner = cell.trim().strip_prefix(markup)?.strip_suffix(markup)?;
        (!inner.trim().is_empty() && !inner.contains(markup)).then(|| inner.trim().to_owned())
    });
    inner.unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_escapes_of_tab_files() {
        assert_eq!(headwords(r"a|b\|c|d"), ["a", "b|c", "d"]);
        assert_eq!(headwords(r"a\\|b"), [r"a\", "b"]);
        assert_eq!(unescaped(r"a\nb\tc\\nd\x"), "a\nb c\\nd\\x");
    }

    #[test]
    fn the_cloze_deletions_of_anki_show_their_words() {
        let shows = |cell: &str, expected| assert_eq!(without_clozes(cell.to_owned()), expected);
        shows("a {{c1::plum::hint}} and {{c2::pear}}.", "a plum and pear.");
        shows("{{c1::a {{c2::red}} plum}}", "a red plum");
        shows("{{c1::plum", "{{c1::plum");
        shows("{{cloze}} {{c::x}}", "{{cloze}} {{c::x}}");
    }

    #[test]
    fn a_cell_may_have_several_forms() {
        assert_eq!(forms("was/were"), ["was", "were"]);
        assert_eq!(forms("went, gone; goes"), ["went", "gone", "goes"]);
        assert_eq!(forms("p:went/d:gone"), ["went", "gone"]);
        assert!(forms("-").is_empty());
    }

    #[test]
    fn a_chinese_headword_may_have_its_traditional_spelling_in_brackets() {
        assert_eq!(simplified("苹果[蘋果]"), Some(("苹果", "蘋果")));
        assert_eq!(simplified("学生（學生）"), Some(("学生", "學生")));
        assert_eq!(simplified("打（电话）"), None);
        assert_eq!(simplified("apple[x]"), None);
    }
}
