//! Output of log lines: a file that can be rotated, and a bounded queue before any writer.

pub(crate) mod file;
pub(crate) mod queue;
