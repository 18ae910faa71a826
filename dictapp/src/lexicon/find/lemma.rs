//! Finds the lemmas (headwords) of an inflected form: `go` for `went`, `stop` for `stopped`. Uses
//! the forms that books list, irregular forms, and rules of English spelling. A key is a folded
//! spelling.
//!
//! Rules alone would find `new` for `news` and `flow` for `flower`. So a candidate must be a
//! headword and its part of speech must fit the rule. If the form is a headword itself (`left`,
//! `better`) or an irregular form, the checks are stricter.

use std::cell::LazyCell;

use super::exceptions;
use crate::lexicon::{FoundBy, Hit, Lexicon};

/// Maximum number of lemmas of a form by rules.
const LEMMAS_MAX: usize = 6;

/// Maximum number of lemmas of a form if books list it: a Japanese spelling in kana may belong to
/// 40 words.
const LISTED_LEMMAS_MAX: usize = 48;

/// The kind of form that a rule recognises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inflection {
    Plural,
    ThirdPerson,
    Past,
    Present,
    Comparison,
}

/// The checks of a lemma that a rule finds.
#[derive(Clone, Copy, Debug)]
enum RuleChecks {
    /// The form is a headword itself, or has a lemma by a book or as an irregular form. So a
    /// further lemma must fit well.
    Strict,
    /// The form is unknown otherwise. So a lemma without a part of speech in its entries is
    /// accepted, too.
    Lenient,
}

/// A set of parts of speech; 0 if an explanation has none.
type Parts = u8;
const NOUN: Parts = 1;
const VERB: Parts = 2;
const ADJECTIVE: Parts = 4;
const ADVERB: Parts = 8;
const OTHER: Parts = 16;

impl Inflection {
    /// The parts of speech that have this inflection.
    fn parts(self) -> Parts {
        match self {
            Inflection::Plural => NOUN,
            Inflection::ThirdPerson | Inflection::Past | Inflection::Present => VERB,
            Inflection::Comparison => ADJECTIVE | ADVERB,
        }
    }

    /// The parts of speech that a headword may have if it is also such a form of another.
    fn headword_parts(self) -> Parts {
        match self {
            Inflection::Plural | Inflection::ThirdPerson => NOUN | VERB,
            Inflection::Past => VERB | ADJECTIVE | NOUN,
            Inflection::Present => VERB | ADJECTIVE | NOUN,
            Inflection::Comparison => ADJECTIVE | ADVERB,
        }
    }
}

impl Lexicon {
    /// The numbers of the keys of the lemmas of `form`, which must be a key: first those that are
    /// certain, then those by rules.
    pub(crate) fn lemmas(&self, form: &str) -> Vec<usize> {
        let own_key = self.key(form);
        let mut lemmas = self.listed_lemmas(form);
        lemmas.extend(exceptions::lemmas_of(form).filter_map(|lemma| self.key(&lemma)));
        lemmas.sort_by_key(|&key| self.columns.place(key));
        let certain = lemmas.len();
        let checks =
            if own_key.is_some() || certain > 0 { RuleChecks::Strict } else { RuleChecks::Lenient };
        lemmas.extend(self.lemmas_by_rule(form, own_key, checks));
        if lemmas.is_empty() && own_key.is_none() {
            lemmas = self.lemmas_of_part(form);
        }
        let mut distinct = Vec::with_capacity(lemmas.len());
        for lemma in lemmas {
            if Some(lemma) != own_key && !distinct.contains(&lemma) {
                distinct.push(lemma);
            }
        }
        distinct.truncate(certain.clamp(LEMMAS_MAX, LISTED_LEMMAS_MAX));
        distinct
    }

