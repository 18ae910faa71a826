//! Makes the card of a word: what the user's word book (the saved words) and reviews show of the
//! word's entry.

use std::sync::Arc;

use crate::lexicon::FoundBy;
use crate::model::{Explanation, Languages};
use crate::site::{Card, Selection};
use crate::views::word::gloss_of;

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
    let explanation = Explanation::without_links(entry.mean);
    // An inflected form is not pronounced as its headword is.
    let is_headword = found[0].by != FoundBy::Inflection;
    let ipa = explanation.first_pronunciation().map(|one| one.ipa.clone());
    let ipa = ipa.or_else(|| found[0].phonetic.map(str::to_owned));
    let phonetic = ipa.filter(|_| is_headword).unwrap_or_default();
    let example = explanation.senses().flat_map(|(_, sense)| &sense.examples).next();
    let meaning = gloss_of(&explanation);
    Card {
        phonetic,
        lang: Languages::of_target(entry.languages, &meaning),
        meaning,
        example: example.map_or_else(String::new, |example| example.text.clone()),
        translation: example.and_then(|one| one.translation.clone()).unwrap_or_default(),
    }
}
