//! Compresses a source with gzip, piece by piece: the client can decode each piece when it arrives.

use std::io::{self, Read, Write};

use flate2::{Compression, write::GzEncoder};

use super::source::Source;

/// Maximum bytes of a piece.
const PIECE_BYTES: usize = 16 << 10;

/// A source that compresses another one. The encoder takes about 270 KiB while the response is
/// sent.
pub(crate) struct GzipSource {
    source: Source,
    /// `None` after the last piece.
    encoder: Option<GzEncoder<Vec<u8>>>,
    /// Encoded bytes. The first `taken` of them have been read.
    encoded: Vec<u8>,
    taken: usize,
}

impl GzipSource {
    pub(crate) fn new(source: Source) -> GzipSource {
        let level = Compression::new(4);
        let encoder = Some(GzEncoder::new(Vec::new(), level));
        GzipSource { source, encoder, encoded: Vec::new(), taken: 0 }
    }

    /// Reads the next piece of the source and encodes it. At the end of the source, ends the
    /// encoding.
    fn refill(&mut self) -> io::Result<()> {
        let Some(encoder) = &mut self.encoder else { return Ok(()) };
        let mut piece = [0; PIECE_BYTES];
        let count = self.source.read(&mut piece)?;
        self.taken = 0;
        if count == 0 {
            let encoder = self.encoder.take();
            self.encoded = encoder.map_or_else(|| Ok(Vec::new()), GzEncoder::finish)?;
            return Ok(());
        }
        encoder.write_all(&piece[..count])?;
        encoder.flush()?; // otherwise the piece of a slow source would wait for the next piece
        self.encoded = std::mem::take(encoder.get_mut());
        Ok(())
    }
}

impl Read for GzipSource {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.encoded.len() {
            self.refill()?;
        }
        let ready = &self.encoded[self.taken..];
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use flate2::read::GzDecoder;

    use super::*;

    struct Pieces(Receiver<&'static str>);

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Ok(piece) = self.0.try_recv() else { return Err(io::ErrorKind::WouldBlock.into()) };
            into[..piece.len()].copy_from_slice(piece.as_bytes());
            Ok(piece.len())
        }
    }

    #[test]
    fn each_piece_can_be_read_before_the_next_one_comes() {
        let (sender, receiver) = channel();
        let mut source = GzipSource::new(Source::new(Pieces(receiver)));
        let mut sent = Vec::new();
        let mut buffer = [0; 7]; // pieces are longer than one read
        for (piece, whole) in [("one, ", "one, "), ("two, ", "one, two, "), ("", "one, two, ")] {
            sender.send(piece).unwrap();
            loop {
                match source.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => sent.extend_from_slice(&buffer[..count]),
                    Err(error) => {
                        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                        break;
                    }
                }
            }
            let mut text = vec![0; whole.len()];
            GzDecoder::new(&*sent).read_exact(&mut text).unwrap();
            assert_eq!(text, whole.as_bytes());
        }
        let mut text = String::new();
        GzDecoder::new(&*sent).read_to_string(&mut text).expect("the trailer was sent");
        assert_eq!(text, "one, two, ");
    }
}
