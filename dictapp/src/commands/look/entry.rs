//! Formats an entry of the API as lines for a terminal.

use std::fmt::Write;

use serde::Deserialize;

/// The printed part of an entry.
#[derive(Debug, Deserialize)]
pub(crate) struct PrintedEntry {
    headwords: Vec<Headword>,
}

#[derive(Debug, Deserialize)]
struct Headword {
    word: String,
    phonetic: Option<String>,
    entries: Vec<Book>,
}

#[derive(Debug, Deserialize)]
struct Book {
    book: String,
    parts: Vec<PrintedPart>,
}

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

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";

impl Style {
    fn mark(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

impl PrintedEntry {
    /// The lines, each with its end. Control characters in a book are removed.
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
    add(text, &format!("{}{phonetic}", style.mark(BOLD, &clean(&headword.word))));
    for book in &headword.entries {
        add(text, &style.mark(DIM, &format!("[{}]", clean(&book.book))));
        for part in &book.parts {
            if !part.label.is_empty() {
                add(text, &format!("  {}", style.mark(GREEN, &clean(&part.label))));
            }
            for (number, sense) in (1..).zip(&part.senses) {
                write_sense(text, (number, part.senses.len()), sense, style);
            }
        }
    }
}

fn write_sense(text: &mut String, (number, of): (usize, usize), sense: &Sense, style: Style) {
    let number = if of > 1 { format!("{number}. ") } else { String::new() };
    let labels: String = sense.labels.iter().map(|label| format!("({}) ", clean(label))).collect();
    add(text, &format!("    {number}{labels}{}", clean(&sense.gloss)));
    for Example { text: example, translation } in &sense.examples {
        let translation = translation.as_deref().map(clean).unwrap_or_default();
        let line = format!("{}  {translation}", clean(example));
        add(text, &format!("       {}", style.mark(DIM, line.trim_end())));
    }
}

fn add(text: &mut String, line: &str) {
    // Writing into a String cannot fail.
    writeln!(text, "{line}").unwrap_or_default();
}

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
