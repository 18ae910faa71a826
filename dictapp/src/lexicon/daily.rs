//! The word of the day, which is the same for all users, and random words. Both are common words of
//! the books (dictionaries).

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use jiff::civil::Date;

use super::columns::Columns;
use super::{EntryRef, Lexicon};

/// This number of the most frequent keys may be common words.
const RANK_MAX: u32 = 5_000;

/// Minimum length of a common word in letters: shorter words are mostly function words.
const LETTERS_MIN: usize = 4;

/// The common words, each as the number of its key (folded spelling) and a hash of the key.
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
    /// word. Adding or removing a book changes it only if that adds or removes the common word with
    /// the highest hash. `None`: there are no common words.
    pub fn word_of_the_day(&self, date: Date) -> Option<EntryRef<'_>> {
        let key = self.days.key_of(date, || {
            let day = digest(&date.to_string());
            let best = self.common.iter().max_by_key(|(_, word)| mixed(day ^ word))?;
            Some(best.0)
        })?;
        self.columns.representative(key as usize)
    }

    /// The common word for a random number. `None`: there are no common words.
    pub fn random(&self, drawn: u64) -> Option<EntryRef<'_>> {
        let len = u64::try_from(self.common.len()).ok().filter(|&len| len > 0)?;
        let (key, _) = self.common.get((drawn % len) as usize)?;
        self.columns.representative(*key as usize)
    }
}

/// The words of the latest days, since finding one takes about 10,000 steps. Several days are kept,
/// because users in different time zones have different dates at the same moment.
///
/// Each element has the date as a number, `20201103`, in its high 32 bits, and the key of its word
/// in the low 32 bits. The day of the month decides which element is used.
#[derive(Debug, Default)]
pub(super) struct Days([AtomicU64; 4]);

impl Days {
    /// The key of the word of this day: the stored key, or else the result of `find`, which is
    /// stored.
    fn key_of(&self, date: Date, find: impl FnOnce() -> Option<u32>) -> Option<u32> {
        let day = u64::from(date.day().unsigned_abs());
        let month = u64::from(date.month().unsigned_abs());
        let number = (u64::from(date.year().unsigned_abs()) * 100 + month) * 100 + day;
        let kept = &self.0[day as usize % self.0.len()];
        let known = kept.load(Relaxed);
        if known >> 32 == number {
            return Some(known as u32);
        }
        let key = find()?;
        kept.store(number << 32 | u64::from(key), Relaxed);
        Some(key)
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
