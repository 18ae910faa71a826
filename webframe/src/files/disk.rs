//! A directory on disk: a name to the file behind it, and never to one outside.
//!
//! The real path of whatever is opened is held against the real path of the root, so that no
//! link leads out or to something hidden. Whoever may write below the root while it is served can
//! still win a race against that look: that is the owner of the files, not a peer.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Found, SMALL_FILE_BYTES_MAX,
    cache::{Cache, Sources, stamp_at},
    entry::{Bytes, Caching, Entry, with_codings},
    name::is_plain,
    stamp::{Stamp, is_settled},
};
use crate::response::coding::Coding;

/// A directory whose files are served.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) root: PathBuf,
    pub(super) cache: Cache,
}

/// What stands beside a file for each coding of it.
const SIBLINGS: [(Coding, &str); 2] = [(Coding::Brotli, ".br"), (Coding::Gzip, ".gz")];

impl Directory {
    /// What lies at that name.
    pub(super) fn find(&self, name: &str, caching: &Caching) -> io::Result<Found> {
        if let Some(entry) = self.cache.find(name) {
            return Ok(Found::File(entry));
        }
        let path = self.root.join(name);
        match self.resolve(&path)? {
            Some((_, metadata)) if metadata.is_dir() => Ok(Found::Directory),
            Some((real, metadata)) if metadata.is_file() => {
                // It may have gone since, and we may look at it and not read it.
                let entry = present(self.load(name, &path, real, caching))?;
                Ok(entry.map_or(Found::Nothing, Found::File))
            }
            _ => Ok(Found::Nothing),
        }
    }

    fn load(
        &self,
        name: &str,
        path: &Path,
        real: PathBuf,
        caching: &Caching,
    ) -> io::Result<Arc<Entry>> {
        let mut sources: Sources = vec![(path.to_owned(), stamp_at(path))];
        let (plain, metadata) = read(real)?;
        let mut settled = is_settled(&metadata);
        let mut coded = vec![(Coding::Identity, plain.clone())];
        for (coding, ending) in SIBLINGS {
            let sibling = self.root.join(format!("{name}{ending}"));
            sources.push((sibling.clone(), stamp_at(&sibling)));
            // A sibling older than the file was made of another version of it.
            if let Some((real, sibling)) = self.resolve(&sibling)?
                && sibling.is_file()
                && sibling.modified().ok() >= metadata.modified().ok()
                && let Some((bytes, metadata)) = present(read(real))?
            {
                coded.push((coding, bytes));
                settled &= is_settled(&metadata);
            }
        }
        if settled && coded.len() == 1 {
            coded = with_codings(name, &plain);
        }
        let entry = Arc::new(Entry::new(name, metadata.modified().ok(), coded, caching));
        if settled {
            self.cache.keep(name, Arc::clone(&entry), sources);
        }
        Ok(entry)
    }

    /// The real path of something below the root that is meant to be seen, and what it is.
    pub(super) fn resolve(&self, path: &Path) -> io::Result<Option<(PathBuf, Metadata)>> {
        let Some(real) = present(fs::canonicalize(path))? else { return Ok(None) };
        let root = fs::canonicalize(&self.root)?;
        let Ok(below) = real.strip_prefix(&root) else { return Ok(None) };
        if !below.iter().all(|part| is_plain(part.as_encoded_bytes())) {
            return Ok(None);
        }
        let metadata = present(fs::symlink_metadata(&real))?;
        Ok(metadata.map(|metadata| (real, metadata)))
    }
}

/// A small file whole, a large one by its place.
fn read(real: PathBuf) -> io::Result<(Bytes, Metadata)> {
    let file = File::open(&real)?;
    let metadata = file.metadata()?;
    if metadata.len() > SMALL_FILE_BYTES_MAX {
        let stamp = Stamp::of(&metadata);
        return Ok((Bytes::File(real, stamp), metadata));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(SMALL_FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok((Bytes::Shared(bytes.into()), metadata))
}

/// Tells what is not there for us from what should be and fails.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied};
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            NotFound | NotADirectory | PermissionDenied | InvalidFilename | InvalidInput => {
                Ok(None)
            }
            // A link that leads to itself (ELOOP) leads nowhere; its kind has no stable name.
            _ if error.raw_os_error() == Some(40) => Ok(None),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_goes_while_it_is_looked_at_is_nothing_and_no_error() {
        assert!(matches!(present(read(PathBuf::from("/no/such/file"))), Ok(None)));
        let unreadable: io::Result<()> = Err(io::ErrorKind::PermissionDenied.into());
        assert!(matches!(present(unreadable), Ok(None)));
        assert!(present::<()>(Err(io::ErrorKind::UnexpectedEof.into())).is_err());
    }
}
