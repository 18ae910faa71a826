//! Converts the glosses of an entry to pieces for the page of a word, to one short line for lists,
//! and to one line for cards.

use serde::Serialize;

use crate::lexicon::{EntryRef, is_han};
use crate::model::{Explanation, LanguageTag, Languages, glosses, link};
use crate::site::Shelf;

/// A word as a line of a list: the word, its pronunciation, and the beginning of its glosses.
#[derive(Debug, Serialize)]
pub(crate) struct Brief {
    pub(crate) word: String,
    #[serde(skip)]
    pub(crate) word_lang: LanguageTag,
    pub(crate) phonetic: Option<String>,
    pub(crate) gloss: String,
    /// The language of the gloss.
    pub(crate) lang: LanguageTag,
}

/// Maximum number of characters of a gloss in a list: about one line on a phone.
const BRIEF_CHARS_MAX: usize = 60;

/// A piece of a gloss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GlossPiece<'a> {
    pub(crate) text: &'a str,
    /// The headword that the piece links to; `None`: it is not a link.
    pub(crate) link: Option<&'a str>,
    /// Whether it is a remark in Chinese brackets, which is shown smaller.
    pub(crate) is_aside: bool,
}

/// Splits a text into the remarks in Chinese brackets and the text between them, and adds the
/// pieces. A remark keeps its brackets.
pub(super) fn push_with_remarks<'a>(pieces: &mut Vec<GlossPiece<'a>>, text: &'a str) {
    let mut rest = text;
    let mut push = |text: &'a str, is_aside| {
        if !text.is_empty() {
            pieces.push(GlossPiece { text, link: None, is_aside });
        }
    };
    while let Some((before, after)) = rest.split_once('（') {
        let Some(length) = after.find('）') else { break };
        let end = before.len() + '（'.len_utf8() + length + '）'.len_utf8();
        push(before, false);
        push(&rest[before.len()..end], true);
        rest = &rest[end..];
    }
    push(rest, false);
}

/// The first three glosses of an explanation in one line, without links.
pub(crate) fn first_gloss(explanation: &str) -> String {
    let explanation = Explanation::parse(explanation);
    let glosses = explanation.senses().map(|(_, sense)| sense.gloss.as_str());
    link::shown_text(&glosses.take(3).collect::<Vec<_>>().join("; ")).into_owned()
}

/// Converts an entry to a line of a list: the glosses of its explanation with the labels of the
/// parts of speech, cut to [`BRIEF_CHARS_MAX`] characters.
pub(crate) fn brief(shelf: &Shelf, entry: &EntryRef<'_>) -> Brief {
    let mut gloss = String::new();
    let mut room = BRIEF_CHARS_MAX; // characters that may still be added
    let mut last = None;
    for (label, text) in glosses(entry.explanation) {
        // The senses of one part of speech follow each other; only the first one gets the label.
        let is_same = last.replace(label) == Some(label);
        let label = if is_same { "" } else { label };
        let gap = match (gloss.is_empty(), is_same) {
            (true, _) => "",
            (false, false) => "  ",
            (false, true) if text.is_ascii() => "; ",
            (false, true) => "；",
        };
        let space = if label.is_empty() { "" } else { " " };
        for piece in [gap, label, space, &link::shown_text(text)] {
            let end = piece.char_indices().nth(room).map_or(piece.len(), |(end, _)| end);
            gloss.push_str(&piece[..end]);
            if end < piece.len() {
                gloss.truncate(length_without_cut_word(&gloss, &piece[end..]));
                gloss.push('…');
                return Brief::new(shelf, entry, gloss);
            }
            room -= piece.chars().count();
        }
    }
    Brief::new(shelf, entry, gloss)
}

/// The length of a cut text without the part of a word at its end. `rest` is the text after the
/// cut. Chinese has no spaces, so it may be cut anywhere. A text of a single word may be cut
/// anywhere, too.
fn length_without_cut_word(text: &str, rest: &str) -> usize {
    let is_of_word = |c: &char| c.is_alphanumeric() && !is_han(*c);
    if !rest.chars().next().is_some_and(|c| is_of_word(&c)) {
        return text.trim_end().len();
    }
    let word: usize = text.chars().rev().take_while(is_of_word).map(char::len_utf8).sum();
    let before = text[..text.len() - word].trim_end().len();
    if before == 0 { text.len() } else { before }
}

impl Brief {
    fn new(shelf: &Shelf, entry: &EntryRef<'_>, gloss: String) -> Brief {
        let languages = shelf.languages(entry);
        Brief {
            word: entry.word.to_owned(),
            phonetic: entry.phonetic.map(str::to_owned),
            word_lang: Languages::of_source(languages, entry.word),
            lang: Languages::of_target(languages, &gloss),
            gloss,
        }
    }
}

/// All glosses of an entry in one line, each part of speech with its label, for a card.
pub(crate) fn gloss_of(explanation: &Explanation) -> String {
    let parts = explanation.parts.iter().map(|part| {
        let glosses: Vec<&str> = part.senses.iter().map(|sense| sense.gloss.as_str()).collect();
        let is_chinese = glosses.iter().any(|gloss| gloss.contains(is_han));
        let glosses = glosses.join(if is_chinese { "；" } else { "; " });
        format!("{} {glosses}", part.label).trim().to_owned()
    });
    parts.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cut text is `the language usage of…`, not `the language usage of educate…`.
    #[test]
    fn a_gloss_is_not_cut_within_a_word() {
        let cut = |text: &'static str, rest| &text[..length_without_cut_word(text, rest)];
        assert_eq!(cut("usage of educate", "d people"), "usage of");
        assert_eq!(cut("usage of educated", " people"), "usage of educated");
        assert_eq!(cut("usage of educated ", "people"), "usage of educated");
        assert_eq!(cut("受过教育", "的人"), "受过教育");
        assert_eq!(cut("受过 edu", "cated"), "受过");
        assert_eq!(cut("educate", "d"), "educate");
    }

    #[test]
    fn remarks_in_chinese_brackets_are_pieces_of_their_own() {
        let pieces = |gloss: &str| {
            let mut found = Vec::new();
            push_with_remarks(&mut found, gloss);
            found.iter().map(|p| format!("{}{}", p.text, u8::from(p.is_aside))).collect::<Vec<_>>()
        };
        assert_eq!(
            pieces("（机器）运转，（程序）运行"),
            ["（机器）1", "运转，0", "（程序）1", "运行0"]
        );
        assert_eq!(pieces("a (b) 未闭合（"), ["a (b) 未闭合（0"]);
        assert!(pieces("").is_empty());
    }
}
