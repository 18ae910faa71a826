//! Tests of the paths for monitoring, and of the log.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::client::{Person, encode_value};
use super::site::Site;

#[test]
fn a_server_is_alive_and_ready() {
    let site = Site::start();
    let monitor = Person::new(&site);
    let alive = monitor.get("/healthz");
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok\n"));
    assert_eq!(alive.field("cache-control"), Some("no-store"));
    let ready = monitor.get("/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
}

#[test]
fn a_server_whose_database_is_gone_is_alive_and_not_ready() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    std::fs::rename(site.database(), site.folder.path().join("aside")).unwrap();
    assert_eq!(person.get("/history").status, 503);
    assert_eq!(person.get("/healthz").status, 200);
    let ready = person.get("/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (503, "the database is unavailable\n"));
    site.log_with("was deleted");
}

#[test]
fn a_server_that_stops_is_not_ready_and_still_serves_until_the_balancer_has_noticed() {
    let site = Site::start_with(&["server.drain_notice=1h"]);
    let monitor = Person::new(&site);
    assert_eq!(monitor.get("/readyz").status, 200);
    site.signal("TERM");
    let began = std::time::Instant::now();
    let mut ready = monitor.get("/readyz");
    while ready.status == 200 {
        assert!(began.elapsed().as_secs() < 30, "the signal has no effect");
        ready = monitor.get("/readyz");
    }
    assert_eq!((ready.status, ready.body.as_str()), (503, "the server is stopping\n"));
    monitor.get("/word/apple").assert_has(200, &["苹果"]);
    assert_eq!(monitor.get("/healthz").status, 200);
    assert_eq!(site.stop(), (Some(0), String::new())); // a second signal
}

#[test]
fn an_outage_is_logged_once_a_second_without_the_word() {
    let site = Site::start_with(&["log.access=false"]);
    let person = Person::registered(&site, "Levi");
    std::fs::rename(site.database(), site.folder.path().join("aside")).unwrap();
    let began = std::time::Instant::now();
    for number in 0..200 {
        assert_eq!(person.get(&format!("/word/xsecret{number}x")).status, 503);
    }
    site.log_with("was deleted");
    let seconds = began.elapsed().as_secs() as usize + 1;
    let log = site.log();
    let lines = log.lines().filter(|line| line.contains("ERROR")).count();
    assert!(lines <= seconds + 1, "{lines} lines in {seconds} s: {log}");
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn metrics_count_responses_and_look_ups() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    person.get("/word/apple").assert_has(200, &[]);
    person.get(&format!("/word/{}", encode_value("no such word"))).assert_has(404, &[]);
    let metrics = person.get("/metrics");
    assert_eq!(metrics.status, 200);
    for line in [
        "dictapp_requests_total{route=\"/word/{word}\",status=\"200\"} 1\n",
        "dictapp_lookups_total{result=\"hit\"} 1\n",
        "dictapp_lookups_total{result=\"miss\"} 1\n",
        "dictapp_database_up 1\n",
        "dictapp_committed_rows_total 2\n",
        "dictapp_log_dropped_total 0\n",
        "dictapp_hash_waiting 0\n",
        "dictapp_hash_permits_free ",
        "dictapp_queue_age_seconds 0\n",
        "dictapp_shards ",
        "# TYPE dictapp_request_seconds histogram\n",
    ] {
        assert!(metrics.body.contains(line), "{line} is not in {}", metrics.body);
    }
    let buckets = metrics.body.lines().filter(|line| line.contains("_bucket{le="));
    let counts: Vec<u64> =
        buckets.map(|line| line.rsplit(' ').next().unwrap().parse().expect("a number")).collect();
    assert!(counts.is_sorted() && counts.last() > Some(&0), "{counts:?}");
}

/// The proxy runs on the same machine, and the settings do not name it as trusted.
#[test]
fn clients_of_a_proxy_do_not_get_the_metrics() {
    let site = Site::start();
    let person = Person::new(&site);
    assert_eq!(person.get("/metrics").status, 200);
    for field in ["X-Forwarded-For", "Forwarded", "X-Real-IP"] {
        assert_eq!(person.get_with("/metrics", &[(field, "192.0.2.7")]).status, 404, "{field}");
    }
}

#[test]
fn metrics_are_for_this_machine_only() {
    let site = Site::start_with(&["server.trusted_proxies=127.0.0.1"]);
    let person = Person::new(&site);
    assert_eq!(person.get("/metrics").status, 200);
    let elsewhere = person.get_with("/metrics", &[("X-Forwarded-For", "192.0.2.7")]);
    assert_eq!(elsewhere.status, 404);
}

#[test]
fn monitoring_may_have_an_address_of_its_own_which_serves_nothing_else() {
    let settings = ["monitoring.address=127.0.0.1:0", "server.drain_notice=1h"];
    let site = Site::start_with(&settings);
    let log = site.log_with("monitoring listens at ");
    let (_, rest) = log.split_once("monitoring listens at ").expect("it is there");
    let address = rest.split_whitespace().next().expect("an address").to_owned();
    let ask = |path: &str| {
        let mut socket = TcpStream::connect(&address).expect("a connection");
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let person = Person::new(&site);
    person.get("/word/apple").assert_has(200, &["苹果"]);
    assert!(ask("/metrics").contains("dictapp_lookups_total{result=\"hit\"} 1\n"));
    assert!(ask("/healthz").ends_with("ok\n") && ask("/readyz").ends_with("ready\n"));
    for path in ["/", "/word/apple", "/admin"] {
        assert!(ask(path).starts_with("HTTP/1.1 404 "), "{path}");
    }
    assert_eq!(person.get("/metrics").status, 404);
    assert_eq!((person.get("/healthz").status, person.get("/readyz").status), (200, 200));
    site.signal("TERM");
    let began = std::time::Instant::now();
    while !ask("/readyz").ends_with("the server is stopping\n") {
        assert!(began.elapsed() < crate::EVENT_WAIT_MAX, "the signal has no effect");
    }
    assert_eq!(site.stop(), (Some(0), String::new()));
}

/// The path of a request contains the word.
#[test]
fn an_error_is_logged_without_the_word() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let refuse = "create trigger refuse before insert on hist begin select raise(abort, 'no'); end";
    database.execute_batch(refuse).unwrap();
    assert_eq!(person.get("/word/zzsecret").status, 500);
    let log = site.log_with("GET /word/{word}: 500: ");
    assert!(!log.contains("zzsecret"), "{log}");
}
