//! Converts the texts of books that other programs made to this project's notation, the text form
//! of an [`Explanation`](crate::model::Explanation): `markup` converts HTML to lines, `foreign`
//! converts a whole article, and `gloss` a line. For `foreign`, `heading` splits the first line of
//! an article, `paragraphs` joins wrapped lines, and `fvdp` converts articles with the marks of the
//! Free Vietnamese Dictionary Project. `layout` finds the end of a headword, `slashed` splits lines
//! of CC-CEDICT, `columns` recognises the columns of a table, `script` recognises parts of speech
//! and pronunciations. `exchange` writes the texts of an export for other programs, and reads them
//! back.

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
