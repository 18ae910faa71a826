//! Content codings: compresses bodies with gzip and Brotli.

#[cfg(feature = "compression")]
use std::{
    io::{self, Write},
    sync::Mutex,
};

#[cfg(feature = "compression")]
use flate2::{Compress, Compression, FlushCompress, Status};

#[cfg(feature = "compression")]
use crate::lock::lock;

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

    /// Compresses bytes, for a response that is cached and sent often: takes about 50 ns a byte.
    /// `None` if it saves less than a tenth, for [`Coding::Identity`], and without the feature
    /// `compression`.
    pub fn encode(self, bytes: &[u8]) -> Option<Vec<u8>> {
        encode(self, Effort::ForCache, bytes)
    }

    /// Whether a member of `Accept-Encoding` names this coding.
    pub(crate) fn has_token(self, token: &str) -> bool {
        token.eq_ignore_ascii_case(self.token())
            || (self == Coding::Gzip && token.eq_ignore_ascii_case("x-gzip"))
    }
}

/// The time that compression may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For one response: about 10 ns a byte.
    #[cfg(feature = "compression")]
    ForOneResponse,
    /// For a response that is cached: about 50 ns a byte, for a few percent fewer bytes.
    ForCache,
}

/// Smaller bodies are not compressed: they fit into one packet even without compression.
pub(crate) const COMPRESSED_BYTES_MIN: usize = 1 << 10;

/// Compresses bytes. `None` if it saves less than a tenth, for [`Coding::Identity`], and without
/// the feature `compression`.
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

/// Spare encoders for responses that are not cached. Making an encoder clears 270 KiB, which takes
/// as long as compressing a page.
#[cfg(feature = "compression")]
static ENCODERS: Mutex<Vec<Compress>> = Mutex::new(Vec::new());

/// Maximum number of encoders that are kept: about a megabyte.
#[cfg(feature = "compression")]
const ENCODERS_MAX: usize = 4;

#[cfg(feature = "compression")]
/// Compresses with gzip: at level 7 for a response that is cached, otherwise at level 1.
fn gzip(effort: Effort, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let window_bits = 15; // the largest window, 32 KiB
    let encoder = |level| Compress::new_gzip(Compression::new(level), window_bits);
    if effort == Effort::ForCache {
        return gzip_with(&mut encoder(7), bytes);
    }
    let known = lock(&ENCODERS).pop();
    let mut encoder = known.unwrap_or_else(|| encoder(1));
    let coded = gzip_with(&mut encoder, bytes);
    encoder.reset();
    let mut encoders = lock(&ENCODERS);
    if encoders.len() < ENCODERS_MAX {
        encoders.push(encoder);
    }
    coded
}

#[cfg(feature = "compression")]
/// Compresses with an encoder that is new or was reset.
fn gzip_with(encoder: &mut Compress, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut coded = Vec::with_capacity(bytes.len() / 2 + 64);
    loop {
        let taken = usize::try_from(encoder.total_in()).unwrap_or(bytes.len());
        let rest = bytes.get(taken..).unwrap_or_default();
        if encoder.compress_vec(rest, &mut coded, FlushCompress::Finish)? == Status::StreamEnd {
            return Ok(coded);
        }
        coded.reserve(bytes.len() / 2 + 64);
    }
}

#[cfg(feature = "compression")]
/// Compresses with Brotli.
fn brotli(effort: Effort, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let quality = match effort {
        Effort::ForOneResponse => 3,
        Effort::ForCache => 6,
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
    fn a_reused_encoder_starts_fresh_and_encodes_bytes_that_do_not_shrink() {
        let noise: Vec<u8> =
            (0..5000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for bytes in [noise.as_slice(), b"again and again and again", &noise[..100], b""] {
            for _ in 0..2 {
                let coded = gzip(Effort::ForOneResponse, bytes).unwrap();
                let mut read = Vec::new();
                flate2::read::GzDecoder::new(&*coded).read_to_end(&mut read).unwrap();
                assert_eq!(read, bytes);
            }
        }
    }

    #[test]
    fn both_codings_can_be_read_back() {
        let text = "the quick brown fox, and again ".repeat(500);
        for effort in [Effort::ForOneResponse, Effort::ForCache] {
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
        assert_eq!(encode(Coding::Gzip, Effort::ForOneResponse, &noise), None);
        assert_eq!(encode(Coding::Brotli, Effort::ForCache, &noise), None);
        assert_eq!(encode(Coding::Identity, Effort::ForOneResponse, b""), None);
    }
}
