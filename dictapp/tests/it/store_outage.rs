//! Tests of how long the store waits for MySQL servers that are frozen, restarting or gone.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    proxy::Fault,
    store::{lookup, name, register},
    store_faults::{BOUND, CALL_MAX, Cluster, STATEMENT, assert_unavailable, flood, stored_words},
};

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_frozen_server_costs_one_statement_timeout() {
    let cluster = Cluster::new();
    let store = cluster.open(2);
    let user = register(&store, "Levi");
    cluster.first.set(Fault::Blackhole);
    let began = Instant::now();
    store.record_lookup(&lookup(user, "word", 1)).unwrap();
    assert!(began.elapsed() < STATEMENT * 2, "{:?}", began.elapsed());
    assert_eq!(stored_words(&store, user), ["word"]);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn no_call_takes_longer_than_its_patience_when_all_servers_are_frozen() {
    let cluster = Cluster::new();
    let store = Arc::new(cluster.open(2));
    let user = register(&store, "Levi");
    cluster.first.set(Fault::Blackhole);
    cluster.second.set(Fault::Blackhole);
    let began = Instant::now();
    let error = store.record_lookup(&lookup(user, "word", 1)).unwrap_err();
    assert!(error.may_be_stored(), "{error}");
    assert!(began.elapsed() < CALL_MAX * 2, "{:?}", began.elapsed());
    let (results, slowest) = flood(&store, |store| store.user_by_name(&name("Levi")));
    results.into_iter().for_each(assert_unavailable);
    assert!(slowest < CALL_MAX * 2, "{slowest:?}");
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_single_server_that_restarts_is_waited_for() {
    let cluster = Cluster::new();
    let store = Arc::new(cluster.open_with(1, |config| {
        config.timeouts.call = BOUND;
        config.timeouts.pause = Duration::from_millis(20);
    }));
    register(&store, "Levi");
    cluster.first.set(Fault::Cut);
    let calls = {
        let store = Arc::clone(&store);
        thread::spawn(move || flood(&store, |store| store.user_by_name(&name("Levi"))))
    };
    cluster.first.wait_for_more_than(cluster.first.accepted());
    cluster.first.set(Fault::None);
    let (results, _) = calls.join().unwrap();
    for result in results {
        assert!(result.unwrap().is_some());
    }
    assert_eq!(store.failed_calls(), 0);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn the_store_recovers_by_itself() {
    let cluster = Cluster::new();
    let store = cluster.open_with(1, |config| config.timeouts.pause = Duration::ZERO);
    let user = register(&store, "Levi");
    for fault in [Fault::Cut, Fault::Blackhole] {
        cluster.first.set(fault);
        assert_unavailable(store.user_by_name(&name("Levi")));
        assert_unavailable(store.record_lookup(&lookup(user, "perhaps", 1)));
        cluster.first.set(Fault::None);
        assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
    }
    store.record_lookup(&lookup(user, "perhaps", 2)).unwrap();
    store.record_lookup(&lookup(user, "kept", 3)).unwrap();
    let mut words = stored_words(&store, user);
    words.sort();
    assert_eq!(words, ["kept", "perhaps"], "a repeated look-up meets its own row");
}
