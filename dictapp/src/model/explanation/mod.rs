//! The format of an explanation, the main part of an entry: a text of lines. Parses such a text
//! into parts of speech and senses.
//!
//! The example below explains the lines that begin with a line marker (`* @ > = ! & +`). Any other
//! line is a sense: part of speech, labels in brackets, gloss, and pattern in braces; all but the
//! gloss are optional. A line without a part of speech has no labels and no pattern. Examples,
//! synonyms and antonyms belong to the sense above them.
//!
//! ```text
//! * A2                                        the level of the entry
//! @ n. UK ˈrekɔːd; US ˈrekərd | plural records | A2     opens a part of speech
//! n. [C] 记录，记载 {record of sth}
//! > Keep a record of it. = 把它记录下来。         an example and its translation
//! = account; note                             synonyms
//! @ v. UK rɪˈkɔːd; US rɪˈkɔːrd | third records; past recorded
//! v. 录音
//! ! erase                                     antonyms
//! & recorder; recording                       the word family, of the entry
//! + for the record; break the record          phrases, of the entry
//! ```
//!
//! An `@` line has pronunciations, forms and level, separated by ` | `; the last ones may be
//! missing. Every text is an explanation: a line that is not valid in the format is a sense. An
//! `@` line whose part of speech has no sense is left out.

#[cfg(test)]
mod tests;
mod word_class;

pub use word_class::WordClass;

use super::link;
use super::reading::{Form, Level, Pronunciation};

/// The labels in brackets before a gloss: grammar, style, region and field. A bracket with other
/// text is part of the gloss.
pub const LABELS: &[&str] = &[
    "C",
    "U",
    "C or U",
    "singular",
    "plural",
    "usually singular",
    "usually plural",
    "transitive",
    "intransitive",
    "linking verb",
    "before noun",
    "not before noun",
    "usually passive",
    "formal",
    "informal",
    "spoken",
    "written",
    "literary",
    "slang",
    "humorous",
    "approving",
    "disapproving",
    "British",
    "American",
    "dated",
    "taboo",
    "offensive",
    "technical",
    "computing",
    "law",
    "medicine",
    "biology",
    "chemistry",
    "physics",
    "mathematics",
    "grammar",
    "business",
    "politics",
    "military",
    "religion",
    "music",
    "sport",
];

/// A parsed explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The level of the headword, if the book gives one.
    pub level: Option<Level>,
    /// The parts of speech in the order of use. A part of speech may occur twice with different
    /// pronunciations: the `row` of seats and the `row` of neighbours.
    pub parts: Vec<Part>,
    /// Words of the same family: `decide` has `decision`, `decisive`.
    pub family: Vec<String>,
    /// Phrases with the headword.
    pub phrases: Vec<String>,
}

/// A part of speech of a headword.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The label with its dot (`n.`), empty if the book gives none.
    pub label: String,
    /// The level of this part of speech, if the book gives one.
    pub level: Option<Level>,
    /// The pronunciations, in the order of the book.
    pub pronunciations: Vec<Pronunciation>,
    /// The inflected forms.
    pub forms: Vec<Form>,
    /// The senses in the order of use.
    pub senses: Vec<Sense>,
}

/// One sense of a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sense {
    /// Labels of grammar, style, region or field: some of [`LABELS`].
    pub labels: Vec<String>,
    /// The gloss or definition.
    pub gloss: String,
    /// The pattern in which the word has this sense: `devote sth to sth`.
    pub pattern: Option<String>,
    /// Examples of the word in this sense.
    pub examples: Vec<Example>,
    /// Words of the same meaning.
    pub synonyms: Vec<String>,
    /// Words of the opposite meaning.
    pub antonyms: Vec<String>,
}

/// An example sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The sentence.
    pub text: String,
    /// The translation, if the book gives one.
    pub translation: Option<String>,
}

