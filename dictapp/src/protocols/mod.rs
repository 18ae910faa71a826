//! Protocols besides HTTP, in which a client sends lines: each converts a line of a client to a
//! reply, and keeps the state of the connection. Nothing here opens a socket; `commands/serve`
//! attaches the protocols to webframe's event loops.

pub(crate) mod dict;
pub(crate) mod course;

/// The longest prefix of at most `bytes_max` bytes that ends between two characters.
fn longest_prefix(text: &str, bytes_max: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    &text[..ends.take_while(|end| *end <= bytes_max).last().unwrap_or(0)]
}
