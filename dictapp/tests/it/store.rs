//! Tests of the store with both engines: each test runs on SQLite and on MariaDB. Also has the
//! helper functions of all tests of the store.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{env, path::Path, sync::Arc, thread};

use dictapp::{
    model::{Entry, Lifetime, Role, Username, Word},
    store::*,
};
use jiff::Timestamp;

use crate::mariadb::MariaDb;

/// A new database for one test. It is empty at first, and is deleted after the test.
pub(crate) struct Fresh {
    pub(crate) config: DatabaseConfig,
    pub(crate) url: String,
    pub(crate) folder: tempfile::TempDir,
}

/// The variable with the URL of the parent's database. It is set only in a child process that a
/// test kills.
pub(crate) const PARENT_DATABASE: &str = "DICTAPP_TEST_VICTIM";

impl Fresh {
    pub(crate) fn sqlite() -> Fresh {
        Fresh::with_url(|folder| format!("sqlite:{}", folder.join("data/dictapp.db").display()))
    }

    pub(crate) fn mariadb() -> Fresh {
        Fresh::with_url(|_| MariaDb::shared().database())
    }

    fn with_url(url: impl Fn(&Path) -> String) -> Fresh {
        let folder = tempfile::tempdir().unwrap();
        let url = env::var(PARENT_DATABASE).unwrap_or_else(|_| url(folder.path()));
        Fresh { config: at_url(&[&url]), url, folder }
    }

    #[track_caller]
    pub(crate) fn open(&self) -> Store {
        Store::open(&self.config).unwrap()
    }
}

pub(crate) fn at_url(urls: &[impl AsRef<str>]) -> DatabaseConfig {
    DatabaseConfig { url: DatabaseUrl::parse(urls).unwrap(), ..DatabaseConfig::default() }
}

/// Makes two tests of each function `fn name(fresh: &Fresh)`.
macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name(&crate::store::Fresh::sqlite());
            })*
        }
        mod mariadb {
            $(#[test]
            #[ignore = "needs MariaDB: cargo xtask test"]
            fn $name() {
                super::$name(&crate::store::Fresh::mariadb());
            })*
        }
    };
}
pub(crate) use on_both_engines;

on_both_engines! {
    finds_a_user_by_the_exact_name_only
    a_name_is_taken_once
    an_insert_that_is_sent_again_is_no_conflict
    replaces_a_password_only_when_it_is_the_one_known
    keeps_a_session_until_it_ends
    removes_no_more_expired_sessions_than_asked
    shows_the_history_newest_first_by_pages
    gives_look_ups_of_one_microsecond_a_time_each
    concurrent_look_ups_are_all_recorded
    a_refused_row_fails_alone
    keeps_settings
    opening_again_changes_nothing
}

pub(crate) fn time_at(microsecond: i64) -> Timestamp {
    Timestamp::from_microsecond(microsecond).unwrap()
}

pub(crate) fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

pub(crate) fn word(text: &str) -> Word {
    Word::parse(text).unwrap()
}

#[track_caller]
pub(crate) fn register(store: &Store, text: &str) -> UserId {
    store.insert_user(&new_user(text, "$argon2id$...")).unwrap().id
}

/// A session with this token hash.
pub(crate) fn new_session(byte: u8, user: UserId) -> NewSession {
    NewSession {
        token_hash: [byte; 32],
        user,
        created: time_at(1),
        expires: time_at(1_000_000),
        lifetime: Lifetime::Kept,
        device: "Firefox, Linux".to_owned(),
        network: "192.0.2.1".to_owned(),
    }
}

pub(crate) fn new_user(text: &str, passwd: &str) -> NewUser {
    NewUser {
        name: name(text),
        passwd: passwd.to_owned(),
        created: time_at(7),
        role: Role::User,
        sign_up: None,
    }
}

pub(crate) fn lookup(user: UserId, text: &str, time: i64) -> Lookup {
    Lookup { user, word: word(text), found: true, headword: None, at: time_at(time) }
}

