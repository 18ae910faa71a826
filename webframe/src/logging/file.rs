//! A log file that can be reopened after another program has renamed it (log rotation).

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use crate::{lock::lock, report};

/// A file to which lines are appended. Call [`LogFile::reopen`] when a program that rotates logs
/// has renamed it. Clones write to the same file.
///
/// ```no_run
/// use webframe::{App, LogFile, Server, ServerSettings, middleware::AccessLog};
///
/// let file = LogFile::open("access.log")?;
/// let app = App::new(()).wrap(AccessLog::writer(file.clone())?);
/// let server = Server::bind(&ServerSettings::default())?.stop_on_signals()?;
/// server.on_hang_up(move || drop(file.reopen()))?.serve(app)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LogFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    file: Mutex<File>,
}

impl LogFile {
    /// Opens the file, and creates it if it is missing.
    ///
    /// # Errors
    /// If it cannot be opened. The error names it.
    pub fn open(path: impl AsRef<Path>) -> io::Result<LogFile> {
        let path = path.as_ref().to_owned();
        let file = Mutex::new(open(&path)?);
        Ok(LogFile(Arc::new(Inner { path, file })))
    }

    /// Opens the file at the path again and writes to it from now on. Earlier writes are completely
    /// in the old file.
    ///
    /// # Errors
    /// If it cannot be opened. The old file stays in use then.
    pub fn reopen(&self) -> io::Result<()> {
        let fresh = open(&self.0.path)?;
        *self.lock() = fresh;
        Ok(())
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    fn lock(&self) -> MutexGuard<'_, File> {
        lock(&self.0.file)
    }
}

impl Write for &LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    /// Writes all bytes to the same file, even if it is reopened meanwhile.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.lock().write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().flush()
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        (&*self).write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

fn open(path: &Path) -> io::Result<File> {
    open_private(path).map_err(|cause| {
        let text = format!("cannot write the log file {}: {cause}", path.display());
        io::Error::new(cause.kind(), text)
    })
}

/// Creates a new file for its owner only, and removes the access of other users to an existing one.
/// Refuses a symbolic link: a user who may write to the folder could use it to make the server
/// write to another file.
fn open_private(path: &Path) -> io::Result<File> {
    let is_link = |path| fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    if is_link(path) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a symbolic link"));
    }
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    restrict(&file, path);
    Ok(file)
}

/// Removes the access of other users. The group keeps its access, as a program that reads logs may
/// need it.
#[cfg(unix)]
fn restrict(file: &File, path: &Path) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let Ok(found) = file.metadata() else { return };
    if !found.is_file() || found.mode() & 0o007 == 0 {
        return;
    }
    // This fails for a file of another user, and on a file system without modes.
    if let Err(error) = file.set_permissions(fs::Permissions::from_mode(found.mode() & 0o7770)) {
        report::warn(format_args!("{} can be read by every user: {error}", path.display()));
    }
}

#[cfg(not(unix))]
fn restrict(_: &File, _: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_links_are_not_followed() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        LogFile::open(&path).unwrap();
        let mode = || fs::metadata(&path).unwrap().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        LogFile::open(&path).unwrap();
        assert_eq!(mode(), 0o640, "an existing file");
        let link = folder.path().join("link.log");
        symlink(folder.path().join("elsewhere"), &link).unwrap();
        assert!(LogFile::open(&link).unwrap_err().to_string().ends_with("it is a symbolic link"));
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn lines_go_to_the_renamed_file_until_it_is_reopened() {
        let folder = tempfile::tempdir().unwrap();
        let (path, old) = (folder.path().join("log"), folder.path().join("log.1"));
        fs::write(&path, "0\n").unwrap();
        let log = LogFile::open(&path).unwrap();
        let mut other = log.clone();
        other.write_all(b"1\n").unwrap();
        fs::rename(&path, &old).unwrap();
        (&log).write_all(b"2\n").unwrap();
        log.reopen().unwrap();
        other.write_all(b"3\n").unwrap();
        assert_eq!(fs::read_to_string(old).unwrap(), "0\n1\n2\n");
        assert_eq!(fs::read_to_string(path).unwrap(), "3\n");
    }

    #[test]
    fn a_file_that_cannot_be_reopened_is_reported_and_the_old_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (path, old) = (folder.path().join("log"), folder.path().join("log.1"));
        let mut log = LogFile::open(&path).unwrap();
        fs::rename(&path, &old).unwrap();
        fs::create_dir(&path).unwrap();
        let error = log.reopen().unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write the log file {}: ", path.display())));
        log.write_all(b"on\n").unwrap();
        assert_eq!(fs::read_to_string(old).unwrap(), "on\n");
    }
}
