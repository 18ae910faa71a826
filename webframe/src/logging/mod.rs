//! Where log lines go: a file that can be rotated, and a bounded queue in front of any writer.

pub(crate) mod file;
pub(crate) mod queue;
