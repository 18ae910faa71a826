//! Converts an entry to text for the files of an export, and back. People read these files in other
//! programs, so each line marker of an [`Explanation`](crate::model::Explanation) becomes a word:
//! `= pome` becomes `Synonyms: pome`. An exported file contains the name [`WRITER`], and an import
//! of such a file restores the same entries.

use csv::StringRecord;

use crate::model::{Entry, Level, split_part};

/// The name in a file that shows that an export of this program wrote it.
pub const WRITER: &str = "dictapp";

/// The first cells of the rows before the entries of a table that an export wrote.
const HEADERS: [&str; 8] = [
    "#separator:",
    "#html:",
    "#columns:",
    "#dictapp:",
    "##name",
    "##dictapp",
    "##sourceLang",
    "##targetLang",
];

/// The number of rows before the entries of a table, if an export wrote it; otherwise 0.
pub(crate) fn header_rows(rows: &[StringRecord]) -> usize {
    let ends_with_writer = |row: &StringRecord| row.iter().next_back() == Some(WRITER);
    if rows.first().is_some_and(ends_with_writer) {
        return 1;
    }
    let first = |row: &StringRecord| row.get(0).unwrap_or_default().to_owned();
    let is_header = |row: &&StringRecord| HEADERS.iter().any(|name| first(row).starts_with(name));
    let headers = rows.iter().take_while(is_header);
    let names_writer =
        |row: &StringRecord| first(row).trim_start_matches('#').trim_end_matches(":1") == WRITER;
    if headers.clone().any(names_writer) { headers.count() } else { 0 }
}

/// An invisible character before a line that stands for itself: without this character, an import
/// would convert the line to another one.
const LITERAL_LINE: char = '\u{2060}';

/// Lists of words: the marker of the line in an explanation, and the name of the list in an export.
const LISTS: [(&str, &str); 4] =
    [("= ", "Synonyms: "), ("! ", "Antonyms: "), ("& ", "Word family: "), ("+ ", "Phrases: ")];

const LEVEL: &str = "Level: ";
const RANK: &str = "Rank: ";

/// Converts the explanation of an entry to text without line markers.
pub fn explanation(entry: &Entry) -> String {
    entry.explanation.lines().map(export_line).collect::<Vec<_>>().join("\n")
}

/// Converts a whole entry, except its headword and forms, to text: the pronunciation in brackets,
/// the frequency rank, then the explanation.
pub fn article(entry: &Entry) -> String {
    let phonetic = entry.phonetic.iter().map(|phonetic| format!("[{phonetic}]"));
    let rank = entry.rank.iter().map(|rank| format!("{RANK}{rank}"));
    phonetic.chain(rank).chain([explanation(entry)]).collect::<Vec<_>>().join("\n")
}

/// The parts of an entry that [`article`] writes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Article {
    pub(crate) phonetic: Option<String>,
    pub(crate) rank: Option<u32>,
    pub(crate) explanation: String,
}

/// Converts a text of [`article`] back to the parts of an entry.
pub(crate) fn read_article(text: &str) -> Article {
    let mut found = Article::default();
    let mut rest = text;
    if let Some((line, after)) = rest.split_once('\n')
        && let Some(phonetic) = bracketed(line)
    {
        (found.phonetic, rest) = (Some(phonetic.to_owned()), after);
    }
    if let Some((line, after)) = rest.split_once('\n')
        && let Some(rank) = rank(line)
    {
        (found.rank, rest) = (Some(rank), after);
    }
    found.explanation = read_explanation(rest);
    found
}

/// Converts a text of [`explanation`] back to an explanation.
pub(crate) fn read_explanation(text: &str) -> String {
    text.lines().map(import_line).collect::<Vec<_>>().join("\n")
}

