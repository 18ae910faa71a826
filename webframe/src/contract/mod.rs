//! What the engine, an app and its layers agree on: handlers, layers, and an app as the engine sees it.

pub(crate) mod handler;
pub(crate) mod layer;
pub(crate) mod service;
pub(crate) mod refusal;
