//! Makes the card of a word: the part of its entry that the user's word book (the saved words) and
//! the reviews show.

use std::sync::Arc;

use crate::lexicon::FoundBy;
use crate::model::{Explanation, Languages};
use crate::site::{Card, Found, Inflection, Selection};
use crate::texts::Texts;
use crate::views::word::{gloss_of, inflection_text, kinds_of_form};

/// The card of a word; empty if none of `books`, the user's dictionaries, has it. The card is
/// cached if the user has switched no book off.
pub(crate) fn card_of(books: &Selection<'_>, word: &str) -> Arc<Card> {
    if !books.is_whole() {
        return Arc::new(new_card(books, word));
    }
    books.shelf().cards().get_or("", word, || new_card(books, word))
}

/// Makes the card of a word without the cache. Exports use this, since their many words must not
/// displace the cached cards.
pub(super) fn new_card(books: &Selection<'_>, word: &str) -> Card {
    let found = books.look_up(word);
    let entry = found.first().and_then(|found| found.entries.first());
    let Some(entry) = entry else { return Card::unknown() };
    let explanation = Explanation::without_links(entry.explanation);
    // An inflected form is not pronounced as its headword is.
    let is_headword = found[0].by != FoundBy::Inflection;
    let ipa = explanation.first_pronunciation().map(|one| one.ipa.clone());
    let ipa = ipa.or_else(|| found[0].phonetic.map(str::to_owned));
    let phonetic = ipa.filter(|_| is_headword).unwrap_or_default();
    let example = explanation.senses().flat_map(|(_, sense)| &sense.examples).next();
    let meaning = gloss_of(&explanation);
    let inflection = (!is_headword).then(|| inflection(&found[0], word));
    Card {
        phonetic,
        lang: Languages::of_target(entry.languages, &meaning),
        meaning,
        example: example.map_or_else(String::new, |example| example.text.clone()),
        translation: example.and_then(|one| one.translation.clone()).unwrap_or_default(),
        inflection,
    }
}

/// Which form of the found headword a word is.
fn inflection(found: &Found<'_>, word: &str) -> Inflection {
    let explained: Vec<_> =
        found.entries.iter().map(|entry| Explanation::parse(entry.explanation)).collect();
    let parts = explained.iter().flat_map(|explanation| &explanation.parts);
    let kinds = kinds_of_form(parts.flat_map(|part| &part.forms), word);
    Inflection { headword: found.word.to_owned(), kinds }
}

/// Says which form of its headword the word of a card is; empty if it is a headword.
pub(crate) fn form_of(card: &Card, t: &Texts) -> String {
    card.inflection.as_ref().map_or_else(String::new, |inflection| inflection_text(inflection, t))
}

/// The meaning of a card in one line, for exports: which form the word is, and the glosses.
pub(super) fn meaning_line(card: &Card, t: &Texts) -> String {
    [form_of(card, t), card.meaning.clone()].join("  ").trim_start().to_owned()
}
