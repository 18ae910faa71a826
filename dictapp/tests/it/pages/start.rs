//! Tests of starting, stopping and killing the program. Each error at the start is one sentence.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use super::client::Person;
use super::site::{Site, program};

/// The exit code, and the only line on standard error.
#[track_caller]
fn refused(folder: &Path, settings: &[&str]) -> (i32, String) {
    let output = program(folder, settings).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    let last = error.lines().last().unwrap_or_default().to_owned();
    assert!(!error.contains("panicked"), "{error}");
    let said: Vec<&str> = error.lines().filter(|line| line.starts_with("dictapp: ")).collect();
    assert_eq!(said, [last.as_str()], "{error}");
    (output.status.code().expect("it ends by itself"), last)
}

#[test]
fn the_server_prints_only_its_address_and_stops_on_a_signal() {
    let site = Site::start_empty();
    assert_eq!(Person::new(&site).get("/").status, 200);
    let port: u16 = site.url.rsplit(':').next().unwrap().parse().unwrap();
    assert_ne!(port, 0);
    assert_eq!(site.stop(), (Some(0), String::new()));
}

#[test]
fn no_acknowledged_row_is_lost_by_a_kill() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let words: Vec<String> = (0..20).map(|number| format!("w{number}")).collect();
    for word in &words {
        person.get(&format!("/word/{word}"));
    }
    let session = person.cookie("session").unwrap();
    let site = Site::start_in(site.kill(), &["dictionary.history_page=100"]);
    let person = Person::new(&site);
    person.set_cookie("session", &session);
    let newest_first: Vec<&str> = words.iter().rev().map(String::as_str).collect();
    assert_eq!(person.history(), newest_first);
    person.get("/word/apple").assert_has(200, &["苹果"]);
}

#[test]
fn a_port_in_use_is_one_clear_error_and_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = refused(folder.path(), &[&format!("server.address={address}")]);
    assert_eq!(code, 1);
    assert!(said.starts_with(&format!("dictapp: cannot listen on {address}: ")), "{said}");
    assert!(
        said.contains("; stop the program that listens there, or set server.address"),
        "{said}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_unusable_database_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/dictapp.db"), "this is not a database ".repeat(500))
        .unwrap();
    let (code, said) = refused(folder.path(), &[]);
    assert_eq!(code, 1);
    assert!(said.contains("data/dictapp.db"), "{said}");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("database.url=mysql://dict:s3cret@127.0.0.1:{port}/dict");
    let (code, said) = refused(folder.path(), &[&url, "database.patience=100ms"]);
    assert_eq!(code, 1);
    assert!(said.contains(&format!("127.0.0.1:{port}")) && !said.contains("s3cret"), "{said}");
    fs::write(folder.path().join("file"), "").unwrap();
    let (code, said) = refused(folder.path(), &["database.url=sqlite:file/x/dictapp.db"]);
    assert_eq!(code, 1);
    assert!(said.contains("file/x"), "{said}");
}

#[test]
fn a_log_file_that_cannot_be_written_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = refused(folder.path(), &["log.file=no/such/folder.log"]);
    assert_eq!(code, 1);
    assert!(said.contains("no/such/folder.log"), "{said}");
}

#[test]
fn the_log_is_written_to_a_file_as_json_if_set() {
    let site = Site::start_with(&["log.file=dict.log", "log.format=json"]);
    let log = fs::read_to_string(site.folder.path().join("dict.log")).unwrap();
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        assert_eq!(line["level"], "INFO");
    }
    assert!(log.contains("listening at"), "{log}");
    assert_eq!(site.log(), "");
}

