//! Any bytes as a chunked content: pieces do not matter, bounds hold, and the reference decodes the same.

use webframe::wire::{WireError, chunked::ChunkDecoder};

use super::reference::chunks;

type Decoded = Result<(Vec<u8>, usize, bool), WireError>;

/// Panics where the decoder of chunks is wrong.
pub fn check(data: &[u8]) {
    let [cut, room, overhead, bytes @ ..] = data else { return };
    let middle = usize::from(*cut).min(bytes.len());
    for (overhead, room) in [(usize::from(*overhead), u64::from(*room)), (1 << 20, 1 << 20)] {
        let whole = decode([bytes], overhead, room);
        assert_eq!(whole, decode([&bytes[..middle], &bytes[middle..]], overhead, room));
        assert_eq!(whole, decode(bytes.chunks(1), overhead, room));
    }
    let ours = decode([bytes], 1 << 20, 1 << 20).ok().filter(|decoded| decoded.2);
    let ours = ours.map(|(content, consumed, _)| (content, &bytes[consumed..]));
    assert_eq!(ours, chunks(bytes));
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, overhead: usize, room: u64) -> Decoded {
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
