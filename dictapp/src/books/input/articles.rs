//! Reads articles by offset and length from the `.dict` file of a StarDict or dictd book. The file
//! may be compressed by gzip, or by dictzip, which makes gzip files of chunks that can be unpacked
//! one by one: the article at offset 70,000 is read from the second chunk alone.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::{Crc, Decompress, FlushDecompress};

use super::deadline;
use super::source::{GZIP_MAGIC, Unpacked, open_file};
use crate::books::error::{BookError, Place};
use crate::books::limits::{
    ARTICLE_BYTES_MAX, ARTICLES_BYTES_ALWAYS, ARTICLES_BYTES_MAX, ARTICLES_LENGTH_FACTOR,
    CACHE_BYTES_MAX, UNCHUNKED_BYTES_MAX, UNPACKED_BYTES_MAX,
};

/// The file of articles.
pub(crate) struct Articles {
    path: PathBuf,
    /// The unpacked length of the file.
    length: u64,
    content: Content,
    /// How many bytes of articles may be read in all. Many headwords may share an article, so a
    /// small file could become a book of any size.
    allowed: u64,
    /// How many of these bytes have not been read yet.
    remaining: u64,
}

/// The unpacked bytes of the file.
enum Content {
    /// The file is not compressed.
    Plain(File),
    /// The file was unpacked into memory.
    Memory(Vec<u8>),
    /// The file is packed by dictzip.
    Chunks(Chunks),
}

/// The reason why an article cannot be read.
#[derive(Debug)]
pub(crate) enum Unreachable {
    /// The article is outside of the file.
    Outside,
    /// The article is longer than [`ARTICLE_BYTES_MAX`].
    TooLong,
    /// The file cannot be read, or more bytes of articles are read than it may have.
    Broken(BookError),
}

impl Articles {
    /// Opens the file. A compressed one is unpacked once to verify its checksum.
    pub(crate) fn open(path: &Path) -> Result<Articles, BookError> {
        let fail = |error| BookError::io(path, error);
        let (mut file, length) = open_file(path)?;
        let mut magic = Vec::new();
        (&mut file).take(2).read_to_end(&mut magic).map_err(fail)?;
        file.rewind().map_err(fail)?;
        let packed = magic == GZIP_MAGIC;
        if !packed && path.extension().is_some_and(|ending| ending == "dz") {
            return Err(BookError::in_file(path, Place::Byte(0), "not a gzip file"));
        }
        if !packed {
            let content = Content::Plain(file);
            return Ok(Articles::new(path.to_owned(), length, content));
        }
        let chunks = Chunks::read_table(file.try_clone().map_err(fail)?)
            .map_err(|reason| BookError::in_file(path, Place::Byte(0), reason))?;
        file.rewind().map_err(fail)?;
        Articles::unpack(path, file, chunks)
    }

    /// Verifies a file of chunks. Unpacks a file without chunks into memory.
    fn unpack(path: &Path, file: File, chunks: Option<Chunks>) -> Result<Articles, BookError> {
        let path = path.to_owned();
        if let Some(mut chunks) = chunks {
            let length = chunks
                .verify()
                .map_err(|reason| BookError::whole(&path, format!("is damaged: {reason}")))?;
            return Ok(Articles::new(path, length, Content::Chunks(chunks)));
        }
        let mut all = Vec::new();
        Unpacked::new(BufReader::with_capacity(64 * 1024, file))
            .take(UNCHUNKED_BYTES_MAX + 1)
            .read_to_end(&mut all)
            .map_err(|error| BookError::whole(&path, format!("is damaged: {error}")))?;
        if all.len() as u64 > UNCHUNKED_BYTES_MAX {
            let reason = format!(
                "unpacks to more than {UNCHUNKED_BYTES_MAX} bytes and is not packed by dictzip, \
                 unpack it first"
            );
            return Err(BookError::whole(&path, reason));
        }
        Ok(Articles::new(path, all.len() as u64, Content::Memory(all)))
    }

    fn new(path: PathBuf, length: u64, content: Content) -> Articles {
        let allowed = length.saturating_mul(ARTICLES_LENGTH_FACTOR);
        let allowed = allowed.clamp(ARTICLES_BYTES_ALWAYS, ARTICLES_BYTES_MAX);
        Articles { path, length, content, allowed, remaining: allowed }
    }

