//! Output of log lines: a file that can be rotated, and a bounded queue for any writer that may
//! block.

pub(crate) mod file;
pub(crate) mod queue;
