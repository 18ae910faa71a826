//! Content codings: bytes to fewer bytes.

#[cfg(feature = "compression")]
use std::io::Write;

/// A content coding that webframe can produce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// No coding.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
}

impl Coding {
    /// Its name in `Content-Encoding` and `Accept-Encoding`.
    pub fn token(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
        }
    }

    /// The bytes in this coding, for an answer that is kept and sent often: about 50 ns a byte.
    /// `None` if that does not save a tenth.
    pub fn encode(self, bytes: &[u8]) -> Option<Vec<u8>> {
        encode(self, Effort::Kept, bytes)
    }

    /// Whether a member of `Accept-Encoding` names it.
    pub(crate) fn is(self, token: &str) -> bool {
        token.eq_ignore_ascii_case(self.token())
            || (self == Coding::Gzip && token.eq_ignore_ascii_case("x-gzip"))
    }
}

/// How much time a byte may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Made for one response: about 10 ns a byte.
    #[cfg(feature = "compression")]
    Once,
    /// Made once and sent often: about five times that, for some percent fewer bytes.
    Kept,
}

/// Less than this is not worth the fields and the time; a packet holds more.
pub(crate) const COMPRESSED_BYTES_MIN: usize = 1 << 10;

/// The bytes in that coding; `None` if that does not save a tenth, or without the feature `compression`.
pub(crate) fn encode(coding: Coding, effort: Effort, bytes: &[u8]) -> Option<Vec<u8>> {
    let coded = encode_whole(coding, effort, bytes)?;
    (coded.len() < bytes.len() - bytes.len() / 10).then_some(coded)
}

#[cfg(feature = "compression")]
fn encode_whole(coding: Coding, effort: Effort, bytes: &[u8]) -> Option<Vec<u8>> {
    match coding {
        Coding::Identity => None,
        Coding::Gzip => gzip(effort, bytes).ok(),
        Coding::Brotli => brotli(effort, bytes).ok(),
    }
}

#[cfg(not(feature = "compression"))]
fn encode_whole(_: Coding, _: Effort, _: &[u8]) -> Option<Vec<u8>> {
    None
}

#[cfg(feature = "compression")]
fn gzip(effort: Effort, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Once => 4,
        Effort::Kept => 7,
    };
    let room = Vec::with_capacity(bytes.len() / 3);
    let mut encoder = flate2::write::GzEncoder::new(room, flate2::Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(feature = "compression")]
fn brotli(effort: Effort, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let quality = match effort {
        Effort::Once => 3,
        Effort::Kept => 6,
    };
    // A window of the size of the content is enough, and a small one costs less memory.
    let window = (usize::BITS - bytes.len().leading_zeros()).clamp(10, 20);
    let room = Vec::with_capacity(bytes.len() / 3);
    let mut encoder = brotli::CompressorWriter::new(room, 4096, quality, window);
    encoder.write_all(bytes)?;
    encoder.flush()?;
    Ok(encoder.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_codings_can_be_read_back() {
        let text = "the quick brown fox, and again ".repeat(500);
        for effort in [Effort::Once, Effort::Kept] {
            let mut plain = String::new();
            let coded = encode(Coding::Gzip, effort, text.as_bytes()).unwrap();
            flate2::read::GzDecoder::new(&*coded).read_to_string(&mut plain).unwrap();
            assert_eq!(plain, text);
            plain.clear();
            let coded = encode(Coding::Brotli, effort, text.as_bytes()).unwrap();
            brotli::Decompressor::new(&*coded, 4096).read_to_string(&mut plain).unwrap();
            assert_eq!(plain, text);
        }
    }

    #[test]
    fn what_does_not_shrink_is_left_as_it_is() {
        let mut noise = vec![0; 4096];
        getrandom::fill(&mut noise).unwrap();
        assert_eq!(encode(Coding::Gzip, Effort::Once, &noise), None);
        assert_eq!(encode(Coding::Brotli, Effort::Kept, &noise), None);
        assert_eq!(encode(Coding::Identity, Effort::Once, b""), None);
    }
}