/// A line of an explanation by its line marker, with the text after the marker.
enum Line<'a> {
    Level(Level),
    Part { label: &'a str, rest: &'a str },
    Example(&'a str),
    Synonyms(&'a str),
    Antonyms(&'a str),
    Family(&'a str),
    Phrases(&'a str),
    Sense,
}

impl Explanation {
    /// Parses the text of an explanation.
    pub fn parse(text: &str) -> Explanation {
        let mut explanation = Explanation::default();
        // The index of the part to which the next lines belong.
        let mut open = 0;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let parts = &mut explanation.parts;
            let sense = parts.get_mut(open).and_then(|part| part.senses.last_mut());
            match (Line::parse(line), sense) {
                (Line::Level(level), _) => explanation.level = Some(level),
                (Line::Family(words), _) => explanation.family.extend(list(words)),
                (Line::Phrases(words), _) => explanation.phrases.extend(list(words)),
                (Line::Part { label, rest }, _) => {
                    open = parts.len();
                    parts.push(Part::parse(label, rest));
                }
                (Line::Example(text), Some(sense)) => sense.examples.push(Example::parse(text)),
                (Line::Synonyms(words), Some(sense)) => sense.synonyms.extend(list(words)),
                (Line::Antonyms(words), Some(sense)) => sense.antonyms.extend(list(words)),
                // A sense, or a line that should belong to a sense and has none above it.
                (Line::Sense | Line::Example(_) | Line::Synonyms(_) | Line::Antonyms(_), _) => {
                    let (label, rest) = split_part(line);
                    open = explanation.part_for(label, open);
                    explanation.parts[open].senses.push(Sense::parse(label, rest));
                }
            }
        }
        explanation.parts.retain(|part| !part.senses.is_empty());
        explanation
    }

    /// Like [`parse`](Explanation::parse), for texts that cannot show links: `[[apple]]` becomes
    /// `apple`.
    pub fn without_links(text: &str) -> Explanation {
        Explanation::parse(&link::shown_text(text))
    }

    /// The index of the part that a sense with this label joins: the open part if it has the label,
    /// else the last part with the label, else a new one.
    fn part_for(&mut self, label: &str, open: usize) -> usize {
        if self.parts.get(open).is_some_and(|part| part.label == label) {
            return open;
        }
        self.parts.iter().rposition(|part| part.label == label).unwrap_or_else(|| {
            self.parts.push(Part { label: label.to_owned(), ..Part::default() });
            self.parts.len() - 1
        })
    }

    /// The senses of all parts of speech, each with the label of its part.
    pub fn senses(&self) -> impl Iterator<Item = (&str, &Sense)> {
        self.parts.iter().flat_map(|part| part.senses.iter().map(|s| (part.label.as_str(), s)))
    }

    /// All spellings of inflected forms.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        let forms = self.parts.iter().flat_map(|part| &part.forms);
        forms.flat_map(|form| &form.spellings).map(|spelling| spelling.text.as_str())
    }

    /// The first pronunciation that is not a weak form, for lists; `None` if there is none.
    pub fn first_pronunciation(&self) -> Option<&Pronunciation> {
        self.parts
            .iter()
            .flat_map(|part| &part.pronunciations)
            .find(|pronunciation| !pronunciation.is_weak)
    }
}

/// The lines of an explanation that are senses.
pub fn sense_lines(explanation: &str) -> impl Iterator<Item = &str> {
    explanation
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && matches!(Line::parse(line), Line::Sense))
}

/// The glosses of an explanation in the order of its lines, each with the label of its part of
/// speech. These are the glosses of [`Explanation::senses`], found faster.
pub fn glosses(explanation: &str) -> impl Iterator<Item = (&str, &str)> {
    sense_lines(explanation).map(|line| match split_part(line) {
        ("", text) => ("", text),
        (label, text) => (label, split_pattern(split_labels(text).1).0),
    })
}

impl Line<'_> {
    fn parse(line: &str) -> Line<'_> {
        let Some((mark, rest)) = line.split_once(' ') else { return Line::Sense };
        let rest = rest.trim_start();
        match mark {
            ">" => Line::Example(rest),
            "=" => Line::Synonyms(rest),
            "!" => Line::Antonyms(rest),
            "&" => Line::Family(rest),
            "+" => Line::Phrases(rest),
            "*" => Level::parse(rest).map_or(Line::Sense, Line::Level),
            "@" => match split_part(rest) {
                ("", _) => Line::Sense,
                (label, rest) => Line::Part { label, rest },
            },
            _ => Line::Sense,
        }
    }
}

impl Part {
    /// Parses the text after the label of an `@` line.
    fn parse(label: &str, rest: &str) -> Part {
        let mut columns = rest.split('|').map(str::trim);
        Part {
            label: label.to_owned(),
            pronunciations: Pronunciation::parse_all(columns.next().unwrap_or("")),
            forms: Form::parse_all(columns.next().unwrap_or("")),
            level: columns.next().and_then(Level::parse),
            senses: Vec::new(),
        }
    }
}

