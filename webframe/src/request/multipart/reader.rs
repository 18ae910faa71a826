//! Reads the parts of a form with files one after the other, for forms that do not fit into memory.
//! It must find the same parts as [`parse_form`](crate::wire::multipart::parse_form), which parses
//! a whole form.

use std::{
    fmt,
    io::{self, Read},
};

use crate::{
    Error, Result,
    response::error::ClientFault,
    wire::multipart::{self, Delimiter, Fault, PartHead, PartLimits, Refusal, Rest},
};

/// Size of the buffer, besides the head of a part: large enough to read files in few pieces.
const BUFFER_BYTES: usize = 64 << 10;

/// The parts of a form, one after the other. Made by
/// [`Request::part_stream`](crate::Request::part_stream).
pub struct PartStream<'r> {
    source: Box<dyn Read + 'r>,
    delimiter: Delimiter,
    limits: PartLimits,
    /// Bytes of the form. Those before `unread_start` have been consumed.
    buffer: Vec<u8>,
    unread_start: usize,
    /// Whether the source has ended.
    ended: bool,
    /// The number of the current part, from 1; 0 before the first one.
    part: usize,
    next: Next,
}

/// The kind of the next bytes in the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Content, up to the next delimiter.
    Content,
    /// The delimiter after a part.
    Delimiter,
    /// Nothing: it was the last part.
    End,
}

/// A part of a form whose content is read as a stream.
pub struct StreamedPart<'s, 'r> {
    head: PartHead,
    stream: &'s mut PartStream<'r>,
}

impl<'r> PartStream<'r> {
    pub(crate) fn new(
        source: Box<dyn Read + 'r>,
        delimiter: Delimiter,
        limits: PartLimits,
    ) -> PartStream<'r> {
        PartStream {
            source,
            delimiter,
            limits,
            buffer: b"\r\n".to_vec(), // so that the first delimiter follows a line end, too
            unread_start: 0,
            ended: false,
            part: 0,
            next: Next::Content,
        }
    }

    /// The next part; `None` after the last one. Skips the unread rest of the current part.
    ///
    /// # Errors
    /// 400, which names the part and its mistake, or the limit: the form is invalid or exceeds a
    /// limit. 500: the body cannot be read.
    pub fn next_part(&mut self) -> Result<Option<StreamedPart<'_, 'r>>> {
        while self.next == Next::Content {
            let skipped = self.content_bytes()?;
            self.unread_start += skipped;
        }
        if self.next == Next::End {
            return Ok(None);
        }
        let head = self.begin_part()?;
        Ok(head.map(|head| StreamedPart { head, stream: self }))
    }

    /// Reads the delimiter and the head of a part; `None` if it was the last delimiter.
    fn begin_part(&mut self) -> Result<Option<PartHead>> {
        self.unread_start += self.delimiter.length();
        self.fill()?;
        let rest = if self.ended { Rest::Here } else { Rest::MayFollow };
        let after = &self.buffer[self.unread_start..];
        let (delimiter, limits) = (&self.delimiter, &self.limits);
        match multipart::begin_part(after, delimiter, limits, self.part, rest)? {
            Some((head, bytes)) => {
                self.unread_start += bytes;
                self.part += 1;
                self.next = Next::Content;
                Ok(Some(head))
            }
            None => {
                self.next = Next::End;
                Ok(None)
            }
        }
    }

    /// The number of content bytes at the beginning of the buffer. 0: the delimiter follows.
    fn content_bytes(&mut self) -> Result<usize, StreamError> {
        loop {
            let content = &self.buffer[self.unread_start..];
            match self.delimiter.find(content) {
                Some(0) => {
                    self.next = Next::Delimiter;
                    return Ok(0);
                }
                Some(bytes) => return Ok(bytes),
                None if self.ended => {
                    let fault = if self.part == 0 { Fault::NoDelimiter } else { Fault::NoEnd };
                    return Err(StreamError::Refused(fault.in_part(self.part)));
                }
                // The last bytes may be the beginning of the delimiter.
                None if content.len() >= self.delimiter.length() => {
                    return Ok(content.len() + 1 - self.delimiter.length());
                }
                None => self.fill()?,
            }
        }
    }

    /// Reads until the buffer is full or the source has ended. Does nothing if a head and half of
    /// [`BUFFER_BYTES`] are in the buffer.
    fn fill(&mut self) -> io::Result<()> {
        let full = self.limits.head_bytes_max.saturating_add(BUFFER_BYTES);
        if self.buffer.len() - self.unread_start >= full - BUFFER_BYTES / 2 {
            return Ok(());
        }
        self.buffer.drain(..self.unread_start);
        self.unread_start = 0;
        let room = full - self.buffer.len();
        let room = u64::try_from(room).unwrap_or(u64::MAX);
        let read = (&mut self.source).take(room).read_to_end(&mut self.buffer)?;
        self.ended |= (read as u64) < room;
        Ok(())
    }
}

