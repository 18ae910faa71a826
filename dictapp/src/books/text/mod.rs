//! What foreign books write to the notation of [`Explanation`](crate::model::Explanation): `markup`
//! is HTML to lines, `foreign` reads an article (`fvdp` one with marks), `gloss` a line, `layout` finds where a headword
//! ends, `columns` what those of a table are, `script` says what a stretch of text is.

pub(super) mod columns;
pub(super) mod foreign;
mod fvdp;
pub(super) mod gloss;
pub(super) mod layout;
pub(super) mod markup;
pub(super) mod script;
