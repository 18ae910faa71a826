//! The content of a request: bounded, in memory up to a limit, then in a temporary file.

use std::{
    borrow::Cow,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
};

use crate::Result;

/// The content of one request. Cleared, not dropped, between requests, so that small contents
/// allocate nothing.
#[derive(Debug, Default)]
pub(crate) struct Content {
    memory: Vec<u8>,
    file: Option<File>,
    length: u64,
}

impl Content {
    /// Forgets the content and keeps a small buffer.
    pub(crate) fn clear(&mut self) {
        if self.length > 0 {
            self.memory.clear();
            self.memory.shrink_to(4 << 10);
            self.file = None;
            self.length = 0;
        }
    }

    /// Bytes taken so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Takes one more piece; what would pass `memory_max` goes to a temporary file.
    pub(crate) fn append(&mut self, piece: &[u8], memory_max: usize) -> std::io::Result<()> {
        self.length += piece.len() as u64;
        if self.file.is_none() && self.memory.len() + piece.len() > memory_max {
            let mut file = tempfile::tempfile()?;
            file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(piece),
            None => {
                self.memory.extend_from_slice(piece);
                Ok(())
            }
        }
    }

    /// All bytes, as a stream.
    pub(crate) fn reader(&self) -> std::io::Result<Box<dyn Read + '_>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_large_content_in_a_file_and_gives_it_back_whole() {
        let mut content = Content::default();
        for piece in [&b"abc"[..], b"def", b"ghi"] {
            content.append(piece, 4).expect("room");
        }
        assert!(content.file.is_some());
        assert_eq!(&*content.bytes().expect("bytes"), b"abcdefghi");
        content.clear();
        assert_eq!((content.length(), &*content.bytes().expect("bytes")), (0, &b""[..]));
    }
}
