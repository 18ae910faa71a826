//! Tests of failures of MySQL servers and of the network to them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use dictapp::store::*;
use mysql::prelude::Queryable;

use crate::{
    mariadb::{MariaDb, PASSWORD},
    proxy::{Fault, Proxy},
    store::{at_url, lookup, name, register},
};

/// Maximum time of a statement. This and the next two times are short and differ clearly.
pub(crate) const STATEMENT: Duration = Duration::from_millis(1000);
/// Maximum time of a call: a little more than two statement timeouts.
pub(crate) const CALL_MAX: Duration = Duration::from_millis(2500);
/// Far longer than any bounded wait with these timeouts, and far shorter than an unbounded wait.
pub(crate) const BOUND: Duration = Duration::from_secs(20);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3600);

/// A database behind two proxies.
pub(crate) struct Cluster {
    pub(crate) first: Proxy,
    pub(crate) second: Proxy,
    urls: Vec<String>,
    direct: String,
}

impl Cluster {
    pub(crate) fn new() -> Cluster {
        let server = MariaDb::shared();
        let (first, second) = (Proxy::to(server.port()), Proxy::to(server.port()));
        let direct = server.database();
        let urls = [&first, &second].map(|proxy| proxy.instead_of(server.port(), &direct));
        Cluster { first, second, urls: urls.to_vec(), direct }
    }

    /// A store that does not return to the first server, and does not try again after a failure.
    pub(crate) fn open(&self, servers: usize) -> Store {
        self.open_with(servers, |_| ())
    }

    pub(crate) fn open_with(&self, servers: usize, change: impl Fn(&mut DatabaseConfig)) -> Store {
        let mut config = DatabaseConfig {
            connections: 4,
            timeouts: DatabaseTimeouts {
                statement: STATEMENT,
                call: CALL_MAX,
                record: CALL_MAX,
                pause: NEVER,
                prefer_first: NEVER,
                ..DatabaseTimeouts::default()
            },
            ..at_url(&self.urls[..servers])
        };
        change(&mut config);
        Store::open(&config).unwrap()
    }
}

#[track_caller]
pub(crate) fn assert_unavailable<T: std::fmt::Debug>(result: Result<T>) {
    let error = result.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(error.to_string().contains("the database at 127.0.0.1:"), "{error}");
    assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
}

