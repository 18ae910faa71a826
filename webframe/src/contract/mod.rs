//! The contracts between the engine, an app and its layers.

pub(crate) mod handler;
pub(crate) mod layer;
pub(crate) mod service;
pub(crate) mod refusal;
