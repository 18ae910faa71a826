//! Protects escaped pipes in a table with pipes between its columns, as in Markdown: the row
//! `| a\|b | x |` has the cells `a|b` and `x`. The csv reader supports no escapes outside of
//! quotes. So [`EscapedPipes`] replaces each `\|` by the character [`PROTECTED`] before the csv
//! reader reads it, and [`restored`] replaces the character by `|` in each record. Texts do not
//! contain it.

use std::io::{self, Read};

use csv::StringRecord;

/// A control character that replaces `\|`. Both have two bytes in UTF-8.
const PROTECTED: char = '\u{91}';

/// [`PROTECTED`] in UTF-8.
const PROTECTED_BYTES: [u8; 2] = [0xC2, 0x91];

/// A stream in which [`PROTECTED`] replaces each escaped pipe.
pub(super) struct EscapedPipes<R> {
    pub(super) inner: R,
    /// Whether the last byte that was read is a backslash. It is held back until the next byte is
    /// known.
    pub(super) holds_backslash: bool,
}

impl<R: Read> Read for EscapedPipes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A backslash that the previous call held back comes first. It fills one byte, and a read
        // into an empty rest of the buffer would look like the end of the stream.
        let held = usize::from(self.holds_backslash);
        if buffer.len() < 2 {
            return Err(io::Error::other("the buffer is too small"));
        }
        let mut read = self.inner.read(&mut buffer[held..])?;
        if held == 1 {
            buffer[0] = b'\\';
            read += 1;
        }
        let is_end = read == held;
        protect(&mut buffer[..read]);
        self.holds_backslash = !is_end && buffer[..read].ends_with(b"\\");
        // Zero bytes would mean the end of the stream, so one more byte is read.
        if self.holds_backslash && read == 1 {
            let more = self.inner.read(&mut buffer[1..2])?;
            self.holds_backslash = false;
            protect(&mut buffer[..1 + more]);
            return Ok(1 + more);
        }
        Ok(read - usize::from(self.holds_backslash))
    }
}

/// Replaces each escaped pipe by [`PROTECTED`], which has the same length.
fn protect(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], br"\|") {
        bytes[at + found..at + found + 2].copy_from_slice(&PROTECTED_BYTES);
        at += found + 2;
    }
}

/// The bytes with [`PROTECTED`] in place of each escaped pipe.
pub(super) fn protected(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    protect(&mut bytes);
    bytes
}

/// A record with pipes in place of [`PROTECTED`].
pub(super) fn restored(record: StringRecord) -> StringRecord {
    if !record.as_slice().contains(PROTECTED) {
        return record;
    }
    record.iter().map(|cell| cell.replace(PROTECTED, "|")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_are_protected_at_the_edge_of_a_read() {
        let text = br"a\|b|\|\c\\|".repeat(40);
        let expected = protected(&text);
        for length in 2..20 {
            let mut stream = EscapedPipes { inner: &text[..], holds_backslash: false };
            let mut found = Vec::<u8>::new();
            let mut buffer = vec![0; length];
            loop {
                let read = stream.read(&mut buffer).unwrap();
                if read == 0 {
                    break;
                }
                found.extend(&buffer[..read]);
            }
            assert_eq!(found, expected, "{length}");
        }
    }
}
