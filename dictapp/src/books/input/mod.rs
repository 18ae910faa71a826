//! Files to text and articles: `source` opens, unpacks and decodes (`encoding`), `lines` and `records` take text apart,
//! `articles` finds an article by its offset.

pub(super) mod articles;
pub(super) mod encoding;
pub(super) mod lines;
pub(super) mod records;
pub(super) mod source;
