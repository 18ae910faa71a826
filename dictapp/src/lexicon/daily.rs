//! A common word for today, and one at random: words worth learning, from the books as they are.

use super::columns::Columns;
use super::{EntryRef, Lexicon};

/// How far down the order of commonness a word counts as common.
const RANK_MAX: u32 = 5_000;

/// Shorter words are mostly function words, which nobody looks up for pleasure.
const LETTERS_MIN: usize = 4;

/// The words to draw from: key, and a number drawn from its text.
pub(super) fn common_words(columns: &Columns) -> Vec<(u32, u64)> {
    let is_plain = |&key: &u32| {
        let text = columns.keys.get(key as usize);
        text.len() >= LETTERS_MIN && text.bytes().all(|b| b.is_ascii_lowercase())
    };
    // Without any rank all words are as common as the first of them.
    let ranked = columns.ranked as usize;
    let pool = if ranked > 0 { ranked } else { columns.by_place.len() }.min(RANK_MAX as usize);
    let keys = columns.by_place.iter().take(pool).copied().filter(is_plain);
    keys.map(|key| (key, digest(columns.keys.get(key as usize)))).collect()
}

impl Lexicon {
    /// The word of a day, the same for everyone and all day: the common word that the day likes
    /// best. A book that is added or removed changes it only if the word comes or goes with it.
    pub fn word_of_the_day(&self, date: jiff::civil::Date) -> Option<EntryRef<'_>> {
        let day = digest(&date.to_string());
        let best = self.common.iter().max_by_key(|(_, word)| mixed(day ^ word))?;
        self.columns.face(best.0 as usize)
    }

    /// A common word, drawn by a number of the caller's.
    pub fn random(&self, drawn: u64) -> Option<EntryRef<'_>> {
        let len = u64::try_from(self.common.len()).ok().filter(|&len| len > 0)?;
        let (key, _) = self.common.get((drawn % len) as usize)?;
        self.columns.face(*key as usize)
    }
}

/// FNV-1a: fixed for ever, unlike the hashes of the standard library.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// The finish of splitmix64: near numbers become far ones.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
