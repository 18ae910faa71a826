//! The commands of `cargo xtask`, each in a file or folder of its name. A command has a `run`
//! function and a text `ABOUT` for the help.

pub(crate) mod bench;
pub(crate) mod cluster;
pub(crate) mod contract;
pub(crate) mod crowd;
pub(crate) mod differ;
pub(crate) mod faults;
pub(crate) mod fuzz;
pub(crate) mod history;
pub(crate) mod licences;
pub(crate) mod models;
pub(crate) mod new;
pub(crate) mod slow;
pub(crate) mod soak;
pub(crate) mod test;
