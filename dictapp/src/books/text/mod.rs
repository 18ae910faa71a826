//! Converts the texts of foreign books to the notation of
//! [`Explanation`](crate::model::Explanation): `markup` converts HTML to lines, `foreign` an
//! article (`fvdp` one with marks; `heading` its first line, `paragraphs` its lines), `gloss` a
//! line. `layout` finds the end of a headword, `columns` the columns of a table, `script` parts of
//! speech and pronunciations.

pub(super) mod columns;
pub(super) mod foreign;
mod fvdp;
pub(super) mod gloss;
mod heading;
pub(super) mod layout;
pub(super) mod markup;
mod paragraphs;
pub(super) mod script;
