//! Opens a file as a stream of bytes that has a maximum length and counts its progress. A gzip file
//! is unpacked, and a text file is decoded to UTF-8: `words.txt.gz` in GB18030 is read as UTF-8
//! text. A folder or another kind of archive is refused.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::books::Progress;
use crate::books::error::BookError;
use crate::books::input::deadline;
use crate::books::input::encoding::Encoding;
use crate::books::limits::{SAMPLE_BYTES_MAX, UNPACKED_BYTES_MAX};

/// An open file of a book (a dictionary in one or more files), or a text in memory.
pub(crate) struct Source {
    path: PathBuf,
    /// The first bytes, from which properties of the file are recognised.
    sample: Arc<[u8]>,
    /// The sample, then the rest of the file.
    inner: Box<dyn Read + Send>,
    meter: Meter,
    encoding: Encoding,
}

/// How far a file has been read, in bytes of the file on disk, or in units that the reader counts.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    done: Arc<AtomicU64>,
    total: u64,
}

/// The first bytes of a gzip file.
pub(crate) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Opens a file. Returns its length too, and fails for a folder.
pub(crate) fn open_file(path: &Path) -> Result<(File, u64), BookError> {
    let fail = |error| BookError::io(path, error);
    let file = File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() {
        return Err(BookError::whole(path, "is not a file"));
    }
    Ok((file, metadata.len()))
}

impl Source {
    /// Opens a file. Its bytes are unpacked but not decoded.
    pub(crate) fn open(path: &Path) -> Result<Source, BookError> {
        let (inner, meter) = open_unpacked(path)?;
        Source::sampled(path, inner, meter, Encoding::UTF8)
    }

    /// Opens a text file and decodes it to UTF-8. Its encoding is recognised if it is not known.
    pub(crate) fn open_text(path: &Path, known: Option<Encoding>) -> Result<Source, BookError> {
        let source = Source::open(path)?;
        let encoding = known.unwrap_or_else(|| Encoding::detect(&source.sample));
        let source = if encoding == Encoding::UTF8 {
            source
        } else {
            Source::sampled(path, encoding.decode(source.inner), source.meter, encoding)?
        };
        if !has_only_carriage_returns(&source.sample) {
            return Ok(source);
        }
        Source::sampled(path, Box::new(LineFeeds(source.inner)), source.meter, encoding)
    }

    /// Reads a text that is in memory. Errors name `path`.
    pub(crate) fn of_text(path: &Path, text: String) -> Result<Source, BookError> {
        let meter = Meter::counting(text.len() as u64);
        Source::sampled(path, Box::new(Cursor::new(text.into_bytes())), meter, Encoding::UTF8)
    }

    /// Makes a source and reads its sample. Reading the source returns the sample again.
    fn sampled(
        path: &Path,
        mut inner: Box<dyn Read + Send>,
        meter: Meter,
        encoding: Encoding,
    ) -> Result<Source, BookError> {
        let fail = |error| BookError::io(path, error);
        let mut sample = Vec::new();
        (&mut inner).take(SAMPLE_BYTES_MAX as u64).read_to_end(&mut sample).map_err(fail)?;
        let sample: Arc<[u8]> = sample.into();
        let inner = Box::new(Cursor::new(sample.clone()).chain(inner));
        Ok(Source { path: path.to_owned(), sample, inner, meter, encoding })
    }

    /// The encoding of the file.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The first bytes, at most [`SAMPLE_BYTES_MAX`]. Reading returns them again.
    pub(crate) fn sample(&self) -> Arc<[u8]> {
        self.sample.clone()
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl Meter {
    /// A meter of `total` units that are not bytes of a file. The reader counts them with
    /// [`Meter::advance`].
    pub(crate) fn counting(total: u64) -> Meter {
        Meter { done: Arc::default(), total }
    }

    pub(crate) fn advance(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn progress(&self) -> Progress {
        let done = self.done.load(Ordering::Relaxed).min(self.total);
        Progress { done, total: self.total }
    }
}

/// Opens a file and unpacks it if it is a gzip file. Returns its bytes and its progress.
fn open_unpacked(path: &Path) -> Result<(Box<dyn Read + Send>, Meter), BookError> {
    let fail = |error| BookError::io(path, error);
    let (mut file, total) = open_file(path)?;
    let mut magic = Vec::new();
    (&mut file).take(8).read_to_end(&mut magic).map_err(fail)?;
    if let Some(archive) = unsupported_archive(&magic) {
        return Err(BookError::whole(path, format!("is packed with {archive}, unpack it first")));
    }
    let meter = Meter { done: Arc::default(), total };
    let gzip = magic.starts_with(&GZIP_MAGIC);
    let counted = Counted { inner: Cursor::new(magic).chain(file), done: meter.done.clone() };
    let inner: Box<dyn Read + Send> =
        if gzip { Box::new(Unpacked::new(io::BufReader::new(counted))) } else { Box::new(counted) };
    Ok((inner, meter))
}

/// The archive format that the first bytes of a file show. `None`: it is no archive, or one that
/// can be unpacked here.
fn unsupported_archive(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz"),
        [b'B', b'Z', b'h', ..] => Some("bzip2"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        [b'7', b'z', 0xbc, 0xaf, ..] => Some("7z"),
        _ => None,
    }
}

/// A file that counts the bytes read from it, and fails when the time for reading is over.
struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        deadline::check()?;
        let n = self.inner.read(buffer)?;
        self.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Whether lines end with carriage returns without line feeds, as old programs write them.
pub(super) fn has_only_carriage_returns(sample: &[u8]) -> bool {
    // A carriage return at the end of the sample may be half of a line end, or end the only line.
    let text = sample.trim_ascii_end();
    let count = |end: u8| sample.iter().filter(|byte| **byte == end).count();
    // Cells of a table may contain line feeds.
    let first = text.iter().find(|byte| b"\r\n".contains(byte));
    first == Some(&b'\r')
        && count(b'\r') > count(b'\n')
        && memchr::memmem::find(text, b"\r\n").is_none()
}

/// A text with line feeds in place of its carriage returns.
struct LineFeeds(Box<dyn Read + Send>);

impl Read for LineFeeds {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buffer)?;
        buffer[..n].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(n)
    }
}

/// A gzip stream that fails if it unpacks to more than [`UNPACKED_BYTES_MAX`].
pub(crate) struct Unpacked<R: io::BufRead> {
    inner: io::Take<MultiGzDecoder<R>>,
}

impl<R: io::BufRead> Unpacked<R> {
    pub(crate) fn new(packed: R) -> Unpacked<R> {
        Unpacked { inner: MultiGzDecoder::new(packed).take(UNPACKED_BYTES_MAX + 1) }
    }
}

impl<R: io::BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        deadline::check()?; // a few packed bytes may unpack to millions
        let n = self.inner.read(buffer)?;
        if self.inner.limit() == 0 {
            let text = format!("unpacks to more than {UNPACKED_BYTES_MAX} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(n)
    }
}