impl Sense {
    /// Parses a sense: the label of its part of speech, and the text after that. Without the label,
    /// the whole text is the gloss, since books of other programs use brackets for other purposes.
    fn parse(label: &str, text: &str) -> Sense {
        if label.is_empty() {
            return Sense { gloss: text.to_owned(), ..Sense::default() };
        }
        let (labels, gloss) = split_labels(text);
        let (gloss, pattern) = split_pattern(gloss);
        Sense {
            labels: labels.map(str::to_owned).collect(),
            gloss: gloss.to_owned(),
            pattern: pattern.map(str::to_owned),
            ..Sense::default()
        }
    }
}

impl Example {
    /// Parses the text after `> `: a sentence, and its translation after ` = `.
    fn parse(line: &str) -> Example {
        match line.split_once(" = ") {
            Some((text, translation)) => {
                Example { text: text.to_owned(), translation: Some(translation.to_owned()) }
            }
            None => Example { text: line.to_owned(), translation: None },
        }
    }
}

/// Splits the words of a line, which semicolons separate.
fn list(words: &str) -> impl Iterator<Item = String> {
    list_by(words, ';').map(str::to_owned)
}

fn list_by(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator).map(str::trim).filter(|item| !item.is_empty())
}

/// Maximum length of a part of speech in bytes. The longest is `infinitive.`.
const LABEL_BYTES_MAX: usize = 16;

/// Splits `n. 苹果` into `("n.", "苹果")`: the label of the part of speech, and the rest. Joined labels
/// count as one (`vt. & vi. 引导`, `n./v. 苹果`). The label is empty if the line does not begin with
/// one.
pub fn split_part(line: &str) -> (&str, &str) {
    let (first, mut rest) = split_label(line);
    if first.is_empty() {
        return ("", line);
    }
    while let Some(behind) = joined_label(rest) {
        rest = behind;
    }
    (line[..line.len() - rest.len()].trim_end(), rest)
}

/// The text after a further part of speech that is joined to the one before: `& vi. 引导`, `/v. 苹果`.
/// `None`: no part of speech follows.
fn joined_label(text: &str) -> Option<&str> {
    let joints = ["&", "/", ",", "，", "、", "and ", "or "];
    let next = joints.iter().find_map(|joint| text.strip_prefix(joint))?.trim_start();
    let (label, rest) = split_label(next);
    (!label.is_empty()).then_some(rest)
}

/// Like [`split_part`], but splits after the first of several joined labels.
pub fn split_label(line: &str) -> (&str, &str) {
    // Most lines have no label: search only as far as the longest one.
    let dot = line.bytes().take(LABEL_BYTES_MAX).position(|byte| byte == b'.');
    let Some(dot) = dot else { return ("", line) };
    let (part, rest) = line.split_at(dot + 1);
    let is_label = WordClass::of_label(part).is_some() && !is_abbreviation(rest);
    if is_label { (part, rest.trim_start()) } else { ("", line) }
}

/// Whether a text that looks like a label is the beginning of an abbreviation (`a.m.`, `n.b.`).
/// `rest` is the text after it: in an abbreviation, up to three letters and a dot follow, and these
/// are not a label.
fn is_abbreviation(rest: &str) -> bool {
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    (1..=3).contains(&letters)
        && rest[letters..].starts_with('.')
        && WordClass::of_label(&rest[..=letters]).is_none()
}

/// Splits `[C, formal] 苹果` into the labels and `苹果`.
fn split_labels(text: &str) -> (impl Iterator<Item = &str>, &str) {
    let bracket = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let is_known = |inner: &str| list_by(inner, ',').all(|label| LABELS.contains(&label));
    match bracket.filter(|(inner, _)| is_known(inner)) {
        Some((inner, gloss)) => (list_by(inner, ','), gloss.trim_start()),
        None => (list_by("", ','), text),
    }
}

/// Splits `致力于 {devote sth to sth}` into the gloss and the pattern.
fn split_pattern(text: &str) -> (&str, Option<&str>) {
    let braces = text.strip_suffix('}').and_then(|rest| rest.rsplit_once('{'));
    match braces.map(|(gloss, pattern)| (gloss.trim_end(), pattern.trim())) {
        Some((gloss, pattern)) if !gloss.is_empty() && !pattern.is_empty() => {
            (gloss, Some(pattern))
        }
        _ => (text, None),
    }
}
