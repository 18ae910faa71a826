//! Recognises the encoding of a text file by its first bytes, and decodes the file to UTF-8 while
//! it is read.

use std::fmt;
use std::io::{self, Read};

use encoding_rs::{BIG5, DecoderResult, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// A text is GB18030 or Big5 if at least this number of every ten non-ASCII characters are common
/// Chinese characters. Latin-1 text decodes to rare characters.
const COMMON_OF_TEN: usize = 8;

/// Number of bytes that are read and decoded at a time.
const BLOCK_BYTES: usize = 32 * 1024;

impl Encoding {
    /// UTF-8, which needs no decoding.
    pub const UTF8: Encoding = Encoding(UTF_8);

    /// The encoding with this name; `None` if it is unknown. Names are those of the WHATWG Encoding
    /// Standard.
    pub fn by_name(name: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Encoding)
    }

    /// The usual name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Recognises the encoding of a text by its first bytes: UTF-16 by its byte order mark or its
    /// zero bytes, GB18030 (which includes GBK and GB2312) and Big5 by common characters.
    /// Everything else is UTF-8.
    pub(super) fn detect(sample: &[u8]) -> Encoding {
        match sample {
            [0xff, 0xfe, ..] => Encoding(UTF_16LE),
            [0xfe, 0xff, ..] => Encoding(UTF_16BE),
            _ if sample.contains(&0) => utf_16_without_mark(sample),
            _ if is_utf8(sample) => Encoding::UTF8,
            _ if is_gb18030(sample) => Encoding(GB18030),
            _ if is_big5(sample) => Encoding(BIG5),
            _ => Encoding::UTF8,
        }
    }

    /// Decodes a stream to UTF-8 without a byte order mark. Invalid bytes become `U+FFFD`.
    pub(super) fn decode(self, inner: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        if self == Encoding::UTF8 {
            return inner;
        }
        let decoder = self.0.new_decoder_with_bom_removal();
        Box::new(Decoded { inner, decoder, raw: Vec::new(), text: Vec::new(), at: 0, ended: false })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encoding of a text with zero bytes. In UTF-16 only one byte of each letter, space and line
/// end is zero: the first or the second one, depending on the byte order.
fn utf_16_without_mark(sample: &[u8]) -> Encoding {
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let is_frequent =
        first + second >= UTF_16_ZEROS_MIN && (first + second) * UTF_16_ZEROS_OF >= sample.len();
    // A few Chinese characters have a zero as the other byte, so a few zeros there are allowed.
    match (first, second) {
        _ if !is_frequent => Encoding::UTF8,
        (first, second) if first * 8 <= second => Encoding(UTF_16LE),
        (first, second) if second * 8 <= first => Encoding(UTF_16BE),
        _ => Encoding::UTF8,
    }
}

/// A text is UTF-16 only if at least one in this number of bytes is zero.
const UTF_16_ZEROS_OF: usize = 4;

/// Minimum number of zero bytes of a text that is recognised as UTF-16.
const UTF_16_ZEROS_MIN: usize = 8;

/// Whether this is UTF-8; a character may be cut off at the end.
fn is_utf8(sample: &[u8]) -> bool {
    std::str::from_utf8(sample).err().is_none_or(|error| error.error_len().is_none())
}

/// Whether this is Chinese text in GB18030.
fn is_gb18030(sample: &[u8]) -> bool {
    // A line end is never part of a character, so no character is cut off before the last one.
    let end = sample.iter().rposition(|&byte| byte == b'\n').map_or(sample.len(), |at| at + 1);
    let (text, _, has_errors) = GB18030.decode(&sample[..end]);
    let beyond: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
    let is_common = |c: &&char| {
        matches!(c, '\u{3000}'..='\u{30FF}' | '\u{FF00}'..='\u{FFEF}')
            || GB18030.encode(c.encode_utf8(&mut [0; 4])).0.iter().all(|&byte| byte > 0xA0)
    };
    let common = beyond.iter().filter(is_common).count();
    !has_errors && common * 10 >= beyond.len() * COMMON_OF_TEN
}

/// Whether this is Chinese text in Big5. Its common characters have low first bytes.
fn is_big5(sample: &[u8]) -> bool {
    let end = sample.iter().rposition(|&byte| byte == b'\n').map_or(sample.len(), |at| at + 1);
    let (text, _, has_errors) = BIG5.decode(&sample[..end]);
    let beyond: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
    let is_common = |c: &&char| {
        let mut buffer = [0; 4];
        let bytes = BIG5.encode(c.encode_utf8(&mut buffer)).0;
        matches!(bytes[..], [0xA1..=0xC6, _])
    };
    let common = beyond.iter().filter(is_common).count();
    !has_errors && !beyond.is_empty() && common * 10 >= beyond.len() * COMMON_OF_TEN
}

struct Decoded {
    inner: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    /// Bytes that are not decoded yet.
    raw: Vec<u8>,
    /// Decoded text. The part before `at` has been returned.
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Decoded {
    /// Reads and decodes the next block.
    fn fill(&mut self) -> io::Result<()> {
        self.raw.resize(BLOCK_BYTES, 0);
        let count = self.inner.read(&mut self.raw)?;
        self.ended = count == 0;
        let mut rest = &self.raw[..count];
        let mut text = String::new();
        loop {
            text.reserve(self.decoder.max_utf8_buffer_length(rest.len()).unwrap_or(BLOCK_BYTES));
            let (result, read) =
                self.decoder.decode_to_string_without_replacement(rest, &mut text, self.ended);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        self.text = text.into_bytes();
        self.at = 0;
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.fill()?;
        }
        let rest = &self.text[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(bytes: &[u8], name: &str, text: &str) {
        let encoding = Encoding::detect(bytes);
        let mut found = String::new();
        let bytes = io::Cursor::new(bytes.to_vec());
        encoding.decode(Box::new(bytes)).read_to_string(&mut found).unwrap();
        assert_eq!((encoding.name(), found.as_str()), (name, text));
    }

    #[test]
    fn recognises_and_decodes_the_encodings_of_books() {
        reads(b"\xff\xfea\0\xb0\x65", "UTF-16LE", "a新");
        reads(b"\xfe\xff\0a\x65\xb0", "UTF-16BE", "a新");
        reads(b"apple\t\xc6\xbb\xb9\xfb\n", "gb18030", "apple\t苹果\n");
        reads("apple\t苹果\n".as_bytes(), "UTF-8", "apple\t苹果\n");
        let text = "apple\t蘋果\npear\t這一個梨子\n";
        reads(&BIG5.encode(text).0, "Big5", text);
        let units = || text.encode_utf16();
        reads(&units().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), "UTF-16LE", text);
        reads(&units().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), "UTF-16BE", text);
        assert_eq!(Encoding::detect(b"apple\0pear\n"), Encoding::UTF8);
        assert_eq!(Encoding::detect(&"新".as_bytes()[..2]), Encoding::UTF8);
    }

    #[test]
    fn latin_1_is_not_taken_for_chinese() {
        assert_eq!(Encoding::detect(b"caf\xe9 creme, \xe9t\xe9 na\xefve\n"), Encoding::UTF8);
    }

    #[test]
    fn undecodable_bytes_are_marked() {
        let mut text = String::new();
        let bytes = io::Cursor::new(b"\xc6\xbb\xff\xb9\xfb".to_vec());
        Encoding(GB18030).decode(Box::new(bytes)).read_to_string(&mut text).unwrap();
        assert!(text.starts_with('苹') && text.contains('\u{FFFD}'), "{text}");
    }
}
