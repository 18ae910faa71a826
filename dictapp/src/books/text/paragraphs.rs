//! Joins the lines of a text that was wrapped for a terminal to paragraphs: `1. to give` above `up`
//! becomes `1. to give up` if `up` did not fit on the first line. Recognises the paragraphs that
//! are quotations.

use super::{gloss, heading, script};

/// A paragraph of a wrapped text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paragraph {
    pub(super) text: String,
    /// Whether it is a quotation with its author: `Hope was left. --Taylor.`
    pub(super) is_quotation: bool,
}

impl Paragraph {
    /// A paragraph of one line, from a text that was not wrapped.
    pub(super) fn from_line(line: &str) -> Paragraph {
        Paragraph::from(line.trim().to_owned())
    }
}

impl From<String> for Paragraph {
    fn from(text: String) -> Paragraph {
        Paragraph { text, is_quotation: false }
    }
}

/// A text was wrapped if its longest line has at least this number of characters and at most
/// [`WRAPPED_CHARS_MAX`]; a few lines may be longer. Programs wrap at 60 to 80 characters.
const WRAPPED_CHARS_MIN: usize = 56;
const WRAPPED_CHARS_MAX: usize = 80;

/// A text is not wrapped if more than one in this number of lines is longer than
/// [`WRAPPED_CHARS_MAX`].
const LONGER_LINES_ONE_IN: usize = 10;

/// Minimum indent of a quotation in characters.
const QUOTATION_INDENT_MIN: usize = 8;

/// Maximum number of words of a note in brackets: `[1913 Webster]`.
const NOTE_WORDS_MAX: usize = 3;

/// Maximum length in bytes of the name of an author after `--`. A longer text is prose.
const AUTHOR_BYTES_MAX: usize = 60;

/// Splits a text into paragraphs; empty lines and the beginnings of senses separate them.
pub(super) fn join_wrapped_lines(text: &str) -> Vec<Paragraph> {
    let width = wrapped_at(text);
    let mut found: Vec<Paragraph> = Vec::new();
    for block in blocks(text) {
        let (quotation, block) = block.split_at(quotation_lines(&block));
        if !quotation.is_empty() {
            let text = quotation.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            found.push(Paragraph { text, is_quotation: true });
        }
        let mut above: Option<&str> = None;
        for line in block.iter().copied() {
            let text = line.trim();
            let continues = above
                .is_some_and(|above| is_wrapped(above, text, width) && !begins_item(text, above));
            // A line that begins with a comma or semicolon continues the line above.
            if let Some(last) = found.last_mut().filter(|_| text.starts_with([',', ';'])) {
                last.text.push_str(text);
                above = Some(line);
                continue;
            }
            let is_cut_off = matches!(&found[..], [head] if heading::is_cut_off(&head.text));
            match found.last_mut() {
                Some(last)
                    if continues
                        || is_cut_off
                        || ends_in_reference(&last.text)
                        || is_note_of(&last.text, text) =>
                {
                    last.text.push(' ');
                    last.text.push_str(text);
                }
                _ => found.push(Paragraph::from_line(line)),
            }
            above = Some(line);
        }
    }
    found
}

/// Whether a text ends within a reference: `see {ice`.
fn ends_in_reference(text: &str) -> bool {
    text.rfind('{').is_some_and(|at| {
        !text[at..].contains('}') && text[at..].len() < REFERENCE_BYTES_MAX && text.len() > at + 1
    })
}

/// Maximum length of the part of a reference before a line end, in bytes.
const REFERENCE_BYTES_MAX: usize = 60;

/// Runs of lines that are not empty.
fn blocks(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let block = lines.by_ref().skip_while(|line| line.trim().is_empty());
        let block: Vec<&str> = block.take_while(|line| !line.trim().is_empty()).collect();
        (!block.is_empty()).then_some(block)
    })
}

/// The width at which a text was wrapped. `None`: it was not wrapped.
fn wrapped_at(text: &str) -> Option<usize> {
    let widths = || text.lines().map(|line| line.trim_end().chars().count());
    let longer = widths().filter(|&width| width > WRAPPED_CHARS_MAX).count();
    let widest = widths().filter(|&width| width <= WRAPPED_CHARS_MAX).max()?;
    let is_wrapped =
        widest >= WRAPPED_CHARS_MIN && longer * LONGER_LINES_ONE_IN <= widths().count();
    is_wrapped.then_some(widest)
}