/// Calls from many threads at once; returns the results and the longest time.
pub(crate) fn flood<T: Send + 'static>(
    store: &Arc<Store>,
    call: impl Fn(&Store) -> Result<T> + Send + Copy + 'static,
) -> (Vec<Result<T>>, Duration) {
    let began = Instant::now();
    let threads: Vec<_> = (0..64)
        .map(|_| {
            let store = Arc::clone(store);
            thread::spawn(move || call(&store))
        })
        .collect();
    let results = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    (results, began.elapsed())
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_lost_server_is_replaced_by_the_next() {
    let cluster = Cluster::new();
    let store = cluster.open(2);
    register(&store, "Levi");
    assert_eq!(cluster.second.accepted(), 0);
    cluster.first.set(Fault::Cut);
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
    assert!(cluster.second.accepted() > 0);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_silent_server_is_replaced_by_the_next_for_all_callers() {
    let cluster = Cluster::new();
    let store = Arc::new(cluster.open(2));
    register(&store, "Levi");
    cluster.first.set(Fault::Blackhole);
    let (results, slowest) = flood(&store, |store| store.user_by_name(&name("Levi")));
    for result in results {
        assert!(result.unwrap().is_some());
    }
    assert!(slowest < BOUND, "{slowest:?}");
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_call_that_times_out_does_not_mark_the_next_server_as_down() {
    let cluster = Cluster::new();
    let store = cluster.open_with(2, |config| config.timeouts.call = STATEMENT / 4);
    register(&store, "Levi");
    cluster.first.set(Fault::Blackhole);
    assert_unavailable(store.user_by_name(&name("Levi")));
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_slow_network_is_not_a_failure() {
    let cluster = Cluster::new();
    let store = cluster.open(1);
    cluster.first.set(Fault::Delay(STATEMENT / 10));
    let user = register(&store, "Levi");
    store.record_lookup(&lookup(user, "slow", 1)).unwrap();
    assert_eq!(store.count_lookups(user).unwrap(), 1);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn the_first_server_is_used_again_when_it_is_back() {
    let cluster = Cluster::new();
    let store = cluster.open_with(2, |config| config.timeouts.prefer_first = Duration::ZERO);
    register(&store, "Levi");
    cluster.first.set(Fault::Cut);
    store.user_by_name(&name("Levi")).unwrap();
    cluster.first.set(Fault::None);
    // Each call causes another attempt with the first server, unless one is in progress.
    let deadline = Instant::now() + BOUND;
    loop {
        let passed = cluster.second.passed();
        assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
        if cluster.second.passed() == passed {
            return;
        }
        assert!(Instant::now() < deadline, "the second server is still in use");
    }
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn connections_that_the_server_closed_are_replaced_without_failover() {
    let cluster = Cluster::new();
    let store = cluster.open(2);
    register(&store, "Levi");
    let mut root = MariaDb::shared().root();
    let database = cluster.direct.rsplit('/').next().unwrap();
    let sql = format!("select id from information_schema.processlist where db = '{database}'");
    let ids: Vec<u64> = root.query(sql).unwrap();
    assert!(!ids.is_empty());
    for id in ids {
        root.query_drop(format!("kill connection {id}")).unwrap();
    }
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
    assert_eq!(cluster.second.accepted(), 0);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn no_caller_tries_a_database_that_is_known_to_be_down() {
    let cluster = Cluster::new();
    let store = Arc::new(cluster.open(2));
    let user = register(&store, "Levi");
    cluster.first.set(Fault::Cut);
    cluster.second.set(Fault::Cut);
    assert_unavailable(store.user_by_name(&name("Levi")));
    let tried = (cluster.first.accepted(), cluster.second.accepted());
    let (results, _) = flood(&store, |store| store.user_by_name(&name("Levi")));
    results.into_iter().for_each(assert_unavailable);
    assert_unavailable(store.record_lookup(&lookup(user, "word", 1)));
    assert_unavailable(store.begin_import(&crate::store::header("one", "d")));
    assert_eq!((cluster.first.accepted(), cluster.second.accepted()), tried);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_silent_server_is_detected_once_for_all_callers() {
    let cluster = Cluster::new();
    let store = Arc::new(cluster.open(1));
    let user = register(&store, "Levi");
    cluster.first.set(Fault::Blackhole);
    let (results, slowest) = flood(&store, |store| store.user_by_name(&name("Levi")));
    results.into_iter().for_each(assert_unavailable);
    assert!(slowest < CALL_MAX * 2, "{slowest:?}");
    assert_unavailable(store.record_lookup(&lookup(user, "word", 1)));
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn every_acknowledged_row_survives_a_failover_once() {
    let cluster = Cluster::new();
    let store = Arc::new(cluster.open(2));
    let user = register(&store, "Levi");
    let (stop, (acked, acks)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let (store, stop, acked) = (Arc::clone(&store), Arc::clone(&stop), acked.clone());
            thread::spawn(move || {
                for n in (0..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let text = format!("{thread} {n}");
                    if store.record_lookup(&lookup(user, &text, 1 + n)).is_ok() {
                        acked.send(text).unwrap();
                    }
                }
            })
        })
        .collect();
    let mut expected: Vec<String> = acks.iter().take(100).collect();
    cluster.first.set(Fault::Cut);
    let served = cluster.second.accepted();
    cluster.second.wait_for_more_than(served.saturating_sub(1));
    expected.extend(acks.iter().take(100));
    stop.store(true, Ordering::Relaxed);
    drop(acked);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    expected.extend(acks.iter());

    let mut stored = stored_words(&store, user);
    let all = stored.len();
    stored.sort();
    stored.dedup();
    assert_eq!(stored.len(), all, "some row is there twice");
    for text in expected {
        assert!(stored.binary_search(&text).is_ok(), "{text} is lost");
    }
}

/// The whole history, by pages.
pub(crate) fn stored_words(store: &Store, user: UserId) -> Vec<String> {
    let (mut words, mut start) = (Vec::new(), PageStart::Newest);
    loop {
        let page = store.recent_lookups(user, start, HISTORY_ROWS_MAX).unwrap();
        let Some(last) = page.last() else { return words };
        start = PageStart::OlderThan(last.at);
        words.extend(page.into_iter().map(|row| row.word));
    }
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn an_import_whose_connection_breaks_changes_nothing() {
    let cluster = Cluster::new();
    let store = cluster.open(2);
    let mut import = crate::store::begin(&store, "one", "d");
    import.add(&crate::store::entry("a", "1")).unwrap();
    cluster.first.set(Fault::Cut);
    assert_unavailable(import.commit());
    assert_eq!(store.books().unwrap(), []);
    crate::store::import(&store, "one", "d", &[crate::store::entry("a", "1")]);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_locked_row_is_waited_for_within_a_limit() {
    let cluster = Cluster::new();
    let store = cluster.open_with(1, |config| {
        config.timeouts.statement = Duration::from_millis(1500); // includes 1 s for a lock
        config.timeouts.call = Duration::from_millis(1600);
    });
    let user = register(&store, "Levi");
    let mut other = mysql::Conn::new(cluster.direct.as_str()).unwrap();
    other.query_drop("begin").unwrap();
    other.query_drop("select * from user for update").unwrap();
    let began = Instant::now();
    let error = store.replace_passwd(user, "$argon2id$...", "new").unwrap_err();
    assert!(error.is_unavailable() && !error.may_be_stored(), "{error:?}");
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    other.query_drop("rollback").unwrap();
    assert!(store.replace_passwd(user, "$argon2id$...", "new").unwrap());
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_wrong_password_or_database_is_named_with_what_to_do() {
    let url = MariaDb::shared().database();
    let open = |url: &str| {
        let config = at_url(&[url]);
        let error = Store::open(&config).unwrap_err();
        assert!(!format!("{error:?} {config:?}").contains(PASSWORD), "{error:?} {config:?}");
        error
    };
    let error = open(&url.replace(":s3", ":x"));
    assert!(error.is_refused(), "{error:?}");
    assert!(error.to_string().contains("Access denied for user 'dict'"), "{error}");
    assert!(error.to_string().contains("check the user and the password"), "{error}");

    let (server, database) = url.rsplit_once('/').unwrap();
    let error = open(&format!("{server}/{database}x"));
    assert!(error.is_refused(), "{error:?}");
    assert!(error.to_string().contains(&format!("create database {database}x")), "{error}");
}

#[test]
fn an_unreachable_server_is_named_with_what_to_do() {
    // The port stays reserved, and this listener is on another address.
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let url = format!("mysql://dict:{PASSWORD}@127.0.0.2:{port}/dict");
    let config = at_url(&[&url, &url]);
    let error = Store::open(&config).unwrap_err();
    assert!(error.is_unavailable());
    let text = error.to_string();
    assert!(text.contains("Connection refused") && text.contains("start the database"), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
}