pub(crate) fn entry(text: &str, explanation: &str) -> Entry {
    let (phonetic, rank, forms) = (None, None, Vec::new());
    Entry { word: word(text), explanation: explanation.to_owned(), phonetic, rank, forms }
}

pub(crate) fn header(book: &str, digest: &str) -> BookHeader {
    let title = format!("The book {book}");
    let (name, kind) = (book.to_owned(), "course".to_owned());
    BookHeader { name, title, kind, digest: digest.into(), languages: None }
}

#[track_caller]
pub(crate) fn begin(store: &Store, book: &str, digest: &str) -> Import {
    match store.begin_import(&header(book, digest)).unwrap() {
        ImportStart::Started(import) => import,
        ImportStart::Unchanged(book) => panic!("{book:?} is there already"),
    }
}

#[track_caller]
pub(crate) fn import(store: &Store, book: &str, digest: &str, entries: &[Entry]) -> Book {
    let mut import = begin(store, book, digest);
    for entry in entries {
        import.add(entry).unwrap();
    }
    import.commit().unwrap()
}

#[track_caller]
fn words_looked_up(store: &Store, user: UserId, start: PageStart, limit: u32) -> Vec<String> {
    let rows = store.recent_lookups(user, start, limit).unwrap();
    rows.into_iter().map(|row| row.word).collect()
}

fn finds_a_user_by_the_exact_name_only(fresh: &Fresh) {
    let store = fresh.open();
    for other in ["Ann", "ann", "Änn", "李雷", "😀", "a"] {
        let user = store.insert_user(&new_user(other, other)).unwrap();
        assert_eq!((&user.name, &user.passwd), (&name(other), &other.to_owned()));
        assert_eq!((user.role, user.created, user.disabled), (Role::User, time_at(7), None));
        assert_eq!(store.user_by_name(&name(other)).unwrap(), Some(user));
    }
    assert_eq!(store.user_by_name(&name("ANN")).unwrap(), None);
    assert_eq!(store.user_by_name(&name("';drop/**/table/**/user;--")).unwrap(), None);
}

fn a_name_is_taken_once(fresh: &Fresh) {
    let store = fresh.open();
    store.insert_user(&new_user("Levi", "hash 1")).unwrap();
    let error = store.insert_user(&new_user("Levi", "hash 2")).unwrap_err();
    assert!(error.is_conflict() && !error.is_unavailable());
    assert_eq!(error.to_string(), "the name Levi is taken");
    assert_eq!(store.user_by_name(&name("Levi")).unwrap().unwrap().passwd, "hash 1");
}

fn an_insert_that_is_sent_again_is_no_conflict(fresh: &Fresh) {
    let store = fresh.open();
    let new = new_user("Levi", "$argon2id$salted");
    let first = store.insert_user(&new).unwrap();
    assert_eq!(store.insert_user(&new).unwrap(), first);

    let session = NewSession { expires: time_at(9), ..new_session(1, first.id) };
    store.insert_session(&session).unwrap();
    store.insert_session(&session).unwrap();
    let other = NewSession { user: register(&store, "other"), ..session };
    assert!(store.insert_session(&other).unwrap_err().is_conflict());
}

fn replaces_a_password_only_when_it_is_the_one_known(fresh: &Fresh) {
    let store = fresh.open();
    let user = store.insert_user(&new_user("Levi", "old")).unwrap().id;
    assert!(store.replace_passwd(user, "old", "new").unwrap());
    assert!(store.replace_passwd(user, "old", "new").unwrap(), "sent again");
    assert!(!store.replace_passwd(user, "old", "other").unwrap());
    assert_eq!(store.user_by_name(&name("Levi")).unwrap().unwrap().passwd, "new");
    let long = "x".repeat(129);
    let error = store.replace_passwd(user, "new", &long).unwrap_err();
    assert!(!error.is_conflict() && !error.to_string().contains(&long), "{error}");
}

