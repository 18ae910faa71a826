//! The commands of the program, such as `dictapp import`. Each takes valid settings if it needs
//! any, does its work and prints the result to standard output.

pub mod backup;
pub mod books;
pub mod check;
pub mod client;
pub mod export;
pub mod import;
pub mod import_course;
pub mod licences;
pub mod look;
pub mod mcp;
pub mod serve;
pub mod user;

/// The format in which a command prints its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Text for people: the entry of a word, or a table.
    Text,
    /// JSON for programs: one value.
    Json,
}