/// Why the next content cannot be read.
enum StreamError {
    Refused(Refusal),
    Failed(io::Error),
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> StreamError {
        StreamError::Failed(error)
    }
}

impl From<StreamError> for Error {
    fn from(error: StreamError) -> Error {
        match error {
            StreamError::Refused(refusal) => refusal.into(),
            StreamError::Failed(error) => error.into(),
        }
    }
}

impl StreamedPart<'_, '_> {
    /// The name of the form's field; several parts may have the same.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// As [`Part::file_name`](crate::Part::file_name).
    pub fn file_name(&self) -> Option<&str> {
        self.head.file_name.as_deref()
    }

    /// As [`Part::media_type`](crate::Part::media_type).
    pub fn media_type(&self) -> &str {
        self.head.media_type.as_deref().unwrap_or("text/plain")
    }

    /// The rest of the content as UTF-8 text of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// 400, which names the part: it is longer, it is not UTF-8, or the form is cut off. 500: the
    /// body cannot be read.
    pub fn text(&mut self, bytes_max: usize) -> Result<String> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        self.by_ref().take(limit).read_to_end(&mut bytes)?;
        let name = || crate::request::form::shown(self.name());
        if bytes.len() > bytes_max {
            let text = format!("the part {} of the form is longer than {bytes_max} bytes", name());
            return Err(Error::bad_request(text));
        }
        String::from_utf8(bytes).map_err(|_| {
            Error::bad_request(format!("the form is not UTF-8 in the part {}", name()))
        })
    }
}

/// Reads the content. If the form is cut off, the error is of kind `InvalidData`, and `?` in a
/// handler makes a 400 of it.
impl Read for StreamedPart<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let stream = &mut *self.stream;
        if stream.next != Next::Content || into.is_empty() {
            return Ok(0);
        }
        let available = match stream.content_bytes() {
            Ok(available) => available,
            Err(StreamError::Failed(error)) => return Err(error),
            Err(StreamError::Refused(refusal)) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    ClientFault::new(refusal.status(), refusal.to_string()),
                ));
            }
        };
        let count = available.min(into.len());
        let piece = &stream.buffer[stream.unread_start..stream.unread_start + count];
        into[..count].copy_from_slice(piece);
        stream.unread_start += count;
        Ok(count)
    }
}

impl fmt::Debug for PartStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartStream(after part {})", self.part)
    }
}

