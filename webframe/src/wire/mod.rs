//! HTTP/1.1 on the wire, pure: bytes to values and values to bytes, with nothing in between.
//!
//! No I/O, no clock, no lock and no log here, so that every rule is tested and fuzzed with bytes
//! alone. Readers take the bytes that have come so far and say what they make or that they need
//! more; a [`WireError`] knows the status it is answered with, and ends its connection.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions)]

mod error;
mod grammar;
pub(crate) mod host;
pub(crate) mod multipart;
pub(crate) mod proxy;
pub(crate) mod websocket;
pub mod target;
pub mod framing;
pub mod head;
pub mod chunked;
pub mod encode;

pub use error::WireError;
pub use framing::Framing;
pub use head::{Head, HeadLimits, Progress, Version};
