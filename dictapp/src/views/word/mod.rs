//! Converts the entries of a word to the values that its page shows: parts of speech, senses, and
//! examples with the headword marked. A book here is a dictionary.

mod example;
mod form;
mod gloss;
mod label;

use std::borrow::Cow;

use crate::lexicon::FoundBy;
use crate::model::link;
use crate::model::{
    Explanation, LanguageTag, Languages, Part, Pronunciation, Region, Run, Sense, WordClass,
};
use crate::site::{Found, FoundEntry, Inflection};
use crate::texts::{Language, Texts};

use self::example::{ExamplePiece, headword_spellings, split_at_headword};
use self::form::ShownForm;
pub(super) use self::form::{inflection_text, kinds_of_form};
pub(super) use self::gloss::{Brief, brief, first_gloss, gloss_of};
use self::gloss::{GlossPiece, push_with_remarks};
use self::label::shown_label;

/// A headword with its entry in each book.
#[derive(Debug)]
pub(super) struct Headword<'a> {
    pub(super) word: &'a str,
    /// The language of the word, which selects fonts and voices.
    pub(super) lang: LanguageTag,
    /// Whether the query is an inflected form of this headword.
    pub(super) is_inflection: bool,
    pub(super) level: Option<&'static str>,
    /// How common the word is: 1 (rare) to 5 dots.
    pub(super) frequency: Option<u8>,
    /// The pronunciations that are shown under the headword, if all parts of speech share them.
    pub(super) pronunciations: Vec<Spoken>,
    pub(super) books: Vec<BookEntry<'a>>,
    pub(super) family: Vec<String>,
    /// The phrases that the books list. Not all of them have an entry.
    pub(super) phrases: Vec<String>,
}

/// The entry of one book.
#[derive(Debug)]
pub(super) struct BookEntry<'a> {
    pub(super) title: &'a str,
    /// The title in the links at the top of the page, which lead to the books' entries.
    pub(super) short_title: &'a str,
    pub(super) parts: Vec<PartOfSpeech>,
}

/// The senses of one part of speech.
#[derive(Debug)]
pub(super) struct PartOfSpeech {
    /// The label as the book writes it, such as `n.`; empty if there is none.
    pub(super) label: String,
    pub(super) level: Option<&'static str>,
    /// Empty if all parts share them: then [`Headword::pronunciations`] has them.
    pub(super) pronunciations: Vec<Spoken>,
    pub(super) forms: Vec<ShownForm>,
    pub(super) senses: Vec<Meaning>,
    /// The number of senses that are shown; the others are folded.
    pub(super) senses_shown: usize,
}

/// A pronunciation, as it is shown and spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// `UK`, `US`, or empty.
    pub(super) region: &'static str,
    /// The language of the voice.
    pub(super) voice: &'static str,
    /// Whether it is the weak form, as of "a" in a sentence.
    pub(super) is_weak: bool,
    pub(super) ipa: String,
}

/// A sense, as it is shown.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) labels: Vec<String>,
    pub(super) gloss: String,
    /// The language of the gloss.
    pub(super) lang: LanguageTag,
    /// How the word is used in this sense, such as "sb/sth to do sth".
    pub(super) pattern: Option<String>,
    pub(super) examples: Vec<ExampleLine>,
    pub(super) synonyms: Vec<String>,
    pub(super) antonyms: Vec<String>,
}

#[derive(Debug)]
pub(super) struct ExampleLine {
    /// The sentence, split into the headword and the text between.
    pub(super) pieces: Vec<ExamplePiece>,
    pub(super) lang: LanguageTag,
    pub(super) translation: Option<String>,
    pub(super) translation_lang: LanguageTag,
}

/// If the senses of a part of speech are folded, this many are still shown. Some dictionaries, such
/// as WordNet, list up to sixty senses.
const SENSES_SHOWN: usize = 3;

/// If a part of speech has more senses than this, and all of them are in English, they are folded.
/// It is one more than [`SENSES_SHOWN`], since a single folded sense would save no space.
const UNFOLDED_SENSES_MAX: usize = 4;

impl<'a> Headword<'a> {
    /// The first gloss of the first book that has one, and its language.
    pub(super) fn first_gloss(&self) -> (Cow<'_, str>, LanguageTag) {
        let senses = self.books.iter().flat_map(|book| &book.parts).flat_map(|part| &part.senses);
        let first = senses.into_iter().next();
        let none = ("".into(), LanguageTag::ENGLISH);
        first.map_or(none, |sense| (link::shown_text(&sense.gloss), sense.lang))
    }