fn keeps_a_session_until_it_ends(fresh: &Fresh) {
    let store = fresh.open();
    let user = register(&store, "Levi");
    let begin = |byte: u8| {
        let session = new_session(byte, user);
        store.insert_session(&NewSession { created: time_at(10), expires: time_at(20), ..session })
    };
    // 65 to 67 are letters, 200 is no UTF-8: a hash may be any bytes.
    for byte in [0, 65, 66, 200] {
        begin(byte).unwrap();
    }
    let session = store.session_by_hash(&[200; 32]).unwrap().unwrap();
    assert_eq!((session.user, session.name, session.created), (user, name("Levi"), time_at(10)));
    assert_eq!((session.seen, session.expires), (time_at(10), time_at(20)));

    assert!(store.touch_session(&[200; 32], time_at(11), time_at(21)).unwrap());
    assert!(store.touch_session(&[200; 32], time_at(11), time_at(21)).unwrap(), "nothing changes");
    assert!(!store.touch_session(&[201; 32], time_at(11), time_at(21)).unwrap());
    let session = store.session_by_hash(&[200; 32]).unwrap().unwrap();
    assert_eq!((session.seen, session.expires), (time_at(11), time_at(21)));

    store.delete_session(&[0; 32]).unwrap();
    store.delete_session(&[0; 32]).unwrap();
    assert_eq!(store.session_by_hash(&[0; 32]).unwrap(), None);
    assert_eq!(store.delete_all_sessions(user).unwrap(), 3);
    assert_eq!(store.session_by_hash(&[65; 32]).unwrap(), None);
}

fn removes_no_more_expired_sessions_than_asked(fresh: &Fresh) {
    let store = fresh.open();
    let user = register(&store, "Levi");
    for byte in 1..=5 {
        let expires = time_at(i64::from(byte) * 100);
        store.insert_session(&NewSession { expires, ..new_session(byte * 40, user) }).unwrap();
    }
    assert_eq!(store.delete_expired_sessions(time_at(400), 3).unwrap(), 3);
    assert_eq!(store.delete_expired_sessions(time_at(400), 3).unwrap(), 1);
    assert_eq!(store.delete_expired_sessions(time_at(400), 3).unwrap(), 0);
    assert!(store.session_by_hash(&[200; 32]).unwrap().is_some());
}

fn shows_the_history_newest_first_by_pages(fresh: &Fresh) {
    let store = fresh.open();
    let (user, other) = (register(&store, "Levi"), register(&store, "other"));
    store.record_lookup(&lookup(other, "theirs", 30)).unwrap();
    for (text, time) in [("one", 10), ("two", 20), ("three", 30), ("four", 40), ("ice cream", 50)] {
        store.record_lookup(&lookup(user, text, time)).unwrap();
    }
    let missing = Lookup { found: false, ..lookup(user, "naïve 词", 60) };
    store.record_lookup(&missing).unwrap();

    let newest = &store.recent_lookups(user, PageStart::Newest, 1).unwrap()[0];
    assert_eq!((newest.word.as_str(), newest.found, newest.at), ("naïve 词", false, time_at(60)));
    assert_eq!(newest.name, name("Levi"));
    let page = |start| words_looked_up(&store, user, start, 2);
    assert_eq!(page(PageStart::Newest), ["naïve 词", "ice cream"]);
    assert_eq!(page(PageStart::OlderThan(time_at(50))), ["four", "three"]);
    assert_eq!(page(PageStart::OlderThan(time_at(20))), ["one"]);
    assert_eq!(page(PageStart::NewerThan(time_at(20))), ["four", "three"]);
    assert_eq!(page(PageStart::NewerThan(time_at(60))), [""; 0]);
    assert_eq!(page(PageStart::Oldest), ["two", "one"]);
    assert_eq!(store.count_lookups(user).unwrap(), 6);
    assert_eq!(store.count_lookups(other).unwrap(), 1);
    assert_eq!(words_looked_up(&store, user, PageStart::Newest, u32::MAX).len(), 6);
}

