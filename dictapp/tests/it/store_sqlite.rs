//! Tests of missing and damaged SQLite files, and of files of other programs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use dictapp::store::*;

use crate::store::{Fresh, entry, import, lookup, name, register};

fn path(fresh: &Fresh) -> PathBuf {
    path_of(&fresh.config).to_owned()
}

fn path_of(config: &DatabaseConfig) -> &Path {
    let DatabaseUrl::Sqlite(path) = &config.url else { panic!("{config:?}") };
    path
}

/// The error of opening a bad file; it must name the file.
#[track_caller]
fn refusal(config: &DatabaseConfig) -> String {
    let error = Store::open(config).unwrap_err();
    assert!(error.is_refused(), "{error:?}");
    assert!(error.to_string().contains(&path_of(config).display().to_string()), "{error}");
    error.to_string()
}

fn config_at(path: &Path) -> DatabaseConfig {
    DatabaseConfig { url: DatabaseUrl::Sqlite(path.to_owned()), ..DatabaseConfig::default() }
}

#[test]
fn creates_the_folder_of_a_new_database() {
    let fresh = Fresh::sqlite();
    assert!(!path(&fresh).parent().unwrap().exists());
    register(&fresh.open(), "Levi");
    assert!(path(&fresh).is_file());
}

#[test]
fn commits_to_a_log_that_survives_the_loss_of_power() {
    let fresh = Fresh::sqlite();
    let store = fresh.open();
    register(&store, "Levi");
    let log = path(&fresh).with_extension("db-wal");
    assert!(fs::metadata(log).unwrap().len() > 0, "no write-ahead log");
}

#[test]
fn a_file_that_is_not_a_database_is_refused_and_kept() {
    let fresh = Fresh::sqlite();
    let text = "dear diary, ".repeat(1000);
    fs::create_dir_all(path(&fresh).parent().unwrap()).unwrap();
    fs::write(path(&fresh), &text).unwrap();
    let refusal = refusal(&fresh.config);
    assert!(refusal.contains("is not an SQLite database: set database.url"), "{refusal}");
    assert_eq!(fs::read_to_string(path(&fresh)).unwrap(), text);
}

#[test]
fn names_a_damaged_file_and_what_to_do() {
    let fresh = Fresh::sqlite();
    register(&fresh.open(), "Levi");
    assert_log_is_gone(&fresh);
    let mut file = fs::OpenOptions::new().write(true).open(path(&fresh)).unwrap();
    file.seek(SeekFrom::Start(100)).unwrap(); // after the header: the table of tables
    file.write_all(&[0xEE; 3000]).unwrap();
    drop(file);
    let refusal = refusal(&fresh.config);
    assert!(refusal.contains("is damaged") && refusal.contains("restore a backup"), "{refusal}");
}

#[test]
fn names_a_file_that_was_cut_short() {
    let fresh = Fresh::sqlite();
    register(&fresh.open(), "Levi");
    assert_log_is_gone(&fresh);
    let file = fs::OpenOptions::new().write(true).open(path(&fresh)).unwrap();
    file.set_len(4096).unwrap();
    let refusal = refusal(&fresh.config);
    assert!(refusal.contains("is damaged"), "{refusal}");
}

/// The last connection moves the log into the file, so that the file alone is the database.
#[track_caller]
fn assert_log_is_gone(fresh: &Fresh) {
    assert!(!path(fresh).with_extension("db-wal").exists());
}

/// A database of some hundred pages.
fn filled() -> Fresh {
    let fresh = Fresh::sqlite();
    let entries: Vec<_> =
        (0..2000).map(|n| entry(&format!("word {n:04}"), &"mean ".repeat(20))).collect();
    import(&fresh.open(), "one", "d", &entries);
    fresh
}

/// Writes nonsense into the middle of the file.
fn damage(fresh: &Fresh) {
    let length = fs::metadata(path(fresh)).unwrap().len();
    let mut file = fs::OpenOptions::new().write(true).open(path(fresh)).unwrap();
    file.seek(SeekFrom::Start(length / 2 / 4096 * 4096)).unwrap();
    file.write_all(&vec![0xEE; 16 * 4096]).unwrap();
}

#[test]
fn a_damaged_page_is_found_at_the_start() {
    let fresh = filled();
    damage(&fresh);
    let refusal = refusal(&fresh.config);
    assert!(refusal.contains("is damaged") && refusal.contains("restore a backup"), "{refusal}");
}

