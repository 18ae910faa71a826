//! Saves a lexicon to a file and opens it, so that the next start with a large book is fast.
//!
//! ```text
//! magic, version    8 bytes
//! SHA-256           32 bytes, of all that follows
//! stamp             32 bytes: identifies the books from which the lexicon was built
//! ranked            u32: number of keys with a frequency rank
//! columns, fst      each: its number of bytes as u64, then the bytes; numbers are little-endian
//! ```
//! `fst` is the map from keys (folded spellings) to their numbers. The file may be deleted at any
//! time: it can be made again. It is not trusted: a size is compared with the size of the file
//! before memory is allocated, and `key_map` verifies the `fst` before its first use.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Columns, Pairs, Texts, key_map};
use crate::lexicon::Lexicon;

/// The kind of file and the version of its format. Change the digit whenever the layout, the
/// folding of keys, the order of entries or the definition of glosses changes.
const MAGIC: &[u8; 8] = b"DICTLEX4";

/// Maximum size of the file: four times the size that the largest known book needs.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Identifies the source of a lexicon: the caller's digest of books, versions and order.
pub type Stamp = [u8; 32];

/// The reason why a saved lexicon cannot be used and must be built again.
#[derive(Debug)]
pub struct SavedError {
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    Magic,
    Size(u64),
    Digest,
    Stale,
    Damaged(&'static str),
}

impl SavedError {
    /// Whether the file does not exist, which is not a fault.
    pub fn is_absent(&self) -> bool {
        matches!(&self.cause, Cause::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the file belongs to other books or versions of them: its stamp differs.
    pub fn is_stale(&self) -> bool {
        matches!(self.cause, Cause::Stale)
    }
}

impl fmt::Display for SavedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "saved lexicon {}: ", self.path.display())?;
        match &self.cause {
            Cause::Io(error) => write!(f, "{error}"),
            Cause::Magic => f.write_str("not a saved lexicon of this version"),
            Cause::Size(bytes) => write!(f, "{bytes} bytes, larger than {FILE_BYTES_MAX}"),
            Cause::Digest => f.write_str("the digest does not match"),
            Cause::Stale => f.write_str("made from other dictionaries"),
            Cause::Damaged(column) => write!(f, "column {column} is damaged"),
        }
    }
}

impl std::error::Error for SavedError {}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Cause {
        Cause::Io(error)
    }
}

impl Lexicon {
    /// Writes the lexicon to a temporary file and renames it to `path`.
    ///
    /// # Errors
    /// If the file cannot be written. A file at `path` is unchanged then.
    pub fn save(&self, path: &Path, stamp: &Stamp) -> Result<(), SavedError> {
        let named = |cause: io::Error| SavedError { path: path.to_owned(), cause: cause.into() };
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(format!(".{}.new", std::process::id()));
        let temporary = PathBuf::from(temporary);
        let written = self.write(&temporary, stamp);
        let written = written.and_then(|()| std::fs::rename(&temporary, path));
        if written.is_err() {
            // The error of the write is reported, not this one.
            drop(std::fs::remove_file(&temporary));
        }
        written.map_err(named)
    }

    /// Reads a lexicon that [`save`](Lexicon::save) wrote with the same stamp.
    ///
    /// # Errors
    /// If the file is missing, has another stamp, or is invalid.
    pub fn open_saved(path: &Path, stamp: &Stamp) -> Result<Lexicon, SavedError> {
        read(path, stamp).map_err(|cause| SavedError { path: path.to_owned(), cause })
    }

    /// Writes a new file and waits until it is on the disk.
    fn write(&self, path: &Path, stamp: &Stamp) -> io::Result<()> {
        // The digest is at the beginning of the file, so the columns are encoded twice.
        let mut digest = Digesting(Sha256::new());
        self.write_all(stamp, &mut digest)?;
        let mut file = BufWriter::with_capacity(1 << 20, create_private(path)?);
        file.write_all(MAGIC)?;
        file.write_all(&digest.0.finalize())?;
        self.write_all(stamp, &mut file)?;
        file.into_inner()?.sync_all()
    }

