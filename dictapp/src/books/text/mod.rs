//! What foreign books write to the notation of [`Explanation`](crate::model::Explanation): `markup`
//! is HTML to lines, `foreign` reads an article, `gloss` a line, `layout` finds where a headword
//! ends, `script` says what a stretch of text is.

pub(super) mod foreign;
pub(super) mod gloss;
pub(super) mod layout;
pub(super) mod markup;
pub(super) mod script;
