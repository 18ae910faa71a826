//! The chunked transfer coding (RFC 9112 §7.1): bytes to content, and the end of it.

use super::WireError;

/// Decodes one chunked body, in whatever pieces it comes.
#[derive(Clone, Debug)]
pub struct ChunkDecoder {
    overhead_left: usize,
}

/// What [`ChunkDecoder::decode`] made of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of the input that were used up.
    pub consumed: usize,
    /// Whether the last chunk and the trailers are behind us.
    pub complete: bool,
}

impl ChunkDecoder {
    /// A decoder that allows this many bytes beside the data.
    pub fn new(overhead_max: usize) -> ChunkDecoder {
        ChunkDecoder { overhead_left: overhead_max }
    }

    /// Reads as much of `input` as it can and appends the data to `content`, never more than
    /// `room` bytes of it.
    ///
    /// # Errors
    /// A chunk that breaks the grammar, too much beside the data, or more data than `room`.
    pub fn decode(
        &mut self,
        input: &[u8],
        content: &mut Vec<u8>,
        room: u64,
    ) -> Result<Decoded, WireError> {
        let _ = (input, content, room, self.overhead_left);
        Err(WireError::Chunk)
    }
}
