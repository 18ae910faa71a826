//! The two ends of a measured connection: a server process that a verb starts, and the clients that load it.

pub(crate) mod answer;
pub(crate) mod browser;
pub(crate) mod process_tree;
pub(crate) mod server;
pub(crate) mod visitors;
