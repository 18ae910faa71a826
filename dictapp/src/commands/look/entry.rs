//! Formats an entry of the API as lines for a terminal: the headword with its pronunciation
//! (`apple  /ˈæpəl/`), and for each book its title, its parts of speech and their numbered senses.

use std::fmt::Write;

use serde::Deserialize;

/// An entry in the JSON of the API: the fields that are printed.
#[derive(Debug, Deserialize)]
pub(crate) struct PrintedEntry {
    headwords: Vec<Headword>,
}

/// A headword with its entries in all books.
#[derive(Debug, Deserialize)]
struct Headword {
    word: String,
    phonetic: Option<String>,
    entries: Vec<BookEntry>,
}

/// One book's entry for the headword.
#[derive(Debug, Deserialize)]
struct BookEntry {
    /// The title of the book.
    #[serde(rename = "book")]
    title: String,
    parts: Vec<PrintedPart>,
}

/// The senses of one part of speech, which `label` names.
#[derive(Debug, Deserialize)]
struct PrintedPart {
    label: String,
    senses: Vec<Sense>,
}

#[derive(Debug, Deserialize)]
struct Sense {
    labels: Vec<String>,
    gloss: String,
    examples: Vec<Example>,
}

#[derive(Debug, Deserialize)]
struct Example {
    text: String,
    translation: Option<String>,
}

/// How parts of a text are emphasised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Not at all, for files and pipes.
    Plain,
    /// With the escape sequences of terminals.
    Coloured,
}

/// The parameters of the escape sequence that begins a style (SGR).
const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";

impl Style {
    /// Emphasises a text; `code` is one of the constants above.
    fn emphasise(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

impl PrintedEntry {
    /// Formats the entry as lines, each ending in a line feed. Control characters in a book
    /// become spaces, since a terminal would obey them.
    pub(crate) fn to_text(&self, style: Style) -> String {
        let mut text = String::new();
        for headword in &self.headwords {
            write_headword(&mut text, headword, style);
        }
        text
    }
}

fn write_headword(text: &mut String, headword: &Headword, style: Style) {
    let phonetic = headword.phonetic.as_deref().filter(|phonetic| !phonetic.is_empty());
    let phonetic = phonetic.map(|ipa| format!("  /{}/", clean(ipa))).unwrap_or_default();
    push_line(text, &format!("{}{phonetic}", style.emphasise(BOLD, &clean(&headword.word))));
    for entry in &headword.entries {
        push_line(text, &style.emphasise(DIM, &format!("[{}]", clean(&entry.title))));
        for part in &entry.parts {
            if !part.label.is_empty() {
                push_line(text, &format!("  {}", style.emphasise(GREEN, &clean(&part.label))));
            }
            for (number, sense) in (1..).zip(&part.senses) {
                let number = (part.senses.len() > 1).then_some(number);
                write_sense(text, number, sense, style);
            }
        }
    }
}

/// Writes a sense with its number, if it has one, and its examples.
fn write_sense(text: &mut String, number: Option<usize>, sense: &Sense, style: Style) {
    let number = number.map(|number| format!("{number}. ")).unwrap_or_default();
    let labels: String = sense.labels.iter().map(|label| format!("({}) ", clean(label))).collect();
    push_line(text, &format!("    {number}{labels}{}", clean(&sense.gloss)));
    for Example { text: example, translation } in &sense.examples {
        let translation = translation.as_deref().map(clean).unwrap_or_default();
        let line = format!("{}  {translation}", clean(example));
        push_line(text, &format!("       {}", style.emphasise(DIM, line.trim_end())));
    }
}

/// Appends a line and a line feed.
fn push_line(text: &mut String, line: &str) {
    // Writing into a String cannot fail.
    writeln!(text, "{line}").unwrap_or_default();
}

/// Replaces control characters by spaces.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(gloss: &str) -> PrintedEntry {
        let example = json!({ "text": "He ate an apple.", "translation": "他吃了一个苹果。" });
        let sense =
            |gloss: &str| json!({ "labels": ["food"], "gloss": gloss, "examples": [example] });
        let part = json!({ "label": "n.", "senses": [sense(gloss), sense("苹果树")] });
        let book = json!({ "book": "En-Zh", "parts": [part] });
        let headword = json!({ "word": "apple", "phonetic": "ˈæpəl", "entries": [book] });
        serde_json::from_value(json!({ "headwords": [headword] })).unwrap()
    }

    #[test]
    fn an_entry_is_lines_and_colours_are_for_terminals() {
        let example = "       He ate an apple.  他吃了一个苹果。\n";
        assert_eq!(
            entry("苹果").to_text(Style::Plain),
            format!(
                "apple  /ˈæpəl/\n[En-Zh]\n  n.\n    1. (food) 苹果\n{example}    2. (food) 苹果树\n{example}"
            )
        );
        assert!(entry("苹果").to_text(Style::Coloured).starts_with("\x1b[1mapple\x1b[0m"));
    }

    #[test]
    fn a_book_sends_the_terminal_no_control_characters() {
        assert!(!entry("a\x1b[2Jb").to_text(Style::Plain).contains('\x1b'));
    }
}