    /// The entries of a lemma, by the number of its key. If some are spelled like the key, only
    /// these: `Polish` is not a lemma of `polishes`.
    pub(crate) fn lemma_hits(&self, lemma: usize) -> Vec<Hit<'_>> {
        let key = self.columns.keys.get(lemma);
        let plain = self.columns.entry_refs(lemma).any(|entry| entry.word == key);
        let entries = self.columns.entry_refs(lemma).filter(|entry| !plain || entry.word == key);
        entries.map(|entry| Hit { entry, by: FoundBy::Inflection }).collect()
    }

    /// The lemmas of a form that books list.
    fn listed_lemmas(&self, form: &str) -> Vec<usize> {
        let forms = &self.columns.forms;
        let from = forms.partition(|other| other < form);
        let listed = (from..forms.len()).take_while(|&i| forms.get(i) == form);
        listed.filter_map(|i| self.columns.form_lemmas.get(i)).map(|&key| key as usize).collect()
    }

    /// The lemmas of a form by rules. `own_key` is the key of the form if it is a headword itself.
    fn lemmas_by_rule(&self, form: &str, own_key: Option<usize>, checks: RuleChecks) -> Vec<usize> {
        if let Some(owner) = possessor(form) {
            return self.key(owner).into_iter().chain(self.lemmas(owner)).collect();
        }
        // Most headwords are not a form of another, so their explanations need not be read.
        let own_parts = LazyCell::new(|| own_key.map_or(0, |own_key| self.parts(own_key)));
        let mut lemmas = Vec::new();
        for (lemma, kind) in candidates(form) {
            let Some(key) = self.key(&lemma) else { continue };
            let parts = self.parts(key);
            let has_part_of_rule = parts & kind.parts() != 0;
            let is_lemma = match checks {
                RuleChecks::Strict => {
                    has_part_of_rule
                        && (own_key.is_none()
                            || *own_parts == 0
                            || *own_parts & kind.headword_parts() != 0)
                        && self.is_as_common(key, own_key, kind)
                }
                RuleChecks::Lenient => parts == 0 || has_part_of_rule,
            };
            if is_lemma && !lemmas.contains(&key) {
                lemmas.push(key);
            }
        }
        lemmas.sort_by_key(|&key| self.columns.place(key));
        lemmas
    }

    /// Whether the headword `own_key` may be only a form of `lemma`. One that is more than four
    /// times as frequent is a word itself (`species`, `physics`). Always true for forms in `-ed`
    /// and `-ing`.
    fn is_as_common(&self, lemma: usize, own_key: Option<usize>, kind: Inflection) -> bool {
        let is_regular = matches!(kind, Inflection::Past | Inflection::Present);
        let own_key = own_key.and_then(|own_key| self.columns.rank(own_key));
        let lemma = self.columns.rank(lemma);
        is_regular || own_key.is_none_or(|own_key| lemma.is_some_and(|lemma| lemma / 4 <= own_key))
    }

    /// The lemmas of a phrase with an inflected first or last word: `run into` for `ran into`.
    fn lemmas_of_part(&self, form: &str) -> Vec<usize> {
        let mut lemmas = Vec::new();
        if let Some((first, rest)) = form.split_once(' ') {
            let firsts = exceptions::lemmas_of(first).chain(candidates(first).map(|(it, _)| it));
            lemmas.extend(firsts.filter_map(|lemma| self.key(&format!("{lemma} {rest}"))));
        }
        if let Some(at) = form.rfind([' ', '-']) {
            let (front, last) = form.split_at(at + 1);
            let lasts = exceptions::lemmas_of(last);
            lemmas.extend(lasts.filter_map(|lemma| self.key(&format!("{front}{lemma}"))));
        }
        lemmas
    }

    /// The parts of speech in the explanations of a key.
    fn parts(&self, key: usize) -> Parts {
        self.columns.entry_refs(key).fold(0, |parts, entry| parts | parts_of(entry.explanation))
    }
}

/// The parts of speech at the beginning of the senses of an explanation.
fn parts_of(explanation: &str) -> Parts {
    let lines = explanation.lines().filter(|line| !line.starts_with(['>', '=']));
    // A line of a plain word list may have several senses: `n. 罩; v. 覆盖`, `prep. 关于  adv. 大约`.
    let senses = lines.flat_map(|line| line.split([';', ' ', '；', '&', '/']));
    senses
        .filter_map(|sense| sense.split_once('.'))
        .fold(0, |parts, (label, _)| parts | part(label))
}

/// The part of speech of a label without its dot; 0 if it is none.
fn part(label: &str) -> Parts {
    match label {
        "n" | "pl" | "sing" | "un" | "na" | "num" => NOUN,
        "v" | "vt" | "vi" | "aux" | "modal" | "link" => VERB,
        "adj" | "a" | "s" => ADJECTIVE,
        "adv" | "ad" | "r" => ADVERB,
        "prep" | "conj" | "pron" | "art" | "det" | "int" | "interj" | "abbr" | "pref"
        | "prefix" | "suf" | "suffix" => OTHER,
        _ => 0,
    }
}

/// The endings of possessives and contractions.
pub(super) const CONTRACTION_ENDINGS: [&str; 8] =
    ["n't", "'re", "'ve", "'ll", "'s", "'m", "'d", "'"];

/// The word before a possessive ending or a contraction: `children` for `children's`, `boys` for
/// `boys'`, `they` for `they've`.
fn possessor(form: &str) -> Option<&str> {
    CONTRACTION_ENDINGS
        .iter()
        .find_map(|ending| form.strip_suffix(ending))
        .filter(|owner| !owner.is_empty())
}

