//! The input of the readers of books: from a file to lines, records or articles.
//!
//! - `source` opens and unpacks a file, and decodes it with `encoding`.
//! - `lines` splits a text into lines, `records` splits a csv or tsv file into records.
//! - For `records`, `format` recognises the delimiter and the quotes, `rewritten_quotes` rewrites
//!   the quotes with `quote_rewriter`, and `escaped_pipes` protects escaped pipes.
//! - `articles` reads an article by its offset, `sheet` reads a small table in memory.
//! - `deadline` limits the time of reading.

pub(super) mod articles;
pub(super) mod deadline;
pub(super) mod encoding;
pub(super) mod escaped_pipes;
pub(super) mod lines;
pub(super) mod format;
mod quote_rewriter;
pub(super) mod records;
pub(super) mod rewritten_quotes;
pub(super) mod sheet;
pub(super) mod source;
