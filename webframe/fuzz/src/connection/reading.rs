//! Reads a request with webframe's parsers, and converts it to the type of the reference.

use super::Request;
use webframe::{
    Limits,
    wire::{Framing, Head, HeadLimits, Progress, WireError, chunked::ChunkDecoder},
};

fn head_limits() -> HeadLimits {
    let limits = Limits::default();
    HeadLimits {
        head_bytes_max: limits.head_bytes_max,
        head_fields_max: limits.head_fields_max,
        target_bytes_max: limits.target_bytes_max,
    }
}

/// Reads the first request of a connection that delivers its bytes in pieces. Returns a request, a
/// refusal, or `None` if the bytes are not a complete request.
///
/// `head` may be reused from another request: this finds errors by state that is left in it.
pub(super) fn read<'a>(
    head: &mut Head,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Option<Result<Request, WireError>> {
    let mut reader =
        Reader { head, input: Vec::new(), has_head: false, decoder: None, content: Vec::new() };
    let mut pieces = pieces.into_iter();
    while let Some(piece) = pieces.next() {
        reader.input.extend_from_slice(piece);
        match reader.step() {
            Err(error) => return Some(Err(error)),
            Ok(false) => {}
            Ok(true) => {
                pieces.for_each(|piece| reader.input.extend_from_slice(piece));
                return Some(Ok(reader.request()));
            }
        }
    }
    None
}

struct Reader<'h> {
    head: &'h mut Head,
    input: Vec<u8>,
    has_head: bool,
    decoder: Option<ChunkDecoder>,
    content: Vec<u8>,
}

impl Reader<'_> {
    /// Whether the request is complete.
    fn step(&mut self) -> Result<bool, WireError> {
        let limits = Limits::default();
        if !self.has_head {
            let Progress::Complete(length) = self.head.read(&self.input, &head_limits())? else {
                return Ok(false);
            };
            self.input.drain(..length);
            self.has_head = true;
        }
        match self.head.framing() {
            Framing::None => Ok(true),
            Framing::Length(length) if length > limits.body_bytes_max => {
                Err(WireError::BodyTooLarge)
            }
            Framing::Length(length) => {
                let missing = length as usize - self.content.len();
                let taken = missing.min(self.input.len());
                self.content.extend(self.input.drain(..taken));
                Ok(taken == missing)
            }
            Framing::Chunked => {
                let fresh = || ChunkDecoder::new(limits.chunk_overhead_max);
                let decoder = self.decoder.get_or_insert_with(fresh);
                let room = limits.body_bytes_max - self.content.len() as u64;
                let decoded = decoder.decode(&self.input, &mut self.content, room)?;
                self.input.drain(..decoded.consumed);
                assert!(decoded.complete || self.input.is_empty(), "bytes are left unread");
                Ok(decoded.complete)
            }
        }
    }

    fn request(self) -> Request {
        let head = self.head;
        let fields = head.fields().map(|(name, value)| (name.to_owned(), value.to_vec()));
        Request {
            method: head.method().to_string(),
            path: head.path().to_owned(),
            query: head.query().map(str::to_owned),
            fields: fields.collect(),
            content: (head.framing() != Framing::None).then_some(self.content),
            keep_alive: head.keep_alive(),
            left: self.input,
        }
    }
}
