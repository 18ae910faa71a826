//! Static files from a directory and from the program, from request to response.

mod codings;
mod places;
mod ranges;
mod versions;

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;
use webframe::{App, StaticFiles, TestClient, TestResponse, Urls, http::Method};

const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const TEXT: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

/// A directory `root` with files, and `secret.txt` beside it.
struct Site {
    directory: TempDir,
    app: App<()>,
}

impl Site {
    fn new() -> Site {
        Site::with(|files| files)
    }

    fn with(options: impl FnOnce(StaticFiles) -> StaticFiles) -> Site {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("sub")).expect("a file");
        write(&directory.path().join("secret.txt"), b"secret");
        write(&root.join("file.txt"), TEXT.as_bytes());
        write(&root.join("big.bin"), &big());
        let files = options(StaticFiles::dir(&root));
        let app = App::new(()).urls(Urls::new().files("/static", files));
        Site { directory, app }
    }

    fn app(root: &Path) -> App<()> {
        App::new(()).urls(Urls::new().files("/static", StaticFiles::dir(root)))
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        write(&self.directory.path().join("root").join(name), bytes);
    }

    fn link(&self, to: &str, name: &str) {
        symlink(to, self.directory.path().join("root").join(name)).expect("a file");
    }

    fn get(&self, name: &str, fields: &[(&str, &str)]) -> TestResponse {
        self.request(Method::GET, name, fields)
    }

    fn request(&self, method: Method, name: &str, fields: &[(&str, &str)]) -> TestResponse {
        let client = TestClient::new(&self.app);
        let mut request = client.request(method, &format!("/static/{name}"));
        for (name, value) in fields {
            request = request.with_field(name, value);
        }
        request.send()
    }

    #[track_caller]
    fn refuses(&self, name: &str) {
        let answer = self.get(name, &[]);
        assert_eq!(answer.status(), 404, "{name:?} gave {:?}", answer.text());
    }
}

/// Puts a file in place as a whole, as a deployment should.
fn write(path: &Path, bytes: &[u8]) {
    let new = path.with_file_name(".new");
    fs::write(&new, bytes).expect("a file");
    set_time(&new);
    fs::rename(new, path).expect("a file");
}

fn set_time(path: &Path) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    fs::File::options().write(true).open(path).expect("a file").set_modified(time).expect("a file");
}

/// A file that is too large for the cache in memory.
fn big() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_be_bytes).collect()
}

#[track_caller]
fn field<'a>(answer: &'a TestResponse, name: &str) -> &'a str {
    answer.field(name).unwrap_or_else(|| panic!("no {name} in {:?}", answer.fields()))
}

#[test]
fn a_file_is_sent_with_the_fields_for_caches() {
    let site = Site::new();
    let answer = site.get("file.txt?v=1&x=/../..", &[]);
    assert_eq!((answer.status().as_u16(), answer.text()), (200, TEXT));
    assert_eq!(field(&answer, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(field(&answer, "last-modified"), CHANGED);
    assert_eq!(field(&answer, "accept-ranges"), "bytes");
    assert_eq!(field(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(field(&answer, "cache-control"), "no-cache");
    assert!(field(&answer, "etag").starts_with('"'));
    assert_eq!(answer.field("vary"), None);
    let head = site.request(Method::HEAD, "file.txt", &[("Range", "bytes=0-1")]);
    assert_eq!((head.status().as_u16(), head.fields()), (200, answer.fields()));
}

#[test]
fn large_and_empty_files_are_sent_exactly() {
    let site = Site::new();
    assert_eq!(site.get("big.bin", &[]).bytes(), big());
    site.write("empty.txt", b"");
    let empty = site.get("empty.txt", &[]);
    assert_eq!((empty.status().as_u16(), empty.bytes()), (200, &b""[..]));
    assert_eq!(site.get("empty.txt", &[("Range", "bytes=0-")]).status(), 200);
}

#[test]
fn other_methods_get_405_with_allow() {
    let site = Site::new();
    let answer = site.request(Method::POST, "file.txt", &[]);
    assert_eq!((answer.status().as_u16(), field(&answer, "allow")), (405, "GET, HEAD, OPTIONS"));
}
