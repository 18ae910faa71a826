//! The functions behind the URLs: each reads the request, asks the dictionary, renders a page.

mod visitor;
mod page;
pub(crate) mod look;
pub(crate) mod info;
pub(crate) mod install;
mod filters;
mod forwarding;
pub(crate) mod assets;
pub(crate) mod home;
pub(crate) mod lookup;
mod matches;
pub(crate) mod suggest;
pub(crate) mod api;
mod word;
mod entry;
pub(crate) mod history;
pub(crate) mod wordbook;
pub(crate) mod review;
pub(crate) mod progress;
pub(crate) mod account;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod language;
pub(crate) mod error;
pub(crate) mod refusal;