fn gives_look_ups_of_one_microsecond_a_time_each(fresh: &Fresh) {
    // Two stores act like two instances: neither knows the times that the other one used.
    let (one, other) = (fresh.open(), fresh.open());
    let user = register(&one, "Levi");
    for text in ["a", "a", "b"] {
        one.record_lookup(&lookup(user, text, 100)).unwrap();
    }
    other.record_lookup(&lookup(user, "c", 100)).unwrap();
    other.record_lookup(&lookup(user, "b", 102)).unwrap(); // as sent again after a lost connection
    let rows = one.recent_lookups(user, PageStart::Newest, 10).unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.word.as_str(), row.at)).collect();
    assert_eq!(
        rows,
        [("c", time_at(103)), ("b", time_at(102)), ("a", time_at(101)), ("a", time_at(100))]
    );
}

fn concurrent_look_ups_are_all_recorded(fresh: &Fresh) {
    const THREADS: usize = 32;
    const EACH: usize = 40;
    let store = Arc::new(fresh.open());
    let users: Vec<_> = (0..4).map(|n| register(&store, &format!("user{n}"))).collect();
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (store, user) = (Arc::clone(&store), users[thread % users.len()]);
            thread::spawn(move || {
                for n in 0..EACH {
                    let text = format!("word {thread} {n}");
                    store.record_lookup(&lookup(user, &text, 1_000)).unwrap();
                    // Durable and visible before the call returns.
                    let start = PageStart::Oldest;
                    let seen = store.recent_lookups(user, start, HISTORY_ROWS_MAX).unwrap();
                    assert!(seen.iter().any(|row| row.word == text), "{text} is not there");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let counts = users.iter().map(|&user| store.count_lookups(user).unwrap());
    assert_eq!(counts.sum::<u64>(), (THREADS * EACH) as u64);
}

fn a_refused_row_fails_alone(fresh: &Fresh) {
    let store = Arc::new(fresh.open());
    let (user, nobody) = (register(&store, "Levi"), foreign_id(fresh));
    let threads: Vec<_> = (0..48)
        .map(|n| {
            let store = Arc::clone(&store);
            let user = if n % 3 == 0 { nobody } else { user };
            thread::spawn(move || store.record_lookup(&lookup(user, "word", n)))
        })
        .collect();
    for (n, thread) in threads.into_iter().enumerate() {
        let result = thread.join().unwrap();
        assert_eq!(result.is_err(), n % 3 == 0, "{result:?}");
        let Err(error) = result else { continue };
        assert!(!error.is_conflict() && !error.is_unavailable(), "{error:?}");
    }
    assert_eq!(store.count_lookups(user).unwrap(), 32);
}

/// An id that no user has, from another database.
fn foreign_id(fresh: &Fresh) -> UserId {
    let url = DatabaseUrl::Sqlite(fresh.folder.path().join("other.db"));
    let other = Store::open(&DatabaseConfig { url, ..fresh.config.clone() }).unwrap();
    register(&other, "a");
    register(&other, "b")
}

fn keeps_settings(fresh: &Fresh) {
    let store = fresh.open();
    assert_eq!(store.setting("motto").unwrap(), None);
    store.put_setting("motto", "读书").unwrap();
    store.put_setting("motto", "读书 and write\n").unwrap();
    assert_eq!(store.setting("motto").unwrap().as_deref(), Some("读书 and write\n"));
    assert_eq!(fresh.open().setting("motto").unwrap().as_deref(), Some("读书 and write\n"));
}

fn opening_again_changes_nothing(fresh: &Fresh) {
    let store = fresh.open();
    let user = register(&store, "Levi");
    store.record_lookup(&lookup(user, "kept", 1)).unwrap();
    drop(store);
    let store = fresh.open();
    assert_eq!(words_looked_up(&store, user, PageStart::Newest, 10), ["kept"]);
    assert_eq!(store.lexicon_version().unwrap(), 0);
}
