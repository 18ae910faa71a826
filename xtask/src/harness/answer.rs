//! Reads the answer of a server to a request: only the parts of HTTP that the clients of xtask
//! need.

use std::io::{self, BufRead, Read};

/// An answer with only the first bytes of its body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Whether the server closes the connection after it.
    pub(crate) closes: bool,
    /// The length of the whole body in bytes.
    pub(crate) length: u64,
    /// The first bytes of the body: at most `PAGE_MAX` if the whole page was requested, otherwise
    /// `SHOWN_MAX`.
    pub(crate) beginning: Vec<u8>,
    /// The names and values of cookies that are set.
    pub(crate) cookies: Vec<(String, String)>,
}

const SHOWN_MAX: u64 = 256;
const PAGE_MAX: u64 = 1 << 20;

/// The kind of the request, which decides how much of the body of the answer is read and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// Any request except HEAD. Up to `SHOWN_MAX` bytes of the body are kept.
    Any,
    /// Like `Any`, but up to `PAGE_MAX` bytes of the body are kept.
    WholePage,
    /// HEAD: the answer has no body, even if it has a `Content-Length`.
    Head,
}

/// Reads one final answer and skips interim (1xx) answers before it.
pub(crate) fn read_answer(reader: &mut impl BufRead, asked: RequestKind) -> io::Result<Answer> {
    loop {
        let mut answer = Answer { status: status_of(&read_line(reader)?)?, ..Answer::default() };
        let framing = read_fields(reader, &mut answer)?;
        if answer.status < 200 {
            continue;
        }
        let has_no_body = asked == RequestKind::Head || [204, 304].contains(&answer.status);
        match framing {
            _ if has_no_body => {}
            Framing::Length(length) => read_body(reader, length, &mut answer, asked)?,
            Framing::Chunked => read_chunks(reader, &mut answer, asked)?,
        }
        return Ok(answer);
    }
}

/// How the end of the body is found.
#[derive(Clone, Copy, Debug)]
enum Framing {
    Length(u64),
    Chunked,
}

/// Reads the header fields up to the empty line. Without a length the body counts as empty.
fn read_fields(reader: &mut impl BufRead, answer: &mut Answer) -> io::Result<Framing> {
    let mut framing = Framing::Length(0);
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            return Ok(framing);
        }
        let (name, value) = line.split_once(": ").ok_or_else(|| invalid("field", &line))?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let length = value.parse().map_err(|_| invalid("length", &line))?;
                framing = Framing::Length(length);
            }
            "transfer-encoding" => framing = Framing::Chunked,
            "set-cookie" => answer.cookies.extend(parse_cookie(value)),
            "connection" => answer.closes |= value == "close",
            _ => {}
        }
    }
}

/// Parses a `Set-Cookie` field: the name and the value, without attributes. `None`: there is no
/// `=`.
fn parse_cookie(field: &str) -> Option<(String, String)> {
    let (name, value) = field.split(';').next()?.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

fn read_chunks(
    reader: &mut impl BufRead,
    answer: &mut Answer,
    asked: RequestKind,
) -> io::Result<()> {
    loop {
        let line = read_line(reader)?;
        let size = u64::from_str_radix(&line, 16).map_err(|_| invalid("chunk size", &line))?;
        read_body(reader, size, answer, asked)?;
        let end = read_line(reader)?;
        if !end.is_empty() {
            return Err(invalid("chunk end", &end));
        }
        if size == 0 {
            return Ok(());
        }
    }
}

/// Reads `length` bytes of the body and keeps the first ones.
fn read_body(
    reader: &mut impl BufRead,
    length: u64,
    answer: &mut Answer,
    asked: RequestKind,
) -> io::Result<()> {
    let most = if asked == RequestKind::WholePage { PAGE_MAX } else { SHOWN_MAX };
    let shown = length.min(most.saturating_sub(answer.beginning.len() as u64));
    let shown = reader.by_ref().take(shown).read_to_end(&mut answer.beginning)? as u64;
    let skipped = io::copy(&mut reader.by_ref().take(length - shown), &mut io::sink())?;
    answer.length += shown + skipped;
    if shown + skipped == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn status_of(line: &str) -> io::Result<u16> {
    let after = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "));
    let status = after.and_then(|rest| rest.get(..3)?.parse().ok());
    status.ok_or_else(|| invalid("status line", line))
}

/// Reads a line of at most 16 KiB; returns it without its CRLF.
fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.take(16 << 10).read_line(&mut line)?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None if line.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
        None => Err(invalid("line", &line)),
    }
}

fn invalid(what: &str, line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("invalid {what}: {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_read_in_a_row_in_every_framing() {
        let mut bytes = &b"HTTP/1.1 100 Continue\r\n\r\n\
            HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n\
            HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"[..];
        let read = |bytes: &mut &[u8], asked| {
            let answer = read_answer(bytes, asked).unwrap();
            (answer.status, answer.length, answer.beginning, answer.closes)
        };
        assert_eq!(read(&mut bytes, RequestKind::Any), (200, 5, b"hello".to_vec(), false));
        assert_eq!(read(&mut bytes, RequestKind::Any), (200, 4, b"abcd".to_vec(), false));
        assert_eq!(read(&mut bytes, RequestKind::Head), (404, 0, Vec::new(), true));
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_truncated_response_is_an_error() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for end in 0..whole.len() {
            read_answer(&mut &whole[..end], RequestKind::Any).unwrap_err();
        }
    }
}
