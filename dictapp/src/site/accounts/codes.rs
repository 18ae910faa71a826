//! Random codes that people read and type: reset codes and the join codes of classes.

use webframe::Error;

/// The characters of a code: no 0, 1, I or O, which are easily confused. A character has 5 random
/// bits.
pub(super) const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A random code of `N` characters.
pub(crate) fn random_code<const N: usize>() -> Result<[u8; N], Error> {
    // 256 is a multiple of 32, so all characters are equally probable.
    Ok(random_bytes()?.map(|byte| ALPHABET[usize::from(byte % 32)]))
}

/// Random bytes of the operating system.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(bytes)
}
