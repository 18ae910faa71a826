//! Tests the share with its client and with raw requests, and on a full disk.

use std::{fs, io::Read, net::SocketAddr, thread::JoinHandle};

use tempfile::TempDir;
use webframe::{Address, Server, ServerSettings, StopHandle, Stopped, TestClient, http::Method};

use super::*;

/// A running server, its shared folder, and the handles to stop it.
struct Site {
    folder: TempDir,
    address: SocketAddr,
    stop: StopHandle,
    serving: Option<JoinHandle<io::Result<Stopped>>>,
}

impl Site {
    fn start() -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let addresses = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
        let settings = ServerSettings { addresses, ..ServerSettings::default() };
        let server = Server::bind(&settings).expect("a free port");
        let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("TCP") };
        let (stop, served) = (server.stop_handle(), app_of(&folder));
        let serving = Some(std::thread::spawn(move || server.serve(served)));
        Site { folder, address, stop, serving }
    }

    /// Runs commands of the client and returns its output.
    fn run_client(&self, at_home: &TempDir, commands: &str) -> String {
        let mut screen = Vec::new();
        let server = self.address.to_string();
        client::run(&server, at_home.path(), commands.as_bytes(), &mut screen).expect("a server");
        String::from_utf8(screen).expect("text")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.stop();
        self.stop.stop();
        drop(self.serving.take().map(JoinHandle::join));
    }
}

fn app_of(folder: &TempDir) -> App<Share> {
    app(folder.path().to_owned()).expect("the template is valid")
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Content that is longer than one piece of a transfer, without a repeated part.
fn large() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_le_bytes).collect()
}

#[test]
fn an_uploaded_file_is_listed_and_can_be_downloaded() {
    let (site, ann, bob) = (Site::start(), home(), home());
    fs::write(ann.path().join("笔记 1.bin"), large()).expect("written");
    let shown = site.run_client(&ann, "put 笔记 1.bin\nlist\nquit\nlist\n");
    assert!(shown.contains("\r[####################] 100 %\n"), "{shown}");
    assert!(shown.ends_with("800000 笔记 1.bin\n"), "{shown}");
    site.run_client(&bob, "get 笔记 1.bin\n");
    assert_eq!(fs::read(bob.path().join("笔记 1.bin")).expect("it is there"), large());
    assert_eq!(fs::read_dir(bob.path()).expect("a folder").count(), 1, "nothing else is left");
}

#[test]
fn an_interrupted_download_is_resumed_unless_the_file_has_changed() {
    let (site, bob) = (Site::start(), home());
    fs::write(site.folder.path().join("a.bin"), large()).expect("written");
    site.run_client(&bob, "get a.bin\n");
    let tag = TestClient::new(&app_of(&site.folder))
        .get("/files/a.bin")
        .send()
        .field("ETag")
        .expect("a tag")
        .to_owned();
    fs::remove_file(bob.path().join("a.bin")).expect("it was there");
    fs::write(bob.path().join("a.bin.part"), &large()[..500_000]).expect("written");
    fs::write(bob.path().join("a.bin.tag"), &tag).expect("written");
    let shown = site.run_client(&bob, "get a.bin\n");
    let first = shown.split([']', '%']).nth(1).map(|percent| percent.trim().parse::<u8>());
    assert!(first.is_some_and(|first| first.is_ok_and(|first| first >= 62)), "anew: {shown}");
    assert_eq!(fs::read(bob.path().join("a.bin")).expect("it is there"), large());

    fs::write(bob.path().join("a.bin.part"), "of another version").expect("written");
    fs::write(bob.path().join("a.bin.tag"), "\"old\"").expect("written");
    site.run_client(&bob, "get a.bin\n");
    assert_eq!(fs::read(bob.path().join("a.bin")).expect("it is there"), large());
}

