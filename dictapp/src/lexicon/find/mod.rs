//! The searches for a query: `exact` finds a spelling (with `umlauts`, also one that spells umlauts
//! out), `lemma` the headword of an inflected form (`exceptions` has the irregular ones), `prefix`
//! suggests words for a text that is being typed, `fuzzy` for a misspelled word. `reverse` finds
//! the words that have a Chinese text in their meaning, `pinyin` those whose meaning has this
//! pinyin. `phrase` splits an English sentence, `segment` a Chinese one.

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
