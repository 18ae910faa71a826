//! Routes with a time limit: the client is answered in time, and the handler's late response is
//! dropped.

use std::{
    sync::{
        Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use webframe::{Request, Response, Result, TestClient, Urls};

use super::site::{PATIENCE, Site, settings};

/// A handler that blocks until the test releases it, then reports whether its client was present.
struct Gate {
    opened: Mutex<Receiver<()>>,
    reports: Mutex<Sender<bool>>,
}

fn wait(gate: &Gate, request: &Request) -> Result<Response> {
    let presence = request.presence();
    let opened = gate.opened.lock().expect("no panic").recv_timeout(PATIENCE);
    opened.expect("the test opens the gate");
    gate.reports.lock().expect("no panic").send(presence.is_there())?;
    Ok(Response::text("late"))
}

fn quick(_: &Gate, _: &Request) -> Result<Response> {
    Ok(Response::text("quick"))
}

const LIMIT: Duration = Duration::from_millis(200);

fn gated(urls: Urls<Gate>) -> (Site, Sender<()>, Receiver<bool>) {
    let (open, opened) = channel();
    let (reporter, reports) = channel();
    let gate = Gate { opened: Mutex::new(opened), reports: Mutex::new(reporter) };
    (Site::start_with(&settings(), gate, urls), open, reports)
}

#[test]
fn a_handler_over_its_limit_is_answered_503_and_notices_it() {
    let urls = Urls::new().get("/wait", wait).time_limit(LIMIT).get("/quick", quick);
    let (site, open, reports) = gated(urls);
    for method in ["GET", "HEAD"] {
        let mut client = site.client();
        client.send(&format!("{method} /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
        let answer = String::from_utf8(client.read_to_end()).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("Connection: close"), "{head}");
        let text = "503 Service Unavailable: the response takes too long\n";
        assert_eq!(body, if method == "HEAD" { "" } else { text });
        assert_eq!(site.get("/quick").body, "quick");
        open.send(()).expect("the handler waits");
        assert!(!reports.recv_timeout(PATIENCE).expect("a report"), "the client is not there");
    }
}

#[test]
fn the_late_response_is_not_sent_to_a_client_that_reads_the_503() {
    let (site, open, reports) = gated(Urls::new().get("/wait", wait).time_limit(LIMIT));
    let mut client = site.client();
    client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    client.wait_for_bytes();
    open.send(()).expect("the handler waits");
    reports.recv_timeout(PATIENCE).expect("a report");
    let sent = String::from_utf8(client.read_to_end()).expect("text");
    assert_eq!(sent.matches("HTTP/1.1").count(), 1, "{sent}");
    assert!(!sent.contains("late"), "{sent}");
}

#[test]
fn a_handler_that_runs_on_after_its_503_is_counted_until_it_returns() {
    let (site, open, reports) = gated(Urls::new().get("/wait", wait).time_limit(LIMIT));
    let mut client = site.client();
    client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_to_end();
    assert_eq!(site.gauges.read().handlers_abandoned, 1);
    open.send(()).expect("the handler waits");
    reports.recv_timeout(PATIENCE).expect("a report");
    let began = std::time::Instant::now();
    while site.gauges.read().handlers_abandoned > 0 {
        assert!(began.elapsed() < PATIENCE, "the handler has returned");
        std::thread::yield_now();
    }
}

#[test]
fn a_handler_within_its_limit_answers_and_the_connection_stays() {
    let urls = Urls::new().get("/quick", quick).default_time_limit(Duration::from_secs(60));
    let (site, _open, _reports) = gated(urls);
    let mut client = site.client();
    for _ in 0..3 {
        assert_eq!(client.get("/quick").body, "quick");
    }
}

#[test]
#[should_panic(expected = "time_limit: there is no route before it")]
fn a_time_limit_without_a_route_is_a_mistake() {
    let app = webframe::App::new(()).urls(Urls::new().time_limit(LIMIT));
    drop(TestClient::new(&app));
}