/// Whether the line `above` ends only because the first word of `line` has no room on it (the text
/// was wrapped at `width`), or because of a comma. Then `line` continues it.
fn is_wrapped(above: &str, line: &str, width: Option<usize>) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default().chars().count();
    let taken = above.trim_end().chars().count();
    above.trim_end().ends_with(',') || width.is_some_and(|width| taken + 1 + word > width)
}

/// Whether a line begins a sense, an example or an item of a list, so that it does not continue the
/// line above. After a comma, a part of speech continues a list of them.
fn begins_item(line: &str, above: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - number.len();
    let is_numbered = (1..=2).contains(&digits) && number.starts_with(['.', ':', ')']);
    let word = line.split_whitespace().next().unwrap_or_default();
    let is_label = script::label(line).is_some() || script::is_bare_label(word);
    is_numbered
        || is_label && !above.trim_end().ends_with(',')
        || line.starts_with('"') && (line.ends_with('"') || line.contains("\" "))
        || line.starts_with(['-', '*', '•', '=', '>']) && !line.starts_with("--")
}

/// Whether a line is a short note in square brackets (`[Obs.]`, `[1913 Webster]`), which belongs to
/// the end of the paragraph above. A pronunciation is no note, and a paragraph that is only a part
/// of speech has none.
fn is_note_of(above: &str, line: &str) -> bool {
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        !inner.contains(['[', ']'])
            && inner.split_whitespace().count() <= NOTE_WORDS_MAX
            && script::leading_phonetic(line).is_none()
            && script::labels_alone(gloss::take_phonetic(above).1).is_none()
    })
}

/// The number of lines of the quotation at the beginning of a block. Its lines have a wide indent,
/// and the author is after `--` at their end. 0: the block does not begin with a quotation.
fn quotation_lines(block: &[&str]) -> usize {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let lines = block.iter().take_while(|line| indent(line) >= QUOTATION_INDENT_MIN).count();
    let text = block[..lines].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let is_quotation = text.rsplit_once("--").is_some_and(|(_, author)| {
        author.len() <= AUTHOR_BYTES_MAX && author.starts_with(|c: char| c.is_uppercase())
    });
    if is_quotation { lines } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        join_wrapped_lines(text).into_iter().map(|paragraph| paragraph.text).collect()
    }

    #[test]
    fn a_line_that_has_room_for_the_next_word_was_not_wrapped() {
        let text =
            "   In this book a line has at most fifty-six characters or\n   so.\n   A sense.";
        assert_eq!(
            texts(text),
            ["In this book a line has at most fifty-six characters or so.", "A sense."]
        );
        assert_eq!(texts("to give\nup"), ["to give", "up"]);
    }

    #[test]
    fn a_text_with_long_lines_was_not_wrapped() {
        let long = "word ".repeat(30);
        let full = "x".repeat(78);
        assert_eq!(texts(&format!("{long}\n{full}\nto yield")).len(), 3);
    }

    #[test]
    fn a_note_in_brackets_belongs_to_the_paragraph_above() {
        assert_eq!(
            texts("1. To leave.\n   [Obs.]\n\n2. To go."),
            ["1. To leave. [Obs.]", "2. To go."]
        );
        assert_eq!(texts("vi., n.\n[ABnormal END]"), ["vi., n.", "[ABnormal END]"]);
    }

    #[test]
    fn a_line_that_begins_with_a_comma_continues_the_line_above() {
        assert_eq!(texts("1. seize\n,\n2. take\n, quickly"), ["1. seize,", "2. take, quickly"]);
    }

    #[test]
    fn a_quotation_has_its_author() {
        let text = "1. To leave.\n\n            Hope was\n            left.\n                      --Taylor.\n      [Obs.]\n\n2. To go.";
        let found = join_wrapped_lines(text);
        let text = "Hope was left. --Taylor. [Obs.]".to_owned();
        let quotation = Paragraph { text, is_quotation: true };
        assert_eq!(found[1], quotation);
        assert_eq!(found.len(), 3);
    }
}
