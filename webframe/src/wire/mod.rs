//! Parses and encodes HTTP/1.1. All functions are pure.
//!
//! There is no I/O, clock, lock or log here, so every rule can be tested and fuzzed with bytes
//! only. Readers take the bytes that have arrived so far, and return a value or report that they
//! need more. A [`WireError`] has the status of its answer and ends the connection.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions)]

mod error;
mod grammar;
pub(crate) mod host;
pub(crate) mod multipart;
pub(crate) mod proxy;
#[cfg(feature = "websocket")]
pub(crate) mod websocket;
pub mod target;
pub mod framing;
pub mod head;
pub mod chunked;
pub mod encode;

pub use error::WireError;
pub use framing::Framing;
pub(crate) use grammar::nonempty_members;
pub use head::{Head, HeadLimits, Progress, Version};
