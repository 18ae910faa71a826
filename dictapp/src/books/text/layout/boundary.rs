//! Finds the boundary between headword and explanation in a line of a plain text book. It is a gap
//! (white space wider than one space), or the start of an explanation that is recognised by its
//! content: in `ice cream n. 冰淇淋` by the part of speech `n.`

use crate::books::text::script::{self, is_cjk};

/// White space that is wider than a single space: its range in bytes, and its width in characters.
/// A TAB counts as [`WIDE_GAP`].
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) width: usize,
}

/// The kind of text by which the start of an explanation is recognised.
#[derive(Clone, Copy)]
pub(super) enum ExplanationStart {
    /// A part of speech.
    Label,
    /// A pronunciation or another text in brackets, or a change between Chinese and Latin script.
    Other,
}

/// A gap of this width ends the headword even if a label is before it: `vitamin a.     维生素`.
pub(super) const WIDE_GAP: usize = 3;

/// The first gap: white space that contains a TAB or has at least two characters.
pub(super) fn first_gap(line: &str) -> Option<Gap> {
    let mut rest = 0;
    while let Some(found) = line[rest..].find(char::is_whitespace) {
        let start = rest + found;
        let white = line[start..].find(|c: char| !c.is_whitespace()).unwrap_or(line.len() - start);
        let run = &line[start..start + white];
        let width = if run.contains('\t') { WIDE_GAP } else { run.chars().count() };
        if width >= 2 {
            return Some(Gap { start, end: start + white, width });
        }
        rest = start + white;
    }
    None
}

/// The first offset after the beginning of the headword at which an explanation clearly begins, and
/// the kind of text there. `None`: there is no such text.
pub(super) fn explanation_start(line: &str) -> Option<(usize, ExplanationStart)> {
    let starts = script::word_starts(line);
    // The beginning of the word with an opening bracket, if the bracket is not closed yet.
    let mut open_bracket: Option<usize> = None;
    let mut previous = 0;
    let has_chinese_headword =
        line.split_whitespace().next().is_some_and(|word| word.chars().any(is_cjk));
    for start in starts {
        let text = &line[start..];
        let word = text.split_whitespace().next().unwrap_or_default();
        let bracket = word.find(['[', '/']).filter(|&at| at > 0 && !word[..at].contains(is_cjk));
        let is_after_variety = start > 0 && script::begins_with_brackets(text);
        if let Some(at) = bracket.filter(|_| !is_after_variety)
            && let Some((phonetic, length)) = script::leading_phonetic(&text[at..])
            // Slashes also separate words: `and/or/not`.
            && (word[at..].starts_with('[')
                || phonetic.contains(script::is_phonetic_letter)
                || script::label(&text[at + length..]).is_some())
        {
            return Some((start + at, ExplanationStart::Other));
        }
        let circled = word.find(['①', '⑴']).filter(|&at| at > 0 && !word[..at].contains(is_cjk));
        if let Some(at) = circled {
            return Some((start + at, ExplanationStart::Other));
        }
        if start > 0 {
            if begins_numbered(text) {
                return Some((start, ExplanationStart::Other));
            }
            let is_label = script::label(text).is_some()
                || script::bracketed_label(text).is_some()
                || script::name_before_gloss(text).is_some()
                || script::respelled_before_gloss(text).is_some()
                || script::label_with_inner_dots(text).is_some();
            if is_label {
                return Some((start, ExplanationStart::Label));
            }
            let is_note = super::headword::grammar_note_length(text).is_some();
            if is_note || script::begins_with_brackets(text) || has_empty_brackets(text) {
                return Some((start, ExplanationStart::Other));
            }
            if word.chars().any(is_cjk) != has_chinese_headword
                && word.chars().any(char::is_alphanumeric)
            {
                let bare = previous > 0 && script::is_bare_label(line[previous..start].trim_end());
                let from = open_bracket.unwrap_or(if bare { previous } else { start });
                return Some((from, ExplanationStart::Other));
            }
        }
        open_bracket = match (word.rfind(['(', '（']), word.rfind([')', '）'])) {
            (Some(opened), closed) if closed < Some(opened) && start > 0 => Some(start),
            (None, None) => open_bracket,
            _ => None,
        };
        previous = start;
    }
    None
}

