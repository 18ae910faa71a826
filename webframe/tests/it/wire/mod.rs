//! HTTP/1.1 on the wire: bytes in, values out, and back.

mod cases;
mod encode;
mod properties;
mod reference;

use webframe::{
    Limits,
    wire::{Framing, Head, HeadLimits, Progress, Version, WireError, chunked::ChunkDecoder},
};

/// The result of reading the bytes of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// A summary of a complete request, and the bytes after it.
    Request {
        summary: String,
        left: Vec<u8>,
    },
    Refused(WireError),
    /// The bytes are only the beginning of a request.
    Waits,
}

fn head_limits() -> HeadLimits {
    let limits = Limits::default();
    HeadLimits {
        head_bytes_max: limits.head_bytes_max,
        head_fields_max: limits.head_fields_max,
        target_bytes_max: limits.target_bytes_max,
    }
}

/// Reads one request from bytes that come in pieces, as the engine does.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut reader = Reader::default();
    let mut pieces = pieces.into_iter();
    for piece in &mut pieces {
        reader.input.extend_from_slice(piece);
        match reader.step() {
            Err(error) => return Outcome::Refused(error),
            Ok(false) => {}
            Ok(true) => {
                pieces.for_each(|piece| reader.input.extend_from_slice(piece));
                return Outcome::Request { summary: reader.summary(), left: reader.input };
            }
        }
    }
    Outcome::Waits
}

#[derive(Default)]
struct Reader {
    input: Vec<u8>,
    head: Head,
    has_head: bool,
    decoder: Option<ChunkDecoder>,
    content: Vec<u8>,
}

impl Reader {
    /// Reads as much of the input as possible; returns whether the request is complete.
    fn step(&mut self) -> Result<bool, WireError> {
        if !self.has_head {
            let Progress::Complete(length) = self.head.read(&self.input, &head_limits())? else {
                return Ok(false);
            };
            self.input.drain(..length);
            self.has_head = true;
        }
        let body_bytes_max = Limits::default().body_bytes_max;
        match self.head.framing() {
            Framing::None => Ok(true),
            Framing::Length(length) if length > body_bytes_max => Err(WireError::BodyTooLarge),
            Framing::Length(length) => {
                let missing = length as usize - self.content.len();
                let taken = missing.min(self.input.len());
                self.content.extend(self.input.drain(..taken));
                Ok(taken == missing)
            }
            Framing::Chunked => {
                let overhead = Limits::default().chunk_overhead_max;
                let decoder = self.decoder.get_or_insert_with(|| ChunkDecoder::new(overhead));
                let room = body_bytes_max - self.content.len() as u64;
                let decoded = decoder.decode(&self.input, &mut self.content, room)?;
                self.input.drain(..decoded.consumed);
                assert!(decoded.complete || self.input.is_empty(), "bytes are left unread");
                Ok(decoded.complete)
            }
        }
    }

    fn summary(&self) -> String {
        let head = &self.head;
        let query = head.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut target = format!("{}{query}", head.path());
        if target.len() > 60 {
            target = format!("{} bytes", target.len());
        }
        let mut summary = format!("{} {target}", head.method());
        if head.version() == Version::Http10 {
            summary += " 1.0";
        }
        if head.expects_continue() {
            summary += " continue";
        }
        if !head.keep_alive() {
            summary += " close";
        }
        if head.host() != Some("example.org") {
            summary += &format!(" host={}", head.host().unwrap_or("none"));
        }
        match head.framing() {
            Framing::None => {}
            _ if self.content.len() > 24 => {
                summary += &format!(" body={} bytes", self.content.len());
            }
            _ => summary += &format!(" body={}", self.content.escape_ascii()),
        }
        summary
    }
}
