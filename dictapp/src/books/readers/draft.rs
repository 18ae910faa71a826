//! Checks the parts of an entry that a reader found and makes an `Entry`, or returns why they are
//! invalid.

use crate::model::{Entry, Word};

use crate::books::limits::{FORMS_MAX, MEAN_BYTES_MAX, PHONETIC_BYTES_MAX};
use crate::books::oddity::OddityKind;

/// The unchecked parts of an entry.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) headword: &'a str,
    pub(crate) phonetic: Option<String>,
    pub(crate) mean: String,
    pub(crate) rank: Option<u32>,
    pub(crate) forms: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(headword: &'a str) -> Draft<'a> {
        Draft { headword, phonetic: None, mean: String::new(), rank: None, forms: Vec::new() }
    }

    /// Checks the parts.
    ///
    /// # Errors
    /// The kind of oddity that makes the entry invalid.
    pub(crate) fn finish(self) -> Result<Entry, OddityKind> {
        // Files that were joined have byte order marks in the middle.
        let is_invisible = |c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}');
        let headword = self.headword.trim_matches(is_invisible);
        if headword.is_empty() {
            return Err(OddityKind::NoHeadword);
        }
        let word = Word::parse(headword).map_err(|_| OddityKind::BadHeadword)?;
        if self.mean.len() > MEAN_BYTES_MAX {
            return Err(OddityKind::LongExplanation);
        }
        let mean = clean(self.mean);
        if mean.is_empty() {
            return Err(OddityKind::NoExplanation);
        }
        let phonetic = self
            .phonetic
            .map(|text| text.trim().replace(char::is_control, ""))
            .filter(|text| !text.is_empty() && text.len() <= PHONETIC_BYTES_MAX);
        let mut forms = forms(&word, &self.forms);
        // `recessus (1)` is found as `recessus`.
        let base = unnumbered(word.as_str()).and_then(|base| Word::parse(base).ok());
        let base = base.filter(|base| !forms.iter().any(|form| form == base.as_str()));
        forms.extend(base.map(Word::into_string));
        Ok(Entry { word, phonetic, mean, rank: self.rank, forms })
    }
}

/// The valid forms, without duplicates and without the headword.
fn forms(word: &Word, found: &[String]) -> Vec<String> {
    let mut forms: Vec<String> = Vec::new();
    for form in found.iter().filter_map(|form| Word::parse(form).ok()) {
        if forms.len() < FORMS_MAX && form != *word && !forms.iter().any(|f| f == form.as_str()) {
            forms.push(form.into_string());
        }
    }
    forms
}

/// Removes the number that distinguishes headwords of the same spelling: `recessus (1)`,
/// `georges(2)`, `bank [II]`, `1. avoir`, `bank²`, `bank2`.
fn unnumbered(word: &str) -> Option<&str> {
    let is_number = |text: &str| {
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_roman = |text: &str| ["I", "II", "III", "IV", "V", "VI"].contains(&text);
    let behind = word.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '[']));
    let behind = behind.filter(|(_, number)| is_number(number) || is_roman(number));
    let behind = behind.map(|(base, _)| base.trim_end());
    let before = word.split_once(". ").filter(|(number, _)| is_number(number));
    let glued = word.strip_suffix(|c: char| SUPERSCRIPTS.contains(c) || c.is_ascii_digit());
    // `mp3` and `m²` are words.
    let is_word = |base: &&str| base.len() > 2 && base.chars().all(char::is_lowercase);
    let base = behind.or(before.map(|(_, base)| base)).or(glued.filter(is_word))?;
    base.contains(char::is_alphabetic).then_some(base)
}

/// Raised digits.
const SUPERSCRIPTS: &str = "¹²³⁴⁵⁶⁷⁸⁹";

/// Trims the text, and replaces control characters except line ends by spaces.
fn clean(mean: String) -> String {
    let odd = |c: char| c.is_control() && c != '\n';
    if mean.contains(odd) {
        return clean(mean.replace(odd, " "));
    }
    let trimmed = mean.trim();
    if trimmed.len() == mean.len() { mean } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(headword: &str, mean: &str) -> Result<Entry, OddityKind> {
        Draft { mean: mean.to_owned(), ..Draft::new(headword) }.finish()
    }

    #[test]
    fn reports_why_there_is_no_entry() {
        assert_eq!(draft(" ", "x"), Err(OddityKind::NoHeadword));
        assert_eq!(draft("a\u{1b}", "x"), Err(OddityKind::BadHeadword));
        assert_eq!(draft("\u{FEFF}", "x"), Err(OddityKind::NoHeadword));
        assert_eq!(draft("\u{FEFF}apple\u{200B} ", "x").unwrap().word.as_str(), "apple");
        assert_eq!(draft(&"a".repeat(256), "x"), Err(OddityKind::BadHeadword));
        assert_eq!(draft("a", " \n"), Err(OddityKind::NoExplanation));
        assert_eq!(draft("a", &"x".repeat(MEAN_BYTES_MAX + 1)), Err(OddityKind::LongExplanation));
        assert!(draft("a", &"x".repeat(MEAN_BYTES_MAX)).is_ok());
    }

    #[test]
    fn keeps_each_form_once_and_without_the_headword() {
        let forms = ["went", "go", " gone ", "went", ""].map(str::to_owned).to_vec();
        let entry = Draft { mean: "v. 去".into(), forms, ..Draft::new("go") }.finish().unwrap();
        assert_eq!(entry.forms, ["went", "gone"]);
    }

    #[test]
    fn a_numbered_headword_has_its_spelling_as_a_form() {
        for (headword, base) in [
            ("recessus (1)", "recessus"),
            ("georges(2)", "georges"),
            ("1. avoir", "avoir"),
            ("bank [II]", "bank"),
            ("bank²", "bank"),
            ("bank1", "bank"),
        ] {
            assert_eq!(draft(headword, "x").unwrap().forms, [base]);
        }
        for headword in ["1.", "f(x)", "(2)", "100. day", "catch-22 (book)", "mp3", "m²", "B12"] {
            assert!(draft(headword, "x").unwrap().forms.is_empty(), "{headword}");
        }
    }

    #[test]
    fn keeps_control_characters_out_of_explanations() {
        assert_eq!(draft("a", "\u{1b}[2J x\r\ny ").unwrap().mean, "[2J x \ny");
    }
}
