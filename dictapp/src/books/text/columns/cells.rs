//! Recognises the content of a single cell of a table: `12` is a number, `2023-01-02` a date,
//! `[ˈæpl]` a pronunciation, `n.` a part of speech, `苹果` text.

use crate::books::text::script::{self, is_cjk};
use crate::model::Level;

/// The content of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Number,
    Date,
    /// The address of a page, or the name of a file.
    File,
    /// A number with letters, such as a key of a database.
    Key,
    /// `true`, `✓`
    Flag,
    /// `#fruit #food`
    Tags,
    /// A part of speech.
    Part,
    /// A gender or an article: `m`, `der`.
    Gender,
    /// A pronunciation, with or without brackets.
    Phonetic,
    /// A level of the Common European Framework: `A1`
    Level,
    /// A grade of an examination: `HSK1`, `N5`
    Grade,
    Text,
}

/// A function that tests whether a cell has a certain content.
type CellTest = fn(&str) -> bool;

/// The content of a cell, which must not be empty.
pub(super) fn content(cell: &str) -> Content {
    let tests: [(CellTest, Content); 11] = [
        (is_number, Content::Number),
        (is_date, Content::Date),
        (is_file, Content::File),
        (is_flag, Content::Flag),
        (is_tags, Content::Tags),
        (|cell| Level::parse(cell).is_some(), Content::Level),
        (is_grade, Content::Grade),
        (is_gender, Content::Gender),
        (|cell| script::labels_of_names(cell).is_some(), Content::Part),
        (is_phonetic, Content::Phonetic),
        (is_key, Content::Key),
    ];
    tests.iter().find(|(test, _)| test(cell)).map_or(Content::Text, |(_, content)| *content)
}

/// `12`, `-1.5`, `22,038,615`, `50%`, `3.`
fn is_number(cell: &str) -> bool {
    let cell = cell.trim_start_matches(['-', '+', '#']).trim_end_matches(['%', '.', ')']);
    cell.starts_with(|c: char| c.is_ascii_digit())
        && cell.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte))
}

/// `2023-01-02 10:11`, `2/1/2023`, `2023年1月2日`
fn is_date(cell: &str) -> bool {
    let is_punctuation = |c: char| "-/.:年月日时分秒 TZ+".contains(c);
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let punctuation = cell.chars().filter(|&c| is_punctuation(c)).count();
    digits > 3 && punctuation > 1 && digits + punctuation == cell.chars().count()
}

