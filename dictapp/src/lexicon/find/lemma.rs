//! An inflected form to the headwords it is a form of: what books name, irregular forms, rules.
//!
//! A rule alone would find `new` in `news` and `flow` in `flower`. So a candidate must exist and
//! its part of speech must fit the rule, and where the form is a headword itself (`left`, `better`)
//! or is known to be irregular, only what is certain counts.

use super::exceptions;
use crate::lexicon::{FoundBy, Hit, Lexicon};

/// The most lemmas that rules give to one form.
const LEMMAS_MAX: usize = 6;

/// The most lemmas that books name for one form: a spelling in kana may be that of 40 words.
const NAMED_MAX: usize = 48;

/// What a rule says that the form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plural,
    ThirdPerson,
    Past,
    Present,
    Comparison,
}

/// Parts of speech as a set of bits; 0 where an explanation names none.
type Parts = u8;
const NOUN: Parts = 1;
const VERB: Parts = 2;
const ADJECTIVE: Parts = 4;
const ADVERB: Parts = 8;
const OTHER: Parts = 16;

impl Kind {
    /// The parts of speech that have such a form.
    fn of(self) -> Parts {
        match self {
            Kind::Plural => NOUN,
            Kind::ThirdPerson | Kind::Past | Kind::Present => VERB,
            Kind::Comparison => ADJECTIVE | ADVERB,
        }
    }

    /// What a form of this kind may be besides, as a headword of its own.
    fn own_parts(self) -> Parts {
        match self {
            Kind::Plural | Kind::ThirdPerson => NOUN | VERB,
            Kind::Past => VERB | ADJECTIVE | NOUN,
            Kind::Present => VERB | ADJECTIVE | NOUN,
            Kind::Comparison => ADJECTIVE | ADVERB,
        }
    }
}

impl Lexicon {
    /// The keys of the headwords of which `form`, a key, is an inflected form.
    pub(crate) fn lemmas(&self, form: &str) -> Vec<usize> {
        let own = self.key(form);
        let mut lemmas = self.named_lemmas(form);
        lemmas.extend(exceptions::lemmas_of(form).filter_map(|lemma| self.key(&lemma)));
        lemmas.sort_by_key(|&key| self.columns.place(key));
        let certain = lemmas.len();
        lemmas.extend(self.lemmas_by_rule(form, own, certain > 0));
        if lemmas.is_empty() && own.is_none() {
            lemmas = self.lemmas_of_part(form);
        }
        let mut distinct = Vec::with_capacity(lemmas.len());
        for lemma in lemmas {
            if Some(lemma) != own && !distinct.contains(&lemma) {
                distinct.push(lemma);
            }
        }
        distinct.truncate(certain.clamp(LEMMAS_MAX, NAMED_MAX));
        distinct
    }

    /// The entries of a lemma: those that are spelled as the key, where some are. `Polish` is no
    /// lemma of `polishes`.
    pub(crate) fn lemma_hits(&self, lemma: usize) -> Vec<Hit<'_>> {
        let key = self.columns.keys.get(lemma);
        let plain = self.columns.entry_refs(lemma).any(|entry| entry.word == key);
        let entries = self.columns.entry_refs(lemma).filter(|entry| !plain || entry.word == key);
        entries.map(|entry| Hit { entry, by: FoundBy::Inflection }).collect()
    }

    /// What the books themselves name.
    fn named_lemmas(&self, form: &str) -> Vec<usize> {
        let forms = &self.columns.forms;
        let from = forms.partition(|other| other < form);
        let named = (from..forms.len()).take_while(|&i| forms.get(i) == form);
        named.filter_map(|i| self.columns.form_lemmas.get(i)).map(|&key| key as usize).collect()
    }

    fn lemmas_by_rule(&self, form: &str, own: Option<usize>, irregular: bool) -> Vec<usize> {
        if let Some(owner) = possessor(form) {
            return self.key(owner).into_iter().chain(self.lemmas(owner)).collect();
        }
        let strict = own.is_some() || irregular;
        let own_parts = own.map_or(0, |own| self.parts(own));
        let mut lemmas = Vec::new();
        for (lemma, kind) in candidates(form) {
            let Some(key) = self.key(&lemma) else { continue };
            let parts = self.parts(key);
            let is_such_part = parts & kind.of() != 0;
            let fits = if strict {
                is_such_part
                    && (own.is_none() || own_parts == 0 || own_parts & kind.own_parts() != 0)
                    && self.is_as_common(key, own, kind)
            } else {
                parts == 0 || is_such_part
            };
            if fits && !lemmas.contains(&key) {
                lemmas.push(key);
            }
        }
        lemmas.sort_by_key(|&key| self.columns.place(key));
        lemmas
    }

    /// Whether a headword may be a mere form of `lemma`: a plural that is much commoner than its
    /// singular is a word of its own (`species`, `physics`).
    fn is_as_common(&self, lemma: usize, own: Option<usize>, kind: Kind) -> bool {
        let is_open = matches!(kind, Kind::Past | Kind::Present);
        let (own, lemma) = (own.and_then(|own| self.columns.rank(own)), self.columns.rank(lemma));
        is_open || own.is_none_or(|own| lemma.is_some_and(|lemma| lemma / 4 <= own))
    }

    /// The lemmas of a phrase in which the first or the last word is inflected: `ran into`.
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

    /// The parts of speech that the explanations of a key name.
    fn parts(&self, key: usize) -> Parts {
        self.columns.entry_refs(key).fold(0, |parts, entry| parts | parts_of(entry.mean))
    }
}

