//! The inflected forms that word lists write beside a headword: `der Apfel, Äpfel` has the forms
//! `Apfel` and `Äpfel`, `gehen (ging, gegangen)` has `gehen`, `ging` and `gegangen`. A look-up of
//! such a form finds the headword.

/// Articles of German nouns.
const GERMAN_ARTICLES: [&str; 3] = ["der", "die", "das"];

/// Articles of Romance languages.
const ROMANCE_ARTICLES: [&str; 13] =
    ["la", "le", "les", "un", "une", "el", "los", "las", "una", "il", "lo", "gli", "uno"];

/// The forms of a headword, without the headword: `Birne` and `Birnen` for `die Birne (-n)`.
pub(super) fn forms_of(headword: &str) -> Vec<String> {
    let (base, listed) = split_listed(headword);
    let noun = without_german_article(base);
    let is_noun = noun.len() < base.len();
    if !is_noun && (listed.is_empty() || !headword.ends_with(')') || base.contains(' ')) {
        return Vec::new();
    }
    let plural = |form: &str| match form.strip_prefix('-') {
        Some(ending) => format!("{noun}{ending}"),
        None => form.to_owned(),
    };
    let is_word = |form: &String| !form.is_empty() && form.chars().all(char::is_alphabetic);
    let initial = |text: &str| text.chars().next().map(without_umlaut);
    let is_similar = |form: &String| initial(form) == initial(noun);
    let forms: Vec<String> =
        listed.into_iter().map(plural).filter(is_word).filter(is_similar).collect();
    // `alanine (Ala)` has an abbreviation, not the parts of a verb.
    let are_verb_forms = forms.len() > 1 && forms.iter().all(|form| form.chars().count() > 2);
    if !is_noun && !are_verb_forms {
        return Vec::new();
    }
    let others = forms.into_iter().filter(|form| form != noun);
    std::iter::once(noun.to_owned()).chain(others).collect()
}

/// The base of a headword, and the forms after a comma or in brackets.
fn split_listed(headword: &str) -> (&str, Vec<&str>) {
    let in_brackets = headword.strip_suffix(')').and_then(|rest| rest.split_once('('));
    let Some((base, list)) = in_brackets.or_else(|| headword.split_once(',')) else {
        return (headword.trim(), Vec::new());
    };
    (base.trim(), list.split([',', ';', '/']).map(str::trim).collect())
}

fn without_german_article(text: &str) -> &str {
    let noun = text.split_once(' ').filter(|(article, _)| GERMAN_ARTICLES.contains(article));
    let noun = noun.map(|(_, noun)| noun.trim_start());
    noun.filter(|noun| noun.starts_with(char::is_uppercase)).unwrap_or(text)
}

/// A letter in lower case without its umlaut.
fn without_umlaut(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'ä' => 'a',
        'ö' => 'o',
        'ü' => 'u',
        other => other,
    }
}

/// The headword without its article in a Romance language: `la pomme`, `l'eau`.
pub(super) fn without_article(headword: &str) -> Option<&str> {
    let elided = headword.strip_prefix("l'").or_else(|| headword.strip_prefix("l’"));
    let spaced =
        || headword.split_once(' ').filter(|(article, _)| ROMANCE_ARTICLES.contains(article));
    elided.or_else(|| spaced().map(|(_, noun)| noun.trim_start())).filter(|noun| !noun.is_empty())
}
