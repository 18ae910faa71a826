//! Tests that kill the program (`kill -9`) or the server at any moment. Afterwards, acknowledged
//! rows are in the database, and unfinished changes are not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
};

use dictapp::store::*;

use crate::{
    mariadb::MariaDb,
    store::{
        Fresh, PARENT_DATABASE, at_url, begin, entry, lookup, name, on_both_engines, register,
    },
    store_faults::stored_words,
};

on_both_engines! {
    an_answered_look_up_survives_kill_9
    an_import_that_is_killed_changes_nothing
    an_import_that_is_killed_at_its_end_is_whole_or_not_there
}

const BOOK_ENTRIES: u64 = 20_000;

/// Runs the same test in a child process, which the test kills. Returns the process and the lines
/// that it prints.
fn spawn(fresh: &Fresh) -> (Child, Lines<BufReader<ChildStdout>>) {
    let test = thread::current().name().unwrap().to_owned();
    let mut child = Command::new(env::current_exe().unwrap())
        .args([&test, "--exact", "--include-ignored", "--nocapture"])
        .env(PARENT_DATABASE, &fresh.url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, output)
}

/// In the child process: the database to write to. In the test itself: `None`.
fn store_of_child(fresh: &Fresh) -> Option<Store> {
    env::var_os(PARENT_DATABASE).map(|_| fresh.open())
}

/// Reports to the parent process.
fn report(text: &str) {
    writeln!(std::io::stdout().lock(), "\nsays {text}").unwrap();
}

/// The report in a line of the child process, if there is one.
fn reported(line: std::io::Result<String>) -> Option<String> {
    Some(line.ok()?.strip_prefix("says ")?.to_owned())
}

fn an_answered_look_up_survives_kill_9(fresh: &Fresh) {
    if let Some(store) = store_of_child(fresh) {
        return record_for_ever(&Arc::new(store));
    }
    let mut acked = Vec::new();
    for _round in 0..3 {
        let (mut child, output) = spawn(fresh);
        let mut acks = output.filter_map(reported);
        acked.extend(acks.by_ref().take(300));
        child.kill().unwrap();
        acked.extend(acks); // lines that were printed before the end
        child.wait().unwrap();
    }
    assert!(acked.len() >= 900, "only {}", acked.len());
    let store = fresh.open();
    let mut stored = Vec::new();
    for user in 0..4 {
        let user = store.user_by_name(&name(&format!("user{user}"))).unwrap().unwrap().id;
        stored.extend(stored_words(&store, user));
    }
    stored.sort();
    for text in acked {
        assert!(stored.binary_search(&text).is_ok(), "{text} is lost");
    }
}

fn record_for_ever(store: &Arc<Store>) {
    let process = std::process::id();
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let store = Arc::clone(store);
            thread::spawn(move || {
                let user = name(&format!("user{}", thread % 4));
                let user = match store.user_by_name(&user).unwrap() {
                    Some(user) => user.id,
                    None if thread < 4 => register(&store, user.as_str()),
                    None => return,
                };
                for n in 0.. {
                    let text = format!("{process} {thread} {n}");
                    store.record_lookup(&lookup(user, &text, i64::from(process) + n)).unwrap();
                    report(&text);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn an_import_that_is_killed_changes_nothing(fresh: &Fresh) {
    if let Some(store) = store_of_child(fresh) {
        let mut import = begin(&store, "one", "d");
        for n in 0.. {
            import.add(&entry(&format!("word {n}"), "mean")).unwrap();
            if n % 1000 == 0 {
                report("added");
            }
        }
    }
    let version = fresh.open().lexicon_version().unwrap();
    let (mut child, output) = spawn(fresh);
    assert_eq!(output.filter_map(reported).take(10).count(), 10);
    child.kill().unwrap();
    child.wait().unwrap();
    let store = fresh.open();
    assert_eq!(store.books().unwrap(), []);
    assert_eq!(store.lexicon_version().unwrap(), version);
    assert_eq!(fresh.raw().count("select count(*) from words"), 0);
}

fn an_import_that_is_killed_at_its_end_is_whole_or_not_there(fresh: &Fresh) {
    if let Some(store) = store_of_child(fresh) {
        let mut import = begin(&store, "one", "d");
        for n in 0..BOOK_ENTRIES {
            import.add(&entry(&format!("word {n}"), "mean")).unwrap();
        }
        report("commits");
        import.commit().unwrap();
        return;
    }
    for _round in 0..3 {
        if !fresh.has_no_book() {
            return; // the work was complete before the kill: longer times test nothing new
        }
        let (mut child, output) = spawn(fresh);
        let word = output.filter_map(reported).next();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(word.as_deref(), Some("commits"));
        // In one statement, since the server may still be working for the lost client.
        let torn =
            "select (select count(*) from words) - (select coalesce(max(entries), 0) from book)";
        assert_eq!(fresh.raw().count(torn), 0);
    }
}

impl Fresh {
    fn has_no_book(&self) -> bool {
        self.open().books().unwrap().is_empty()
    }
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn an_answered_look_up_survives_a_crash() {
    let mut server = MariaDb::start();
    let mut config = at_url(&[server.database()]);
    config.timeouts.pause = std::time::Duration::ZERO;
    let store = Arc::new(Store::open(&config).unwrap());
    let user = register(&store, "Levi");
    let (acked, acks) = mpsc::channel();
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let (store, acked) = (Arc::clone(&store), acked.clone());
            thread::spawn(move || {
                for n in 0.. {
                    let text = format!("{thread} {n}");
                    match store.record_lookup(&lookup(user, &text, 1 + n)) {
                        Ok(_) => acked.send(text).unwrap(),
                        Err(error) => return assert!(error.is_unavailable(), "{error:?}"),
                    }
                }
            })
        })
        .collect();
    drop(acked);
    let mut expected: Vec<String> = acks.iter().take(500).collect();
    server.kill();
    expected.extend(acks.iter()); // ends when every thread has seen the end
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    server.run();
    // The same store recovers by itself.
    store.record_lookup(&lookup(user, "afterwards", i64::MAX / 1_000_000)).unwrap();
    let mut stored = stored_words(&store, user);
    stored.sort();
    for text in expected {
        assert!(stored.binary_search(&text).is_ok(), "{text} is lost");
    }
    assert!(stored.binary_search(&"afterwards".to_owned()).is_ok());
}
