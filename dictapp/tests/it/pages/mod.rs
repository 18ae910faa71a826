//! The pages, over real sockets: the built program in a folder of its own, asked as a browser
//! without scripts would ask.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;
pub(crate) mod site;
mod home;
mod register;
mod login;
mod session;
mod lookup;
mod search;
mod history;
mod language;
mod errors;
mod start;
mod away;
mod books;
