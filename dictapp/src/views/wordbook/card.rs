//! The card of a word: what the word book and reviews show of its entry.

use std::sync::Arc;

use crate::model::{Explanation, Languages};
use crate::site::{Card, Selection};
use crate::views::word::gloss_of;

/// The card of a word, empty if no book has it. Cards of the whole shelf are cached.
pub(crate) fn card_of(books: &Selection<'_>, word: &str) -> Arc<Card> {
    if !books.is_whole() {
        return Arc::new(new_card(books, word));
    }
    books.shelf().cards().get_or("", word, || new_card(books, word))
}

/// The card of a word, which is not cached. Exports use it: their many words must not displace the
/// cached cards.
pub(super) fn new_card(books: &Selection<'_>, word: &str) -> Card {
    let found = books.look_up(word);
    let entry = found.first().and_then(|found| found.entries.first());
    let Some(entry) = entry else { return Card::unknown() };
    let explanation = Explanation::without_links(entry.mean);
    let ipa = explanation.first_pronunciation().map(|one| one.ipa.clone());
    let phonetic = ipa.or_else(|| found[0].phonetic.map(str::to_owned)).unwrap_or_default();
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
