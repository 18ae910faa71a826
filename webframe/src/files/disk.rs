//! Finds files in a directory on disk, and never outside of it.
//!
//! The real path of each file must be below the real path of the root, so that no link leads out or
//! to a hidden file. A user who may write below the root can win a race against this check, but
//! chooses the served files anyway.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{
    Resolved, SMALL_FILE_BYTES_MAX,
    cache::{Cache, Sources, stamp_at},
    entry::{Bytes, Caching, Entry, latest_date, with_codings},
    name::is_plain,
    stamp::{Stamp, is_settled},
};
use crate::response::coding::Coding;

/// A served directory.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) root: PathBuf,
    pub(super) cache: Cache,
}

/// The suffixes of encoded siblings of a file.
const SIBLINGS: [(Coding, &str); 2] = [(Coding::Brotli, ".br"), (Coding::Gzip, ".gz")];

impl Directory {
    /// The file or directory that the name refers to.
    pub(super) fn find(&self, name: &str, caching: &Caching) -> io::Result<Resolved> {
        if let Some(entry) = self.cache.find(name) {
            return Ok(Resolved::File(entry));
        }
        let path = self.root.join(name);
        match self.resolve(&path)? {
            Some((_, metadata)) if metadata.is_dir() => Ok(Resolved::Directory),
            Some((real, metadata)) if metadata.is_file() => {
                // The file may have been removed since, or this process may not be allowed to read
                // it.
                let entry = present(self.load(name, &path, real, caching))?;
                Ok(entry.map_or(Resolved::Nothing, Resolved::File))
            }
            _ => Ok(Resolved::Nothing),
        }
    }

    /// Makes the entry of a file: its header fields, and the bytes of a small file and of its
    /// encoded siblings. Keeps it in the cache, unless one of the files changed just now.
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
            // A sibling that is older than the file belongs to another version.
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
        let modified = metadata.modified().ok();
        let entry = Arc::new(Entry::new(name, modified, coded, caching));
        // If the file changed less than a second ago, `Last-Modified` of this entry is earlier than
        // the change. A later entry has the right date, so this one is not kept. If the change is
        // in the future, no entry would have the right date, so this one is kept.
        let early = modified.is_some_and(|at| at > latest_date() && at <= SystemTime::now());
        if settled && !early {
            self.cache.keep(name, Arc::clone(&entry), sources);
        }
        Ok(entry)
    }

    /// The real path of a visible file or directory below the root, and its metadata. `None` if
    /// there is none.
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

/// The bytes of a small file or the path of a large one, and the metadata.
fn read(real: PathBuf) -> io::Result<(Bytes, Metadata)> {
    let file = File::open(&real)?;
    let metadata = file.metadata()?;
    if metadata.len() > SMALL_FILE_BYTES_MAX {
        let stamp = Stamp::from_metadata(&metadata);
        return Ok((Bytes::File(real, stamp), metadata));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(SMALL_FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok((Bytes::Shared(bytes.into()), metadata))
}

/// `None` if the error means that there is no file to serve; any other error is returned.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied};
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            NotFound | NotADirectory | PermissionDenied | InvalidFilename | InvalidInput => {
                Ok(None)
            }
            // A link to itself (ELOOP); its `ErrorKind` is not stable.
            _ if error.raw_os_error() == Some(40) => Ok(None),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_deleted_while_it_is_opened_is_a_404() {
        assert!(matches!(present(read(PathBuf::from("/no/such/file"))), Ok(None)));
        let unreadable: io::Result<()> = Err(io::ErrorKind::PermissionDenied.into());
        assert!(matches!(present(unreadable), Ok(None)));
        assert!(present::<()>(Err(io::ErrorKind::UnexpectedEof.into())).is_err());
    }
}
