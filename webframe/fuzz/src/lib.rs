//! Properties of webframe's parsers that must hold for any input. A check panics if a property does
//! not hold.
//!
//! Many checks compare webframe with a function `naive`: a second implementation, which is simple
//! instead of fast. libFuzzer calls each check in a program of its name; webframe's own tests call
//! all of them with the inputs in `corpus`.

pub mod head;
pub mod chunked;
pub mod connection;
pub mod urlencoded;
pub mod cookie;
pub mod range;
pub mod accept_encoding;
pub mod multipart;
pub mod proxy;
pub mod forwarded;
pub mod websocket;
#[path = "../../tests/it/wire/reference.rs"]
mod reference;

/// A check of a parser with any bytes.
pub type Check = fn(&[u8]);

/// Each check with the name of its target.
pub const CHECKS: [(&str, Check); 11] = [
    ("head", head::check),
    ("chunked", chunked::check),
    ("connection", connection::check),
    ("urlencoded", urlencoded::check),
    ("cookie", cookie::check),
    ("range", range::check),
    ("accept_encoding", accept_encoding::check),
    ("multipart", multipart::check),
    ("proxy", proxy::check),
    ("forwarded", forwarded::check),
    ("websocket", websocket::check),
];

/// The text at the beginning of the bytes.
fn text(data: &[u8]) -> &str {
    data.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}
