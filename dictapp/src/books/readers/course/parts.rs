//! Separates further parts from the headword and the explanation of a line: `林檎【りんご】` becomes the
//! headword `林檎` and the reading `りんご`, `n. 苹果 /ˈæpl/` becomes `n. 苹果` and the pronunciation
//! `ˈæpl`. Also removes markup from the headword (`**apple**`), and moves a part of speech after
//! the headword to the explanation.

use super::forms;
use crate::books::text::cedict;
use crate::books::text::layout::{self, headword};
use crate::books::text::script::{self, is_cjk};

/// The parts of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) headword: String,
    /// The reading (pinyin or kana) of a Chinese or Japanese headword.
    pub(super) reading: Option<String>,
    /// Other spellings of the headword, and its inflected forms.
    pub(super) spellings: Vec<String>,
    pub(super) text: String,
}

impl Parts {
    /// The parts of a line in which a separator or the line end follows the headword.
    pub(super) fn before_separator(headword: &str, text: &str) -> Parts {
        let (word, annotations) = headword::split_annotations(without_markup(headword));
        let text = unquoted(text);
        let text = if annotations.is_empty() {
            text.to_owned()
        } else {
            join_annotations(annotations, text)
        };
        Parts::split(word, &text)
    }

    /// The parts of a line that was split without a separator.
    pub(super) fn split(headword: &str, text: &str) -> Parts {
        // The line was not split, as in `学校（がっこう）⓪【名】学校`.
        if text.is_empty()
            && let Some((headword, text)) = split_after_reading(headword)
        {
            return Parts::split(headword, text);
        }
        let (headword, mut spellings) = split_alternatives(without_markup(headword));
        spellings.extend(forms::forms_of(headword));
        let mut parts = Parts {
            headword: headword.to_owned(),
            spellings,
            text: text.to_owned(),
            reading: None,
        };
        if headword.contains(is_cjk) {
            parts.take_reading();
        }
        // In an explanation, the note follows the part of speech: `n. [C] 苹果`.
        if let Some(length) = headword::grammar_note_length(&parts.text)
            && let Some(label) = script::label(parts.text[length..].trim_start())
        {
            let (note, rest) = parts.text.split_at(length);
            let gloss = rest.trim_start()[label.len()..].trim_start();
            parts.text = format!("{label} {note} {gloss}");
        }
        parts
    }

    /// Takes the reading of a Chinese or Japanese headword, in brackets or after a space. Other
    /// text in brackets is a note.
    fn take_reading(&mut self) {
        if let Some((word, inner)) = bracketed_end(&self.headword) {
            match reading(inner).filter(|_| has_ideographs(word)) {
                Some(reading) => self.reading = Some(reading),
                // The headword is in kana, its Chinese characters are in brackets: `ねこ (猫)`.
                None if is_kana(word) && has_ideographs(inner) => {
                    self.spellings.push(inner.to_owned());
                }
                None => self.text = format!("({inner}) {}", self.text),
            }
            self.headword = word.to_owned();
        } else if let Some((word, phonetic)) = self.headword.split_once([' ', '・', '\u{3000}'])
            && has_ideographs(word)
            && is_kana(phonetic.trim())
        {
            self.reading = Some(phonetic.trim().to_owned());
            self.headword = word.to_owned();
        } else if has_ideographs(&self.headword)
            && let Some((reading, rest)) = leading_reading(&self.text)
        {
            let rest = rest.trim_start().trim_start_matches(['-', '–', '—', ':', '：', '=']);
            let rest = rest.trim_start().to_owned();
            if !rest.is_empty() {
                (self.reading, self.text) = (Some(reading), rest);
            }
        }
    }
}

/// Joins the annotations of a headword and the explanation.
fn join_annotations(annotations: &str, text: &str) -> String {
    // A label without its dot or in brackets: `pear n: 梨`, `pear (n): a fruit`.
    let bracketed =
        script::bracketed_label(annotations).filter(|(_, length)| *length == annotations.len());
    let dotted = script::with_dots(annotations).or(bracketed.map(|(label, _)| label));
    format!("{} {text}", dotted.as_deref().unwrap_or(annotations)).trim_end().to_owned()
}

/// Whether a text has Chinese characters.
fn has_ideographs(text: &str) -> bool {
    text.contains(|c: char| is_cjk(c) && c.is_alphabetic() && !is_kana_letter(c) && !is_hangul(c))
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7AF}')
}

fn is_kana_letter(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}')
}

fn is_kana(text: &str) -> bool {
    let is_letter = |c: char| is_kana_letter(c) || matches!(c, ' ' | '-' | '～' | '~');
    text.contains(is_kana_letter) && text.chars().all(is_letter)
}

/// Brackets around the reading of a headword.
const BRACKETS: [(char, char); 6] =
    [('【', '】'), ('（', '）'), ('(', ')'), ('[', ']'), ('［', '］'), ('〔', '〕')];

/// Splits a headword with brackets at its end: `林檎【りんご】`.
fn bracketed_end(headword: &str) -> Option<(&str, &str)> {
    BRACKETS.iter().find_map(|(open, close)| {
        let (word, inner) = headword.strip_suffix(*close)?.rsplit_once(*open)?;
        let is_filled = !word.trim().is_empty() && !inner.trim().is_empty();
        is_filled.then_some((word.trim_end(), inner.trim()))
    })
}