    /// Writes the part of the file that the digest covers.
    fn write_all(&self, stamp: &Stamp, to: &mut impl Write) -> io::Result<()> {
        to.write_all(stamp)?;
        write_columns(&self.columns, to)?;
        write_column(to, self.keys.as_fst().as_bytes(), |byte| [*byte])
    }
}

/// Creates a file that only its owner can read, like the database. A file or link with this name is
/// removed, not followed.
fn create_private(path: &Path) -> io::Result<File> {
    drop(std::fs::remove_file(path)); // usually there is none
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A writer that only computes the digest of the bytes that are written.
struct Digesting(Sha256);

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_columns(columns: &Columns, to: &mut impl Write) -> io::Result<()> {
    let Columns {
        keys,
        first_entry,
        places,
        by_place,
        ranked,
        records,
        books,
        ranks,
        inner_keys,
        inner_offsets,
        forms,
        form_lemmas,
        pairs: Pairs { pairs, starts, postings },
    } = columns;
    to.write_all(&ranked.to_le_bytes())?;
    for texts in [keys, records, forms] {
        write_column(to, texts.text.as_bytes(), |byte| [*byte])?;
        write_column(to, &texts.starts, |number| number.to_le_bytes())?;
    }
    for numbers in [first_entry, places, by_place, ranks, inner_keys, form_lemmas, starts] {
        write_column(to, numbers, |number| number.to_le_bytes())?;
    }
    write_column(to, books, |number| number.to_le_bytes())?;
    write_column(to, inner_offsets, |number| number.to_le_bytes())?;
    write_column(to, pairs, |number| number.to_le_bytes())?;
    write_column(to, postings, |byte| [*byte])
}

/// Writes the length of a column and its elements, each converted by `bytes`.
fn write_column<T, const N: usize>(
    to: &mut impl Write,
    column: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) -> io::Result<()> {
    to.write_all(&((column.len() * N) as u64).to_le_bytes())?;
    let mut chunk = Vec::with_capacity(N * 4096);
    for numbers in column.chunks(4096) {
        chunk.clear();
        chunk.extend(numbers.iter().flat_map(&bytes));
        to.write_all(&chunk)?;
    }
    Ok(())
}

fn read(path: &Path, stamp: &Stamp) -> Result<Lexicon, Cause> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > FILE_BYTES_MAX {
        return Err(Cause::Size(size));
    }
    let mut head = [0; 40];
    file.read_exact(&mut head).map_err(|_| Cause::Magic)?;
    if &head[..8] != MAGIC {
        return Err(Cause::Magic);
    }
    let mut reader = Reader { file: file.take(FILE_BYTES_MAX), digest: Sha256::new() };
    if reader.array("stamp")? != *stamp {
        return Err(Cause::Stale);
    }
    let ranked = u32::from_le_bytes(reader.array("ranked")?);
    let keys = reader.texts("keys")?;
    let columns = Columns { keys, ..read_columns(&mut reader, ranked)? };
    let map = reader.bytes("map")?;
    if reader.file.read(&mut [0])? > 0 {
        return Err(Cause::Damaged("end"));
    }
    if reader.digest.finalize()[..] != head[8..] {
        return Err(Cause::Digest);
    }
    check(&columns)?;
    let map = key_map::open(map, columns.keys.len()).ok_or(Cause::Damaged("map"))?;
    Ok(Lexicon::from_columns(columns, map))
}

/// Reads the parts of a file, and computes their digest.
struct Reader {
    file: io::Take<File>,
    digest: Sha256,
}

impl Reader {
    fn array<const N: usize>(&mut self, column: &'static str) -> Result<[u8; N], Cause> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(|_| Cause::Damaged(column))?;
        self.digest.update(bytes);
        Ok(bytes)
    }

