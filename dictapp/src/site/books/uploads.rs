//! Uploads: files of a book that an administrator sends. They are kept in a temporary folder while
//! the administrator looks at the preview. When the administrator confirms the import, a thread
//! imports them and sends its progress to an event stream.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use tempfile::TempDir;
use webframe::http::StatusCode;
use webframe::{Channel, Error, Event, Request, Response};

use super::import::{ImportReport, ImportRequest, ImportStep, import_book};
use super::preview::{Preview, preview_book};
use crate::bidi::is_control;
use crate::books::{BookError, read_within};
use crate::lock::lock;
use crate::site::accounts::codes::random_bytes;
use crate::site::{Client, CurrentUser, Site};
use crate::store::{AuditEvent, Book, StoreError, TITLE_CHARS_MAX, UserId};

/// Maximum bytes of all files of an upload: 64 MiB, four times the largest shipped book.
pub const UPLOAD_BYTES_MAX: u64 = 64 << 20;

/// Maximum number of files of an upload: a StarDict book has four.
const UPLOAD_FILES_MAX: usize = 8;

/// Maximum number of uploads kept at once. The oldest one that is not being imported is dropped.
const UPLOADS_MAX: usize = 4;

/// How long an upload is kept after its last change. The next upload removes older ones.
const UPLOADS_KEPT: Duration = Duration::from_secs(3600);

/// Maximum number of characters of the name of a book.
pub const BOOK_NAME_CHARS_MAX: usize = 64;

/// Maximum time for the preview of an upload, which the browser waits for. A preview reads up to
/// the tenth entry, and unpacks the articles of a StarDict or dictd book to check them.
const PREVIEW_TIME_MAX: Duration = Duration::from_secs(10);

/// The progress of a pass over a book is reported in percent.
const PERCENT: u64 = 100;

/// A file, as a browser sent it.
#[derive(Clone, Copy, Debug)]
pub struct UploadedFile<'a> {
    /// The name that the browser sent. It is not trusted.
    pub name: &'a str,
    /// The content.
    pub bytes: &'a [u8],
}

/// An upload.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The number in its URL.
    pub id: u64,
    /// The administrator who sent it.
    pub user: UserId,
    /// The title that was given; empty: the book's own.
    pub title: String,
    /// The name of the book in the store. A book of this name is replaced.
    pub name: String,
    /// The recognised properties, and the first entries.
    pub preview: Arc<Preview>,
    /// The state of the import.
    pub state: UploadState,
    /// The result, if the state is [`UploadState::Done`].
    pub report: Option<Arc<ImportReport>>,
    /// The time of the last change.
    changed: Instant,
    /// The file that a reader opens.
    file: PathBuf,
    /// The folder of the files. It is deleted when the last clone of the upload is dropped.
    _folder: Arc<TempDir>,
}

/// The name for a book that is uploaded, as an administrator confirms it.
#[derive(Clone, Debug)]
pub struct BookNaming {
    /// The name in the store; empty: that of the file.
    pub name: String,
    /// The number of the book that the administrator wants to replace.
    pub replaces: Option<i64>,
}

/// The state of an upload, as events and pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "text", rename_all = "lowercase")]
pub enum UploadState {
    /// The upload waits for the administrator.
    Waiting,
    /// The first pass over the file: the progress in percent.
    Checking(u64),
    /// The entries are written to the database: the progress in percent.
    Storing(u64),
    /// The database commits the book.
    Committing,
    /// Imported.
    Done,
    /// Failed, and nothing was changed: the reason.
    Failed(String),
}

/// All uploads of this instance.
#[derive(Debug, Default)]
pub struct Uploads {
    all: Arc<Mutex<VecDeque<Upload>>>,
    events: Channel,
}

impl UploadState {
    /// Whether a thread is importing the upload.
    pub fn is_running(&self) -> bool {
        matches!(self, UploadState::Checking(_) | UploadState::Storing(_) | UploadState::Committing)
    }
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Upload>> {
        lock(&self.all)
    }

