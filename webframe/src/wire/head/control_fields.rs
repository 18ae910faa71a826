//! Collects the header fields of a request that frame its message or control the connection.

use crate::wire::{framing::Once, grammar};

/// Values of the fields that frame the message or control the connection.
#[derive(Debug, Default)]
pub(super) struct ControlFields<'a> {
    pub(super) host: Once<'a>,
    pub(super) content_length: Once<'a>,
    pub(super) transfer_encoding: Once<'a>,
    pub(super) close: bool,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
    pub(super) expects_other: bool,
}

impl<'a> ControlFields<'a> {
    /// Records the value of a field, if it is one of these fields. The length rules out most other
    /// names without a comparison.
    pub(super) fn note(&mut self, name: &str, value: &'a [u8]) {
        match name.len() {
            4 if is_name(name, "Host") => self.host.add(value),
            6 if is_name(name, "Expect") => self.note_expect(value),
            10 if is_name(name, "Connection") => self.note_connection(value),
            14 if is_name(name, "Content-Length") => self.content_length.add(value),
            17 if is_name(name, "Transfer-Encoding") => self.transfer_encoding.add(value),
            _ => {}
        }
    }

    fn note_connection(&mut self, value: &[u8]) {
        if value == b"keep-alive" {
            self.keep_alive = true;
            return;
        }
        for option in grammar::members(value) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    fn note_expect(&mut self, value: &[u8]) {
        for expectation in grammar::nonempty_members(value) {
            let known = expectation.eq_ignore_ascii_case(b"100-continue");
            self.expects_continue |= known;
            self.expects_other |= !known;
        }
    }
}

/// Whether the name is the wanted one in any letter case. For speed, compares the usual spelling
/// first, and ignores case only if the first letters are equal.
pub(super) fn is_name(name: &str, wanted: &'static str) -> bool {
    let first = |text: &str| text.bytes().next().map(|byte| byte | 0x20);
    name == wanted || (first(name) == first(wanted) && name.eq_ignore_ascii_case(wanted))
}
