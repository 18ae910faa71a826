//! Converts the texts of foreign books to the notation of
//! [`Explanation`](crate::model::Explanation): `markup` converts HTML to lines, `foreign` an
//! article (`fvdp` one with marks), `gloss` a line. `layout` finds the end of a headword, `columns`
//! the columns of a table, `script` parts of speech and pronunciations.

pub(super) mod columns;
pub(super) mod foreign;
mod fvdp;
pub(super) mod gloss;
pub(super) mod layout;
pub(super) mod markup;
pub(super) mod script;
