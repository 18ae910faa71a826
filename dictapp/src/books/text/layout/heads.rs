//! Splits the text before a mark, or a headword alone on its line: a part of speech, a
//! pronunciation or a note of grammar may follow the headword (`look after v.: 照顾`).

use crate::books::text::script::{self, is_cjk};

/// Splits a text into the headword and what follows it: parts of speech, pronunciations, and notes
/// of grammar in brackets.
pub(crate) fn split_tail(head: &str) -> (&str, &str) {
    if head.len() > HEAD_BYTES_MAX {
        return (head, "");
    }
    let starts = head.char_indices().scan(' ', |last, (at, c)| {
        let begins = last.is_whitespace() && !c.is_whitespace() || "[(（【".contains(c);
        *last = c;
        Some((at, begins))
    });
    let mut starts = starts.filter(|&(at, begins)| begins && at > 0).map(|(at, _)| at);
    let at = starts.find(|&at| is_tail(&head[at..]) && !is_lettered(&head[..at], &head[at..]));
    let (word, tail) = head.split_at(at.unwrap_or(head.len()));
    (word.trim_end(), tail)
}

/// Maximum length in bytes of a text that is taken apart. A longer one is no headword.
const HEAD_BYTES_MAX: usize = 1024;

/// Whether a text has only parts of speech, pronunciations and notes of grammar.
fn is_tail(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || script::labels_alone(text).is_some() {
        return true;
    }
    let said = script::leading_phonetic(text).map(|(_, length)| length);
    let length = said
        .or_else(|| script::enclosed_label(text).map(|(_, length)| length))
        .or_else(|| note_of_grammar(text))
        .or_else(|| script::label(text).map(str::len));
    length.is_some_and(|length| is_tail(&text[length..]))
}

/// The length of a note of grammar in brackets: `[C]`, `(f.)`, `(pl)`.
pub(crate) fn note_of_grammar(text: &str) -> Option<usize> {
    let close = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        _ => return None,
    };
    let open = text.chars().next().map_or(0, char::len_utf8);
    let end = text.char_indices().take(NOTE_CHARS_MAX).find(|(_, c)| *c == close)?.0;
    let mut notes = text.get(open..end)?.split([',', '/', ' ', ';']).filter(|n| !n.is_empty());
    let is_known = |note: &str| NOTES.contains(&note.trim_end_matches('.'));
    (end > open && notes.all(is_known)).then_some(end + close.len_utf8())
}

/// Maximum number of characters of a note of grammar.
const NOTE_CHARS_MAX: usize = 24;

/// Notes of grammar: countable and uncountable nouns, gender, number, aspect.
const NOTES: &[&str] = &[
    "C", "U", "c", "u", "S", "P", "T", "I", "m", "f", "nt", "mf", "masc", "fem", "neut", "pl",
    "sg", "sing", "impf", "pf", "perf", "imperf", "inf", "refl",
];

/// Whether the letter of a headword looks like a part of speech: `vitamin a.`
fn is_lettered(word: &str, tail: &str) -> bool {
    let last = word.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    tail.trim_end_matches('.').len() == 1 && LETTERED.contains(&last.as_str())
}

/// Words that a letter follows.
const LETTERED: &[&str] = &["vitamin", "hepatitis", "plan", "type", "grade", "group", "class"];

/// Whether a text of several words is a phrase, not the beginning of an explanation in which the
/// first word is the headword: `look after` and `in fact`, but not `apple a fruit`.
pub(super) fn is_phrase(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let [first, others @ ..] = &words[..] else { return false };
    let is_function = |word: &String| FUNCTION.contains(&word.as_str());
    if is_function(first) || FOREIGN_ARTICLES.contains(&first.as_str()) {
        return true;
    }
    let is_article = |word: &String| ["a", "an", "the"].contains(&word.as_str());
    let last =
        others.last().is_some_and(|last| is_function(last) || OBJECTS.contains(&last.as_str()));
    let is_foreign = text.chars().any(|c| !c.is_ascii() && c.is_alphabetic() && !is_cjk(c));
    !others.iter().any(is_article) && (last || is_foreign)
}

/// English words that begin or end phrases.
const FUNCTION: &[&str] = &[
    "in", "on", "at", "of", "by", "for", "to", "from", "with", "without", "as", "up", "down",
    "off", "out", "over", "after", "about", "into", "under", "through", "away", "back", "along",
    "around", "apart", "together", "forward", "against", "across", "ahead", "before", "behind",
    "between", "beyond", "despite", "during", "except", "upon", "within",
];

/// Words for an object in phrases.
const OBJECTS: &[&str] = &["sb", "sb.", "sth", "sth.", "oneself", "one's", "do", "doing"];

/// Articles of other languages.
const FOREIGN_ARTICLES: &[&str] = &[
    "der", "die", "das", "ein", "eine", "sich", "la", "le", "les", "un", "une", "el", "los", "las",
    "una", "il", "lo", "gli", "het", "een", "os",
];