/// Maximum distance in bytes from the first number of a sense to the second one.
const SENSE_BYTES_MAX: usize = 4096;

/// Whether numbered senses begin with the text: `1. 跑 2. 经营`, `①跑 ②经营`.
fn begins_numbered(text: &str) -> bool {
    const NUMBERS: [(&str, &str); 8] = [
        ("①", "②"),
        ("⑴", "⑵"),
        ("1.", "2."),
        ("1、", "2、"),
        ("1．", "2．"),
        ("1)", "2)"),
        ("(1)", "(2)"),
        ("（1）", "（2）"),
    ];
    NUMBERS.iter().any(|(first, second)| {
        let rest = text.strip_prefix(first);
        rest.is_some_and(|rest| {
            let is_gloss = rest.trim_start().starts_with(is_cjk) && !first.starts_with('(');
            let near = &rest.as_bytes()[..rest.len().min(SENSE_BYTES_MAX)];
            let is_followed = || memchr::memmem::find(near, second.as_bytes()).is_some();
            (is_gloss || is_followed()) && !rest.starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// Whether the text begins with empty brackets, which some lists have instead of a pronunciation.
fn has_empty_brackets(text: &str) -> bool {
    text.starts_with("[]") || text.starts_with("[ ]")
}

/// Maximum number of words of the headword of a row.
const ROW_WORDS_MAX: usize = 6;

/// Whether a line is certainly a row of a list: a headword, and a gap or the start of an
/// explanation after it. The lines of an explanation begin with a part of speech, or are sentences.
pub(crate) fn is_row(line: &str) -> bool {
    let gap = first_gap(line).map(|gap| gap.start);
    let start = explanation_start(line).map(|(at, _)| at);
    let Some(at) = gap.into_iter().chain(start).min() else { return false };
    let headword = line[..at].trim_end();
    let last = headword.split_whitespace().next_back().unwrap_or_default();
    let is_abbreviation = ["sb.", "sth.", "etc.", "sb's."].contains(&last);
    let is_sentence =
        headword.contains(' ') && headword.ends_with(['.', ';', ':']) && !is_abbreviation;
    may_be_headword(headword) && !is_sentence
}

/// Whether a line has a TAB after its headword.
pub(super) fn is_tabbed_row(line: &str) -> bool {
    line.split_once('\t')
        .is_some_and(|(headword, rest)| may_be_headword(headword) && !rest.trim().is_empty())
}

/// Whether a text may be a headword, not a part of speech or a pronunciation.
fn may_be_headword(text: &str) -> bool {
    text.contains(char::is_alphabetic)
        && text.split_whitespace().count() <= ROW_WORDS_MAX
        && script::labels_alone(text).is_none()
        && script::label_of_name_line(text).is_none()
        && script::leading_phonetic(text).is_none()
        && script::bracketed_label(text).is_none()
}

/// Whether a gap is inside an explanation (`abandon v. 放弃  n. 放任`), so that it does not end the
/// headword: the start of an explanation and Chinese text are before the gap.
pub(super) fn is_inside_explanation(gap: Gap, line: &str) -> bool {
    explanation_start(line).is_some_and(|(at, _)| {
        at < gap.start && !line[..at].contains(is_cjk) && line[at..gap.start].contains(is_cjk)
    })
}

/// The end of the headword: the gap or the start of the explanation, usually the earlier one.
/// `None`: both are missing.
pub(super) fn headword_end(
    line: &str,
    gap: Option<Gap>,
    start: Option<(usize, ExplanationStart)>,
) -> Option<usize> {
    let (gap, (at, kind)) = match (gap, start) {
        (Some(gap), Some(start)) => (gap, start),
        (gap, start) => return gap.map(|gap| gap.start).or(start.map(|(at, _)| at)),
    };
    // A wide gap is padding, and a label before it is part of the headword, unless an explanation
    // clearly begins before the gap.
    let is_padding = gap.width >= WIDE_GAP
        && matches!(kind, ExplanationStart::Label)
        && !line[at.min(gap.start)..gap.start].contains(is_cjk);
    Some(if gap.start < at || is_padding { gap.start } else { at })
}
