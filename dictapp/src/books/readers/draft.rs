//! Checks the parts of an entry that a reader found and makes an [`Entry`] of them, or returns why
//! they are invalid: ` apple ` becomes the headword `apple`, a headword of 300 characters is
//! refused.

use crate::model::{Entry, Word, WordError};

use crate::books::limits::{EXPLANATION_BYTES_MAX, FORMS_MAX, PHONETIC_BYTES_MAX};
use crate::books::warning::WarningKind;

/// The unchecked parts of an entry.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) headword: &'a str,
    pub(crate) phonetic: Option<String>,
    pub(crate) explanation: String,
    pub(crate) rank: Option<u32>,
    pub(crate) forms: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(headword: &'a str) -> Draft<'a> {
        Draft {
            headword,
            phonetic: None,
            explanation: String::new(),
            rank: None,
            forms: Vec::new(),
        }
    }

    /// Checks the parts. Returns the entry, and a warning for each part that was left out.
    ///
    /// # Errors
    /// The reason why the entry is invalid.
    pub(crate) fn finish(self) -> Result<(Entry, Vec<WarningKind>), WarningKind> {
        // Files that were joined have byte order marks in the middle.
        let is_invisible = |c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}');
        let headword = self.headword.trim_matches(is_invisible);
        if headword.is_empty() {
            return Err(WarningKind::NoHeadword);
        }
        let word = Word::parse(headword).map_err(|_| WarningKind::BadHeadword)?;
        if self.explanation.len() > EXPLANATION_BYTES_MAX {
            return Err(WarningKind::LongExplanation);
        }
        let explanation = clean(self.explanation);
        if explanation.is_empty() {
            return Err(WarningKind::NoExplanation);
        }
        let mut warnings = Vec::new();
        let phonetic = self.phonetic.map(|text| text.trim().replace(char::is_control, ""));
        let phonetic = phonetic.filter(|text| !text.is_empty());
        let is_short = |text: &String| text.len() <= PHONETIC_BYTES_MAX;
        warnings.extend(
            phonetic.as_ref().filter(|text| !is_short(text)).map(|_| WarningKind::BadDetail),
        );
        let forms = forms(&word, &self.forms, &mut warnings);
        Ok((
            Entry {
                word,
                phonetic: phonetic.filter(is_short),
                explanation,
                rank: self.rank,
                forms,
            },
            warnings,
        ))
    }
}

/// The valid forms, without duplicates and without the headword. Adds the headword without its
/// number (`recessus (1)` is found as `recessus`), and each spelling of a list (`grey/gray`).
fn forms(word: &Word, found: &[String], warnings: &mut Vec<WarningKind>) -> Vec<String> {
    let base = unnumbered(word.as_str()).and_then(|base| Word::parse(base).ok());
    let forms_max = FORMS_MAX - usize::from(base.is_some());
    let mut forms: Vec<String> = Vec::new();
    for form in found {
        let form = match Word::parse(form) {
            Ok(form) => form,
            Err(WordError::Empty) => continue,
            Err(WordError::TooLong(_) | WordError::Control(_)) => {
                warnings.push(WarningKind::BadDetail);
                continue;
            }
        };
        if form == *word || forms.iter().any(|known| known == form.as_str()) {
            continue;
        }
        if forms.len() == forms_max {
            warnings.push(WarningKind::ExtraForms);
            break;
        }
        forms.push(form.into_string());
    }
    let base = base.filter(|base| !forms.iter().any(|form| form == base.as_str()));
    forms.extend(base.map(Word::into_string));
    for spelling in spellings(word.as_str()) {
        if forms.len() < FORMS_MAX && !forms.iter().any(|form| form == spelling) {
            forms.push(spelling.to_owned());
        }
    }
    forms
}

/// The spellings of a headword that has several: `colour, color`, `grey/gray`. They are similar,
/// unlike the words of `and/or`.
fn spellings(word: &str) -> Vec<&str> {
    let Some(at) = word.find(['/', ',', ';', '，', '；', '、']) else { return Vec::new() };
    let separator = word[at..].chars().next().unwrap_or_default();
    let spellings: Vec<&str> = word.split(separator).map(str::trim).collect();
    let first = spellings[0].to_lowercase();
    let is_similar = |spelling: &&str| {
        spelling.len() >= SPELLING_BYTES_MIN
            && spelling.chars().all(char::is_alphabetic)
            && spelling.to_lowercase().chars().take(2).eq(first.chars().take(2))
            && spelling.len().abs_diff(first.len()) <= SPELLING_BYTES_DIFFERENCE_MAX
    };
    if spellings.len() <= SPELLINGS_MAX && spellings.iter().all(is_similar) {
        spellings
    } else {
        Vec::new()
    }
}

/// Minimum length of a spelling in bytes.
const SPELLING_BYTES_MIN: usize = 3;

/// Maximum difference between the lengths of two spellings in bytes.
const SPELLING_BYTES_DIFFERENCE_MAX: usize = 3;