    /// Keeps an upload; `false` if running imports take all [`UPLOADS_MAX`] places.
    fn keep(&self, upload: Upload) -> bool {
        let mut all = self.lock();
        all.retain(|old| old.state.is_running() || old.changed.elapsed() < UPLOADS_KEPT);
        if all.len() >= UPLOADS_MAX {
            let Some(idle) = all.iter().position(|old| !old.state.is_running()) else {
                return false;
            };
            all.remove(idle);
        }
        all.push_back(upload);
        true
    }
}

impl Site {
    /// Keeps the files of an upload and makes the preview. Returns the number of the upload.
    ///
    /// # Errors
    /// 400 if the files are not a book or the preview takes too long; 503 while running imports
    /// take all places; 507 if the disk is full; 500 if the system refuses files or random bytes.
    pub fn receive_upload(
        &self,
        user: &CurrentUser,
        title: &str,
        files: &[UploadedFile<'_>],
    ) -> Result<u64, Error> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let file = write_files(folder.path(), files)?;
        let request = ImportRequest { file: file.clone(), ..ImportRequest::default() };
        let preview = read_within(PREVIEW_TIME_MAX, || preview_book(&request));
        let preview = preview.map_err(|error| refused(&error, folder.path()))?;
        let id = u64::from(u32::from_be_bytes(random_bytes()?));
        let title = title.trim().chars().filter(|c| !is_control(*c)).take(TITLE_CHARS_MAX);
        let kept = self.uploads.keep(Upload {
            id,
            user: user.id,
            title: title.collect(),
            name: preview.name.chars().take(BOOK_NAME_CHARS_MAX).collect(),
            preview: Arc::new(preview),
            state: UploadState::Waiting,
            report: None,
            changed: Instant::now(),
            file,
            _folder: Arc::new(folder),
        });
        if kept {
            Ok(id)
        } else {
            Err(Error::unavailable("other imports are running", Duration::from_secs(30)))
        }
    }

    /// The upload with this number, if this administrator sent it.
    pub fn upload(&self, user: &CurrentUser, id: u64) -> Option<Upload> {
        let all = self.uploads.lock();
        all.iter().find(|upload| upload.id == id && upload.user == user.id).cloned()
    }

    /// The book that an import with this name replaces.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn replaced_book(&self, name: &str) -> Result<Option<Book>, StoreError> {
        Ok(self.store.books()?.into_iter().find(|book| book.name == name))
    }

    /// Begins the import of an upload, unless it has begun before. If it replaces a book that the
    /// administrator has not confirmed, only the name is changed.
    ///
    /// # Errors
    /// 400 for a name that is too long; 404 if there is no such upload; 500 if the system
    /// starts no thread; the database is unavailable.
    pub fn begin_upload(
        &self,
        id: u64,
        naming: &BookNaming,
        user: &CurrentUser,
        client: &Client,
    ) -> Result<(), Error> {
        let typed_name: String = naming.name.trim().chars().filter(|c| !is_control(*c)).collect();
        if typed_name.chars().count() > BOOK_NAME_CHARS_MAX {
            let text = format!("the name has more than {BOOK_NAME_CHARS_MAX} characters");
            return Err(Error::bad_request(text));
        }
        let present_name = self.upload(user, id).ok_or_else(|| Error::not_found(""))?.name;
        let name = if typed_name.is_empty() { present_name } else { typed_name };
        let replaced = self.replaced_book(&name)?.map(|book| book.id.number());
        let upload = {
            let mut all = self.uploads.lock();
            let found = all.iter_mut().find(|upload| upload.id == id && upload.user == user.id);
            let upload = found.ok_or_else(|| Error::not_found(""))?;
            if upload.state != UploadState::Waiting {
                return Ok(());
            }
            upload.name = name;
            if replaced.is_some() && replaced != naming.replaces {
                // The page shows the upload again and asks whether to replace this book.
                return Ok(());
            }
            upload.state = UploadState::Checking(0);
            upload.clone()
        };
        self.audit_with_detail(
            AuditEvent::BookImported,
            Some(shown_name(&upload)),
            None,
            Some(user.id),
            Some(client),
        );
        let job = Job {
            id,
            store: Arc::clone(&self.store),
            all: Arc::clone(&self.uploads.all),
            events: self.uploads.events.clone(),
        };
        let spawned =
            thread::Builder::new().name("import".to_owned()).spawn(move || job.run(&upload));
        spawned.map(drop).map_err(Error::internal)
    }

    /// An event stream of all uploads. An event is named `upload`, and its data is JSON with the
    /// upload's number and the state (see [`UploadState`]).
    ///
    /// # Errors
    /// None at present.
    pub fn upload_events(&self, request: &Request) -> Result<Response, Error> {
        self.uploads.events.subscribe(request)
    }
}