/// Waits until the file contains these words.
#[track_caller]
fn wait_for(path: &Path, words: &str) {
    let began = Instant::now();
    while !fs::read_to_string(path).is_ok_and(|text| text.contains(words)) {
        assert!(
            began.elapsed() < crate::EVENT_WAIT_MAX,
            "{words:?} never came to {}",
            path.display()
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_hang_up_reopens_the_log_and_no_line_is_lost() {
    let site = Site::start_with(&["log.file=dict.log", "log.lookups=true"]);
    let path = |name: &str| site.folder.path().join(name);
    let person = Person::new(&site);
    for round in 0..5 {
        let ask = |part| {
            for number in 0..20 {
                person.get(&format!("/suggest?q={round}{part}{number}"));
            }
        };
        ask("before");
        fs::rename(path("dict.log"), path(&format!("dict.log.{round}"))).unwrap();
        ask("renamed");
        site.signal("HUP");
        ask("signalled");
        wait_for(&path("dict.log"), "reopened the log file dict.log\n");
        person.get(&format!("/suggest?q={round}new"));
        wait_for(&path("dict.log"), &format!("/suggest?q={round}new "));
    }
    let files = ["dict.log.0", "dict.log.1", "dict.log.2", "dict.log.3", "dict.log.4", "dict.log"];
    let log: String = files.iter().map(|name| fs::read_to_string(path(name)).unwrap()).collect();
    for round in 0..5 {
        for part in ["before", "renamed", "signalled"] {
            let lines = log.matches(&format!("/suggest?q={round}{part}")).count();
            assert_eq!(lines, 20, "{round} {part}");
        }
    }
    assert_eq!(site.log(), "");
}

#[test]
fn a_hang_up_names_the_settings_that_need_a_restart() {
    let site = Site::start();
    fs::create_dir_all(site.folder.path().join("conf")).unwrap();
    let write = |text| {
        fs::write(site.folder.path().join("conf/settings.toml"), text).unwrap();
        site.signal("HUP");
    };
    write("[dictionary]\nhistory_page = 3\n[api]\nrequests_per_minute_max = 7\n");
    site.log_with("changed settings need a restart to take effect: [dictionary], [api]\n");
    write("[dictionary]\nhistory_page = 0\n");
    site.log_with("the settings are invalid, so the next start will fail: ");
}

#[test]
fn a_log_file_that_cannot_be_reopened_is_reported_in_the_old_one() {
    let site = Site::start_with(&["log.file=dict.log", "log.lookups=true"]);
    let path = |name: &str| site.folder.path().join(name);
    fs::rename(path("dict.log"), path("old.log")).unwrap();
    fs::create_dir(path("dict.log")).unwrap();
    site.signal("HUP");
    wait_for(&path("old.log"), "; the log continues in the old file\n");
    Person::new(&site).get("/suggest?q=afterwards");
    wait_for(&path("old.log"), "/suggest?q=afterwards ");
    let log = fs::read_to_string(path("old.log")).unwrap();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(told.len(), 1, "{log}");
    assert!(told[0].contains("cannot write the log file dict.log: Is a directory"), "{log}");
}

#[test]
fn a_damaged_saved_lexicon_is_built_again() {
    let site = Site::start();
    let folder = site.kill();
    let saved = folder.path().join("data/dictapp.db.lexicon");
    let mut bytes = fs::read(&saved).expect("it was saved");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&saved, &bytes).unwrap();
    let site = Site::start_in(folder, &[]);
    Person::new(&site).get("/word/apple").assert_has(200, &["苹果"]);
    site.log_with("it is built again");
    assert_ne!(fs::read(&saved).unwrap(), bytes);
}

#[test]
fn an_unread_log_blocks_neither_requests_nor_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path(), &[]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let site = Site::start_command(command, folder);
    let person = Person::new(&site);
    // Far more than the buffer of a pipe.
    let long = "x".repeat(4000);
    for number in 0..100 {
        assert_eq!(person.get(&format!("/suggest?q={number}{long}")).status, 200);
    }
    person.get("/login").assert_has(200, &["<form"]);
    assert_eq!(site.stop().0, Some(0));
}

#[test]
fn all_files_of_a_running_server_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::start_in(folder, &["log.file=dict.log"]);
    Person::registered(&site, "Levi").get("/word/apple");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let data = site.folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    let files = fs::read_dir(&data).expect("the data").map(|file| file.expect("a file").path());
    let files: Vec<_> = files.chain([site.folder.path().join("dict.log")]).collect();
    assert!(files.len() >= 4, "database, two side files and the log: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