impl fmt::Debug for StreamedPart<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamedPart({:?}, {:?})", self.name(), self.file_name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Multipart;

    type Parsed = (String, Option<String>, Vec<u8>);

    const A: &str = "Content-Disposition: form-data; name=\"a\"";
    const LIMITS: PartLimits = PartLimits { parts_max: 3, head_bytes_max: 100 };

    fn delimiter() -> Delimiter {
        Delimiter::from_content_type(b"multipart/form-data; boundary=b").unwrap()
    }

    fn streamed(form: &[u8]) -> Result<Vec<Parsed>> {
        let mut stream = PartStream::new(Box::new(form), delimiter(), LIMITS);
        let mut parts = Vec::new();
        while let Some(mut part) = stream.next_part()? {
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes)?;
            parts.push((part.name().to_owned(), part.file_name().map(str::to_owned), bytes));
        }
        Ok(parts)
    }

    fn whole(form: &[u8]) -> Result<Vec<Parsed>> {
        let form = Multipart::parse(form.into(), &delimiter(), &LIMITS)?;
        let name = |part: &crate::Part<'_>| part.file_name().map(str::to_owned);
        Ok(form.parts().map(|p| (p.name().to_owned(), name(&p), p.bytes().to_vec())).collect())
    }

    #[track_caller]
    fn same(form: &[u8]) {
        let text = |result: Result<Vec<Parsed>>| result.map_err(|e| e.public().to_owned());
        assert_eq!(text(streamed(form)), text(whole(form)), "{}", form.escape_ascii());
    }

    #[test]
    fn a_large_file_is_read_completely_and_the_unread_rest_of_a_part_is_skipped() {
        let large: Vec<u8> = (0..300_000_u32).flat_map(|n| (n as u16).to_le_bytes()).collect();
        let head = format!("--b\r\n{A}; filename=x\r\n\r\n");
        let form =
            [head.as_bytes(), &large, b"\r\n", head.as_bytes(), b"end\r\n--b--\r\n"].concat();
        same(&form);
        let mut stream = PartStream::new(Box::new(&*form), delimiter(), LIMITS);
        assert!(stream.next_part().unwrap().is_some());
        let mut second = stream.next_part().unwrap().expect("a second part");
        assert_eq!(second.text(3).unwrap(), "end");
        assert!(stream.next_part().unwrap().is_none());
        assert!(stream.next_part().unwrap().is_none());
    }

    #[test]
    fn a_delimiter_across_two_pieces_is_found() {
        for bytes in BUFFER_BYTES - 300..BUFFER_BYTES + 300 {
            let form = format!("--b\r\n{A}\r\n\r\n{}\r\n--b--", "x".repeat(bytes));
            let parts = streamed(form.as_bytes()).unwrap();
            assert_eq!(parts.first().map(|part| part.2.len()), Some(bytes));
        }
    }

    #[test]
    fn a_text_that_is_too_long_or_not_utf_8_is_refused_with_the_name_of_its_part() {
        let text = |content: &[u8], bytes_max| {
            let head = format!("--b\r\n{A}\r\n\r\n");
            let form = [head.as_bytes(), content, b"\r\n--b--"].concat();
            let mut stream = PartStream::new(Box::new(&*form), delimiter(), LIMITS);
            let mut part = stream.next_part().unwrap().expect("a part");
            part.text(bytes_max).map_err(|error| error.public().to_owned())
        };
        assert_eq!(text(b"abc", 3).unwrap(), "abc");
        let long = "the part a of the form is longer than 2 bytes";
        assert_eq!(text(b"abc", 2).unwrap_err(), long);
        assert_eq!(text(b"\xff", 2).unwrap_err(), "the form is not UTF-8 in the part a");
    }

    /// With `?` in the handler, such a form is answered 400: clients must not be able to cause a
    /// 500.
    #[test]
    fn a_form_that_is_cut_off_is_the_mistake_of_the_client() {
        let form = format!("--b\r\n{A}\r\n\r\nabc");
        type Reading = fn(&mut StreamedPart<'_, '_>) -> Result<()>;
        let parts = |read: Reading| {
            let mut stream = PartStream::new(Box::new(form.as_bytes()), delimiter(), LIMITS);
            let mut part = stream.next_part()?.expect("a part");
            read(&mut part)
        };
        let readings: [Reading; 3] = [
            |part| Ok(part.read_to_end(&mut Vec::new()).map(drop)?),
            |part| Ok(io::copy(part, &mut io::sink()).map(drop)?),
            |part| part.text(100).map(drop),
        ];
        for read in readings {
            let error = parts(read).unwrap_err();
            assert_eq!(error.status(), http::StatusCode::BAD_REQUEST, "{error}");
            assert_eq!(error.public(), "the form ends in part 1, without its last delimiter");
        }
    }

    proptest! {
        #[test]
        fn the_stream_finds_what_the_parser_of_whole_forms_finds(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20),
        ) {
            same(pieces.concat().as_bytes());
        }
    }

    const PIECES: &[&str] =
        &["--b", "\r\n--b", "\r\n", "--", "\r\n\r\n", A, "x", "\n", " ", "--b\r\n", "y: z"];
}
