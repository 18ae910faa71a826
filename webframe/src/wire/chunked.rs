//! Decodes the chunked transfer coding (RFC 9112 §7.1).

use super::{WireError, grammar};

/// Decodes a chunked body. Its bytes may arrive in any pieces.
///
/// All bytes but the data are overhead. A chunk may have an overhead of 16 bytes plus twice the
/// length of its data (as in Go). Overhead beyond that, and the trailers, are limited by
/// `overhead_max` in total. Extensions and trailers are checked and discarded.
#[derive(Clone, Debug)]
pub struct ChunkDecoder {
    state: State,
    overhead_left: usize,
    overhead_max: usize,
}

/// The next expected input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A digit of a size, or the byte after it. `None` before the first digit.
    Size { size: Option<u64> },
    /// More of an extension, up to the line end.
    Extension { size: u64, expected: Extension },
    /// The line feed after a size or an extension.
    SizeEnd { size: u64 },
    /// This number of bytes of data, at least 1.
    Data { left: u64 },
    /// The line end after data.
    DataEnd { expected: u8 },
    /// More of the trailers.
    Trailer { expected: Trailer },
    /// Nothing: the last chunk and the trailers have been read.
    Complete,
}

/// The next expected input in `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    /// White space, then `;`.
    Semicolon,
    /// White space, then the name.
    Name,
    /// More of the name.
    NameRest,
    /// White space after the name, then `=` or `;`.
    Equals,
    /// White space, then the value.
    Value,
    /// More of a token.
    ValueRest,
    /// More of a quoted string.
    Quoted,
    /// The byte after a backslash.
    Escaped,
    /// After a size or a quoted string: white space, `;` or the line end.
    End,
}

/// The next expected input in `*( field-line CRLF ) CRLF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trailer {
    /// A field line, or the last line end.
    Start,
    Name,
    Value,
    LineEnd,
    LastLineEnd,
}

/// The result of [`ChunkDecoder::decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Number of bytes of the input that were consumed.
    pub consumed: usize,
    /// Whether the last chunk and the trailers were read.
    pub complete: bool,
}

/// Overhead in bytes that every chunk may have. It does not count against `overhead_max`.
const OVERHEAD_PER_CHUNK: usize = 16;

impl ChunkDecoder {
    /// A decoder with this limit of overhead.
    pub fn new(overhead_max: usize) -> ChunkDecoder {
        ChunkDecoder {
            state: State::Size { size: None },
            overhead_left: overhead_max,
            overhead_max,
        }
    }

    /// Decodes `input` and appends the data to `content`, at most `room` bytes. Consumes all of
    /// `input`, unless the body ends within it.
    ///
    /// # Errors
    /// If a chunk is invalid, has too much overhead, or announces more data than `room`: this is
    /// detected before the data has arrived.
    pub fn decode(
        &mut self,
        input: &[u8],
        content: &mut Vec<u8>,
        mut room: u64,
    ) -> Result<Decoded, WireError> {
        let mut rest = input;
        while self.state != State::Complete {
            if let State::Data { left } = self.state {
                let taken;
                (taken, rest) = split(rest, left);
                room = room.checked_sub(length(taken)).ok_or(WireError::BodyTooLarge)?;
                content.extend_from_slice(taken);
                let left = left.saturating_sub(length(taken));
                if left > room {
                    return Err(WireError::BodyTooLarge);
                }
                if left > 0 {
                    self.state = State::Data { left };
                    break;
                }
                self.state = State::DataEnd { expected: b'\r' };
            }
            let Some((&byte, after)) = rest.split_first() else { break };
            rest = after;
            self.overhead_left =
                self.overhead_left.checked_sub(1).ok_or(WireError::ChunkOverhead)?;
            self.state = self.next_state(byte)?;
        }
        let consumed = input.len().saturating_sub(rest.len());
        Ok(Decoded { consumed, complete: self.state == State::Complete })
    }

