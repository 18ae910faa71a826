//! Converts the texts of foreign books to the notation of
//! [`Explanation`](crate::model::Explanation): `markup` converts HTML to lines, `foreign` an
//! article (`fvdp` one with marks; `heading` its first line, `paragraphs` its lines), `gloss` a
//! line. `layout` finds the end of a headword, `slashed` splits lines of CC-CEDICT, `columns`
//! recognises the columns of a table, `script` parts of speech and pronunciations. `exchange` has the
//! texts of an export.

mod column_names;
pub(super) mod columns;
pub mod exchange;
pub(super) mod foreign;
mod fvdp;
pub(super) mod gloss;
mod heading;
pub(super) mod layout;
pub(super) mod markup;
mod paragraphs;
pub(super) mod script;
pub(super) mod slashed;
