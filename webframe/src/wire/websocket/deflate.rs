//! Inflates and deflates the payload of a message within limits (`permessage-deflate`, RFC 7692
//! §7.2).
//!
//! No context is kept between messages, in either direction. So an idle connection holds no window
//! (32 KiB to inflate, 256 KiB to deflate), and a frame can be sent to many peers.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::Fault;

/// The end of every flushed block, which is omitted in a message (§7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];

/// A final block without content. Read after [`TAIL`], it ends the stream if and only if the
/// message ended between two blocks.
const FINAL: [u8; 5] = [1, 0, 0, 0xFF, 0xFF];

/// An inflater's output grows by at least this number of bytes; a larger one doubles.
const STEP: usize = 16 << 10;

/// Level 6 is zlib's default. A higher level does not improve short texts.
const LEVEL: u32 = 6;

/// Inflates one message.
#[derive(Debug)]
pub(super) struct Inflater {
    stream: Decompress,
    /// Nothing follows the last final block; true before the first byte, too.
    at_end: bool,
}

impl Inflater {
    pub(super) fn new() -> Inflater {
        Inflater { stream: Decompress::new(false), at_end: true }
    }

    /// Inflates the coded bytes. A message larger than `bytes_max` is refused before it is inflated
    /// completely.
    pub(super) fn inflate(
        &mut self,
        mut coded: &[u8],
        bytes: &mut Vec<u8>,
        bytes_max: usize,
    ) -> Result<(), Fault> {
        loop {
            let room = bytes_max.saturating_sub(bytes.len()).saturating_add(1);
            if bytes.len() == bytes.capacity() {
                bytes.reserve(room.min(STEP.max(bytes.len())));
            }
            let read_before = self.stream.total_in();
            let wrote_before = bytes.len();
            let status = self.stream.decompress_vec(coded, bytes, FlushDecompress::Sync);
            let status = status.map_err(|_| Fault::Deflate)?;
            let read = self.stream.total_in().saturating_sub(read_before);
            let read = usize::try_from(read).unwrap_or(usize::MAX);
            coded = coded.get(read..).unwrap_or_default();
            self.at_end = status == Status::StreamEnd || (self.at_end && read == 0);
            if bytes.len() > bytes_max {
                return Err(Fault::MessageTooLarge);
            }
            if status == Status::StreamEnd {
                // A final block may end before its message does (§7.2.3.4).
                self.stream.reset(false);
            }
            let has_room = bytes.len() < bytes.capacity();
            if (coded.is_empty() && has_room) || (read == 0 && bytes.len() == wrote_before) {
                return if coded.is_empty() { Ok(()) } else { Err(Fault::Deflate) };
            }
        }
    }

    /// Ends the message. Refuses a message that ends inside a block: then the tail is read as a
    /// part of that block, so it becomes content, or the final block after it does not end the
    /// stream.
    pub(super) fn finish(mut self, bytes: &mut Vec<u8>, bytes_max: usize) -> Result<(), Fault> {
        if self.at_end {
            return Ok(());
        }
        let length = bytes.len();
        self.inflate(&TAIL, bytes, bytes_max)?;
        self.inflate(&FINAL, bytes, bytes_max)?;
        if self.at_end && bytes.len() == length { Ok(()) } else { Err(Fault::Deflate) }
    }
}

/// The payload of a compressed message, if it is smaller than the message.
pub(super) fn deflate(message: &[u8], window_bits: u8) -> Option<Vec<u8>> {
    let level = Compression::new(LEVEL);
    let mut compress = Compress::new_with_window_bits(level, false, window_bits.clamp(9, 15));
    let mut coded = Vec::with_capacity(message.len().saturating_add(TAIL.len()));
    compress.compress_vec(message, &mut coded, FlushCompress::Sync).ok()?;
    // In a full buffer the end of the flush may be missing.
    let all_in =
        compress.total_in() == u64::try_from(message.len()).ok()? && coded.len() < coded.capacity();
    match coded.strip_suffix(&TAIL) {
        Some(payload) if all_in && payload.len() < message.len() => Some(payload.to_vec()),
        _ => None,
    }
}
