//! The commands of the program besides `serve`: each takes valid settings, does its work and prints
//! the outcome on standard output.

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
pub mod user;

use crate::serve;
use crate::settings::Settings;
use crate::store::Store;

/// Opens the database of the settings without loading words.
///
/// # Errors
/// If the database cannot be used.
pub fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    serve::store(settings)
}