/// The parts of speech that an explanation names at the front of its senses.
fn parts_of(mean: &str) -> Parts {
    let lines = mean.lines().filter(|line| !line.starts_with(['>', '=']));
    // Course text has several senses on a line: `n. 罩; v. 覆盖`, `prep. 关于  adv. 大约`.
    let senses = lines.flat_map(|line| line.split([';', ' ', '；', '&', '/']));
    senses
        .filter_map(|sense| sense.split_once('.'))
        .fold(0, |parts, (label, _)| parts | part(label))
}

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

/// `children` of `children's`, `boys` of `boys'`.
fn possessor(form: &str) -> Option<&str> {
    form.strip_suffix("'s").or_else(|| form.strip_suffix('\'')).filter(|owner| !owner.is_empty())
}

/// What the form may be made of by the rules of spelling, whether it exists or not.
fn candidates(form: &str) -> impl Iterator<Item = (String, Kind)> {
    let mut found = Vec::new();
    if form.is_char_boundary(form.len().saturating_sub(4)) {
        plurals(form, &mut found);
        verb_forms(form, "ed", Kind::Past, &mut found);
        verb_forms(form, "ing", Kind::Present, &mut found);
        verb_forms(form, "er", Kind::Comparison, &mut found);
        verb_forms(form, "est", Kind::Comparison, &mut found);
    }
    found.into_iter()
}

fn plurals(form: &str, found: &mut Vec<(String, Kind)>) {
    if let Some(stem) = form.strip_suffix("men").filter(|stem| !stem.is_empty()) {
        found.push((format!("{stem}man"), Kind::Plural));
    }
    if let Some(stem) = form.strip_suffix("ves") {
        found.push((format!("{stem}f"), Kind::Plural));
        found.push((format!("{stem}fe"), Kind::Plural));
    }
    for lemma in without_s(form) {
        found.push((lemma.clone(), Kind::Plural));
        found.push((lemma, Kind::ThirdPerson));
    }
}

/// What a noun or a verb was before `-s` or `-es`.
fn without_s(form: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(bare) = form.strip_suffix('s').filter(|bare| bare.len() > 1) {
        found.extend((!bare.ends_with(['s', 'u', 'i'])).then(|| bare.to_owned()));
    }
    found.extend(form.strip_suffix("ies").map(|stem| format!("{stem}y")));
    if let Some(stem) = form.strip_suffix("es").filter(|stem| is_hissed(stem)) {
        found.push(stem.to_owned());
        // quizzes, gasses
        found.extend(undoubled(stem).map(str::to_owned));
    }
    found
}

/// Whether a stem takes `-es` for `-s`.
fn is_hissed(stem: &str) -> bool {
    stem.ends_with(['s', 'x', 'z', 'o']) || stem.ends_with("ch") || stem.ends_with("sh")
}

/// Forms in `-ed`, `-ing`, `-er`, `-est`: `walked`, `hoped`, `stopped`, `studied`, `panicked`.
fn verb_forms(form: &str, ending: &str, kind: Kind, found: &mut Vec<(String, Kind)>) {
    let Some(stem) = form.strip_suffix(ending).filter(|stem| stem.contains(is_vowel)) else {
        // dying, lying, tying: the only stems without a vowel
        if let Some(stem) = form.strip_suffix("ying").filter(|_| kind == Kind::Present) {
            found.push((format!("{stem}ie"), kind));
        }
        return;
    };
    let bare_vowel = ending != "ing" && stem.ends_with('e');
    // `seed` is no form of `see`, but `freer` is one of `free`.
    if bare_vowel && stem.matches(is_vowel).count() < 2 {
        return;
    }
    found.push((format!("{stem}e"), kind));
    if !is_short(stem) {
        found.push((stem.to_owned(), kind));
    }
    if let Some(single) = undoubled(stem) {
        found.push((single.to_owned(), kind));
    }
    if let Some(stem) = stem.strip_suffix('i').filter(|_| ending != "ing") {
        found.push((format!("{stem}y"), kind));
    }
    if let Some(stem) = stem.strip_suffix("ck") {
        found.push((format!("{stem}c"), kind));
    }
    if let Some(stem) = stem.strip_suffix('y').filter(|_| ending == "ing") {
        found.push((format!("{stem}ie"), kind));
    }
}

/// Whether a stem would have doubled its last letter, as `hop` does in `hopping`: then `hoping`
/// is made of `hope` alone.
fn is_short(stem: &str) -> bool {
    let mut letters = stem.chars().rev();
    let ends_so = letters.next().is_some_and(|c| !is_vowel(c) && !matches!(c, 'w' | 'x' | 'y'))
        && letters.next().is_some_and(is_vowel);
    ends_so && !letters.any(is_vowel)
}

fn undoubled(stem: &str) -> Option<&str> {
    let mut letters = stem.chars().rev();
    let (last, before) = (letters.next()?, letters.next()?);
    (last == before && !is_vowel(last)).then(|| &stem[..stem.len() - last.len_utf8()])
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}
