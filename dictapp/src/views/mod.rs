//! The views: the functions that the table of URLs calls. Each parses a request, calls the site and
//! renders a page, or JSON for scripts and programs.

mod cookies;
pub(crate) mod visitor;
mod frame;
mod page;
mod zone;
pub(crate) mod appearance;
pub(crate) mod info;
pub(crate) mod install;
mod filters;
mod escape;
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
pub(crate) mod admin;
pub(crate) mod classes;
pub(crate) mod report;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod language;
pub(crate) mod error;
pub(crate) mod refusal;
