//! Tests of the pages over real sockets: each runs the built program in a temporary folder, and
//! acts like a browser without scripts (`client`).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

pub(crate) mod client;
pub(crate) mod site;
mod home;
mod install;
mod instances;
mod register;
mod login;
mod session;
mod lookup;
mod search;
mod suggest;
mod settings;
mod history;
mod long_history;
mod learning;
mod lists;
mod anki;
mod language;
mod errors;
mod start;
mod account;
pub(crate) mod admin;
mod classes;
mod api;
mod database_outage;
mod books;
mod status;
mod style;
mod forms;
