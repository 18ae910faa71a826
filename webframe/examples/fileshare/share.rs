//! The folder: which of its files are shared, and how one is added whole or not at all.

use std::{
    fs,
    io::{self, Read},
    path::PathBuf,
};

use tempfile::NamedTempFile;
use webframe::{Error, Result};

use crate::disk_error;

/// Bytes of a name, as most file systems have it.
const NAME_BYTES_MAX: usize = 255;

/// Files of one listing; a folder beyond that is shown in part.
const FILES_MAX: usize = 10_000;

const NO_SUCH_FILE: &str = "no file has such a name here";

pub(crate) struct Share {
    folder: PathBuf,
}

pub(crate) struct SharedFile {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

impl Share {
    pub(crate) fn new(folder: PathBuf) -> Share {
        Share { folder }
    }

    /// The files that are shared, by name.
    pub(crate) fn files(&self) -> Result<Vec<SharedFile>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(disk_error)?.take(FILES_MAX) {
            let entry = entry.map_err(disk_error)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.metadata() {
                // The type of a link is not that of its target, so links are left out.
                Ok(metadata) if metadata.is_file() && check_name(&name).is_ok() => {
                    files.push(SharedFile { name, bytes: metadata.len() });
                }
                _ => {}
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    /// Whether a file of this name is shared.
    pub(crate) fn find(&self, name: &str) -> Result<()> {
        check_name(name)?;
        match fs::symlink_metadata(self.folder.join(name)) {
            Ok(metadata) if metadata.is_file() => Ok(()),
            _ => Err(Error::not_found(NO_SUCH_FILE)),
        }
    }

    /// Adds a file. It is written under a hidden name and appears when it is whole; a file that
    /// cannot be, as on a full disk, is removed.
    pub(crate) fn store(&self, name: &str, mut content: impl Read) -> Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".upload-")
            .tempfile_in(&self.folder)
            .map_err(disk_error)?;
        io::copy(&mut content, &mut file).map_err(disk_error)?;
        file.as_file().sync_all().map_err(disk_error)?;
        keep(file, &self.folder.join(name)).map_err(disk_error)
    }
}

fn keep(file: NamedTempFile, path: &std::path::Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.persist_noclobber(path)?;
    Ok(())
}

/// Whether a name may be shared: one visible part of a path.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let fits = (1..=NAME_BYTES_MAX).contains(&name.len());
    let is_odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    match fits && !name.starts_with('.') && !name.contains(is_odd) {
        true => Ok(()),
        false => Err(Error::not_found(NO_SUCH_FILE)),
    }
}