    /// Says which form of the headword this spelling is.
    pub(super) fn form_named(&self, spelling: &str, t: &Texts) -> String {
        let parts = self.books.iter().flat_map(|book| &book.parts);
        let forms = parts.flat_map(|part| &part.forms).map(|form| &form.0);
        let kinds = kinds_of_form(forms, spelling);
        inflection_text(&Inflection { headword: self.word.to_owned(), kinds }, t)
    }

    /// Converts a headword with its entries; `language` is the language of the page.
    pub(super) fn from_found(found: &Found<'a>, language: Language) -> Headword<'a> {
        let explained: Vec<_> = found
            .entries
            .iter()
            .map(|entry| (entry, Explanation::parse(entry.explanation)))
            .collect();
        let languages = found.entries.iter().find_map(|entry| entry.languages);
        let forms = headword_spellings(found.word, explained.iter().flat_map(|(_, e)| e.forms()));
        let family = distinct(explained.iter().flat_map(|(_, e)| &e.family));
        let phrases = distinct(explained.iter().flat_map(|(_, e)| &e.phrases));
        let level = explained.iter().find_map(|(_, e)| e.level.map(|level| level.as_str()));
        let mut books: Vec<BookEntry<'_>> = Vec::new();
        for (entry, explanation) in explained {
            books.push(book_entry(entry, explanation, &forms, language));
        }
        hide_repeated_level(&mut books, level);
        let mut pronunciations = shared_pronunciations(&mut books);
        if pronunciations.is_empty()
            && let Some(ipa) = found.phonetic
            && books.iter().all(|book| book.parts.iter().all(|p| p.pronunciations.is_empty()))
        {
            pronunciations.push(Spoken {
                region: "",
                voice: "en",
                is_weak: false,
                ipa: ipa.to_owned(),
            });
        }
        Headword {
            word: found.word,
            lang: Languages::of_source(languages, found.word),
            is_inflection: found.by == FoundBy::Inflection,
            level,
            frequency: found.rank.map(frequency),
            pronunciations,
            books,
            family,
            phrases,
        }
    }
}

/// Converts a frequency rank to a number of dots. A learner knows about 3,000 words after school,
/// so the first 3,000 words have four or five dots.
fn frequency(rank: u32) -> u8 {
    match rank {
        0..=1000 => 5,
        1001..=3000 => 4,
        3001..=6000 => 3,
        6001..=12_000 => 2,
        _ => 1,
    }
}

/// Removes the level of each part of speech that has the same level as the headword.
fn hide_repeated_level(books: &mut [BookEntry<'_>], level: Option<&str>) {
    for part in books.iter_mut().flat_map(|book| &mut book.parts) {
        part.level = part.level.filter(|part_level| Some(*part_level) != level);
    }
}

/// Removes repeated pronunciations. Only the first book with pronunciations keeps them, since the
/// other books repeat them. If all parts of speech in this book that have pronunciations have the
/// same ones, the function removes them from the parts and returns them for the headword. Otherwise
/// it returns none.
fn shared_pronunciations(books: &mut [BookEntry<'_>]) -> Vec<Spoken> {
    let given = |book: &BookEntry<'_>| book.parts.iter().any(|p| !p.pronunciations.is_empty());
    let Some(first) = books.iter().position(given) else { return Vec::new() };
    for book in &mut books[first + 1..] {
        book.parts.iter_mut().for_each(|part| part.pronunciations.clear());
    }
    let parts = &mut books[first].parts;
    let mut all = parts.iter().map(|part| &part.pronunciations).filter(|p| !p.is_empty());
    let Some(shared) = all.next().cloned() else { return Vec::new() };
    if !all.all(|other| *other == shared) {
        return Vec::new();
    }
    parts.iter_mut().for_each(|part| part.pronunciations.clear());
    shared
}

/// The context in which a book's texts are converted.
struct EntryContext<'a> {
    /// The spellings of the headword, which are bold in examples.
    forms: &'a [String],
    languages: Option<Languages>,
    t: &'static Texts,
}

fn book_entry<'a>(
    entry: &FoundEntry<'a>,
    explanation: Explanation,
    forms: &[String],
    language: Language,
) -> BookEntry<'a> {
    let context = EntryContext { forms, languages: entry.languages, t: language.texts() };
    let parts = explanation.parts.into_iter().map(|part| part_of_speech(part, &context));
    BookEntry {
        title: shown_title(entry.book, language),
        short_title: short_title(entry.book, language),
        parts: parts.collect(),
    }
}

