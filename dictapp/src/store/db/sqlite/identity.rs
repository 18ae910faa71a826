//! Detects that the files of an open database were deleted or replaced.
//!
//! SQLite continues to write to a file that was deleted or replaced: commits succeed, but the data
//! is lost. So each call checks that the names still lead to the open files.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::store::error::{Result, StoreError};

/// Device and inode of the database file, its write-ahead log (`-wal`) and the index of that log in
/// shared memory (`-shm`).
#[derive(Debug)]
pub(crate) struct Identity {
    files: Vec<(PathBuf, Inode)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Inode {
    device: u64,
    number: u64,
}

/// The suffixes that SQLite appends to the name of the database file.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

impl Identity {
    /// The identity of the database file with this name and of its `-wal` and `-shm` files. A
    /// connection must keep them open, so that their inodes are not given to other files.
    pub(crate) fn from_path(path: &Path) -> io::Result<Identity> {
        let identify = |suffix: &str| {
            let mut name = OsString::from(path);
            name.push(suffix);
            let path = PathBuf::from(name);
            let inode = Inode::from_metadata(&fs::metadata(&path)?);
            Ok((path, inode))
        };
        let files = SUFFIXES.iter().map(|suffix| identify(suffix)).collect::<io::Result<_>>()?;
        Ok(Identity { files })
    }

    /// Fails if one of the files was deleted, replaced or emptied. Costs a system call for each.
    pub(crate) fn check(&self) -> Result<()> {
        for (index, (path, inode)) in self.files.iter().enumerate() {
            let shown = path.display();
            let what = match fs::metadata(path) {
                Ok(found) if Inode::from_metadata(&found) != *inode => "was replaced",
                Ok(found) if index == 0 && found.len() == 0 => "was emptied",
                Ok(_) => continue,
                Err(_) => "was deleted",
            };
            return Err(StoreError::unavailable(format!(
                "the database file {shown} {what} while it was in use: nothing is stored now; stop \
                 the server, put the file back or restore a backup, and start again"
            )));
        }
        Ok(())
    }
}

impl Inode {
    fn from_metadata(metadata: &fs::Metadata) -> Inode {
        Inode { device: metadata.dev(), number: metadata.ino() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_deleted_replaced_and_emptied_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let fill = || {
            for suffix in SUFFIXES {
                fs::write(folder.path().join(format!("x.db{suffix}")), "content").unwrap();
            }
        };
        fill();
        let identity = Identity::from_path(&path).unwrap();
        identity.check().unwrap();

        let wal = folder.path().join("x.db-wal");
        let aside = folder.path().join("aside");
        fs::rename(&wal, &aside).unwrap();
        assert!(identity.check().unwrap_err().to_string().contains("x.db-wal was deleted"));
        fs::write(&wal, "another").unwrap();
        assert!(identity.check().unwrap_err().to_string().contains("x.db-wal was replaced"));
        fs::rename(&aside, &wal).unwrap();
        identity.check().unwrap();

        fs::write(&path, "").unwrap();
        assert!(identity.check().unwrap_err().to_string().contains("x.db was emptied"));
    }
}
