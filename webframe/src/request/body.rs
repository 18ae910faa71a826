//! The body of a request: bounded, in memory up to a limit, then in a temporary file.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use crate::Result;

/// The body of one request. It is cleared, not dropped, between requests, so that small bodies
/// allocate nothing.
#[derive(Debug, Default)]
pub(crate) struct Content {
    memory: Vec<u8>,
    file: Option<File>,
    length: u64,
}

/// Bytes in the temporary files of all bodies.
static SPOOLED: AtomicU64 = AtomicU64::new(0);

/// Whether the server, not the request, is why a body cannot be stored now: the limit on all
/// temporary files, a full disk, or no more descriptors.
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    error.kind() == io::ErrorKind::StorageFull
        || matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

impl Content {
    /// Empties the body and keeps a small buffer.
    pub(crate) fn clear(&mut self) {
        if self.length > 0 {
            self.memory.clear();
            self.memory.shrink_to(4 << 10);
            self.drop_file();
            self.length = 0;
        }
    }

    /// The number of bytes so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends a piece. Bytes beyond `memory_max` go to a temporary file.
    pub(crate) fn append(&mut self, piece: &[u8], memory_max: usize) -> io::Result<()> {
        self.append_within(piece, memory_max, u64::MAX)
    }

    /// Like [`Content::append`], but fails if the temporary files of all bodies together would
    /// exceed `spool_max` bytes.
    ///
    /// # Errors
    /// The piece cannot be stored; see [`is_shortage`].
    pub(crate) fn append_within(
        &mut self,
        piece: &[u8],
        memory_max: usize,
        spool_max: u64,
    ) -> io::Result<()> {
        let in_file = self.file.is_some();
        let spools = in_file || self.memory.len() + piece.len() > memory_max;
        let fresh = piece.len() as u64 + if in_file { 0 } else { self.length };
        if spools {
            if SPOOLED.fetch_add(fresh, Relaxed).saturating_add(fresh) > spool_max {
                SPOOLED.fetch_sub(fresh, Relaxed);
                return Err(io::ErrorKind::StorageFull.into());
            }
            if !in_file {
                let file = tempfile::tempfile();
                self.file = Some(file.inspect_err(|_| {
                    SPOOLED.fetch_sub(fresh, Relaxed);
                })?);
                let memory = std::mem::take(&mut self.memory);
                self.length += piece.len() as u64;
                return self.write_to_file(&memory).and_then(|()| self.write_to_file(piece));
            }
            self.length += piece.len() as u64;
            return self.write_to_file(piece);
        }
        self.length += piece.len() as u64;
        self.memory.extend_from_slice(piece);
        Ok(())
    }

    fn write_to_file(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes))
    }

    /// Deletes the temporary file, and subtracts its bytes from the total.
    fn drop_file(&mut self) {
        if self.file.take().is_some() {
            SPOOLED.fetch_sub(self.length, Relaxed);
        }
    }

    /// All bytes, as a stream.
    pub(crate) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        let Some(mut file) = self.file.as_ref() else { return Ok(Box::new(&*self.memory)) };
        file.seek(SeekFrom::Start(0))?;
        Ok(Box::new(file))
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>> {
        let Some(file) = &self.file else { return Ok(Cow::Borrowed(&self.memory)) };
        let mut bytes = Vec::new();
        let mut file = file;
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.drop_file();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_is_kept_in_a_file() {
        let mut content = Content::default();
        for piece in [&b"abc"[..], b"def", b"ghi"] {
            content.append(piece, 4).expect("room");
        }
        assert!(content.file.is_some());
        assert_eq!(&*content.bytes().expect("bytes"), b"abcdefghi");
        content.clear();
        assert_eq!((content.length, &*content.bytes().expect("bytes")), (0, &b""[..]));
    }

    #[test]
    fn all_temporary_files_together_have_a_limit() {
        let mut first = Content::default();
        first.append_within(&[0; 1 << 20], 10, u64::MAX).expect("room");
        let mut second = Content::default();
        second.append_within(b"in memory", 10, 0).expect("no file is needed");
        let error =
            second.append_within(&[0; 100], 10, 1 << 20).expect_err("the first has too many");
        assert!(is_shortage(&error));
        assert_eq!(second.length, 9, "nothing of the piece is kept");
        drop(first);
        assert!(SPOOLED.load(Relaxed) < 1 << 20, "the bytes of the first are free again");
        assert!(!is_shortage(&io::ErrorKind::PermissionDenied.into()));
    }
}
