//! Splits the text that contains a headword into the headword and its annotations: a part of
//! speech, a pronunciation or a note of grammar may follow the headword. `look after v.` has the
//! headword `look after` and the annotation `v.`

use crate::books::text::script::{self, is_cjk};

/// Splits a text into the headword and its annotations: parts of speech, pronunciations, and notes
/// of grammar in brackets. The annotations are empty if there are none.
pub(crate) fn split_annotations(text: &str) -> (&str, &str) {
    if text.len() > TEXT_BYTES_MAX {
        return (text, "");
    }
    let starts = text.char_indices().scan(' ', |last, (at, c)| {
        let begins = last.is_whitespace() && !c.is_whitespace() || "[(（【".contains(c);
        *last = c;
        Some((at, begins))
    });
    let mut starts = starts.filter(|&(at, begins)| begins && at > 0).map(|(at, _)| at);
    let at = starts
        .find(|&at| are_annotations(&text[at..]) && !is_name_with_letter(&text[..at], &text[at..]));
    let (word, annotations) = text.split_at(at.unwrap_or(text.len()));
    (word.trim_end(), annotations)
}

/// Maximum length in bytes of a text that is split. A longer one contains no headword.
const TEXT_BYTES_MAX: usize = 1024;

/// Whether a text has only parts of speech, pronunciations and notes of grammar.
fn are_annotations(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || script::labels_alone(text).is_some() {
        return true;
    }
    let phonetic_length = script::leading_phonetic(text).map(|(_, length)| length);
    let length = phonetic_length
        .or_else(|| script::bracketed_label(text).map(|(_, length)| length))
        .or_else(|| grammar_note_length(text))
        .or_else(|| script::label(text).map(str::len));
    length.is_some_and(|length| are_annotations(&text[length..]))
}

/// The length in bytes of the note of grammar in brackets at the beginning of a text: `[C]`,
/// `(f.)`, `(pl)`. `None`: there is none.
pub(crate) fn grammar_note_length(text: &str) -> Option<usize> {
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

/// Whether the annotation is a letter that belongs to the headword: `vitamin a.`
fn is_name_with_letter(word: &str, annotation: &str) -> bool {
    let last = word.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    annotation.trim_end_matches('.').len() == 1 && NAMES_WITH_LETTERS.contains(&last.as_str())
}

/// Words that are often followed by a letter.
const NAMES_WITH_LETTERS: &[&str] =
    &["vitamin", "hepatitis", "plan", "type", "grade", "group", "class"];

/// Whether a text of several words is a phrase, such as `look after` and `in fact`, not a headword
/// and the beginning of its explanation, such as `apple a fruit`.
pub(super) fn is_phrase(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let [first, others @ ..] = &words[..] else { return false };
    let is_function_word = |word: &String| FUNCTION_WORDS.contains(&word.as_str());
    if is_function_word(first) || FOREIGN_ARTICLES.contains(&first.as_str()) {
        return true;
    }
    let is_article = |word: &String| ["a", "an", "the"].contains(&word.as_str());
    let last = others
        .last()
        .is_some_and(|last| is_function_word(last) || OBJECTS.contains(&last.as_str()));
    let is_foreign = text.chars().any(|c| !c.is_ascii() && c.is_alphabetic() && !is_cjk(c));
    !others.iter().any(is_article) && (last || is_foreign)
}

/// English words that begin or end phrases.
const FUNCTION_WORDS: &[&str] = &[
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