/// The address of a page, the name of a sound or a picture, or a tag that shows one.
fn is_file(cell: &str) -> bool {
    const ENDINGS: &[&str] =
        &[".mp3", ".wav", ".ogg", ".m4a", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"];
    let name = cell.to_ascii_lowercase();
    let is_one = !name.contains(char::is_whitespace);
    let is_within = |from: &str, to: &str| name.starts_with(from) && name.ends_with(to);
    let is_picture = is_within("<", ">") && name[1..].starts_with("img ");
    let is_name = name.contains("://")
        || name.starts_with("www.")
        || ENDINGS.iter().any(|ending| name.ends_with(ending));
    is_one && is_name || is_within("[sound:", "]") || is_picture && name.matches('<').count() == 1
}

fn is_flag(cell: &str) -> bool {
    ["true", "false", "✓", "√", "×", "✗", "y", "n/a", "-", "—", "是", "否", "★", "☆"]
        .contains(&cell.to_ascii_lowercase().as_str())
        || cell.chars().all(|c| "★☆⭐".contains(c))
}

fn is_tags(cell: &str) -> bool {
    cell.split_whitespace().all(|tag| tag.len() > 1 && tag.starts_with('#'))
}

/// A grade of an examination: `HSK1`, `HSK 1`, `N5`, `JLPT N5`, `CET4`.
fn is_grade(cell: &str) -> bool {
    let name = cell.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = name.trim_end_matches(['-', ' ']).to_ascii_uppercase();
    name.len() < cell.len()
        && ["HSK", "N", "JLPT N", "CET", "TEM", "TOPIK", "LEVEL", "UNIT", "LESSON", "L", "U"]
            .contains(&name.as_str())
}

fn is_gender(cell: &str) -> bool {
    const GENDERS: &[&str] = &[
        "m",
        "f",
        "nt",
        "mf",
        "m/f",
        "m.",
        "f.",
        "m.pl.",
        "f.pl.",
        "masc.",
        "fem.",
        "neut.",
        "der",
        "die",
        "das",
        "le",
        "la",
        "les",
        "un",
        "une",
        "el",
        "los",
        "las",
        "il",
        "lo",
        "gli",
        "het",
        "der/die",
        "el/la",
        "le/la",
        "masculine",
        "feminine",
        "neuter",
    ];
    GENDERS.contains(&cell.to_lowercase().as_str())
}

/// Whether a cell is a pronunciation, with or without brackets.
fn is_phonetic(cell: &str) -> bool {
    let bracketed = script::leading_phonetic(cell).is_some_and(|(_, length)| length == cell.len())
        && !has_glosses(cell);
    let is_phonetic_letter = |c: char| "ˈˌːəɪʊɔæʌθðʃʒŋɑɛɜɡ".contains(c);
    bracketed || cell.contains(is_phonetic_letter) && !cell.contains(is_cjk)
}

/// Whether a cell has glosses with slashes around them: `/student/schoolchild/`.
pub(super) fn has_glosses(cell: &str) -> bool {
    let inner = cell.strip_prefix('/').and_then(|cell| cell.strip_suffix('/'));
    inner.is_some_and(|inner| inner.is_ascii() && inner.contains('/'))
}

/// `a1b2c3`, `550e8400-e29b-41d4-a716-446655440000`
fn is_key(cell: &str) -> bool {
    let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    cell.len() >= KEY_BYTES_MIN
        && cell.bytes().all(is_of_key)
        && cell.bytes().filter(u8::is_ascii_digit).count() > 1
        && cell.contains(|c: char| c.is_ascii_alphabetic())
        && !is_numbered_pinyin(cell)
}

/// A shorter word with digits may be a headword: `mp3`.
const KEY_BYTES_MIN: usize = 5;

/// Whether a text has tone marks or tone numbers: `píngguǒ`, `ping2guo3`.
pub(super) fn is_toned(text: &str) -> bool {
    text.contains(|c| TONED.iter().any(|(_, toned)| toned.contains(c))) || is_numbered_pinyin(text)
}

/// `ping2guo3`
fn is_numbered_pinyin(text: &str) -> bool {
    let text = text.to_lowercase();
    let is_tone = |c: char| ('1'..='5').contains(&c);
    let is_letter = |c: char| c.is_ascii_lowercase() || "ü: '-,".contains(c);
    let has_vowel = |part: &str| part.contains(['a', 'e', 'i', 'o', 'u', 'ü', 'v']) || part == "r";
    let mut parts = text.split(is_tone).map(str::trim);
    text.ends_with(is_tone)
        && text.chars().all(|c| is_letter(c) || is_tone(c))
        && parts.next().is_some_and(has_vowel)
        && parts.all(|part| part.is_empty() || has_vowel(part))
}

/// Whether a text is pinyin of this number of characters, with or without tones: `píngguǒ`,
/// `ping2 guo3`, `ping guo`. The last character may have no syllable of its own: `huār` (花儿).
pub(super) fn is_pinyin_of(text: &str, characters: usize) -> bool {
    let mut letters = String::new();
    for c in text.to_lowercase().chars() {
        let plain = TONED.iter().find(|(_, toned)| toned.contains(c)).map(|(plain, _)| *plain);
        let c = plain.unwrap_or(c);
        letters.extend(Some(c).filter(char::is_ascii_alphabetic));
        // A syllable ends at a blank, an apostrophe or a tone.
        letters.extend(Some(' ').filter(|_| !c.is_ascii_alphabetic()));
    }
    letters.len() <= PINYIN_BYTES_MAX && {
        let counts = syllables(&letters);
        counts.contains(&characters) || characters > 1 && counts.contains(&(characters - 1))
    }
}

/// A longer text is no reading of a word.
const PINYIN_BYTES_MAX: usize = 64;

/// The possible numbers of syllables of a text. Empty: it is not pinyin.
fn syllables(text: &str) -> Vec<usize> {
    let text = text.as_bytes();
    // The possible numbers of syllables of the text before each offset.
    let mut counts: Vec<Vec<usize>> = vec![Vec::new(); text.len() + 1];
    counts[0].push(0);
    for at in 0..text.len() {
        if counts[at].is_empty() {
            continue;
        }
        let before = counts[at].clone();
        if text[at] == b' ' {
            counts[at + 1].extend(before);
            continue;
        }
        for length in 1..=SYLLABLE_BYTES_MAX.min(text.len() - at) {
            if is_syllable(&text[at..at + length]) {
                counts[at + length].extend(before.iter().map(|count| count + 1));
            }
        }
        counts.iter_mut().for_each(|counts| {
            counts.sort_unstable();
            counts.dedup();
        });
    }
    counts.pop().unwrap_or_default()
}

const SYLLABLE_BYTES_MAX: usize = 6;

fn is_syllable(text: &[u8]) -> bool {
    const INITIALS: &[&str] = &[
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
        "r", "z", "c", "s", "y", "w",
    ];
    const FINALS: &[&str] = &[
        "a", "o", "e", "i", "u", "v", "ai", "ei", "ui", "ao", "ou", "iu", "ie", "ue", "ve", "er",
        "an", "en", "in", "un", "vn", "ang", "eng", "ing", "ong", "ia", "ian", "iang", "iao",
        "iong", "ua", "uai", "uan", "uang", "uo",
    ];
    // The end of `huār`.
    if text == b"r" {
        return true;
    }
    let initial = INITIALS.iter().find(|initial| text.starts_with(initial.as_bytes()));
    let end = initial.map_or(0, |initial| initial.len());
    FINALS.iter().any(|last| last.as_bytes() == &text[end..])
}

/// Letters with tone marks. `v` stands for `ü`, as in input methods.
const TONED: &[(char, &str)] =
    &[('a', "āáǎà"), ('e', "ēéěè"), ('i', "īíǐì"), ('o', "ōóǒò"), ('u', "ūúǔù"), ('v', "ǖǘǚǜü")];
