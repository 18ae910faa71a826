//! The online dictionary (电子词典): an app on `webframe`.

#![forbid(unsafe_code)]

pub mod books;
pub mod model;
pub mod store;
pub mod settings;
pub mod lexicon;
pub mod password;
pub mod throttle;
pub mod session;
mod bidi;
mod hex;
mod lock;
pub mod form_token;
mod log;
mod texts;
pub mod site;
mod paths;
mod protocols;
mod views;
mod urls;
pub mod commands;
pub mod cli;