/// The title of an upload for the audit log: the given one, that in the file, or the file's name.
fn shown_name(upload: &Upload) -> String {
    let name = || upload.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let given = Some(upload.title.clone()).filter(|title| !title.is_empty());
    given.or_else(|| upload.preview.title.clone()).unwrap_or_else(name)
}

/// Writes the files under the names that the browser sent, since the files of a book find each
/// other by name. Returns the path of the file that a reader opens.
fn write_files(folder: &Path, files: &[UploadedFile<'_>]) -> Result<PathBuf, Error> {
    let files: Vec<_> = files.iter().filter(|file| !file.name.is_empty()).collect();
    if files.is_empty() {
        return Err(Error::bad_request("choose a file"));
    }
    if files.len() > UPLOAD_FILES_MAX {
        return Err(Error::bad_request(format!("more than {UPLOAD_FILES_MAX} files")));
    }
    for (number, file) in files.iter().enumerate() {
        let is_forbidden = |c: char| is_control(c) || matches!(c, '/' | '\\' | ':');
        if file.name.starts_with('.') || file.name.len() > 200 || file.name.contains(is_forbidden) {
            return Err(Error::bad_request("invalid file name"));
        }
        if files[..number].iter().any(|earlier| earlier.name == file.name) {
            return Err(Error::bad_request(format!("two files have the name {:?}", file.name)));
        }
        fs::write(folder.join(file.name), file.bytes).map_err(disk_error)?;
    }
    // The readers of StarDict and dictd books open this file and find the others from it.
    let opened = files.iter().find(|file| file.name.ends_with(".ifo"));
    let opened = opened.or_else(|| files.iter().find(|file| file.name.ends_with(".index")));
    Ok(folder.join(opened.unwrap_or(&files[0]).name))
}

fn disk_error(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Error::new(StatusCode::INSUFFICIENT_STORAGE, "the disk is full")
        }
        _ => Error::internal(error),
    }
}

/// The text of a reader's error, without the path of the temporary folder. For an error of the
/// encoding, also says what the administrator can do.
fn without_folder(error: &anyhow::Error, folder: &Path) -> String {
    let text = format!("{error:#}").replace(&format!("{}/", folder.display()), "");
    match error.downcast_ref::<BookError>() {
        Some(book) if book.is_encoding() => {
            format!("{text}: save the file as UTF-8 and upload it again")
        }
        _ => text,
    }
}

/// The 400 for files that a reader cannot read.
fn refused(error: &anyhow::Error, folder: &Path) -> Error {
    Error::bad_request(without_folder(error, folder))
}

/// An import that runs on a thread of its own.
struct Job {
    id: u64,
    store: Arc<crate::store::Store>,
    all: Arc<Mutex<VecDeque<Upload>>>,
    events: Channel,
}

impl Drop for Job {
    /// Reports the import as failed if it is still running: then its thread panicked or could not
    /// be started.
    fn drop(&mut self) {
        let all = lock(&self.all);
        let is_running = all.iter().any(|upload| upload.id == self.id && upload.state.is_running());
        drop(all);
        if is_running {
            self.publish(&UploadState::Failed("the import failed: internal error".to_owned()));
        }
    }
}

#[derive(Serialize)]
struct UploadEvent<'a> {
    id: u64,
    #[serde(flatten)]
    state: &'a UploadState,
}

