//! The commands of the program. Each takes valid settings, does its work and prints the outcome on
//! standard output.

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
