//! The ways from a query to entries: `exact` finds a spelling, `lemma` goes from an inflected form
//! to its headword (`exceptions` has the irregular ones), `prefix` suggests while a word is typed,
//! `fuzzy` when it is misspelled, `reverse` is Chinese to English, `phrase` takes a sentence apart.

pub(super) mod exact;
mod exceptions;
mod fuzzy;
mod lemma;
pub(super) mod phrase;
mod prefix;
pub(super) mod reverse;
