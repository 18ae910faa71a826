//! Suggests words for the text typed so far, the most frequent first: `appl` gives `apply` and
//! `apple`. A key is a folded spelling; its place is its number in the order of frequency.

use super::exact;
use crate::lexicon::columns::partition;
use crate::lexicon::fold::fold_prefix;
use crate::lexicon::{EntryRef, Lexicon};

/// Maximum number of suggestions.
const SUGGESTIONS_MAX: usize = 100;

/// Maximum number of inflected forms with the typed prefix that are read.
const FORMS_SEEN_MAX: usize = 500;

/// The class of a suggestion. Earlier classes are listed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// The word equals the typed text.
    Typed,
    /// The word has a rank.
    Common,
    /// The word has no rank and begins with the typed text.
    Begins,
    /// The phrase has no rank, and a later word of it begins with the typed text.
    Inside,
    /// Another spelling or an inflected form of it begins with the typed text.
    Form,
}

/// A suggested word. The order of the fields is the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Suggestion {
    class: Class,
    place: u32,
    key: usize,
}

impl Lexicon {
    /// At most `n` words that begin with the typed text, or contain a word that does. The order:
    /// the typed word itself, words with a rank by frequency, other words that begin with the text,
    /// then phrases that contain it, then words with such a form. Each word occurs once, with the
    /// entry of its most frequent spelling. If there are none, punctuation around the text is
    /// ignored.
    pub fn suggest(&self, typed: &str, n: usize) -> Vec<EntryRef<'_>> {
        let found = self.suggested(&fold_prefix(typed), n);
        if !found.is_empty() {
            return found;
        }
        let mut inner =
            exact::stripped_step_by_step(typed).map(|inner| self.suggested(&fold_prefix(inner), n));
        inner.find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The suggestions for a folded text.
    fn suggested(&self, typed: &str, n: usize) -> Vec<EntryRef<'_>> {
        if typed.is_empty() {
            return Vec::new();
        }
        let n = n.min(SUGGESTIONS_MAX);
        let mut found: Vec<Suggestion> = self
            .beginning(typed, n)
            .chain(self.inside(typed, n))
            .chain(self.forms(typed, n))
            .collect();
        let typed = self.key(typed);
        found.extend(typed.map(|key| Suggestion { class: Class::Typed, place: 0, key }));
        found.sort_unstable();
        let mut keys: Vec<usize> = Vec::with_capacity(n);
        for Suggestion { key, .. } in found {
            if keys.len() < n && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.into_iter().filter_map(|key| self.columns.representative(key)).collect()
    }

    /// The words that begin with the typed text.
    fn beginning(&self, typed: &str, n: usize) -> impl Iterator<Item = Suggestion> {
        let range = self.columns.keys.starting_with(typed);
        let keys = self.keys_by_place.ascending(range, |key| self.columns.place(key));
        keys.take(n).map(|key| self.suggestion(key, Class::Begins))
    }

    /// The headwords that do not begin with the typed text but have a form that does.
    fn forms(&self, typed: &str, n: usize) -> impl Iterator<Item = Suggestion> {
        let range = self.columns.forms.starting_with(typed).take(FORMS_SEEN_MAX);
        let mut keys: Vec<usize> = range
            .filter_map(|i| self.columns.form_lemmas.get(i))
            .map(|&key| key as usize)
            .collect();
        keys.retain(|&key| !self.columns.keys.get(key).starts_with(typed));
        keys.sort_by_key(|&key| self.columns.place(key));
        keys.dedup();
        let suggestion =
            |key| Suggestion { class: Class::Form, place: self.columns.place(key), key };
        keys.into_iter().take(n).map(suggestion)
    }

    /// The phrases with a later word that begins with the typed text.
    fn inside(&self, typed: &str, n: usize) -> impl Iterator<Item = Suggestion> {
        let len = self.columns.inner_keys.len();
        let from = partition(0..len, |i| self.columns.inner(i) < typed);
        let to = partition(from..len, |i| self.columns.inner(i).starts_with(typed));
        let inner = self.inner_words_by_place.ascending(from..to, |i| self.columns.inner_place(i));
        let mut last = None;
        // A phrase may contain two such words. Both have the place of the phrase, so the second one
        // follows the first.
        inner
            .filter_map(move |i| {
                let key = self.columns.inner_keys.get(i).map(|&key| key as usize)?;
                (last.replace(key) != Some(key)).then(|| self.suggestion(key, Class::Inside))
            })
            .take(n)
    }

    /// A suggestion. Its class is `otherwise` if the word has no rank.
    fn suggestion(&self, key: usize, otherwise: Class) -> Suggestion {
        let place = self.columns.place(key);
        let class = if place < self.columns.ranked { Class::Common } else { otherwise };
        Suggestion { class, place, key }
    }
}
