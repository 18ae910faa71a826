//! Parses lines of the dictionaries CC-CEDICT (Chinese) and EDICT (Japanese), which have slashes
//! around each gloss: `學生 学生 [xue2 sheng5] /student/schoolchild/` becomes headword `学生`, spelling
//! `學生`, reading `xué sheng`, and the glosses `student` and `schoolchild`. A line of EDICT is
//! `学生 [がくせい] /(n) student/(P)/`.

use super::script::{is_cjk, is_phonetic_letter};

/// The parts of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CedictLine {
    /// The headword; in CC-CEDICT the one in simplified characters.
    pub(crate) headword: String,
    /// Other spellings of the headword.
    pub(crate) other_spellings: Vec<String>,
    /// The pronunciation in square brackets: pinyin with tone marks, or kana.
    pub(crate) reading: Option<String>,
    /// The glosses, one on each line.
    pub(crate) glosses: String,
}

/// Parses a line. `None`: it is in another format.
pub(crate) fn parse(line: &str) -> Option<CedictLine> {
    let (head, glosses) = line.trim().strip_suffix('/')?.split_once(" /")?;
    // CC-Canto has the Cantonese reading in braces too.
    let head = head.split(" {").next()?.trim();
    let (words, reading) = match head.strip_suffix(']').and_then(|head| head.split_once('[')) {
        Some((words, reading)) => (words.trim(), Some(tone_numbers_to_marks(reading.trim()))),
        None => (head, None),
    };
    // In an English line such as `cat /kæt/` the slashes are around a pronunciation, so the line is
    // not in this format.
    if !words.contains(is_cjk) {
        return None;
    }
    // `apple n. 苹果 /ˈæpl/` is not in this format, either.
    let is_latin = |c: char| c.is_ascii_lowercase();
    if reading.is_none() && (words.contains(is_latin) || glosses.contains(is_phonetic_letter)) {
        return None;
    }
    let mut words = spellings(words);
    let is_whole =
        (1..=SPELLINGS_MAX).contains(&words.len()) && words.iter().all(|word| !word.is_empty());
    // EDICT adds `(P)` to a common word, and the number of the entry (`EntL1605820X`).
    let is_note = |gloss: &&str| gloss.is_empty() || *gloss == "(P)" || gloss.starts_with("EntL");
    let glosses = glosses.split('/').map(str::trim).filter(|gloss| !is_note(gloss));
    let glosses = glosses.collect::<Vec<_>>().join("\n");
    let headword = if is_whole && !glosses.is_empty() { words.remove(0) } else { return None };
    words.retain(|other| *other != headword);
    Some(CedictLine { headword, other_spellings: words, reading, glosses })
}

/// Takes the reading of a Chinese or Japanese word from the first line of its article
/// (`[xue2 sheng5]`, `[がくせい]`), and splits lines of glosses below it: `/student/schoolchild/`.
pub(super) fn take_reading(text: &str) -> (Option<String>, String) {
    let mut lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| !line.trim().is_empty());
    let read = first.and_then(|at| Some((at, reading(lines[at].trim())?)));
    let Some((at, reading)) = read else { return (None, text.to_owned()) };
    lines.remove(at);
    let split = lines.into_iter().map(|line| {
        let glosses = line.trim().strip_prefix('/').and_then(|line| line.strip_suffix('/'));
        glosses.map_or_else(|| line.to_owned(), |glosses| glosses.replace('/', "\n"))
    });
    (Some(reading), split.collect::<Vec<_>>().join("\n"))
}

/// The reading in square brackets, with tone marks: `[xue2 sheng5]` becomes `xué sheng`. `None`:
/// the line is not a reading in brackets.
pub(crate) fn reading(line: &str) -> Option<String> {
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let is_syllable = |word: &str| {
        let letters = word.trim_end_matches(|c: char| ('1'..='5').contains(&c));
        letters.len() + 1 == word.len() && letters.chars().all(|c| c.is_alphabetic() || c == ':')
    };
    let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{30FF}' | ' ');
    let is_reading = inner.split(' ').all(is_syllable) || inner.chars().all(is_kana);
    (is_reading && !inner.trim().is_empty()).then(|| tone_numbers_to_marks(inner))
}

/// Maximum number of spellings of a line.
const SPELLINGS_MAX: usize = 20;

