//! Input of the readers of books. `source` opens, unpacks and decodes a file (`encoding`). `lines`
//! and `records` split the text into lines, or into the records of a csv or tsv file. For
//! `records`, `format` recognises delimiter and quotes, `quoted` rewrites the quotes with `quoting`, and
//! `bars` protects escaped bars. `articles` reads an article by its offset, `sheet` a small table in
//! memory. `deadline` limits the time of reading.

pub(super) mod articles;
pub(super) mod bars;
pub(super) mod deadline;
pub(super) mod encoding;
pub(super) mod lines;
pub(super) mod format;
mod quoted;
mod quoting;
pub(super) mod records;
pub(super) mod sheet;
pub(super) mod source;