/// Splits a line after the reading of its headword in brackets.
fn split_after_reading(line: &str) -> Option<(&str, &str)> {
    BRACKETS.iter().find_map(|(open, close)| {
        let (word, rest) = line.split_once(*open)?;
        let (inner, text) = rest.split_once(*close)?;
        let is_read = has_ideographs(word) && reading(inner).is_some() && !text.trim().is_empty();
        is_read.then(|| line.split_at(line.len() - text.len()))
    })
}

/// Parses a reading: kana, or pinyin with tone marks or tone numbers. Numbers become marks.
fn reading(text: &str) -> Option<String> {
    if is_kana(text) {
        return Some(text.to_owned());
    }
    if text.split_whitespace().all(is_pinyin) {
        return Some(text.to_owned());
    }
    cedict::reading(&format!("[{text}]")).filter(|reading| reading != text)
}

/// Whether a word is pinyin with at least one tone mark.
fn is_pinyin(word: &str) -> bool {
    let is_toned = |c: char| "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ".contains(c.to_ascii_lowercase());
    let letters = word.to_lowercase();
    letters.contains(is_toned)
        && letters.chars().all(|c| is_toned(c) || c.is_ascii_alphabetic() || "ü'’-·".contains(c))
}

/// The reading at the beginning of an explanation, and the rest: `píngguǒ apple`,
/// `(píngguǒ) - apple`, `がっこう school`.
fn leading_reading(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let bracket = BRACKETS.iter().find_map(|(open, close)| {
        let (inner, rest) = text.strip_prefix(*open)?.split_once(*close)?;
        Some((reading(inner.trim())?, rest))
    });
    if bracket.is_some() {
        return bracket;
    }
    let mut end = 0;
    for start in script::word_starts(text) {
        let word = text[start..].split_whitespace().next().unwrap_or_default();
        let is_read = is_pinyin(word) || end == 0 && is_kana(word);
        if !is_read {
            break;
        }
        end = start + word.len();
    }
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

/// The headword and the other spellings in a list of textbook phrases: `look after=take care of`.
fn split_alternatives(headword: &str) -> (&str, Vec<String>) {
    let mut words = headword.split(['=', '＝']).map(str::trim);
    let first = words.next().unwrap_or_default();
    let spellings: Vec<String> = words.map(str::to_owned).collect();
    let is_list = first.contains(char::is_alphabetic)
        && headword.contains(' ')
        && !spellings.is_empty()
        && spellings.iter().all(|word| word.contains(char::is_alphabetic));
    if is_list { (first, spellings) } else { (headword, Vec::new()) }
}

/// Markup and quotes around a headword that are not part of it.
const ENCLOSING: [(&str, &str); 9] = [
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("`", "`"),
    ("\"", "\""),
    ("“", "”"),
    ("「", "」"),
    ("【", "】"),
    ("《", "》"),
];

/// A headword without the markup and quotes around it (`**apple**:`), and without the star that
/// some lists put after an important word (`about*`).
pub(super) fn without_markup(headword: &str) -> &str {
    let text =
        layout::without_trailing_separator(headword.trim_end_matches([':', '：']).trim_end());
    let inner = ENCLOSING.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.trim().is_empty() && !inner.contains(close)).then_some(inner)
    });
    if let Some(inner) = inner {
        return without_markup(inner.trim());
    }
    let starred = text.trim_end_matches(['★', '☆', '▲', '△']);
    let starred = starred.strip_suffix('*').filter(|rest| !rest.contains('*')).unwrap_or(starred);
    match starred.trim_end() {
        "" if text.is_empty() => headword,
        "" => text,
        starred => starred,
    }
}

/// A text without the quotes around it, and without the comma after them: `"苹果",`.
fn unquoted(text: &str) -> &str {
    let quoted = text.trim_end_matches(',').trim_end();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"') && !inner.trim().is_empty()).unwrap_or(text)
}

/// The text in the fullwidth parentheses around an explanation: `（苹果）`. `None`: there are none.
pub(super) fn in_parentheses(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix('（')?.strip_suffix('）')?;
    (!inner.contains(['（', '）']) && !inner.trim().is_empty()).then_some(inner.trim())
}

/// Splits an explanation with a pronunciation at its end: `n. 苹果 /ˈæpl/`.
pub(super) fn take_trailing_phonetic(text: &str) -> (Option<String>, &str) {
    let trimmed = text.trim_end();
    let open = match trimmed.chars().next_back() {
        Some(']') => '[',
        Some('/') => '/',
        _ => return (None, text),
    };
    let before = &trimmed[..trimmed.len() - 1];
    let Some(at) = before.rfind(open).filter(|&at| at > 0) else { return (None, text) };
    let found = script::leading_phonetic(&trimmed[at..]);
    let found = found.filter(|(phonetic, length)| {
        at + length == trimmed.len()
            && !phonetic.contains(is_cjk)
            && (open == '[' || phonetic.contains(script::is_phonetic_letter))
    });
    let is_apart = trimmed[..at].ends_with(|c: char| c.is_whitespace() || is_cjk(c));
    match found.filter(|_| is_apart) {
        Some((phonetic, _)) => (Some(phonetic.to_owned()), trimmed[..at].trim_end()),
        None => (None, text),
    }
}
