//! Suggests words for the text typed so far, the most frequent first. A key is a folded spelling;
//! its place is its number in the order of frequency.

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
            exact::unmarkings(typed).map(|inner| self.suggested(&fold_prefix(inner), n));
        inner.find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The suggestions for a folded text.
    fn suggested(&self, typed: &str, n: usize) -> Vec<EntryRef<'_>> {
        if typed.is_empty() {
            return Vec::new();
        }
        let n = n.min(SUGGESTIONS_MAX);
        let mut found: Vec<(Class, u32, usize)> = self
            .beginning(typed, n)
            .chain(self.inside(typed, n))
            .chain(self.forms(typed, n))
            .collect();
        found.extend(self.key(typed).map(|key| (Class::Typed, 0, key)));
        found.sort_unstable();
        let mut keys: Vec<usize> = Vec::with_capacity(n);
        for (_, _, key) in found {
            if keys.len() < n && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys.into_iter().filter_map(|key| self.columns.representative(key)).collect()
    }

    /// The keys that begin with the typed text, as class, place and key.
    fn beginning(&self, typed: &str, n: usize) -> impl Iterator<Item = (Class, u32, usize)> {
        let range = self.columns.keys.starting_with(typed);
        let keys = self.best_key.ascending(range, |key| self.columns.place(key));
        keys.take(n).map(|key| self.classed(key, Class::Begins))
    }

    /// The headwords that do not begin with the typed text but have a form that does.
    fn forms(&self, typed: &str, n: usize) -> impl Iterator<Item = (Class, u32, usize)> {
        let range = self.columns.forms.starting_with(typed).take(FORMS_SEEN_MAX);
        let mut keys: Vec<usize> = range
            .filter_map(|i| self.columns.form_lemmas.get(i))
            .map(|&key| key as usize)
            .collect();
        keys.retain(|&key| !self.columns.keys.get(key).starts_with(typed));
        keys.sort_by_key(|&key| self.columns.place(key));
        keys.dedup();
        keys.into_iter().take(n).map(|key| (Class::Form, self.columns.place(key), key))
    }

    /// The keys of phrases with a later word that begins with the typed text.
    fn inside(&self, typed: &str, n: usize) -> impl Iterator<Item = (Class, u32, usize)> {
        let len = self.columns.inner_keys.len();
        let from = partition(0..len, |i| self.columns.inner(i) < typed);
        let to = partition(from..len, |i| self.columns.inner(i).starts_with(typed));
        let inner = self.best_inner.ascending(from..to, |i| self.columns.inner_place(i));
        let mut last = None;
        // A phrase may contain the word twice; then its places are adjacent.
        inner
            .filter_map(move |i| {
                let key = self.columns.inner_keys.get(i).map(|&key| key as usize)?;
                (last.replace(key) != Some(key)).then(|| self.classed(key, Class::Inside))
            })
            .take(n)
    }

    /// A key with its class, which is `otherwise` if it has no rank, and its place.
    fn classed(&self, key: usize, otherwise: Class) -> (Class, u32, usize) {
        let place = self.columns.place(key);
        (if place < self.columns.ranked { Class::Common } else { otherwise }, place, key)
    }
}
