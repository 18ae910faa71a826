//! Input of the readers: `source` opens, unpacks and decodes (`encoding`) a file, `lines` and
//! `records` split text, `articles` reads an article by its offset, `sheet` a small table in
//! memory. `deadline` limits the time of reading.

pub(super) mod articles;
pub(super) mod deadline;
pub(super) mod encoding;
pub(super) mod lines;
pub(super) mod records;
pub(super) mod sheet;
pub(super) mod source;
