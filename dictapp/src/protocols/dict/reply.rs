//! Encodes the status lines (`250 ok`) and texts of a DICT reply (RFC 2229 §2.4). Lines end with
//! CRLF and have at most 1,024 bytes. In a text, a dot at the start of a line is doubled, since a
//! line with a single dot ends the text.

use super::LINE_BYTES_MAX;
use crate::protocols::longest_prefix;

/// Whether each text begins with a MIME header (RFC 2229 §3.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TextHeaders {
    #[default]
    None,
    Mime,
}

/// The reply to one command, as it is encoded so far.
pub(super) struct Reply {
    bytes: Vec<u8>,
    headers: TextHeaders,
}

/// Maximum bytes of text in a line: the limit without the line end and a doubled dot.
const TEXT_BYTES_MAX: usize = LINE_BYTES_MAX - 3;

impl Reply {
    pub(super) fn new(headers: TextHeaders) -> Reply {
        Reply { bytes: Vec::new(), headers }
    }

    /// Adds a status line. Control characters in `text` become spaces, since CR and LF would end
    /// the line. A line that is too long is cut.
    pub(super) fn status(&mut self, code: u16, text: &str) {
        let line: String = format!("{code} {text}");
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.bytes.extend_from_slice(longest_prefix(&line, TEXT_BYTES_MAX).as_bytes());
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Adds a text and the dot that ends it. Lines that are too long are broken.
    pub(super) fn text(&mut self, text: &str) {
        if self.headers == TextHeaders::Mime {
            // No MIME header, only the empty line after the headers: that means plain text in UTF-8
            // (RFC 2229 §3.10.1). The client goldendict would take a header before a list of words
            // for a word.
            self.bytes.extend_from_slice(b"\r\n");
        }
        for line in text.lines() {
            let mut rest = line.trim_end_matches('\r');
            loop {
                let piece = longest_prefix(rest, TEXT_BYTES_MAX);
                if piece.starts_with('.') {
                    self.bytes.push(b'.');
                }
                self.bytes.extend_from_slice(piece.as_bytes());
                self.bytes.extend_from_slice(b"\r\n");
                rest = &rest[piece.len()..];
                if rest.is_empty() {
                    break;
                }
            }
        }
        self.bytes.extend_from_slice(b".\r\n");
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Puts a text in double quotes, with a backslash before quotes and backslashes in it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Puts a name in quotes, unless it is an atom: a word that RFC 2229 §2.2 allows without quotes.
pub(super) fn atom_or_quoted(name: &str) -> String {
    let is_atom = !name.is_empty()
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'\\".contains(c));
    if is_atom { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(write: impl FnOnce(&mut Reply)) -> String {
        let mut reply = Reply::new(TextHeaders::None);
        write(&mut reply);
        String::from_utf8(reply.into_bytes()).unwrap()
    }

    #[test]
    fn a_dot_at_the_start_of_a_line_is_doubled() {
        assert_eq!(bytes(|reply| reply.text(".NET\n.\nend")), "..NET\r\n..\r\nend\r\n.\r\n");
    }

    #[test]
    fn a_long_line_is_broken_between_characters() {
        let text = "果".repeat(1000);
        let written = bytes(|reply| reply.text(&text));
        assert!(written.lines().all(|line| line.len() + 2 <= LINE_BYTES_MAX));
        assert_eq!(written.replace("\r\n", ""), format!("{text}."));
    }

    #[test]
    fn a_status_line_cannot_be_split_by_its_text() {
        assert_eq!(bytes(|reply| reply.status(250, "a\r\n250 b")), "250 a  250 b\r\n");
    }
}
