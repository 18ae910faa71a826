//! What books say of a word to the values of its page: senses by part of speech, in the order in
//! which the book has them.

use serde::Serialize;

use crate::lexicon::{EntryRef, FoundBy, is_han};
use crate::model::{Example, Explanation, Sense};
use crate::site::{Found, FoundEntry};

/// A headword and all that is said of it.
#[derive(Debug, Serialize)]
pub(super) struct Headword<'a> {
    word: &'a str,
    /// Letters and spaces only: else a language learner cannot tell what is to be spoken.
    lang: &'static str,
    phonetic: Option<&'a str>,
    /// Whether the query is an inflected form of it.
    is_inflection: bool,
    books: Vec<Said<'a>>,
}

/// What one book says.
#[derive(Debug, Serialize)]
struct Said<'a> {
    title: &'a str,
    parts: Vec<Part>,
}

/// The senses of one part of speech.
#[derive(Debug, Serialize)]
struct Part {
    /// As the book has it, with its dot; empty where it has none.
    label: String,
    /// The end of the key of its name among the texts; empty where it has none.
    name: &'static str,
    senses: Vec<Meaning>,
}

#[derive(Debug, Serialize)]
struct Meaning {
    gloss: String,
    lang: &'static str,
    examples: Vec<Shown>,
    synonyms: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Shown {
    text: String,
    lang: &'static str,
    translation: Option<String>,
    translation_lang: &'static str,
}

/// A word in a list: its first gloss goes with it.
#[derive(Debug, Serialize)]
pub(super) struct Brief {
    pub(super) word: String,
    phonetic: Option<String>,
    gloss: String,
    lang: &'static str,
}

/// A gloss in a list, in characters: about a line of a phone.
const BRIEF_CHARS_MAX: usize = 60;

impl<'a> Headword<'a> {
    pub(super) fn of(found: &Found<'a>) -> Headword<'a> {
        Headword {
            word: found.word,
            lang: language_of(found.word),
            phonetic: found.phonetic,
            is_inflection: found.by == FoundBy::Inflection,
            books: found.entries.iter().map(said).collect(),
        }
    }
}

fn said<'a>(entry: &FoundEntry<'a>) -> Said<'a> {
    let parts = Explanation::parse(entry.mean).parts.into_iter().map(|part| Part {
        name: name_of(&part.label),
        label: part.label,
        senses: part.senses.into_iter().map(meaning).collect(),
    });
    Said { title: entry.book, parts: parts.collect() }
}

fn meaning(sense: Sense) -> Meaning {
    Meaning {
        lang: language_of(&sense.gloss),
        gloss: sense.gloss,
        examples: sense.examples.into_iter().map(shown).collect(),
        synonyms: sense.synonyms,
    }
}

fn shown(Example { text, translation }: Example) -> Shown {
    Shown {
        lang: language_of(&text),
        text,
        translation_lang: translation.as_deref().map_or("", language_of),
        translation,
    }
}

/// One line of a list.
pub(super) fn brief(entry: &EntryRef<'_>) -> Brief {
    let explanation = Explanation::parse(entry.mean);
    let parts = explanation.senses().map(|(part, sense)| match part {
        "" => sense.gloss.clone(),
        part => format!("{part} {}", sense.gloss),
    });
    let whole = parts.collect::<Vec<_>>().join("  ");
    let mut gloss: String = whole.chars().take(BRIEF_CHARS_MAX).collect();
    if gloss.len() < whole.len() {
        gloss.push('…');
    }
    Brief {
        word: entry.word.to_owned(),
        phonetic: entry.phonetic.map(str::to_owned),
        lang: language_of(&gloss),
        gloss,
    }
}

/// For fonts and voices.
fn language_of(text: &str) -> &'static str {
    if text.contains(is_han) { "zh-Hans" } else { "en" }
}

/// The name of a part of speech, as the texts know it.
fn name_of(label: &str) -> &'static str {
    match label {
        "n." => "noun",
        "v." => "verb",
        "vt." => "transitive",
        "vi." => "intransitive",
        "aux." => "auxiliary",
        "modal." => "modal",
        "link." => "linking",
        "adj." | "a." | "s." => "adjective",
        "adv." | "ad." | "r." => "adverb",
        "prep." => "preposition",
        "conj." => "conjunction",
        "pron." => "pronoun",
        "num." => "numeral",
        "art." => "article",
        "det." => "determiner",
        "int." | "interj." => "interjection",
        "abbr." => "abbreviation",
        "phr." | "phrase." | "na." => "phrase",
        "prefix." | "pref." => "prefix",
        "suffix." | "suf." => "suffix",
        "pl." => "plural",
        "sing." => "singular",
        "infinitive." => "infinitive",
        "un." => "uncountable",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PARTS_OF_SPEECH;
    use crate::texts::{Language, all};

    #[test]
    fn every_part_of_speech_has_a_name_in_both_languages() {
        for part in PARTS_OF_SPEECH {
            let name = name_of(part);
            assert!(!name.is_empty(), "{part}");
            for language in [Language::Chinese, Language::English] {
                let text = all(language).get_attr(&format!("part_{name}")).unwrap();
                assert!(!text.is_undefined(), "part_{name}");
            }
        }
    }

    #[test]
    fn senses_are_gathered_by_part_of_speech_in_the_order_of_the_book() {
        let mean = "v. 跑\n> I run. = 我跑。\nn. 跑步\nv. 经营\n= manage";
        let said = said(&FoundEntry { book: "A", mean });
        let glosses = |part: &Part| {
            part.senses.iter().map(|sense| sense.gloss.clone()).collect::<Vec<_>>().join(",")
        };
        let parts: Vec<_> = said.parts.iter().map(|p| (p.label.as_str(), glosses(p))).collect();
        assert_eq!(parts, [("v.", "跑,经营".to_owned()), ("n.", "跑步".to_owned())]);
        assert_eq!(said.parts[0].senses[0].examples[0].translation_lang, "zh-Hans");
        assert_eq!(said.parts[0].senses[1].synonyms, ["manage"]);
    }
}
