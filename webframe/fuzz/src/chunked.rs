//! Checks the decoder of chunked bodies with any bytes: cutting the bytes into pieces has no
//! effect, limits are enforced, and the reference (a simple second implementation) decodes the same
//! content.

use webframe::wire::{WireError, chunked::ChunkDecoder};

use super::reference::chunks;

/// What a decoder made of the bytes of a body.
#[derive(Debug, PartialEq, Eq)]
struct Decoded {
    content: Vec<u8>,
    /// Number of bytes that were decoded.
    consumed: usize,
    complete: bool,
}

#[derive(Clone, Copy)]
struct Limits {
    /// Maximum bytes of the content.
    content_max: u64,
    /// Maximum bytes of the overhead: everything but the content.
    overhead_max: usize,
}

/// More than any input needs.
const LARGE: Limits = Limits { content_max: 1 << 20, overhead_max: 1 << 20 };

/// Panics if the decoder of chunks is wrong. The first byte of `data` says after how many bytes the
/// input is cut in two, the next two bytes are small limits.
pub fn check(data: &[u8]) {
    let [cut, content_max, overhead_max, bytes @ ..] = data else { return };
    let middle = usize::from(*cut).min(bytes.len());
    let small =
        Limits { content_max: u64::from(*content_max), overhead_max: usize::from(*overhead_max) };
    for limits in [small, LARGE] {
        let whole = decode([bytes], limits);
        assert_eq!(whole, decode([&bytes[..middle], &bytes[middle..]], limits));
        assert_eq!(whole, decode(bytes.chunks(1), limits));
    }
    let complete = decode([bytes], LARGE).ok().filter(|decoded| decoded.complete);
    check_limits(complete.as_ref(), decode([bytes], small).ok().as_ref(), small);
    let complete = complete.map(|decoded| (decoded.content, &bytes[decoded.consumed..]));
    assert_eq!(complete, chunks(bytes));
}

/// Checks that `limits` refuse bodies beyond them and change nothing else. `complete` was decoded
/// with large limits, and `limited` with `limits`. Each chunk adds 16 bytes and twice its data to
/// the overhead that is allowed.
fn check_limits(complete: Option<&Decoded>, limited: Option<&Decoded>, limits: Limits) {
    let Some(complete) = complete else {
        let is_complete = limited.is_some_and(|limited| limited.complete);
        assert!(!is_complete, "smaller limits accept more");
        return;
    };
    let length = complete.content.len();
    let overhead = complete.consumed - length;
    match limited {
        Some(limited) => {
            assert_eq!(limited, complete);
            let allowed = limits.overhead_max + 18 * length;
            assert!(overhead <= allowed, "{overhead} bytes of overhead");
        }
        None => {
            let is_beyond = overhead > limits.overhead_max || length as u64 > limits.content_max;
            assert!(is_beyond, "refused within the limits");
        }
    }
}

fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: Limits,
) -> Result<Decoded, WireError> {
    let (mut decoder, mut content) = (ChunkDecoder::new(limits.overhead_max), Vec::new());
    let (mut consumed, mut complete) = (0, false);
    for piece in pieces {
        let room = limits.content_max - content.len() as u64;
        let decoded = decoder.decode(piece, &mut content, room);
        assert!(content.len() as u64 <= limits.content_max, "more content than the limit");
        let decoded = decoded?;
        consumed += decoded.consumed;
        complete = decoded.complete;
        if complete {
            break;
        }
        assert_eq!(decoded.consumed, piece.len(), "bytes are left unread");
    }
    Ok(Decoded { content, consumed, complete })
}
