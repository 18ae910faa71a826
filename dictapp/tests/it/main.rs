//! The integration tests of the dictionary, in one binary so that it is linked once.

mod books;
mod books_command;
mod browser;
mod cli;
mod client;
mod commands;
mod deployment;
mod import;
mod import_course;
mod lexicon;
mod mariadb;
mod pages;
mod protocols;
mod proxy;
mod shipped_books;
#[path = "../../../webframe/tests/it/source/mod.rs"]
mod source;
mod store;
mod store_backup;
mod store_accounts;
mod store_books;
mod store_crash;
mod store_faults;
mod store_history;
mod store_instances;
mod store_migration;
mod store_outage;
mod store_sqlite;
mod store_transport;
mod tidy;
mod tidy_security;
mod user_command;

/// Maximum time that a test waits for an event on a busy machine. It only bounds a test that would
/// hang.
pub(crate) const EVENT_WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(120);
