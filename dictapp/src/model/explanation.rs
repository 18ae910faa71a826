//! The notation of an explanation: the text of an entry to senses by part of speech, and back.
//!
//! One line is one sense, with its part of speech in front where it is known. A line that begins
//! with `> ` is an example of the sense above it, with its translation behind ` = `; a line that
//! begins with `= ` lists synonyms of the sense above it, separated by `; `.
//!
//! ```text
//! n. 苹果
//! > I eat an apple every day. = 我每天吃一个苹果。
//! v. travel rapidly
//! = rush; hurry
//! ```

/// The parts of speech that may stand in front of a sense.
pub const PARTS_OF_SPEECH: &[&str] = &[
    "n.",
    "v.",
    "vt.",
    "vi.",
    "aux.",
    "modal.",
    "adj.",
    "adv.",
    "prep.",
    "conj.",
    "pron.",
    "num.",
    "art.",
    "det.",
    "int.",
    "abbr.",
    "phr.",
    "prefix.",
    "suffix.",
    "pl.",
    "sing.",
    "pref.",
    "suf.",
    "link.",
    "a.",
    "ad.",
    "s.",
    "r.",
    "interj.",
    "infinitive.",
    "na.",
    "un.",
    "phrase.",
];

/// An explanation taken apart for a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The senses in the order of use.
    pub senses: Vec<Sense>,
}

/// One sense of a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sense {
    /// The part of speech with its dot (`n.`), empty where the book gives none.
    pub part: String,
    /// The gloss or definition.
    pub gloss: String,
    /// Examples, each perhaps with a translation.
    pub examples: Vec<Example>,
    /// Words of the same meaning.
    pub synonyms: Vec<String>,
}

/// An example sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The sentence.
    pub text: String,
    /// Its translation, where the book gives one.
    pub translation: Option<String>,
}

impl Explanation {
    /// Reads the notation; every text is some explanation, an unknown label is part of the gloss.
    pub fn parse(mean: &str) -> Explanation {
        let mut senses: Vec<Sense> = Vec::new();
        for line in mean.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match (line.strip_prefix("> "), line.strip_prefix("= "), senses.last_mut()) {
                (Some(example), _, Some(sense)) => sense.examples.push(Example::parse(example)),
                (_, Some(synonyms), Some(sense)) => {
                    sense.synonyms.extend(synonyms.split("; ").map(str::to_owned));
                }
                _ => senses.push(Sense::parse(line)),
            }
        }
        Explanation { senses }
    }
}

impl Sense {
    fn parse(line: &str) -> Sense {
        let (part, gloss) = split_part(line);
        Sense { part: part.to_owned(), gloss: gloss.to_owned(), ..Sense::default() }
    }
}

impl Example {
    fn parse(line: &str) -> Example {
        match line.split_once(" = ") {
            Some((text, translation)) => {
                Example { text: text.to_owned(), translation: Some(translation.to_owned()) }
            }
            None => Example { text: line.to_owned(), translation: None },
        }
    }
}

/// Splits `n. 苹果` into `("n.", "苹果")`; the part is empty where none stands in front.
pub fn split_part(line: &str) -> (&str, &str) {
    let Some(dot) = line.find('.') else { return ("", line) };
    let (part, rest) = line.split_at(dot + 1);
    if PARTS_OF_SPEECH.contains(&part) { (part, rest.trim_start()) } else { ("", line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_senses_examples_and_synonyms() {
        let mean = "n. 苹果\n> I eat an apple. = 我吃苹果。\n= pome; fruit\n无词性";
        let senses = Explanation::parse(mean).senses;
        assert_eq!(senses.len(), 2);
        assert_eq!((senses[0].part.as_str(), senses[0].gloss.as_str()), ("n.", "苹果"));
        assert_eq!(senses[0].examples[0].translation.as_deref(), Some("我吃苹果。"));
        assert_eq!(senses[0].synonyms, ["pome", "fruit"]);
        assert_eq!((senses[1].part.as_str(), senses[1].gloss.as_str()), ("", "无词性"));
    }

    #[test]
    fn keeps_a_label_that_is_no_part_of_speech() {
        assert_eq!(split_part("e.g. this"), ("", "e.g. this"));
        assert_eq!(split_part("vt.放弃"), ("vt.", "放弃"));
    }
}