#[test]
fn hidden_files_folders_and_links_are_not_shared() {
    let folder = home();
    fs::create_dir(folder.path().join("folder")).expect("made");
    for name in [".hidden", "seen.txt", "folder/inner.txt"] {
        fs::write(folder.path().join(name), name).expect("written");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).expect("a link");
    let app = app_of(&folder);
    let client = TestClient::new(&app);
    assert_eq!(client.get("/list").send().text(), "8 seen.txt\n");
    for name in [".hidden", "folder/inner.txt", "folder", "link", "..%2fa", "%2e%2e%5ca", ""] {
        let status = client.get(&format!("/files/{name}")).send().status().as_u16();
        assert_eq!(status, 404, "{name}");
    }
    let seen = client.get("/files/seen.txt").send();
    let saved = Some("attachment; filename=\"seen.txt\"");
    assert_eq!((seen.text(), seen.field("Content-Disposition")), ("seen.txt", saved));
}

#[test]
fn a_name_outside_of_the_folder_or_taken_or_hidden_is_refused() {
    let folder = home();
    let inner = folder.path().join("share");
    fs::create_dir(&inner).expect("made");
    let app = app(inner.clone()).expect("the template is valid");
    let client = TestClient::new(&app);
    let put = |name: &str, text: &str| {
        let request = client.request(Method::PUT, &format!("/files/{name}")).with_body(text);
        request.send().status().as_u16()
    };
    for name in ["..%2fout", "%2e%2e%2fout", ".hidden", "a%2fb", "a%5cb", "C:%5cx"] {
        assert!([400, 404].contains(&put(name, "x")), "{name}");
    }
    assert_eq!(put("a", "first"), 201);
    assert_eq!(put("a", "second"), 409);
    assert_eq!(fs::read(inner.join("a")).expect("it is there"), b"first");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!((left.len(), fs::read_dir(inner).expect("a folder").count()), (1, 1));
}

/// Some bytes, then the error of a full disk.
struct Full(bool);

impl Read for Full {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if std::mem::replace(&mut self.0, true) {
            Err(ErrorKind::StorageFull.into())
        } else {
            Ok(into.len())
        }
    }
}

#[test]
fn a_full_disk_leaves_no_half_file() {
    let folder = home();
    let app = app_of(&folder);
    let error = app.state().store("a", Full(false)).unwrap_err();
    let cause = error.cause().and_then(|cause| cause.downcast_ref::<io::Error>());
    let answer = disk_error(cause.expect("an error of the disk"));
    assert_eq!(answer.status(), StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn an_exhausted_quota_is_reported_as_a_full_disk() {
    let answer = disk_error(&ErrorKind::QuotaExceeded.into());
    assert_eq!(answer.status(), StatusCode::INSUFFICIENT_STORAGE);
}

#[test]
fn a_part_of_a_file_is_not_stored_as_the_whole() {
    let folder = home();
    let app = app_of(&folder);
    let client = TestClient::new(&app);
    let put = client.request(Method::PUT, "/files/a").with_body("0123");
    let refused = put.with_field("Content-Range", "bytes 0-3/10").send();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_name_that_looks_like_another_one_is_refused() {
    let folder = home();
    let app = app_of(&folder);
    for name in ["%E2%80%AEa", "a%E2%80%A8", "%EF%BB%BFa", "%20", "a%20", "%E3%80%80", "a%E2%80%8B"]
    {
        let put = TestClient::new(&app).request(Method::PUT, &format!("/files/{name}")).send();
        assert_eq!(put.status(), StatusCode::NOT_FOUND, "{name}");
    }
}

/// A stored file has the mode of the process's other files, so that a backup can read it.
#[cfg(unix)]
#[test]
fn a_stored_file_has_the_usual_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = home();
    let app = app_of(&folder);
    app.state().store("stored", &b"x"[..]).expect("stored");
    fs::write(folder.path().join("written"), "x").expect("written");
    let mode = |name: &str| {
        let metadata = fs::metadata(folder.path().join(name)).expect("it is there");
        metadata.permissions().mode()
    };
    assert_eq!(mode("stored"), mode("written"));
}

#[test]
fn the_page_shows_names_as_text() {
    let folder = home();
    fs::write(folder.path().join("<b> & 'c'"), "").expect("written");
    let app = app_of(&folder);
    let page = TestClient::new(&app).get("/").send();
    assert!(page.text().contains("&lt;b&gt; &amp; "), "{}", page.text());
    assert!(page.text().contains("href=\"files/%3Cb%3E"), "{}", page.text());
}
