//! Several ranges of a file in one response: `multipart/byteranges` (RFC 9110 §14.6).

use std::{
    fs::File,
    io::{self, Cursor, Read},
    ops::Range,
    os::unix::fs::FileExt,
    sync::Arc,
};

use http::HeaderValue;

use crate::{Body, Source};

/// The delimiter of the parts: random, so that no file contains it.
pub(super) struct Boundary(String);

impl Boundary {
    pub(super) fn new() -> io::Result<Boundary> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|cause| io::Error::other(cause.to_string()))?;
        Ok(Boundary(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The `Content-Type` of the response.
    pub(super) fn media_type(&self) -> HeaderValue {
        HeaderValue::try_from(format!("multipart/byteranges; boundary={}", self.0))
            .expect("hex digits are a field value")
    }

    /// The delimiter before a part, and the head of the part. `length` is that of the whole file.
    fn head(&self, media_type: &HeaderValue, piece: &Range<u64>, length: u64) -> Vec<u8> {
        let mut head = format!("\r\n--{}\r\nContent-Type: ", self.0).into_bytes();
        head.extend_from_slice(media_type.as_bytes());
        let range = content_range(piece, length);
        head.extend_from_slice(format!("\r\nContent-Range: {range}\r\n\r\n").as_bytes());
        head
    }

    /// The delimiter after the last part.
    fn end(&self) -> Vec<u8> {
        format!("\r\n--{}--\r\n", self.0).into_bytes()
    }
}

/// The value of `Content-Range` for a piece, such as `bytes 0-9/100`.
pub(super) fn content_range(piece: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", piece.start, piece.end.saturating_sub(1))
}

/// The pieces of bytes in memory.
pub(super) fn of_bytes(
    boundary: &Boundary,
    media_type: &HeaderValue,
    pieces: &[Range<u64>],
    bytes: &[u8],
) -> Body {
    let mut body = Vec::new();
    for piece in pieces {
        body.extend(boundary.head(media_type, piece, bytes.len() as u64));
        let indexes = usize::try_from(piece.start).ok().zip(usize::try_from(piece.end).ok());
        let piece = indexes.and_then(|(start, end)| bytes.get(start..end));
        body.extend_from_slice(piece.unwrap_or_default());
    }
    body.extend(boundary.end());
    Body::Bytes(body)
}

/// The pieces of a file, read while the client takes them.
pub(super) fn of_file(
    boundary: &Boundary,
    media_type: &HeaderValue,
    pieces: &[Range<u64>],
    file: File,
    length: u64,
) -> Body {
    let file = Arc::new(file);
    let mut parts: Box<dyn Read + Send> = Box::new(io::empty());
    for piece in pieces {
        let head = Cursor::new(boundary.head(media_type, piece, length));
        let section = Section { file: Arc::clone(&file), unread: piece.clone() };
        parts = Box::new(parts.chain(head).chain(section));
    }
    Body::Stream(Source::new(parts.chain(Cursor::new(boundary.end()))))
}

/// A piece of a file, read by offset, without the file's cursor.
struct Section {
    file: Arc<File>,
    /// The offsets of the bytes that are not read yet.
    unread: Range<u64>,
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.unread.end - self.unread.start).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        if room == 0 {
            return Ok(0);
        }
        let read = self.file.read_at(&mut buffer[..room], self.unread.start)?;
        if read == 0 {
            // The part's head announced more bytes: a short part must not look complete.
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file became shorter"));
        }
        self.unread.start += read as u64;
        Ok(read)
    }
}