/// The possible lemmas of a form by spelling rules. They need not exist.
fn candidates(form: &str) -> impl Iterator<Item = (String, Inflection)> {
    let mut found = Vec::new();
    if form.is_char_boundary(form.len().saturating_sub(4)) {
        plurals(form, &mut found);
        verb_forms(form, "ed", Inflection::Past, &mut found);
        verb_forms(form, "ing", Inflection::Present, &mut found);
        verb_forms(form, "er", Inflection::Comparison, &mut found);
        verb_forms(form, "est", Inflection::Comparison, &mut found);
    }
    found.into_iter()
}

/// Adds the possible lemmas of a plural, or of a verb in the third person: `women`, `leaves`,
/// `cats`.
fn plurals(form: &str, found: &mut Vec<(String, Inflection)>) {
    if let Some(stem) = form.strip_suffix("men").filter(|stem| !stem.is_empty()) {
        found.push((format!("{stem}man"), Inflection::Plural));
    }
    if let Some(stem) = form.strip_suffix("ves") {
        found.push((format!("{stem}f"), Inflection::Plural));
        found.push((format!("{stem}fe"), Inflection::Plural));
    }
    for lemma in without_s(form) {
        found.push((lemma.clone(), Inflection::Plural));
        found.push((lemma, Inflection::ThirdPerson));
    }
}

/// The possible stems of a noun or a verb in `-s` or `-es`.
fn without_s(form: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(bare) = form.strip_suffix('s').filter(|bare| bare.len() > 1) {
        found.extend((!bare.ends_with(['s', 'u', 'i'])).then(|| bare.to_owned()));
    }
    found.extend(form.strip_suffix("ies").map(|stem| format!("{stem}y")));
    if let Some(stem) = form.strip_suffix("es").filter(|stem| takes_es(stem)) {
        found.push(stem.to_owned());
        // quizzes, gasses
        found.extend(without_doubled_consonant(stem).map(str::to_owned));
    }
    found
}

/// Whether a stem takes `-es` instead of `-s`: `box`, `watch`, `go`.
fn takes_es(stem: &str) -> bool {
    stem.ends_with(['s', 'x', 'z', 'o']) || stem.ends_with("ch") || stem.ends_with("sh")
}

/// Adds the possible lemmas of a form in `-ed`, `-ing`, `-er` or `-est`: of `walked`, `hoped`,
/// `stopped`, `studied`, `panicked`.
fn verb_forms(form: &str, ending: &str, kind: Inflection, found: &mut Vec<(String, Inflection)>) {
    let Some(stem) = form.strip_suffix(ending).filter(|stem| stem.contains(is_vowel)) else {
        return;
    };
    let bare_vowel = ending != "ing" && stem.ends_with('e');
    // `seed` is not a form of `see`, but `freer` is a form of `free`.
    if bare_vowel && stem.matches(is_vowel).count() < 2 {
        return;
    }
    found.push((format!("{stem}e"), kind));
    if !is_short(stem) {
        found.push((stem.to_owned(), kind));
    }
    if let Some(single) = without_doubled_consonant(stem) {
        found.push((single.to_owned(), kind));
    }
    if let Some(stem) = stem.strip_suffix('i').filter(|_| ending != "ing") {
        found.push((format!("{stem}y"), kind));
    }
    if let Some(stem) = stem.strip_suffix("ck") {
        found.push((format!("{stem}c"), kind));
    }
    // `dying` is a form of `die`.
    if let Some(stem) = stem.strip_suffix('y').filter(|_| ending == "ing") {
        found.push((format!("{stem}ie"), kind));
    }
}

/// Whether a stem would double its last letter, like `hop` in `hopping`. Then `hoping` can only be
/// a form of `hope`.
fn is_short(stem: &str) -> bool {
    let mut letters = stem.chars().rev();
    let ends_in_one_consonant =
        letters.next().is_some_and(|c| !is_vowel(c) && !matches!(c, 'w' | 'x' | 'y'))
            && letters.next().is_some_and(is_vowel);
    ends_in_one_consonant && !letters.any(is_vowel)
}

/// A stem without its last letter, if that is a doubled consonant: `stop` for `stopp`.
fn without_doubled_consonant(stem: &str) -> Option<&str> {
    let mut letters = stem.chars().rev();
    let last = letters.next()?;
    let before = letters.next()?;
    (last == before && !is_vowel(last)).then(|| &stem[..stem.len() - last.len_utf8()])
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}
