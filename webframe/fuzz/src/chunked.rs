//! Any bytes as a chunked body: cutting it into pieces has no effect, bounds hold, and the
//! reference decodes the same.

use webframe::wire::{WireError, chunked::ChunkDecoder};

use super::reference::chunks;

/// The content, the number of bytes that it took, and whether it is complete.
type Decoded = (Vec<u8>, usize, bool);

/// Panics if the decoder of chunks is wrong.
pub fn check(data: &[u8]) {
    let [cut, room, overhead, bytes @ ..] = data else { return };
    let middle = usize::from(*cut).min(bytes.len());
    for (overhead, room) in [(usize::from(*overhead), u64::from(*room)), (1 << 20, 1 << 20)] {
        let whole = decode([bytes], overhead, room);
        assert_eq!(whole, decode([&bytes[..middle], &bytes[middle..]], overhead, room));
        assert_eq!(whole, decode(bytes.chunks(1), overhead, room));
    }
    let ours = decode([bytes], 1 << 20, 1 << 20).ok().filter(|decoded| decoded.2);
    let bound = decode([bytes], usize::from(*overhead), u64::from(*room));
    check_bounds(ours.as_ref(), bound.ok().as_ref(), usize::from(*overhead), usize::from(*room));
    let ours = ours.map(|(content, consumed, _)| (content, &bytes[consumed..]));
    assert_eq!(ours, chunks(bytes));
}

/// Bounds refuse bodies beyond them and change nothing else. A chunk may have 16 bytes of overhead,
/// plus twice its data.
fn check_bounds(ours: Option<&Decoded>, bound: Option<&Decoded>, overhead: usize, room: usize) {
    let Some(ours) = ours else {
        assert!(bound.is_none_or(|bound| !bound.2), "the bounds complete it");
        return;
    };
    let beside = ours.1 - ours.0.len();
    match bound {
        Some(bound) => {
            assert_eq!(bound, ours);
            assert!(beside <= overhead + 18 * ours.0.len(), "{beside} bytes beside the data");
        }
        None => assert!(beside > overhead || ours.0.len() > room, "refused within its bounds"),
    }
}

fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    overhead: usize,
    room: u64,
) -> Result<Decoded, WireError> {
    let (mut decoder, mut content) = (ChunkDecoder::new(overhead), Vec::new());
    let (mut consumed, mut complete) = (0, false);
    for piece in pieces {
        let left = room - content.len() as u64;
        let decoded = decoder.decode(piece, &mut content, left);
        assert!(content.len() as u64 <= room, "more than there is room for");
        let decoded = decoded?;
        consumed += decoded.consumed;
        complete = decoded.complete;
        if complete {
            break;
        }
        assert_eq!(decoded.consumed, piece.len(), "bytes are left unread");
    }
    Ok((content, consumed, complete))
}
