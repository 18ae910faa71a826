//! Converts the entries that the books (dictionaries) have for a headword to the JSON of the API.
//! `document/schemas.rs` describes the JSON.

use serde::Serialize;

use crate::lexicon::FoundBy;
use crate::model::{Explanation, Part, Sense};
use crate::site::{Found, FoundEntry};

/// A headword with its entry in each book that has one. `found_by` says how the query led to the
/// headword.
#[derive(Serialize)]
pub(super) struct Headword<'a> {
    word: &'a str,
    found_by: &'static str,
    phonetic: Option<&'a str>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    book: &'a str,
    level: Option<&'static str>,
    parts: Vec<PartBody>,
    family: Vec<String>,
    phrases: Vec<String>,
}

#[derive(Serialize)]
struct PartBody {
    label: String,
    pronunciations: Vec<PronunciationBody>,
    forms: Vec<FormBody>,
    senses: Vec<SenseBody>,
}

#[derive(Serialize)]
struct PronunciationBody {
    region: Option<&'static str>,
    weak: bool,
    ipa: String,
}

#[derive(Serialize)]
struct FormBody {
    kind: &'static str,
    spellings: Vec<String>,
}

#[derive(Serialize)]
struct SenseBody {
    labels: Vec<String>,
    gloss: String,
    pattern: Option<String>,
    examples: Vec<ExampleBody>,
    synonyms: Vec<String>,
    antonyms: Vec<String>,
}

#[derive(Serialize)]
struct ExampleBody {
    text: String,
    translation: Option<String>,
}

impl<'a> Headword<'a> {
    pub(super) fn from_found(found: &Found<'a>) -> Headword<'a> {
        Headword {
            word: found.word,
            found_by: match found.by {
                FoundBy::Spelling => "spelling",
                FoundBy::Folding => "folding",
                FoundBy::Inflection => "inflection",
            },
            phonetic: found.phonetic,
            entries: found.entries.iter().map(entry).collect(),
        }
    }
}

fn entry<'a>(entry: &FoundEntry<'a>) -> Entry<'a> {
    let Explanation { level, parts, family, phrases } =
        Explanation::without_links(entry.explanation);
    Entry {
        book: entry.book,
        level: level.map(|level| level.as_str()),
        parts: parts.into_iter().map(part).collect(),
        family,
        phrases,
    }
}

fn part(part: Part) -> PartBody {
    let pronunciations = part.pronunciations.into_iter().map(|one| PronunciationBody {
        region: one.region.map(|region| region.as_str()),
        weak: one.is_weak,
        ipa: one.ipa,
    });
    let forms = part.forms.into_iter().map(|form| FormBody {
        kind: form.kind.as_str(),
        spellings: form.spellings.into_iter().map(|spelling| spelling.text).collect(),
    });
    PartBody {
        label: part.label,
        pronunciations: pronunciations.collect(),
        forms: forms.collect(),
        senses: part.senses.into_iter().map(sense).collect(),
    }
}

fn sense(sense: Sense) -> SenseBody {
    let examples = sense.examples.into_iter();
    SenseBody {
        labels: sense.labels,
        gloss: sense.gloss,
        pattern: sense.pattern,
        examples: examples
            .map(|one| ExampleBody { text: one.text, translation: one.translation })
            .collect(),
        synonyms: sense.synonyms,
        antonyms: sense.antonyms,
    }
}
