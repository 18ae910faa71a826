//! The chunked transfer coding (RFC 9112 §7.1): bytes to content, and the end of it.

use super::{WireError, grammar};

/// Decodes one chunked body, in whatever pieces it comes.
///
/// A chunk may carry 16 bytes and twice its data beside the data (as in Go); what is beyond that,
/// and the trailers, come out of `overhead_max`. Extensions and trailers are checked and dropped.
#[derive(Clone, Debug)]
pub struct ChunkDecoder {
    state: State,
    overhead_left: usize,
    overhead_max: usize,
}

/// What is awaited next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A digit of a size, or what ends it; no size yet before the first digit.
    Size { size: Option<u64> },
    /// More of an extension, up to the line end.
    Extension { size: u64, expected: Extension },
    /// The line feed behind a size or an extension.
    SizeEnd { size: u64 },
    /// So many bytes of data; 0 is never left here.
    Data { left: u64 },
    /// The line end behind data.
    DataEnd { expected: u8 },
    /// More of the trailers.
    Trailer { expected: Trailer },
    /// Nothing: the last chunk and the trailers are behind us.
    Complete,
}

/// Inside `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    /// White space, then `;`.
    Semicolon,
    /// White space, then the name.
    Name,
    /// More of the name.
    NameRest,
    /// White space behind the name, then `=` or `;`.
    Equals,
    /// White space, then the value.
    Value,
    /// More of a token.
    ValueRest,
    /// More of a quoted string.
    Quoted,
    /// The byte behind a backslash.
    Escaped,
    /// Nothing more of this extension.
    End,
}

/// Inside `*( field-line CRLF ) CRLF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trailer {
    /// A field line, or the last line end.
    Start,
    Name,
    Value,
    LineEnd,
    LastLineEnd,
}

/// What [`ChunkDecoder::decode`] made of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of the input that were used up.
    pub consumed: usize,
    /// Whether the last chunk and the trailers are behind us.
    pub complete: bool,
}

/// Bytes beside its data that a chunk may have for nothing.
const FREE_OVERHEAD: usize = 16;

impl ChunkDecoder {
    /// A decoder that allows this many bytes beside the data.
    pub fn new(overhead_max: usize) -> ChunkDecoder {
        ChunkDecoder {
            state: State::Size { size: None },
            overhead_left: overhead_max,
            overhead_max,
        }
    }

    /// Reads as much of `input` as it can and appends the data to `content`, never more than
    /// `room` bytes of it: `room` is what the body may still grow by at this call. Unless the body
    /// is complete all of `input` is used up.
    ///
    /// # Errors
    /// A chunk that breaks the grammar, too much beside the data, or more data than `room`, which
    /// is told by the chunk's size before its data has come.
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
            let Some((&byte, behind)) = rest.split_first() else { break };
            rest = behind;
            self.overhead_left =
                self.overhead_left.checked_sub(1).ok_or(WireError::ChunkOverhead)?;
            self.state = self.next(byte)?;
        }
        let consumed = input.len().saturating_sub(rest.len());
        Ok(Decoded { consumed, complete: self.state == State::Complete })
    }

    /// The state behind a byte that is no data.
    fn next(&mut self, byte: u8) -> Result<State, WireError> {
        match (self.state, byte) {
            (State::Size { size }, _) => size_next(size, byte),
            (State::Extension { size, expected }, _) => extension_next(size, expected, byte),
            (State::SizeEnd { size: 0 }, b'\n') => Ok(State::Trailer { expected: Trailer::Start }),
            (State::SizeEnd { size }, b'\n') => {
                self.forgive(size);
                Ok(State::Data { left: size })
            }
            (State::DataEnd { expected: b'\r' }, b'\r') => Ok(State::DataEnd { expected: b'\n' }),
            (State::DataEnd { expected: b'\n' }, b'\n') => Ok(State::Size { size: None }),
            (State::Trailer { expected }, _) => trailer_next(expected, byte),
            _ => Err(WireError::Chunk),
        }
    }

    /// Gives back what a chunk of this size may have beside its data.
    fn forgive(&mut self, size: u64) {
        let twice = usize::try_from(size.saturating_mul(2)).unwrap_or(usize::MAX);
        self.overhead_left = self
            .overhead_left
            .saturating_add(FREE_OVERHEAD)
            .saturating_add(twice)
            .min(self.overhead_max);
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// At most `left` bytes, and the rest.
fn split(bytes: &[u8], left: u64) -> (&[u8], &[u8]) {
    let at = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

/// Zeros in front change no number, however many `overhead_max` lets through (RFC 9112 §7.1).
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
