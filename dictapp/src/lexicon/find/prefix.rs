//! What has been typed so far to the words it may become, the commonest first.

use super::exact;
use crate::lexicon::columns::partition;
use crate::lexicon::fold::fold_prefix;
use crate::lexicon::{EntryRef, Lexicon};

/// How many suggestions may be asked for at once.
const SUGGESTIONS_MAX: usize = 100;

/// How many forms that begin with what was typed are looked through.
const FORMS_SEEN_MAX: usize = 500;

/// Where a suggestion stands in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// What was typed is the word.
    Typed,
    /// The word has a rank.
    Common,
    /// It has none, but begins with what was typed.
    Begins,
    /// It has none, and only a later word of it begins so.
    Inside,
    /// Another spelling or an inflected form of it begins so.
    Form,
}

impl Lexicon {
    /// At most `n` words that begin, or of which a later word begins, with what was typed: the
    /// typed word itself, then those with a rank by commonness, then the others by their order,
    /// those that begin so before phrases that only hold it. A word is given once, by the entry
    /// of its commonest spelling.
    pub fn suggest(&self, typed: &str, n: usize) -> Vec<EntryRef<'_>> {
        let found = self.suggested(&fold_prefix(typed), n);
        match exact::unmarked(typed).filter(|_| found.is_empty()) {
            Some(inner) => self.suggested(&fold_prefix(inner), n),
            None => found,
        }
    }

    fn suggested(&self, typed: &str, n: usize) -> Vec<EntryRef<'_>> {
        if typed.is_empty() {
            return Vec::new();
        }
        let n = n.min(SUGGESTIONS_MAX);
        let mut found: Vec<(Class, u32, usize)> = self
            .beginning(typed, n)
            .chain(self.holding(typed, n))
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
        keys.into_iter().filter_map(|key| self.columns.face(key)).collect()
    }

    fn beginning(&self, typed: &str, n: usize) -> impl Iterator<Item = (Class, u32, usize)> {
        let range = self.columns.keys.starting_with(typed);
        let keys = self.best_key.ascending(range, |key| self.columns.place(key));
        keys.take(n).map(|key| self.classed(key, Class::Begins))
    }

    /// The headwords with a form that begins with what was typed and that do not themselves.
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

    fn holding(&self, typed: &str, n: usize) -> impl Iterator<Item = (Class, u32, usize)> {
        let len = self.columns.inner_keys.len();
        let from = partition(0..len, |i| self.columns.inner(i) < typed);
        let to = partition(from..len, |i| self.columns.inner(i).starts_with(typed));
        let inner = self.best_inner.ascending(from..to, |i| self.columns.inner_place(i));
        let mut last = None;
        // A phrase may hold the word twice; its places are neighbours then.
        inner
            .filter_map(move |i| {
                let key = self.columns.inner_keys.get(i).map(|&key| key as usize)?;
                (last.replace(key) != Some(key)).then(|| self.classed(key, Class::Inside))
            })
            .take(n)
    }

    fn classed(&self, key: usize, otherwise: Class) -> (Class, u32, usize) {
        let place = self.columns.place(key);
        (if place < self.columns.ranked { Class::Common } else { otherwise }, place, key)
    }
}
