//! Restricts access to a database file and its `-wal` and `-shm` files. A new file is only for its
//! owner; an existing file loses the access of users who are neither its owner nor in its group.

use std::{fs, io, path::Path};

use crate::store::error::{Result, StoreError};

/// The suffixes of the database file itself, its write-ahead log, and the index of that log in
/// shared memory. SQLite creates the last two with the mode of the database file.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Creates the database file for its owner only, or removes the access of users who are neither the
/// owner nor in the group. Refuses a symbolic link: with it, a user who may write to the folder
/// could redirect the server to another file.
pub(super) fn keep_private(path: &Path) -> Result<()> {
    for suffix in SUFFIXES {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let file = Path::new(&name);
        let kept = match restrict_existing(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match suffix {
                "" => create(file),
                _ => Ok(()),
            },
            kept => kept,
        };
        kept.map_err(|error| {
            StoreError::refused(format!("the database file {}: {error}", file.display()))
        })?;
    }
    Ok(())
}

/// Refuses a symbolic link, and removes the access of other users.
fn restrict_existing(file: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(file)?;
    if found.is_symlink() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a symbolic link"));
    }
    restrict(file, &found)
}

fn create(file: &Path) -> io::Result<()> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        // Another instance was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result.map(drop),
    }
}

/// Removes the access of other users. The group keeps its access. A failure is only logged.
#[cfg(unix)]
fn restrict(file: &Path, found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let mode = found.mode();
    if !found.is_file() || mode & 0o007 == 0 {
        return Ok(());
    }
    match fs::set_permissions(file, fs::Permissions::from_mode(mode & 0o7770)) {
        Ok(()) => log::info!("{} is no longer readable by all users", file.display()),
        // The file belongs to another user, or its file system has no modes.
        Err(error) => log::warn!("{} can be read by every user: {error}", file.display()),
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").mode() & 0o777
    }

    #[test]
    fn database_files_are_private_even_existing_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dict.db");
        keep_private(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        let log = folder.path().join("dict.db-wal");
        fs::write(&log, "x").unwrap();
        for (file, given, kept) in [(&path, 0o644, 0o640), (&log, 0o666, 0o660)] {
            fs::set_permissions(file, fs::Permissions::from_mode(given)).unwrap();
            keep_private(&path).unwrap();
            assert_eq!(mode(file), kept);
        }
    }

    #[test]
    fn a_link_instead_of_the_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dict.db");
        let target = folder.path().join("other");
        symlink(&target, &path).unwrap();
        let error = keep_private(&path).unwrap_err().to_string();
        assert!(error.ends_with("it is a symbolic link"), "{error}");
        assert!(!target.exists());
    }
}