    /// The bytes of one article.
    pub(crate) fn read(&mut self, offset: u64, length: u64) -> Result<Vec<u8>, Unreachable> {
        let end = offset.checked_add(length).filter(|&end| end <= self.length);
        let end = end.ok_or(Unreachable::Outside)?;
        if length > ARTICLE_BYTES_MAX {
            return Err(Unreachable::TooLong);
        }
        self.remaining = self.remaining.checked_sub(length).ok_or_else(|| {
            let reason = format!(
                "the articles of all headwords have over {} bytes; the file has {}",
                self.allowed, self.length
            );
            Unreachable::Broken(BookError::whole(&self.path, reason))
        })?;
        let broken = |error| Unreachable::Broken(BookError::io(&self.path, error));
        match &mut self.content {
            Content::Plain(file) => read_plain(file, offset, length).map_err(broken),
            Content::Memory(all) => {
                let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
                let found = range.and_then(|(start, end)| all.get(start..end));
                found.map(<[u8]>::to_vec).ok_or(Unreachable::Outside)
            }
            Content::Chunks(chunks) => chunks.read(offset, length).map_err(|reason| {
                Unreachable::Broken(BookError::in_file(&self.path, Place::Byte(offset), reason))
            }),
        }
    }
}

fn read_plain(file: &mut File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    deadline::check()?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    let found = file.take(length).read_to_end(&mut bytes)?;
    if found as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The chunks of a dictzip file: gzip with a table of chunks in its header (dictzip(1)).
struct Chunks {
    file: File,
    /// The offset of each packed chunk, and the end of the last one.
    starts: Vec<u64>,
    /// The unpacked length of a chunk; the last one may be shorter.
    size: u64,
    /// Unpacked chunks by their index.
    cache: HashMap<usize, Arc<[u8]>>,
    /// The indexes of the chunks in the cache, oldest first.
    order: VecDeque<usize>,
}

// The flags of optional fields in the header of a gzip file (RFC 1952 §2.3.1).
const FLAG_HEADER_CRC: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;

/// The checksum and the length at the end of a gzip file.
const TRAILER_BYTES: i64 = 8;

/// Maximum length of a file name or comment in a header, in bytes.
const HEADER_TEXT_BYTES_MAX: usize = 4096;

impl Chunks {
    /// Reads the header of a gzip file. `None`: it has no table of chunks.
    fn read_table(file: File) -> Result<Option<Chunks>, String> {
        let mut input = BufReader::new(file);
        let short = |_| "the header of the gzip file is cut off".to_owned();
        let fixed: [u8; 10] = read_array(&mut input).map_err(short)?;
        let flags = fixed[3];
        // The length of the header: ten bytes, and the optional fields that follow.
        let mut header = 10_u64;
        let mut table = None;
        if flags & FLAG_EXTRA != 0 {
            let length = u16::from_le_bytes(read_array(&mut input).map_err(short)?);
            let mut extra = vec![0; usize::from(length)];
            input.read_exact(&mut extra).map_err(short)?;
            header += 2 + u64::from(length);
            table = parse_extra(&extra)?;
        }
        for flag in [FLAG_NAME, FLAG_COMMENT] {
            if flags & flag != 0 {
                header += skip_text(&mut input)?;
            }
        }
        if flags & FLAG_HEADER_CRC != 0 {
            header += 2;
        }
        let Some(ChunkTable { size, packed }) = table else { return Ok(None) };
        let mut start = header;
        let mut starts = vec![start];
        for length in packed {
            start += u64::from(length);
            starts.push(start);
        }
        let cache = HashMap::new();
        let order = VecDeque::new();
        Ok(Some(Chunks { file: input.into_inner(), starts, size, cache, order }))
    }

    /// Unpacks all chunks once and verifies the checksum and the table. Returns the unpacked
    /// length.
    fn verify(&mut self) -> Result<u64, String> {
        let count = self.starts.len() - 1;
        if count as u64 * self.size > UNPACKED_BYTES_MAX {
            return Err(format!("unpacks to more than {UNPACKED_BYTES_MAX} bytes"));
        }
        let mut sum = Crc::new();
        let mut length = 0_u64;
        for index in 0..count {
            let chunk = self.unpack(index)?;
            if index + 1 < count && chunk.len() as u64 != self.size {
                return Err(format!("the length of chunk {index} differs from the table"));
            }
            length += chunk.len() as u64;
            sum.update(&chunk);
        }
        // The trailer does not follow the last chunk directly: an empty block is between them.
        let cut = |_| "the file is cut off".to_owned();
        let end = self.file.seek(SeekFrom::End(-TRAILER_BYTES)).map_err(cut)?;
        let trailer = read_plain(&mut self.file, end.max(self.starts[count]), 8).map_err(cut)?;
        let expected = [sum.sum().to_le_bytes(), sum.amount().to_le_bytes()].concat();
        if trailer != expected {
            return Err("the checksum is wrong".to_owned());
        }
        Ok(length)
    }

    fn read(&mut self, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut at = offset;
        let end = offset + length;
        while at < end {
            let index = usize::try_from(at / self.size).map_err(|e| e.to_string())?;
            let chunk = self.chunk(index)?;
            let start = usize::try_from(at % self.size).map_err(|e| e.to_string())?;
            let wanted = usize::try_from(end - at).map_err(|e| e.to_string())?;
            let rest = chunk.get(start..).filter(|rest| !rest.is_empty());
            let rest = rest.ok_or("a chunk is shorter than the table says")?;
            let part = &rest[..wanted.min(rest.len())];
            bytes.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(bytes)
    }

    /// An unpacked chunk, from the cache if it is there.
    fn chunk(&mut self, index: usize) -> Result<Arc<[u8]>, String> {
        if let Some(chunk) = self.cache.get(&index) {
            return Ok(Arc::clone(chunk));
        }
        let chunk: Arc<[u8]> = self.unpack(index)?.into();
        while (self.order.len() + 1) as u64 * self.size > CACHE_BYTES_MAX as u64 {
            let Some(oldest) = self.order.pop_front() else { break };
            self.cache.remove(&oldest);
        }
        self.order.push_back(index);
        self.cache.insert(index, Arc::clone(&chunk));
        Ok(chunk)
    }

    /// Reads a chunk from the file and unpacks it.
    fn unpack(&mut self, index: usize) -> Result<Vec<u8>, String> {
        deadline::check().map_err(|error| error.to_string())?;
        let bounds = self.starts.get(index).zip(self.starts.get(index + 1));
        let (&start, &end) = bounds.ok_or("the chunk does not exist")?;
        let packed =
            read_plain(&mut self.file, start, end - start).map_err(|error| error.to_string())?;
        let mut unpacked = Vec::with_capacity(usize::try_from(self.size).unwrap_or_default());
        Decompress::new(false)
            .decompress_vec(&packed, &mut unpacked, FlushDecompress::Sync)
            .map_err(|error| format!("the chunk is damaged: {error}"))?;
        Ok(unpacked)
    }
}

fn read_array<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The table of chunks in the header of a dictzip file.
struct ChunkTable {
    /// The unpacked length of a chunk.
    size: u64,
    /// The packed length of each chunk.
    packed: Vec<u16>,
}

/// Parses the field of dictzip (`RA`) among the extra fields of a gzip header. `None`: there is
/// none.
fn parse_extra(mut extra: &[u8]) -> Result<Option<ChunkTable>, String> {
    while let [a, b, low, high, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (field, next) = rest.split_at_checked(length).ok_or("an extra field is cut off")?;
        if [*a, *b] == *b"RA" {
            return parse_table(field).map(Some);
        }
        extra = next;
    }
    Ok(None)
}

/// Parses the table of chunks: version, size of a chunk, number of chunks, and their packed
/// lengths, all in two bytes.
fn parse_table(field: &[u8]) -> Result<ChunkTable, String> {
    let (numbers, rest) = field.as_chunks::<2>();
    let mut numbers = numbers.iter().map(|pair| u16::from_le_bytes(*pair));
    let mut next = || numbers.next().ok_or("the table of chunks is cut off");
    let version = next()?;
    let size = next()?;
    let count = next()?;
    let lengths: Vec<u16> = numbers.collect();
    if version != 1 || size == 0 || lengths.len() != usize::from(count) || !rest.is_empty() {
        return Err("the table of chunks is inconsistent".to_owned());
    }
    Ok(ChunkTable { size: u64::from(size), packed: lengths })
}

/// Skips a text that ends with a zero byte. Returns its length with that byte.
fn skip_text(input: &mut BufReader<File>) -> Result<u64, String> {
    for (count, byte) in input.bytes().take(HEADER_TEXT_BYTES_MAX).enumerate() {
        if byte.map_err(|error| error.to_string())? == 0 {
            return Ok(count as u64 + 1);
        }
    }
    Err("the header of the gzip file has no end".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_that_many_headwords_share_counts_for_each() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.dict");
        std::fs::write(&path, "an apple").unwrap();
        let mut articles = Articles::open(&path).unwrap();
        articles.remaining = 20;
        for _ in 0..2 {
            assert_eq!(articles.read(0, 8).unwrap(), b"an apple");
        }
        let Err(Unreachable::Broken(error)) = articles.read(0, 8) else { panic!("it is read") };
        let error = error.to_string();
        assert!(error.ends_with("over 16777216 bytes; the file has 8"), "{error}");
    }

    #[test]
    fn a_large_file_may_share_more() {
        let allowed = |length| {
            let content = Content::Memory(Vec::new());
            Articles::new(PathBuf::from("a.dict"), length, content).allowed
        };
        assert_eq!(allowed(1 << 20), 64 << 20);
        assert_eq!(allowed(1 << 30), ARTICLES_BYTES_MAX);
    }
}
