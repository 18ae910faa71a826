//! The word of the day, and random words: common words of the books.

use super::columns::Columns;
use super::{EntryRef, Lexicon};

/// Words up to this place are common.
const RANK_MAX: u32 = 5_000;

/// Minimum length: shorter words are mostly function words.
const LETTERS_MIN: usize = 4;

/// The common words: key, and a hash of its text.
pub(super) fn common_words(columns: &Columns) -> Vec<(u32, u64)> {
    let is_plain = |&key: &u32| {
        let text = columns.keys.get(key as usize);
        text.len() >= LETTERS_MIN && text.bytes().all(|b| b.is_ascii_lowercase())
    };
    // If no word has a rank, all words count as common.
    let ranked = columns.ranked as usize;
    let pool = if ranked > 0 { ranked } else { columns.by_place.len() }.min(RANK_MAX as usize);
    let keys = columns.by_place.iter().take(pool).copied().filter(is_plain);
    keys.map(|key| (key, digest(columns.keys.get(key as usize)))).collect()
}

impl Lexicon {
    /// The word of a day, the same for all users: the common word with the highest hash of day and
    /// word. Adding or removing a book changes it only if that book has the old or the new word.
    pub fn word_of_the_day(&self, date: jiff::civil::Date) -> Option<EntryRef<'_>> {
        let day = digest(&date.to_string());
        let best = self.common.iter().max_by_key(|(_, word)| mixed(day ^ word))?;
        self.columns.representative(best.0 as usize)
    }

    /// The common word for a random number.
    pub fn random(&self, drawn: u64) -> Option<EntryRef<'_>> {
        let len = u64::try_from(self.common.len()).ok().filter(|&len| len > 0)?;
        let (key, _) = self.common.get((drawn % len) as usize)?;
        self.columns.representative(*key as usize)
    }
}

/// FNV-1a: stable in all versions, unlike the hashes of the standard library.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// The finaliser of splitmix64: mixes all bits of a number.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