#[test]
fn nothing_is_stored_after_damage_is_found() {
    let fresh = filled();
    let store = fresh.open();
    let user = register(&store, "Levi");
    damage(&fresh);
    let word = crate::store::word("word 1000");
    let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
    // The first sign of damage starts a check; waits for its end.
    while store.record_lookup(&lookup(user, "word", 1)).is_ok() {
        assert!(Instant::now() < deadline, "the damage was not found");
        for n in 0..2000 {
            store.entries_of(&crate::store::word(&format!("word {n:04}"))).ok();
        }
    }
    let error = store.entries_of(&word).unwrap_err();
    assert!(error.is_outage() && error.to_string().contains("is damaged"), "{error:?}");
    assert!(store.outage().unwrap().contains("is damaged"));
}

#[test]
fn nothing_is_acknowledged_for_a_deleted_file() {
    let fresh = Fresh::sqlite();
    let store = fresh.open();
    let user = register(&store, "Levi");
    let aside = path(&fresh).with_extension("aside");
    let files = [path(&fresh), path(&fresh).with_extension("db-wal")];
    for file in &files {
        fs::rename(file, &aside).unwrap();
        let error = store.record_lookup(&lookup(user, "lost", 1)).unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("was deleted"), "{error:?}");
        assert!(store.user_by_name(&name("Levi")).unwrap_err().is_unavailable());
        fs::write(file, "another").unwrap();
        let error = store.record_lookup(&lookup(user, "lost", 2)).unwrap_err();
        assert!(error.to_string().contains("was replaced"), "{error:?}");
        fs::rename(&aside, file).unwrap();
        store.record_lookup(&lookup(user, "kept", 3)).unwrap();
    }
    assert_eq!(store.count_lookups(user).unwrap(), 2);
}

#[test]
fn an_emptied_file_is_an_outage_and_not_a_new_database() {
    let fresh = Fresh::sqlite();
    let store = fresh.open();
    let user = register(&store, "Levi");
    fs::write(path(&fresh), "").unwrap();
    let error = store.record_lookup(&lookup(user, "lost", 1)).unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("was emptied"), "{error:?}");
}

#[test]
fn the_file_of_another_program_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.db");
    let theirs = rusqlite::Connection::open(&path).unwrap();
    theirs.execute_batch("create table invoice (id integer primary key)").unwrap();
    drop(theirs);
    let before = fs::read(&path).unwrap();
    let refusal = refusal(&config_at(&path));
    assert!(refusal.contains("already has a table `invoice`"), "{refusal}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a file was made beside it");
}

#[test]
fn a_missing_table_is_named_at_the_start() {
    let fresh = Fresh::sqlite();
    drop(fresh.open());
    fresh.raw().run("drop table hist");
    let refusal = refusal(&fresh.config);
    assert!(refusal.contains("no such table: hist"), "{refusal}");
}

#[test]
fn names_a_path_that_is_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = refusal(&config_at(folder.path()));
    assert!(refusal.contains("it is a folder"), "{refusal}");
}

#[test]
fn names_a_folder_that_cannot_be_created() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = Store::open(&config_at(&file.join("sub/dictapp.db"))).unwrap_err();
    let text = error.to_string();
    let begin =
        format!("cannot create the folder {} for the database: ", file.join("sub").display());
    assert!(error.is_refused() && text.starts_with(&begin), "{text}");
    assert!(text.contains("set database.url"), "{text}");
}

#[test]
fn waits_for_another_writer_within_a_limit() {
    let mut fresh = Fresh::sqlite();
    fresh.config.timeouts.call = Duration::from_millis(50);
    let store = fresh.open();
    let user = register(&store, "Levi");
    let mut other = fresh.raw();
    other.run("begin immediate");
    let began = Instant::now();
    let error = store.record_lookup(&lookup(user, "word", 1)).unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(error.to_string().contains("is locked by another program"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some(), "reading goes on");
    other.run("rollback");
    store.record_lookup(&lookup(user, "word", 1)).unwrap();
}

#[test]
fn a_file_that_was_moved_is_not_created_again() {
    let fresh = Fresh::sqlite();
    drop(fresh.open());
    let store = fresh.open();
    fs::rename(path(&fresh), path(&fresh).with_extension("moved")).unwrap();
    let error = store.begin_import(&crate::store::header("one", "d"));
    let error = error.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("was deleted"), "{error:?}");
    assert!(!path(&fresh).exists());
}
