//! Limits of the readers of books (files of dictionaries), with units and reasons. Files are not
//! trusted: a size that a file states is never used without a limit.

pub use crate::model::WORD_CHARS_MAX;

/// Maximum length of an explanation in bytes. The longest article of Webster 1913 has about 30 KiB.
pub const EXPLANATION_BYTES_MAX: usize = 64 * 1024;

/// Maximum length of a pronunciation in bytes. The longest in ECDICT has fewer than 130.
pub const PHONETIC_BYTES_MAX: usize = 255;

/// Maximum number of inflected forms of a headword. English verbs have five; a StarDict book may
/// list all forms of a Finnish noun.
pub const FORMS_MAX: usize = 200;

/// Maximum length of a line of a text file in bytes: several times the longest explanation.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Maximum length of a JSON record of Wiktextract in bytes. Translations make the longest ones:
/// about 2 MB.
pub const RECORD_LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Maximum size of a word list in JSON in bytes. It is read into memory. A list of 100,000 words
/// with examples has about 40 MB.
pub const JSON_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Maximum length of a csv record in bytes. A longer one is caused by a quote that is never closed.
pub const RECORD_BYTES_MAX: u64 = 1024 * 1024;

/// Maximum unpacked size of a compressed file in bytes. The largest dictionaries have nearly 1 GB.
pub const UNPACKED_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Maximum number of entries in a book. ECDICT's largest edition has 4.3 million. Eight bytes are
/// kept for each while a file is checked.
pub const ENTRIES_MAX: usize = 8_000_000;

/// Maximum size in bytes of all entries that are held in memory until the last entry of the same
/// headword is read and joined to them.
pub const HELD_BYTES_MAX: usize = 96 * 1024 * 1024;

/// Maximum number of entries that are joined to the first one of a headword. Each is compared with
/// the earlier ones.
pub const JOINED_MAX: usize = 1000;

/// Maximum number of warnings of a kind that are listed with their place. The others are counted.
pub const WARNINGS_LISTED_MAX: usize = 20;

/// Number of bytes at the beginning of a file from which its layout is recognised.
pub const SAMPLE_BYTES_MAX: usize = 64 * 1024;

/// Maximum length of an article of a StarDict or dictd book in bytes, including markup.
pub const ARTICLE_BYTES_MAX: u64 = 1024 * 1024;

/// Maximum size in bytes of all articles of a StarDict or dictd book. An article counts once for
/// each of its headwords. The largest dictionaries have nearly 1 GB, ECDICT as StarDict 0.1 GB.
pub const ARTICLES_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Maximum size of all articles, as a multiple of the unpacked length of their file. An article
/// counts once for each of its headwords, so a small file may have much text. A book that lists all
/// forms of Finnish words has about 30 headwords for each article.
pub const ARTICLES_LENGTH_FACTOR: u64 = 64;

/// Size in bytes of all articles that a book may always have, even if its file is so small that
/// [`ARTICLES_LENGTH_FACTOR`] allows less. An article counts once for each of its headwords.
pub const ARTICLES_BYTES_ALWAYS: u64 = 16 * 1024 * 1024;

/// Maximum length in bytes of a headword that is read from a binary index. Its length in characters
/// is checked later. StarDict's own limit is 256 bytes.
pub const INDEX_WORD_BYTES_MAX: usize = 1024;

/// Maximum size in bytes of the cache of unpacked chunks (pieces of a file packed by dictzip).
/// Indexes are sorted by headword, articles often are not: FreeDict's 80 MB are read in 6 s if they
/// fit, otherwise in over 20 s.
pub const CACHE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Maximum unpacked size in bytes of a file of articles that is compressed by gzip and not by
/// dictzip: it cannot be unpacked piece by piece, so it is unpacked into memory as a whole.
pub const UNCHUNKED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Maximum size of StarDict's `.ifo` file in bytes. Real ones are below 4 KB.
pub const IFO_BYTES_MAX: u64 = 64 * 1024;

/// Maximum size in bytes of StarDict's `.syn` file of other spellings. The largest known has 30 MB.
pub const SYNONYMS_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Maximum size of a file of WordNet in bytes. `data.noun` has 15 MB.
pub const WORDNET_BYTES_MAX: u64 = 48 * 1024 * 1024;