fn part_of_speech(part: Part, context: &EntryContext<'_>) -> PartOfSpeech {
    let senses: Vec<Meaning> =
        part.senses.into_iter().map(|sense| meaning(sense, context)).collect();
    let is_english = senses.iter().all(|sense| sense.lang == LanguageTag::ENGLISH);
    let is_long = senses.len() > UNFOLDED_SENSES_MAX && is_english;
    PartOfSpeech {
        label: part.label,
        level: part.level.map(|level| level.as_str()),
        pronunciations: part.pronunciations.into_iter().map(spoken).collect(),
        forms: part.forms.into_iter().map(ShownForm).collect(),
        senses_shown: if is_long { SENSES_SHOWN } else { senses.len() },
        senses,
    }
}

fn spoken(Pronunciation { region, is_weak, ipa }: Pronunciation) -> Spoken {
    let (region, voice) = match region {
        Some(Region::Uk) => ("UK", "en-GB"),
        Some(Region::Us) => ("US", "en-US"),
        None => ("", "en"),
    };
    Spoken { region, voice, is_weak, ipa }
}

impl PartOfSpeech {
    /// The names of the parts of speech that the label abbreviates; empty if the label is unknown.
    pub(super) fn name(&self, t: &Texts) -> String {
        let labels = self.label.split([' ', '&', '/', ',', '，', '、']);
        let names = labels.map(|label| name_of(label, t)).filter(|name| !name.is_empty());
        names.collect::<Vec<_>>().join(" / ")
    }

    /// The senses that are not folded.
    pub(super) fn first_senses(&self) -> &[Meaning] {
        &self.senses[..self.senses_shown]
    }

    /// The senses that are folded.
    pub(super) fn more_senses(&self) -> &[Meaning] {
        &self.senses[self.senses_shown..]
    }
}

impl Meaning {
    /// The pieces of the gloss: links, remarks in brackets, and the text between them.
    pub(super) fn pieces(&self) -> Vec<GlossPiece<'_>> {
        let mut pieces = Vec::new();
        for run in link::runs(&self.gloss) {
            match run {
                Run::Text(text) => push_with_remarks(&mut pieces, text),
                Run::Link { word, text } => {
                    pieces.push(GlossPiece { text, link: Some(word), is_aside: false });
                }
            }
        }
        pieces
    }
}

fn meaning(sense: Sense, context: &EntryContext<'_>) -> Meaning {
    let languages = context.languages;
    let example = |example: crate::model::Example| ExampleLine {
        lang: Languages::of_source(languages, &example.text),
        pieces: split_at_headword(&link::shown_text(&example.text), context.forms),
        translation_lang: Languages::of_target(
            languages,
            example.translation.as_deref().unwrap_or_default(),
        ),
        translation: example.translation.map(|text| link::shown_text(&text).into_owned()),
    };
    Meaning {
        labels: sense.labels.into_iter().map(|label| shown_label(label, context.t)).collect(),
        lang: Languages::of_target(languages, &sense.gloss),
        gloss: sense.gloss,
        pattern: sense.pattern,
        examples: sense.examples.into_iter().map(example).collect(),
        synonyms: sense.synonyms,
        antonyms: sense.antonyms,
    }
}

fn distinct<'a>(words: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for word in words {
        if !distinct.contains(word) {
            distinct.push(word.clone());
        }
    }
    distinct
}

/// The title of a book in this language. Only the shipped books have a title in each language; they
/// are recognised by the beginning of their Chinese title.
pub(super) fn shown_title(title: &str, language: Language) -> &str {
    let known = &Language::Chinese.texts().word;
    let texts = &language.texts().word;
    match title {
        title if title.starts_with(known.book_en_zh) => texts.book_en_zh,
        title if title.starts_with(known.book_en_en) => texts.book_en_en,
        title => title,
    }
}

/// The title of a book in the links at the top of the page. Shipped books have a shorter one there,
/// since the links are side by side on a phone.
fn short_title(title: &str, language: Language) -> &str {
    let texts = &language.texts().word;
    match shown_title(title, language) {
        shown if shown == texts.book_en_zh => texts.tab_en_zh,
        shown if shown == texts.book_en_en => texts.tab_en_en,
        shown => shown,
    }
}

