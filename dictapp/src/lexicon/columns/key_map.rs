//! The map from keys (folded spellings) to their numbers, a compressed automaton of the crate
//! `fst`: built from sorted keys, or opened from the bytes of a file. The bytes are verified first,
//! since an invalid map could make a search panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fst::raw::Fst;

use super::Texts;

/// A node with at least this number of transitions has a lookup table in `fst`. Its entries are
/// verified, too.
const TABLE_TRANSITIONS_MIN: usize = 32;

/// Builds the map. Fails if the keys are not sorted.
pub(crate) fn build(keys: &Texts) -> Result<fst::Map<Vec<u8>>, fst::Error> {
    let mut map = fst::MapBuilder::memory();
    for key in 0..keys.len() {
        map.insert(keys.get(key), key as u64)?;
    }
    fst::Map::new(map.into_inner()?)
}

/// Opens a map with this number of keys from untrusted bytes. `None`: they are invalid. Takes a
/// tenth of the time of building it.
pub(crate) fn open(bytes: Vec<u8>, keys: usize) -> Option<fst::Map<Vec<u8>>> {
    let fst = Fst::new(bytes).ok().filter(|fst| fst.len() == keys)?;
    // `fst` panics when it reads an invalid node. Find that here instead of in a look-up.
    let is_sound = catch_unwind(AssertUnwindSafe(|| is_sound(&fst, keys as u64)));
    matches!(is_sound, Ok(true)).then(|| fst::Map::from(fst))
}

/// Whether all reachable nodes can be read, all transitions lead to smaller addresses, so that
/// every path ends, and no output is larger than the number of keys, so that no sum overflows.
fn is_sound(fst: &Fst<Vec<u8>>, keys: u64) -> bool {
    let root = fst.root().addr();
    let mut reached = vec![false; root + 1];
    reached[root] = true;
    for addr in (0..=root).rev() {
        if !reached[addr] {
            continue;
        }
        let node = fst.node(addr);
        if node.final_output().value() > keys {
            return false;
        }
        for transition in node.transitions() {
            if transition.addr >= addr || transition.out.value() > keys {
                return false;
            }
            reached[transition.addr] = true;
        }
        let within = |byte| node.find_input(byte).is_none_or(|i| i < node.len());
        if node.len() >= TABLE_TRANSITIONS_MIN && !(0..=u8::MAX).all(within) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Texts {
        let mut keys = Texts::with_capacity(0, 0);
        // More first letters than `TABLE_TRANSITIONS_MIN`, so that the root has a lookup table.
        let mut letters: Vec<char> = ('0'..='9').chain('a'..='z').chain('à'..='ÿ').collect();
        letters.sort_unstable();
        for letter in letters {
            keys.push(&[letter.encode_utf8(&mut [0; 4])]);
            keys.push(&[letter.encode_utf8(&mut [0; 4]), "tion"]);
        }
        keys
    }

    #[test]
    fn a_built_map_opens() {
        let keys = keys();
        let bytes = build(&keys).expect("in order").into_fst().into_inner();
        let map = open(bytes, keys.len()).expect("sound");
        assert!((0..keys.len()).all(|key| map.get(keys.get(key)) == Some(key as u64)));
        assert!(open(Vec::new(), 0).is_none());
    }

    #[test]
    fn any_changed_byte_is_refused_or_harmless() {
        let keys = keys();
        let bytes = build(&keys).expect("in order").into_fst().into_inner();
        for at in 0..bytes.len() {
            for change in [0x01, 0x0F, 0x80, 0xFF] {
                let mut forged = bytes.clone();
                forged[at] ^= change;
                let Some(map) = open(forged, keys.len()) else { continue };
                let found = (0..keys.len()).filter(|&key| map.get(keys.get(key)).is_some()).count();
                let none = (0..=u8::MAX).filter(|&byte| map.get([byte, b't']).is_some()).count();
                assert!(found <= keys.len() && none <= 256);
            }
        }
    }
}