/// Maximum number of spellings of a headword.
const SPELLINGS_MAX: usize = 4;

/// Removes the number that distinguishes headwords of the same spelling: `recessus (1)`,
/// `georges(2)`, `bank [II]`, `1. avoir`, `bank²`, `bank2`.
fn unnumbered(word: &str) -> Option<&str> {
    let is_number = |text: &str| {
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_roman = |text: &str| ["I", "II", "III", "IV", "V", "VI"].contains(&text);
    let number_at_end = word.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '[']));
    let number_at_end = number_at_end.filter(|(_, number)| is_number(number) || is_roman(number));
    let number_at_end = number_at_end.map(|(base, _)| base.trim_end());
    let number_at_start = word.split_once(". ").filter(|(number, _)| is_number(number));
    let without_digit = word.strip_suffix(|c: char| SUPERSCRIPTS.contains(c) || c.is_ascii_digit());
    // `mp3` and `m²` are words.
    let is_word = |base: &&str| base.len() > 2 && base.chars().all(char::is_lowercase);
    let base =
        number_at_end.or(number_at_start.map(|(_, base)| base)).or(without_digit.filter(is_word))?;
    base.contains(char::is_alphabetic).then_some(base)
}

/// Superscript digits.
const SUPERSCRIPTS: &str = "¹²³⁴⁵⁶⁷⁸⁹";

/// Trims the text, and replaces control characters except line ends by spaces.
fn clean(explanation: String) -> String {
    let is_invalid = |c: char| c.is_control() && c != '\n';
    if explanation.contains(is_invalid) {
        return clean(explanation.replace(is_invalid, " "));
    }
    let trimmed = explanation.trim();
    if trimmed.len() == explanation.len() { explanation } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(headword: &str, explanation: &str) -> Result<Entry, WarningKind> {
        Draft { explanation: explanation.to_owned(), ..Draft::new(headword) }
            .finish()
            .map(|(entry, _)| entry)
    }

    #[test]
    fn reports_why_there_is_no_entry() {
        assert_eq!(draft(" ", "x"), Err(WarningKind::NoHeadword));
        assert_eq!(draft("a\u{1b}", "x"), Err(WarningKind::BadHeadword));
        assert_eq!(draft("\u{FEFF}", "x"), Err(WarningKind::NoHeadword));
        assert_eq!(draft("\u{FEFF}apple\u{200B} ", "x").unwrap().word.as_str(), "apple");
        assert_eq!(draft(&"a".repeat(256), "x"), Err(WarningKind::BadHeadword));
        assert_eq!(draft("a", " \n"), Err(WarningKind::NoExplanation));
        assert_eq!(
            draft("a", &"x".repeat(EXPLANATION_BYTES_MAX + 1)),
            Err(WarningKind::LongExplanation)
        );
        assert!(draft("a", &"x".repeat(EXPLANATION_BYTES_MAX)).is_ok());
    }

    #[test]
    fn keeps_each_form_once_and_without_the_headword() {
        let forms = ["went", "go", " gone ", "went", ""].map(str::to_owned).to_vec();
        let draft = Draft { explanation: "v. 去".into(), forms, ..Draft::new("go") };
        let (entry, warnings) = draft.finish().unwrap();
        assert_eq!(
            (&entry.forms[..], warnings),
            (&["went", "gone"].map(str::to_owned)[..], vec![])
        );
    }

    #[test]
    fn reports_the_parts_that_are_left_out() {
        let forms: Vec<String> = (0..=FORMS_MAX).map(|n| format!("form {n}")).collect();
        let draft = Draft { explanation: "x".into(), forms, ..Draft::new("go (1)") };
        let (entry, warnings) = draft.finish().unwrap();
        assert_eq!((entry.forms.len(), warnings), (FORMS_MAX, vec![WarningKind::ExtraForms]));
        assert_eq!(entry.forms.last().map(String::as_str), Some("go"));
        let phonetic = Some("a".repeat(PHONETIC_BYTES_MAX + 1));
        let forms = vec!["a".repeat(256), String::new()];
        let draft = Draft { phonetic, explanation: "x".into(), forms, ..Draft::new("go") };
        let (entry, warnings) = draft.finish().unwrap();
        assert_eq!((entry.phonetic, warnings), (None, vec![WarningKind::BadDetail; 2]));
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
    fn a_headword_of_several_spellings_has_them_as_forms() {
        for headword in ["colour, color", "colour/color", "colour; color"] {
            assert_eq!(draft(headword, "x").unwrap().forms, ["colour", "color"], "{headword}");
        }
        for headword in ["and/or", "odd, forms", "24/7", "yes, we can", "a/c"] {
            assert_eq!(draft(headword, "x").unwrap().forms, [""; 0], "{headword}");
        }
    }

    #[test]
    fn keeps_control_characters_out_of_explanations() {
        assert_eq!(draft("a", "\u{1b}[2J x\r\ny ").unwrap().explanation, "[2J x \ny");
    }
}