/// Converts a line of an explanation to a line of an export. If [`import_line`] would not convert
/// the result back, the line is unchanged. [`LITERAL_LINE`] is put before it if an import would
/// convert it, or would take it for the pronunciation or the rank of an [`article`].
fn export_line(line: &str) -> String {
    let named = replace_marker_by_name(line);
    let is_header = bracketed(line).is_some() || rank(line).is_some();
    if import_line(&named) == line && !is_header {
        return named;
    }
    if import_line(line) == line && !is_header {
        line.to_owned()
    } else {
        format!("{LITERAL_LINE}{line}")
    }
}

/// Replaces the marker of a line by a name. A line without a marker stays as it is.
fn replace_marker_by_name(line: &str) -> String {
    let list = LISTS.iter().find_map(|(marker, name)| Some((name, line.strip_prefix(marker)?)));
    if let Some((name, words)) = list {
        return format!("{name}{words}");
    }
    if let Some(example) = line.strip_prefix("> ") {
        return match example.split_once(" = ") {
            Some((text, translation)) => format!("“{text}” - {translation}"),
            None => format!("“{example}”"),
        };
    }
    if let Some(part) = line.strip_prefix("@ ") {
        let (label, rest) = split_part(part);
        return format!("{label}: {rest}");
    }
    line.strip_prefix("* ").map_or_else(|| line.to_owned(), |level| format!("{LEVEL}{level}"))
}

/// Converts a line of an export back to a line of an explanation.
fn import_line(line: &str) -> String {
    if let Some(line) = line.strip_prefix(LITERAL_LINE) {
        return line.to_owned();
    }
    let list = LISTS.iter().find_map(|(marker, name)| Some((marker, line.strip_prefix(name)?)));
    if let Some((marker, words)) = list {
        return format!("{marker}{words}");
    }
    if let Some(level) = line.strip_prefix(LEVEL).and_then(Level::parse) {
        return format!("* {}", level.as_str());
    }
    if let Some(example) = line.strip_prefix('“') {
        if let Some((text, translation)) = example.split_once("” - ") {
            return format!("> {text} = {translation}");
        }
        if let Some(text) = example.strip_suffix('”') {
            return format!("> {text}");
        }
    }
    match split_part(line) {
        (label, rest) if !label.is_empty() && rest.starts_with(": ") => {
            format!("@ {label} {}", &rest[2..])
        }
        _ => line.to_owned(),
    }
}

/// The text in the square brackets of a line. `None`: it is not in brackets.
fn bracketed(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

fn rank(line: &str) -> Option<u32> {
    line.strip_prefix(RANK)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Word;

    fn entry(explanation: &str, rank: Option<u32>) -> Entry {
        let (word, forms) = (Word::parse("apple").unwrap(), Vec::new());
        let phonetic = rank.map(|_| "ˈæpl".to_owned());
        Entry { word, phonetic, explanation: explanation.to_owned(), rank, forms }
    }

    #[test]
    fn line_markers_become_words() {
        let explanation =
            "* A2\n@ n. UK ˈæpl | plural apples\nn. 苹果\n> an apple = 一个苹果\n= pome; pip";
        assert_eq!(
            article(&entry(explanation, Some(812))),
            "[ˈæpl]\nRank: 812\nLevel: A2\nn.: UK ˈæpl | plural apples\nn. 苹果\n\
             “an apple” - 一个苹果\nSynonyms: pome; pip"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            lines in prop::collection::vec(
                "(> |= |@ |@ n\\. |\\* |\\* A1|Level: A1|Rank: 5|Synonyms: |n\\.: |“|\\[|\u{2060})?[a-c =”\\-\\]]{0,6}(”|\\])?",
                1..6,
            ),
            rank in prop::option::of(1_u32..9),
        ) {
            let explanation = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
            let explanation = explanation.collect::<Vec<_>>().join("\n");
            let entry = entry(&explanation, rank);
            let found = read_article(&article(&entry));
            let expected = Article { phonetic: entry.phonetic, rank, explanation };
            prop_assert_eq!(found, expected);
        }
    }
}