impl Job {
    fn run(&self, upload: &Upload) {
        let request = ImportRequest {
            file: upload.file.clone(),
            name: Some(upload.name.clone()),
            title: Some(upload.title.clone()).filter(|title| !title.is_empty()),
            ..ImportRequest::default()
        };
        let mut shown = UploadState::Waiting;
        let imported = import_book(&self.store, &request, |step| {
            let percent = |progress: crate::books::Progress| {
                (progress.done.saturating_mul(PERCENT) / progress.total.max(1)).min(PERCENT)
            };
            let state = match step {
                ImportStep::Checking(progress) => UploadState::Checking(percent(progress)),
                ImportStep::Storing(progress) => UploadState::Storing(percent(progress)),
                ImportStep::Committing => UploadState::Committing,
            };
            if state != shown {
                self.publish(&state);
                shown = state;
            }
        });
        self.publish(&match imported {
            Ok(report) => {
                self.change(|upload| upload.report = Some(Arc::new(report)));
                UploadState::Done
            }
            Err(error) => {
                let folder = upload.file.parent().unwrap_or(&upload.file);
                UploadState::Failed(without_folder(&error, folder))
            }
        });
    }

    /// Stores the state for pages, and sends it to the event stream.
    fn publish(&self, state: &UploadState) {
        self.change(|upload| upload.state = state.clone());
        if let Ok(event) = Event::json("upload", &UploadEvent { id: self.id, state }) {
            self.events.send(&event);
        }
    }

    fn change(&self, change: impl FnOnce(&mut Upload)) {
        let mut all = lock(&self.all);
        if let Some(upload) = all.iter_mut().find(|upload| upload.id == self.id) {
            change(upload);
            upload.changed = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::{BookKind, Recognised, Warnings};

    fn upload(id: u64, state: UploadState) -> Upload {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let file = folder.path().to_owned();
        let preview = Arc::new(Preview {
            name: "a".to_owned(),
            replaces: None,
            kind: BookKind::Csv,
            recognised: Recognised::default(),
            title: None,
            languages: None,
            entries: Vec::new(),
            warnings: Warnings::default(),
        });
        Upload {
            id,
            user: UserId::new(1),
            title: String::new(),
            name: "a".to_owned(),
            preview,
            state,
            report: None,
            changed: Instant::now(),
            file,
            _folder: folder,
        }
    }

    #[test]
    fn the_oldest_upload_is_dropped_unless_it_is_being_imported() {
        let uploads = Uploads::default();
        assert!(uploads.keep(upload(0, UploadState::Committing)));
        for id in 1..=4 {
            assert!(uploads.keep(upload(id, UploadState::Waiting)));
        }
        let ids: Vec<u64> = uploads.lock().iter().map(|upload| upload.id).collect();
        assert_eq!(ids, [0, 2, 3, 4]);
        uploads.lock().iter_mut().for_each(|upload| upload.state = UploadState::Storing(1));
        assert!(!uploads.keep(upload(9, UploadState::Waiting)));
    }

    #[test]
    fn a_file_that_would_leave_its_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../x", "/etc/x", ".hidden", "a\\b", "c:", "x\n"] {
            let files = [UploadedFile { name, bytes: b"x" }];
            assert!(write_files(folder.path(), &files).is_err(), "{name}");
        }
        let files = [("a.dict", "1"), ("a.ifo", "2")]
            .map(|(name, text)| UploadedFile { name, bytes: text.as_bytes() });
        assert_eq!(write_files(folder.path(), &files).unwrap(), folder.path().join("a.ifo"));
    }

    #[test]
    fn two_files_of_the_same_name_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["1", "2"].map(|text| UploadedFile { name: "a.txt", bytes: text.as_bytes() });
        let error = write_files(folder.path(), &files).unwrap_err();
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        assert!(error.to_string().contains("two files have the name \"a.txt\""), "{error}");
    }

    #[test]
    fn a_preview_ends_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let files = [UploadedFile { name: "a.txt", bytes: b"a  n. x\n" }];
        let file = write_files(folder.path(), &files).unwrap();
        let request = ImportRequest { file, ..ImportRequest::default() };
        let error = read_within(Duration::ZERO, || preview_book(&request)).unwrap_err();
        let text = refused(&error, folder.path()).to_string();
        assert!(text.contains("a.txt: reading takes longer than 0 s"), "{text}");
        assert!(preview_book(&request).unwrap().to_string().contains("n. x"));
    }

    #[test]
    fn an_event_is_one_json_object_without_inner_objects() {
        let state = UploadState::Checking(5);
        let json = serde_json::to_string(&UploadEvent { id: 7, state: &state }).unwrap();
        assert_eq!(json, r#"{"id":7,"state":"checking","text":5}"#);
    }
}