    /// The bytes of a column. Never allocates more than the size of the file. `column` is its name
    /// in errors.
    fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, Cause> {
        let len = u64::from_le_bytes(self.array(column)?);
        let left = self.file.get_ref().metadata()?.len().min(FILE_BYTES_MAX);
        let len = usize::try_from(len).ok().filter(|&len| len as u64 <= left);
        let mut bytes = vec![0; len.ok_or(Cause::Damaged(column))?];
        self.file.read_exact(&mut bytes).map_err(|_| Cause::Damaged(column))?;
        self.digest.update(&bytes);
        Ok(bytes)
    }

    fn numbers<T, const N: usize>(
        &mut self,
        column: &'static str,
        number: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, Cause> {
        let bytes = self.bytes(column)?;
        let (chunks, rest) = bytes.as_chunks::<N>();
        if !rest.is_empty() {
            return Err(Cause::Damaged(column));
        }
        Ok(chunks.iter().map(|&chunk| number(chunk)).collect())
    }

    fn texts(&mut self, column: &'static str) -> Result<Texts, Cause> {
        let text = String::from_utf8(self.bytes(column)?).map_err(|_| Cause::Damaged(column))?;
        let starts = self.numbers(column, u32::from_le_bytes)?;
        Ok(Texts { text, starts })
    }
}

/// Reads the columns that follow those of the keys.
fn read_columns(reader: &mut Reader, ranked: u32) -> Result<Columns, Cause> {
    // The same order as in `write_columns`.
    let records = reader.texts("records")?;
    let forms = reader.texts("forms")?;
    let mut numbers = |column| reader.numbers(column, u32::from_le_bytes);
    let mut columns = Columns {
        ranked,
        records,
        forms,
        first_entry: numbers("first_entry")?,
        places: numbers("places")?,
        by_place: numbers("by_place")?,
        ranks: numbers("ranks")?,
        inner_keys: numbers("inner_keys")?,
        form_lemmas: numbers("form_lemmas")?,
        ..Columns::default()
    };
    columns.pairs.starts = numbers("pairs")?;
    columns.books = reader.numbers("books", u16::from_le_bytes)?;
    columns.inner_offsets = reader.numbers("inner_offsets", u16::from_le_bytes)?;
    columns.pairs.pairs = reader.numbers("pairs", u64::from_le_bytes)?;
    columns.pairs.postings = reader.bytes("postings")?;
    Ok(columns)
}

/// Checks the columns for consistency. Look-ups would treat damaged ones as absent, so the damage
/// would go unnoticed.
fn check(columns: &Columns) -> Result<(), Cause> {
    let keys = columns.keys.len();
    let entries = columns.records.len();
    let grows = |starts: &[u32], len: usize| {
        starts.is_sorted() && starts.last().is_none_or(|&last| last as usize == len)
    };
    let sound = [
        ("keys", grows(&columns.keys.starts, columns.keys.text.len())),
        ("records", grows(&columns.records.starts, columns.records.text.len())),
        ("forms", grows(&columns.forms.starts, columns.forms.text.len())),
        ("first_entry", grows(&columns.first_entry, entries)),
        ("first_entry", columns.first_entry.len().saturating_sub(1) == keys),
        ("places", columns.places.len() == keys && columns.by_place.len() == keys),
        ("ranked", columns.ranked as usize <= keys),
        ("books", columns.books.len() == entries && columns.ranks.len() == entries),
        ("inner", columns.inner_keys.len() == columns.inner_offsets.len()),
        ("forms", columns.forms.len() == columns.form_lemmas.len()),
        ("pairs", grows(&columns.pairs.starts, columns.pairs.postings.len())),
    ];
    match sound.iter().find(|(_, sound)| !sound) {
        Some((column, _)) => Err(Cause::Damaged(column)),
        None => Ok(()),
    }
}
