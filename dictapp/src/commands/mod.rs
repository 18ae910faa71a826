//! The commands of the program besides `serve`: each takes valid settings, does its work and prints
//! the outcome on standard output.

pub mod backup;
pub mod books;
pub mod check;
pub mod export;
pub mod import;
pub mod licences;
pub mod user;

use crate::serve;
use crate::settings::Settings;
use crate::store::Store;

/// Opens the database that the settings name, without loading any word.
///
/// # Errors
/// The database cannot be used.
pub fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    serve::store(settings)
}
