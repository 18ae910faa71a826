//! Reads StarDict's `.syn` file of other spellings. Each record is a spelling, a zero byte, and the
//! number of its headword in the index, from 0, in four big-endian bytes: `went\0\0\0\0\x07` says
//! that `went` is a spelling of the eighth headword.

use std::io::Read;
use std::path::Path;

use crate::books::ReadState;
use crate::books::error::{BookError, Place};
use crate::books::input::source::Source;
use crate::books::limits::{INDEX_WORD_BYTES_MAX, SYNONYMS_BYTES_MAX};
use crate::books::warning::WarningKind;
use crate::model::Word;

/// The spellings by the number of their headword.
#[derive(Debug, Default)]
pub(super) struct Synonyms {
    bytes: Vec<u8>,
    /// The spellings, sorted by headword.
    spellings: Vec<Spelling>,
}

/// A spelling in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spelling {
    /// The number of its headword.
    headword: u32,
    /// Its offset in the file.
    offset: u32,
}

const FILE: &str = ".syn";

impl Synonyms {
    /// Reads the file. Spellings that are no valid headwords are left out and reported.
    pub(super) fn read(path: &Path, state: &mut ReadState) -> Result<Synonyms, BookError> {
        let mut bytes = Vec::new();
        let fail = |error| BookError::io(path, error);
        Source::open(path)?.take(SYNONYMS_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 > SYNONYMS_BYTES_MAX {
            return Err(BookError::whole(
                path,
                format!("is larger than {SYNONYMS_BYTES_MAX} bytes"),
            ));
        }
        let mut spellings = Vec::new();
        let mut at = 0_usize;
        while at < bytes.len() {
            let end = bytes[at..].iter().take(INDEX_WORD_BYTES_MAX).position(|&byte| byte == 0);
            let number = end.and_then(|end| bytes.get(at + end + 1..)?.first_chunk::<4>());
            // After a damaged spelling, the rest of the file cannot be read. The index still has
            // every headword.
            let Some((end, number)) = end.map(|end| at + end).zip(number) else {
                state.warn_at(WarningKind::BadDetail, Place::ByteOf(FILE, at as u64), "cut off");
                break;
            };
            let spelling = std::str::from_utf8(&bytes[at..end]).ok();
            match spelling.filter(|text| Word::parse(text).is_ok()) {
                Some(_) => spellings.push(Spelling {
                    headword: u32::from_be_bytes(*number),
                    offset: offset_in_32_bits(at),
                }),
                None => {
                    let place = Place::ByteOf(FILE, at as u64);
                    let text = String::from_utf8_lossy(&bytes[at..end]);
                    state.warn_at(WarningKind::BadDetail, place, &text);
                }
            }
            // The next record follows the zero byte and the four bytes of the number.
            at = end + 5;
        }
        spellings.sort_unstable();
        Ok(Synonyms { bytes, spellings })
    }

    /// The other spellings of the headword with this number, from 0.
    pub(super) fn of_entry(&self, number: u64) -> impl Iterator<Item = &str> {
        let number = u32::try_from(number).ok();
        let from = number.map_or(self.spellings.len(), |number| {
            self.spellings.partition_point(|spelling| spelling.headword < number)
        });
        let found = self.spellings[from..].iter();
        let found = found.take_while(move |spelling| Some(spelling.headword) == number);
        found.filter_map(|spelling| self.text_at(spelling.offset))
    }

    /// The spellings without a headword, in a book with this number of headwords.
    pub(super) fn orphans(&self, count: u64) -> impl Iterator<Item = (Place, &str)> {
        let from = self.spellings.partition_point(|spelling| u64::from(spelling.headword) < count);
        self.spellings[from..].iter().filter_map(|spelling| {
            let place = Place::ByteOf(FILE, spelling.offset.into());
            Some((place, self.text_at(spelling.offset)?))
        })
    }

    /// The text of the spelling at this offset of the file.
    fn text_at(&self, at: u32) -> Option<&str> {
        let rest = self.bytes.get(usize::try_from(at).ok()?..)?;
        std::str::from_utf8(rest.split(|&byte| byte == 0).next()?).ok()
    }
}

/// Converts an offset in the file to 32 bits. It fits, since the file has at most
/// [`SYNONYMS_BYTES_MAX`] bytes.
fn offset_in_32_bits(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
