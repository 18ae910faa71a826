//! Protects escaped bars in a table whose columns are separated by bars, as in Markdown:
//! `| a\|b | x |`. The csv reader supports no escapes outside of quotes. So each `\|` is replaced
//! by the character [`PROTECTED`] before the csv reader reads it, and this character by `|`
//! afterwards. Texts do not contain the character.

use std::io::{self, Read};

use csv::StringRecord;

/// A control character that replaces `\|`. Both have two bytes in UTF-8.
const PROTECTED: char = '\u{91}';

/// [`PROTECTED`] in UTF-8.
const BYTES: [u8; 2] = [0xC2, 0x91];

/// A stream in which [`PROTECTED`] replaces each escaped bar.
pub(super) struct EscapedBars<R> {
    pub(super) inner: R,
    /// Whether the last byte read was a backslash, which is held back until the next byte is known.
    pub(super) is_escaped: bool,
}

impl<R: Read> Read for EscapedBars<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A backslash that the previous call held back comes first.
        let before = usize::from(self.is_escaped);
        if buffer.len() < 2 {
            return Err(io::Error::other("the buffer is too small"));
        }
        let mut read = self.inner.read(&mut buffer[before..])?;
        if before == 1 {
            buffer[0] = b'\\';
            read += 1;
        }
        let is_end = read == before;
        protect(&mut buffer[..read]);
        self.is_escaped = !is_end && buffer[..read].ends_with(b"\\");
        // Zero bytes would mean the end of the stream, so one more byte is read.
        if self.is_escaped && read == 1 {
            let more = self.inner.read(&mut buffer[1..2])?;
            self.is_escaped = false;
            protect(&mut buffer[..1 + more]);
            return Ok(1 + more);
        }
        Ok(read - usize::from(self.is_escaped))
    }
}

fn protect(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], br"\|") {
        bytes[at + found..at + found + 2].copy_from_slice(&BYTES);
        at += found + 2;
    }
}

/// The bytes with [`PROTECTED`] in place of each escaped bar.
pub(super) fn protected(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    protect(&mut bytes);
    bytes
}

/// A record with bars in place of [`PROTECTED`].
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
    fn bars_are_protected_at_the_edge_of_a_read() {
        let text = br"a\|b|\|\c\\|".repeat(40);
        let expected = protected(&text);
        for length in 2..20 {
            let mut stream = EscapedBars { inner: &text[..], is_escaped: false };
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
