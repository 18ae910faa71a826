//! The ways from a query to entries: `exact` finds a spelling, `lemma` goes from an inflected form
//! to its headword (`exceptions` has the irregular ones), `prefix` suggests while a word is typed,
//! `fuzzy` when it is misspelled, `reverse` is Chinese to English, `pinyin` too, `phrase` takes a
//! sentence apart and `segment` a Chinese one.

pub(super) mod exact;
mod exceptions;
mod fuzzy;
mod lemma;
pub(super) mod phrase;
mod pinyin;
mod prefix;
pub(super) mod reverse;
mod segment;
