//! The searches for a query.
//!
//! - `exact` finds a spelling, with `umlauts` also one that spells umlauts out: `Kaese`.
//! - `lemma` finds the headword of an inflected form; `exceptions` has the irregular forms.
//! - `prefix` suggests words for a text that is being typed, `fuzzy` for a misspelled word.
//! - `reverse` finds the words with a Chinese text in their meaning, `pinyin` those with the pinyin
//!   of such a text.
//! - `phrase` splits an English sentence, `segment` a Chinese one.

pub(super) mod exact;
mod exceptions;
mod fuzzy;
mod lemma;
pub(super) mod phrase;
mod pinyin;
mod prefix;
pub(super) mod reverse;
mod segment;
mod umlauts;