/// The spellings before the reading, the headword first: in CC-CEDICT two with a space between
/// them, in EDICT a list with semicolons and notes in brackets.
fn spellings(words: &str) -> Vec<String> {
    let pair: Vec<&str> = words.split(' ').collect();
    if let [traditional, simplified] = pair[..]
        && traditional.contains(is_cjk)
        && simplified.contains(is_cjk)
    {
        return vec![simplified.to_owned(), traditional.to_owned()];
    }
    let list = words.split(';').map(|word| word.split('(').next().unwrap_or_default().trim());
    list.map(str::to_owned).collect()
}

/// Replaces the tone numbers of pinyin by tone marks: `ping2guo3` becomes `píng guǒ`. Any other
/// text stays as it is.
pub(crate) fn with_tone_marks(text: &str) -> String {
    let is_tone = |c: char| ('1'..='5').contains(&c);
    let is_pinyin = |c: char| c.is_ascii_alphabetic() || is_tone(c) || " :-',ü".contains(c);
    if !text.contains(is_tone) || !text.chars().all(is_pinyin) {
        return text.to_owned();
    }
    let syllables = text.split_inclusive(is_tone).map(str::trim);
    tone_numbers_to_marks(&syllables.collect::<Vec<_>>().join(" "))
}

/// Replaces the tone numbers of a reading by tone marks: `xue2 sheng5` becomes `xué sheng`. Kana
/// stay as they are.
fn tone_numbers_to_marks(reading: &str) -> String {
    reading.split(' ').map(tone_number_to_mark).collect::<Vec<_>>().join(" ")
}

/// The letters that may have a tone mark, each with its four forms. In a syllable, the first letter
/// of this list that occurs in it has the mark.
const TONES: [(char, &str); 6] =
    [('a', "āáǎà"), ('e', "ēéěè"), ('o', "ōóǒò"), ('i', "īíǐì"), ('u', "ūúǔù"), ('ü', "ǖǘǚǜ")];

/// Replaces the tone number of a syllable by a tone mark: `xue2` becomes `xué`.
fn tone_number_to_mark(syllable: &str) -> String {
    let plain = syllable.replace("u:", "ü").replace("U:", "Ü");
    let Some((letters, tone)) = plain
        .strip_suffix(|c: char| ('1'..='5').contains(&c))
        .zip(plain.chars().next_back().and_then(|c| c.to_digit(10)))
    else {
        return plain;
    };
    // In `iu` and `ui`, the second letter has the mark.
    let at = match letters.rfind("iu").or_else(|| letters.rfind("ui")) {
        Some(at) => Some(at + 1),
        None => TONES.iter().find_map(|(letter, _)| letters.find(*letter)),
    };
    let Some((at, letter)) = at.and_then(|at| Some((at, letters[at..].chars().next()?))) else {
        return letters.to_owned();
    };
    let marks = TONES.iter().find(|(known, _)| *known == letter).map_or("", |(_, marks)| marks);
    match marks.chars().nth(tone as usize - 1) {
        Some(mark) => format!("{}{mark}{}", &letters[..at], &letters[at + letter.len_utf8()..]),
        None => letters.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_lines_of_both_dictionaries() {
        let line = parse("學生 学生 [xue2 sheng5] /student/schoolchild/").unwrap();
        assert_eq!(
            (line.headword.as_str(), &line.other_spellings[..]),
            ("学生", &["學生".to_owned()][..])
        );
        assert_eq!(line.reading.as_deref(), Some("xué sheng"));
        assert_eq!(line.glosses, "student\nschoolchild");
        let line = parse("好;良(oK) [よい] /(adj-i) (1) good/(P)/EntL1605820X/").unwrap();
        assert_eq!(
            (line.headword.as_str(), &line.other_spellings[..]),
            ("好", &["良".to_owned()][..])
        );
        assert_eq!(
            (line.reading.as_deref(), line.glosses.as_str()),
            (Some("よい"), "(adj-i) (1) good")
        );
        assert_eq!(parse("ああ /(int) Ah!/").unwrap().reading, None);
        for other in ["and/or conj. 和/或", "cat /kæt/ an animal", "cat /kæt/", "x"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn numbers_become_marks() {
        for (numbers, marks) in [
            ("nu:3 ren2", "nǚ rén"),
            ("liu2", "liú"),
            ("gui4", "guì"),
            ("Bei3 jing1", "Běi jīng"),
            ("ma5", "ma"),
            ("hao3 ma", "hǎo ma"),
            ("r5", "r"),
        ] {
            assert_eq!(tone_numbers_to_marks(numbers), marks);
        }
    }
}
