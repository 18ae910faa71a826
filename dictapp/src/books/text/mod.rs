//! Converts the texts of books of other programs to the parts of an entry, with the explanation in
//! the format of [`Explanation`](crate::model::Explanation).
//!
//! - `markup` converts HTML to lines of text.
//! - `plain_article` converts a whole article. For it, `heading` splits the first line,
//!   `paragraphs` joins wrapped lines, and `fvdp` converts articles of the Free Vietnamese
//!   Dictionary Project.
//! - `gloss` normalises an explanation line by line. `script` recognises parts of speech and
//!   pronunciations in it.
//! - `layout` splits a line into headword and explanation, `cedict` splits a line of CC-CEDICT.
//! - `columns` recognises the columns of a table.
//! - `export_text` writes the texts of an export for other programs, and reads them back.

pub(super) mod cedict;
pub(super) mod columns;
pub mod export_text;
mod fvdp;
pub(super) mod gloss;
mod heading;
pub(super) mod layout;
pub(super) mod markup;
mod paragraphs;
pub(super) mod plain_article;
pub(super) mod script;
