//! Every maximum that a reader of word books keeps, with its unit and its reason. Files come from
//! elsewhere: none of the sizes they name is believed.

pub use crate::model::WORD_BYTES_MAX;

/// The longest explanation of one headword in bytes; the longest article of the Webster of 1913 is
/// some 30 KiB.
pub const MEAN_BYTES_MAX: usize = 64 * 1024;

/// The longest pronunciation in bytes; the longest in ECDICT is below 130.
pub const PHONETIC_BYTES_MAX: usize = 255;

/// How many inflected forms of one headword are kept: English verbs have five, a StarDict book
/// may name every form of a Finnish noun.
pub const FORMS_MAX: usize = 200;

/// The longest line of a text file in bytes. An explanation fits several times.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;

/// The longest csv record in bytes; only a quote that is never closed makes a longer one.
pub const RECORD_BYTES_MAX: u64 = 1024 * 1024;

/// The most bytes that one compressed file may unpack to. The largest dictionaries are near 1 GB.
pub const UNPACKED_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// The most entries in one book: ECDICT's largest edition has 4.3 million. Eight bytes each are
/// kept while a file is checked.
pub const ENTRIES_MAX: usize = 8_000_000;

/// The most bytes of entries that wait for another entry of the same headword.
pub const HELD_BYTES_MAX: usize = 96 * 1024 * 1024;

/// How many entries of one headword are joined; each costs a look at those before.
pub const JOINED_MAX: usize = 1000;

/// How many oddities of each kind are kept with their place; the others are counted.
pub const ODDITIES_LISTED_MAX: usize = 20;

/// How much of the beginning of a file is looked at to recognise its layout, in bytes.
pub const SAMPLE_BYTES_MAX: usize = 64 * 1024;

/// The longest article of a StarDict or dictd book in bytes: markup takes room of its own.
pub const ARTICLE_BYTES_MAX: u64 = 1024 * 1024;

/// The longest headword in a binary index in bytes, before it is judged as a headword. StarDict's
/// own limit is 256.
pub const INDEX_WORD_BYTES_MAX: usize = 1024;

/// The most bytes of unpacked articles that are kept. Indexes are sorted by headword and articles
/// often are not: FreeDict's 80 MB are read in 6 s when they fit, in over 20 s when not.
pub const CACHE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// The longest article file that is unpacked as a whole because it has no table of chunks.
pub const UNCHUNKED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The longest small file in bytes: StarDict's `.ifo`. Real ones are below 4 KB.
pub const IFO_BYTES_MAX: u64 = 64 * 1024;

/// The longest file of synonyms in bytes; the largest known is 30 MB.
pub const SYNONYMS_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The longest single file of WordNet's in bytes; `data.noun` is 15 MB.
pub const WORDNET_BYTES_MAX: u64 = 48 * 1024 * 1024;