/// The name of the part of speech with this label; empty if the label is unknown.
fn name_of(label: &str, t: &Texts) -> &'static str {
    let p = &t.part;
    let Some(class) = WordClass::of_label(label) else { return "" };
    match class {
        WordClass::Noun => p.noun,
        WordClass::Verb => p.verb,
        WordClass::TransitiveVerb => p.transitive,
        WordClass::IntransitiveVerb => p.intransitive,
        WordClass::AuxiliaryVerb => p.auxiliary,
        WordClass::ModalVerb => p.modal,
        WordClass::LinkingVerb => p.linking,
        WordClass::Adjective => p.adjective,
        WordClass::Adverb => p.adverb,
        WordClass::Preposition => p.preposition,
        WordClass::Conjunction => p.conjunction,
        WordClass::Pronoun => p.pronoun,
        WordClass::Numeral => p.numeral,
        WordClass::Article => p.article,
        WordClass::Determiner => p.determiner,
        WordClass::Interjection => p.interjection,
        WordClass::Abbreviation => p.abbreviation,
        WordClass::Phrase => p.phrase,
        WordClass::Prefix => p.prefix,
        WordClass::Suffix => p.suffix,
        WordClass::Plural => p.plural,
        WordClass::Singular => p.singular,
        WordClass::Infinitive => p.infinitive,
        WordClass::UncountableNoun => p.uncountable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    fn headword<'a>(word: &'a str, books: &[(&'a str, &'a str)]) -> Headword<'a> {
        let entries = books
            .iter()
            .map(|&(book, explanation)| FoundEntry { book, explanation, languages: None })
            .collect();
        let found = Found { word, by: FoundBy::Spelling, phonetic: None, rank: None, entries };
        Headword::from_found(&found, Language::English)
    }

    #[test]
    fn senses_are_grouped_by_part_of_speech_in_the_order_of_the_book() {
        let explanation = "v. 跑\n> I run. = 我跑。\nn. 跑步\nv. 经营\n= manage";
        let entry = headword("run", &[("A", explanation)]).books.remove(0);
        let glosses = |part: &PartOfSpeech| {
            part.senses.iter().map(|sense| sense.gloss.clone()).collect::<Vec<_>>().join(",")
        };
        let parts: Vec<_> = entry.parts.iter().map(|p| (p.label.as_str(), glosses(p))).collect();
        assert_eq!(parts, [("v.", "跑,经营".to_owned()), ("n.", "跑步".to_owned())]);
        assert_eq!(entry.parts[0].senses[0].examples[0].translation_lang.as_str(), "zh-Hans");
        assert_eq!(entry.parts[0].senses[1].synonyms, ["manage"]);
    }

    #[test]
    fn links_are_links_in_a_gloss_and_plain_elsewhere() {
        let entry = headword("a", &[("A", "n. see [[go|去]]\n> I [[go]]. = 我[[走]]。")]);
        assert_eq!(entry.first_gloss().0, "see 去");
        let sense = &entry.books[0].parts[0].senses[0];
        assert_eq!(sense.pieces()[1].link, Some("go"));
        assert_eq!(sense.examples[0].translation.as_deref(), Some("我走。"));
        let text: String = sense.examples[0].pieces.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(text, "I go.");
    }

    #[test]
    fn several_parts_of_speech_are_one_part() {
        let entry = headword("a", &[("A", "vt. & vi. 引导\nn./v. 甲\nvt. & vi. 乙")]);
        let parts = &entry.books[0].parts;
        let labels: Vec<&str> = parts.iter().map(|part| part.label.as_str()).collect();
        assert_eq!(
            (labels, parts[0].senses[0].gloss.as_str()),
            (vec!["vt. & vi.", "n./v."], "引导")
        );
        let t = Language::English.texts();
        assert_eq!(parts[1].name(t), format!("{} / {}", t.part.noun, t.part.verb));
    }

    #[test]
    fn shared_pronunciations_are_shown_once_under_the_headword() {
        let same = "@ n. UK ˈæp; US ˈap\nn. 甲\n@ v. UK ˈæp; US ˈap\nv. 乙";
        let shared = headword("a", &[("A", same), ("B", "@ n. US ˈap\nn. c")]);
        let regions: Vec<_> = shared.pronunciations.iter().map(|p| p.region).collect();
        assert_eq!(regions, ["UK", "US"]);
        assert!(shared.books.iter().all(|b| b.parts.iter().all(|p| p.pronunciations.is_empty())));
        let differ = headword("a", &[("A", "@ n. ˈrekɔːd\nn. 甲\n@ v. rɪˈkɔːd\nv. 乙")]);
        assert!(differ.pronunciations.is_empty());
        assert_eq!(differ.books[0].parts[1].pronunciations[0].ipa, "rɪˈkɔːd");
    }

    #[test]
    fn a_long_list_of_english_senses_is_folded_and_a_chinese_one_is_not() {
        let english = headword("a", &[("A", "n. a\nn. b\nn. c\nn. d\nn. e")]);
        assert_eq!(english.books[0].parts[0].more_senses().len(), 2);
        let chinese = headword("a", &[("A", "n. 甲\nn. 乙\nn. 丙\nn. 丁\nn. 戊")]);
        assert!(chinese.books[0].parts[0].more_senses().is_empty());
    }
}