    /// The state after a byte that is not data.
    fn next_state(&mut self, byte: u8) -> Result<State, WireError> {
        match (self.state, byte) {
            (State::Size { size }, _) => size_next(size, byte),
            (State::Extension { size, expected }, _) => extension_next(size, expected, byte),
            (State::SizeEnd { size: 0 }, b'\n') => Ok(State::Trailer { expected: Trailer::Start }),
            (State::SizeEnd { size }, b'\n') => {
                self.add_allowance(size);
                Ok(State::Data { left: size })
            }
            (State::DataEnd { expected: b'\r' }, b'\r') => Ok(State::DataEnd { expected: b'\n' }),
            (State::DataEnd { expected: b'\n' }, b'\n') => Ok(State::Size { size: None }),
            (State::Trailer { expected }, _) => trailer_next(expected, byte),
            _ => Err(WireError::Chunk),
        }
    }

    /// Adds to the remaining budget the overhead that a chunk of this size may have.
    fn add_allowance(&mut self, size: u64) {
        let twice = usize::try_from(size.saturating_mul(2)).unwrap_or(usize::MAX);
        self.overhead_left = self
            .overhead_left
            .saturating_add(OVERHEAD_PER_CHUNK)
            .saturating_add(twice)
            .min(self.overhead_max);
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Splits off the first `left` bytes, or all if there are fewer.
fn split(bytes: &[u8], left: u64) -> (&[u8], &[u8]) {
    let at = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

/// The state after a digit of a size or the byte after it. Leading zeros are valid; `overhead_max`
/// limits their number (RFC 9112 §7.1).
fn size_next(size: Option<u64>, byte: u8) -> Result<State, WireError> {
    if let Some(digit) = char::from(byte).to_digit(16) {
        let before = size.unwrap_or(0).checked_mul(16).ok_or(WireError::Chunk)?;
        return Ok(State::Size { size: Some(before | u64::from(digit)) });
    }
    match (size, byte) {
        (Some(size), b'\r' | b';' | b' ' | b'\t') => extension_next(size, Extension::End, byte),
        _ => Err(WireError::Chunk),
    }
}

/// The state after a byte of an extension, or of the end of its line.
fn extension_next(size: u64, expected: Extension, byte: u8) -> Result<State, WireError> {
    use Extension as E;
    let token = grammar::is_token(byte);
    let expected = match (expected, byte) {
        (E::NameRest | E::ValueRest | E::End, b'\r') => return Ok(State::SizeEnd { size }),
        (E::Semicolon | E::Equals | E::NameRest | E::ValueRest | E::End, b';') => E::Name,
        (E::Equals | E::NameRest, b'=') => E::Value,
        (E::Semicolon | E::ValueRest | E::End, b' ' | b'\t') => E::Semicolon,
        (E::Equals | E::NameRest, b' ' | b'\t') => E::Equals,
        (E::Name | E::Value, b' ' | b'\t') => expected,
        (E::Name | E::NameRest, _) if token => E::NameRest,
        (E::Value | E::ValueRest, _) if token => E::ValueRest,
        (E::Value, b'"') => E::Quoted,
        (E::Quoted, b'"') => E::End,
        (E::Quoted, b'\\') => E::Escaped,
        (E::Quoted | E::Escaped, _) if grammar::is_value(byte) => E::Quoted,
        _ => return Err(WireError::Chunk),
    };
    Ok(State::Extension { size, expected })
}

/// The state after a byte of the trailers.
fn trailer_next(expected: Trailer, byte: u8) -> Result<State, WireError> {
    use Trailer as T;
    let expected = match (expected, byte) {
        (T::Start, b'\r') => T::LastLineEnd,
        (T::LastLineEnd, b'\n') => return Ok(State::Complete),
        (T::Start | T::Name, _) if grammar::is_token(byte) => T::Name,
        (T::Name, b':') => T::Value,
        (T::Value, b'\r') => T::LineEnd,
        (T::Value, _) if grammar::is_value(byte) => T::Value,
        (T::LineEnd, b'\n') => T::Start,
        _ => return Err(WireError::Field),
    };
    Ok(State::Trailer { expected })
}
