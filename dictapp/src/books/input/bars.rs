//! Protects the bars with a backslash before them in a table separated by bars, as in Markdown:
//! `| a\|b | x |`. The csv reader knows no escapes outside of quotes. While a table is read, such
//! a bar is [`PROTECTED`], which texts do not contain.

use std::io::{self, Read};

use csv::StringRecord;

/// A control character in place of the backslash and the bar. It has as many bytes in UTF-8.
const PROTECTED: char = '\u{91}';

/// The bytes of [`PROTECTED`].
const BYTES: [u8; 2] = [0xC2, 0x91];

/// A stream with its escaped bars protected.
pub(super) struct EscapedBars<R> {
    pub(super) inner: R,
    /// Whether the last byte read was a backslash that is not returned yet.
    pub(super) is_escaped: bool,
}

impl<R: Read> Read for EscapedBars<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The backslash of the read before needs a place.
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
        // At least one byte is returned, since no byte means the end.
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

/// The bytes with their escaped bars protected.
pub(super) fn protected(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    protect(&mut bytes);
    bytes
}

/// A record with its bars.
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
