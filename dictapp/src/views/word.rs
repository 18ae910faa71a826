//! What books say of a word to the values of its page: senses by part of speech, in the order in
//! which the book has them.

use serde::Serialize;

use crate::lexicon::{EntryRef, FoundBy, is_han};
use crate::model::link;
use crate::model::{Example, Explanation, Run, Sense};
use crate::site::{Found, FoundEntry};
use crate::texts::Texts;

/// A headword and all that is said of it.
#[derive(Debug)]
pub(super) struct Headword<'a> {
    pub(super) word: &'a str,
    /// For fonts and voices.
    pub(super) lang: &'static str,
    pub(super) phonetic: Option<&'a str>,
    /// Whether the query is an inflected form of it.
    pub(super) is_inflection: bool,
    pub(super) books: Vec<BookEntry<'a>>,
}

/// What one book says.
#[derive(Debug)]
pub(super) struct BookEntry<'a> {
    pub(super) title: &'a str,
    pub(super) parts: Vec<Part>,
}

/// The senses of one part of speech.
#[derive(Debug)]
pub(super) struct Part {
    /// The label of the book with its dot; empty if it has none.
    pub(super) label: String,
    pub(super) senses: Vec<Meaning>,
}

#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) gloss: String,
    pub(super) lang: &'static str,
    pub(super) examples: Vec<ExampleLine>,
    pub(super) synonyms: Vec<String>,
}

#[derive(Debug)]
pub(super) struct ExampleLine {
    pub(super) text: String,
    pub(super) lang: &'static str,
    pub(super) translation: Option<String>,
    pub(super) translation_lang: &'static str,
}

impl Meaning {
    /// The stretches of the gloss; a link with the headword that it leads to.
    pub(super) fn runs(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        link::runs(&self.gloss).map(|run| match run {
            Run::Text(text) => (None, text),
            Run::Link { word, text } => (Some(word), text),
        })
    }
}

impl Part {
    /// The name of the part of speech; empty for a label that has none.
    pub(super) fn name(&self, t: &Texts) -> &'static str {
        name_of(&self.label, t)
    }
}

/// A word in a list: its first gloss goes with it.
#[derive(Debug, Serialize)]
pub(super) struct Brief {
    pub(super) word: String,
    pub(super) phonetic: Option<String>,
    pub(super) gloss: String,
    pub(super) lang: &'static str,
}

/// A gloss in a list, in characters: about a line of a phone.
const BRIEF_CHARS_MAX: usize = 60;

impl<'a> Headword<'a> {
    /// The first gloss that a book gives, and its language.
    pub(super) fn first_gloss(&self) -> (&str, &'static str) {
        let senses = self.books.iter().flat_map(|book| &book.parts).flat_map(|part| &part.senses);
        let first = senses.into_iter().next();
        first.map_or(("", ""), |sense| (sense.gloss.as_str(), sense.lang))
    }

    pub(super) fn of(found: &Found<'a>) -> Headword<'a> {
        Headword {
            word: found.word,
            lang: language_of(found.word),
            phonetic: found.phonetic,
            is_inflection: found.by == FoundBy::Inflection,
            books: found.entries.iter().map(book_entry).collect(),
        }
    }
}

fn book_entry<'a>(entry: &FoundEntry<'a>) -> BookEntry<'a> {
    let parts = Explanation::parse(entry.mean).parts.into_iter().map(|part| Part {
        label: part.label,
        senses: part.senses.into_iter().map(meaning).collect(),
    });
    BookEntry { title: entry.book, parts: parts.collect() }
}

fn meaning(sense: Sense) -> Meaning {
    Meaning {
        lang: language_of(&sense.gloss),
        gloss: sense.gloss,
        examples: sense.examples.into_iter().map(example_line).collect(),
        synonyms: sense.synonyms,
    }
}

fn example_line(Example { text, translation }: Example) -> ExampleLine {
    ExampleLine {
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
    let whole = link::shown_text(&whole);
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

/// The glosses of an entry in a line: what a card shows.
pub(super) fn gloss_of(explanation: &Explanation) -> String {
    let parts = explanation.parts.iter().map(|part| {
        let glosses: Vec<&str> = part.senses.iter().map(|sense| sense.gloss.as_str()).collect();
        format!("{} {}", part.label, glosses.join("；")).trim().to_owned()
    });
    parts.collect::<Vec<_>>().join("  ")
}

/// For fonts and voices.
fn language_of(text: &str) -> &'static str {
    if text.contains(is_han) { "zh-Hans" } else { "en" }
}

/// The name of a part of speech.
fn name_of(label: &str, t: &Texts) -> &'static str {
    let p = &t.part;
    match label {
        "n." => p.noun,
        "v." => p.verb,
        "vt." => p.transitive,
        "vi." => p.intransitive,
        "aux." => p.auxiliary,
        "modal." => p.modal,
        "link." => p.linking,
        "adj." | "a." | "s." => p.adjective,
        "adv." | "ad." | "r." => p.adverb,
        "prep." => p.preposition,
        "conj." => p.conjunction,
        "pron." => p.pronoun,
        "num." => p.numeral,
        "art." => p.article,
        "det." => p.determiner,
        "int." | "interj." => p.interjection,
        "abbr." => p.abbreviation,
        "phr." | "phrase." | "na." => p.phrase,
        "prefix." | "pref." => p.prefix,
        "suffix." | "suf." => p.suffix,
        "pl." => p.plural,
        "sing." => p.singular,
        "infinitive." => p.infinitive,
        "un." => p.uncountable,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PARTS_OF_SPEECH;
    use crate::texts::Language;

    #[test]
    fn every_part_of_speech_has_a_name_in_both_languages() {
        for part in PARTS_OF_SPEECH {
            for language in Language::ALL {
                assert!(!name_of(part, language.texts()).is_empty(), "{part}");
            }
        }
    }

    #[test]
    fn senses_are_gathered_by_part_of_speech_in_the_order_of_the_book() {
        let mean = "v. 跑\n> I run. = 我跑。\nn. 跑步\nv. 经营\n= manage";
        let entry = book_entry(&FoundEntry { book: "A", mean });
        let glosses = |part: &Part| {
            part.senses.iter().map(|sense| sense.gloss.clone()).collect::<Vec<_>>().join(",")
        };
        let parts: Vec<_> = entry.parts.iter().map(|p| (p.label.as_str(), glosses(p))).collect();
        assert_eq!(parts, [("v.", "跑,经营".to_owned()), ("n.", "跑步".to_owned())]);
        assert_eq!(entry.parts[0].senses[0].examples[0].translation_lang, "zh-Hans");
        assert_eq!(entry.parts[0].senses[1].synonyms, ["manage"]);
    }
}
