//! The traits and types by which the engine, an app and its layers (middleware) call each other.

pub(crate) mod handler;
pub(crate) mod layer;
pub(crate) mod service;
pub(crate) mod refusal;
