//! Content codings: compresses bodies with gzip and Brotli.

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
    /// The name in `Content-Encoding` and `Accept-Encoding`.
    pub fn token(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
        }
    }

    /// The bytes in this coding, for a response that is cached and sent often: takes about 50 ns a
    /// byte. `None` if it saves less than a tenth.
    pub fn encode(self, bytes: &[u8]) -> Option<Vec<u8>> {
        encode(self, Effort::Kept, bytes)
    }

    /// Whether a member of `Accept-Encoding` names this coding.
    pub(crate) fn is(self, token: &str) -> bool {
        token.eq_ignore_ascii_case(self.token())
            || (self == Coding::Gzip && token.eq_ignore_ascii_case("x-gzip"))
    }
}

/// The time that compression may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For one response: about 10 ns a byte.
    #[cfg(feature = "compression")]
    Once,
    /// For a response that is cached: about 50 ns a byte, for a few percent fewer bytes.
    Kept,
}

/// Smaller bodies are not compressed: they fit into one packet anyway.
pub(crate) const COMPRESSED_BYTES_MIN: usize = 1 << 10;

/// The bytes in this coding; `None` if it saves less than a tenth, or without the feature
/// `compression`.
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
    // A window as large as the content is enough, and a small one takes less memory.
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
    fn a_body_that_does_not_shrink_is_unchanged() {
        let mut noise = vec![0; 4096];
        getrandom::fill(&mut noise).unwrap();
        assert_eq!(encode(Coding::Gzip, Effort::Once, &noise), None);
        assert_eq!(encode(Coding::Brotli, Effort::Kept, &noise), None);
        assert_eq!(encode(Coding::Identity, Effort::Once, b""), None);
    }
}
