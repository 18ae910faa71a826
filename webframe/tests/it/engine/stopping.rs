//! The stop of a server: requests in flight are answered, idle connections are closed.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use webframe::{Request, Response, Result, ServerSettings, Stopped, Timeouts, Urls};

use super::site::{Client, PATIENCE, Site, settings};

/// Reports that a handler has started, and blocks it until it is released.
struct Hold {
    begun: Mutex<Sender<()>>,
    go: Mutex<Receiver<()>>,
}

fn held(hold: &Arc<Hold>, _: &Request) -> Result<Response> {
    hold.begun.lock().expect("no panic").send(()).expect("the test listens");
    hold.go.lock().expect("no panic").recv().ok();
    Ok(Response::text("done"))
}

fn hold() -> (Arc<Hold>, Receiver<()>, Sender<()>) {
    let ((begun, has_begun), (let_go, go)) = (channel(), channel());
    (Arc::new(Hold { begun: Mutex::new(begun), go: Mutex::new(go) }), has_begun, let_go)
}

#[test]
fn a_stop_answers_what_is_in_flight_and_closes_what_is_idle() {
    let (state, has_begun, let_go) = hold();
    let site = Site::start(state, Urls::new().get("/held", held));
    let mut idle = site.client();
    assert_eq!(idle.get("/none").status, 404);
    let mut busy = site.client();
    busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    has_begun.recv().expect("the handler runs");
    site.stop.stop();
    assert!(idle.is_closed());
    let_go.send(()).expect("the handler waits");
    let answer = busy.answer().expect("an answer");
    assert_eq!((answer.body.as_str(), answer.closes()), ("done", true));
    assert_eq!(site.stopped(), Stopped { cut: 0 });
}

#[test]
fn while_a_stop_waits_for_a_handler_the_system_refuses_new_connections() {
    let (state, has_begun, let_go) = hold();
    let site = Site::start(state, Urls::new().get("/held", held));
    let mut busy = site.client();
    busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    has_begun.recv().expect("the handler runs");
    site.stop.stop();
    let end = Instant::now() + Duration::from_secs(10);
    while Client::connect(site.address).is_some() {
        assert!(Instant::now() < end, "connections are accepted, and nobody answers");
    }
    let_go.send(()).expect("the handler waits");
    assert_eq!(busy.answer().expect("an answer").body, "done");
    assert_eq!(site.stopped().cut, 0);
}

#[test]
fn a_stop_answers_one_more_request_of_an_idle_connection_with_close() {
    let site = Site::start((), Urls::new());
    let mut clients: Vec<Client> = (0..20).map(|_| site.client()).collect();
    for client in &mut clients {
        assert_eq!(client.get("/").status, 404);
    }
    site.stop.stop();
    for client in &mut clients {
        // A connection stays open until an answer has announced its close.
        while !client.get("/").closes() {}
        assert!(client.is_closed());
    }
    assert_eq!(site.stopped(), Stopped { cut: 0 });
}

#[test]
fn a_stop_with_notice_serves_new_and_old_connections_and_says_that_each_answer_is_the_last() {
    let notice = ServerSettings { drain_notice: PATIENCE * 100, ..settings() };
    let site = Site::start_with(&notice, (), Urls::new());
    let mut old = site.client();
    assert!(!old.get("/").closes());
    assert!(!site.gauges.is_stopping());
    site.stop.stop();
    assert!(site.gauges.is_stopping());
    let new = (0..8).map(|_| site.client()).collect::<Vec<_>>(); // the listeners are open
    for mut client in new.into_iter().chain([old]) {
        let end = Instant::now() + PATIENCE;
        while !client.get("/").closes() {
            assert!(Instant::now() < end, "its shard has not heard of the stop");
        }
        assert!(client.is_closed());
    }
    site.stop.stop(); // ends the notice
    assert_eq!(site.stopped(), Stopped { cut: 0 });
}

#[test]
fn a_stop_ends_after_the_drain_time_and_counts_cut_requests() {
    let (state, has_begun, let_go) = hold();
    let short = ServerSettings { drain: Duration::from_millis(50), ..settings() };
    let site = Site::start_with(&short, state, Urls::new().get("/held", held));
    let mut busy = site.client();
    busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    has_begun.recv().expect("the handler runs");
    site.stop.stop();
    assert_eq!(site.stopped(), Stopped { cut: 1 });
    assert!(busy.is_closed());
    let_go.send(()).expect("the handler waits");
}

#[test]
fn a_second_stop_ends_at_once() {
    let (state, has_begun, let_go) = hold();
    let site = Site::start(state, Urls::new().get("/held", held));
    let mut busy = site.client();
    busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    has_begun.recv().expect("the handler runs");
    let stop = site.stop.clone();
    stop.stop();
    stop.stop();
    assert_eq!(site.stopped(), Stopped { cut: 1 });
    let_go.send(()).expect("the handler waits");
}

/// Waiting requests and the server do not keep each other in memory.
#[test]
fn a_stop_that_cuts_requests_drops_the_state_after_their_handlers() {
    let (state, has_begun, let_go) = hold();
    let few = ServerSettings { workers_min: 1, workers_max: 1, shards: 1, ..settings() };
    let site = Site::start_with(&few, Arc::clone(&state), Urls::new().get("/held", held));
    let mut clients: Vec<Client> = (0..8).map(|_| site.client()).collect();
    for client in &mut clients {
        client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    has_begun.recv().expect("a handler runs");
    wait_until("no request waits", || site.gauges.read().requests_waiting > 0);
    site.stop.stop();
    site.stop.stop();
    assert!(site.stopped().cut > 0);
    drop(let_go);
    wait_until("the state is still held", || Arc::strong_count(&state) == 1);
}

fn wait_until(otherwise: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "{otherwise}");
        std::thread::yield_now();
    }
}

const MORE_THAN_SOCKETS_HOLD: usize = 64 << 20;

fn large(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("x".repeat(MORE_THAN_SOCKETS_HOLD)))
}

/// The deadline for the first request of a client does not apply while a response is written.
#[test]
fn a_stop_lets_a_response_be_written() {
    let timeouts = Timeouts { linger: Duration::from_millis(50), ..Timeouts::default() };
    let hasty = ServerSettings { shards: 1, timeouts, ..settings() };
    let site = Site::start_with(&hasty, (), Urls::new().get("/large", large));
    let mut new = site.client();
    let mut reading = site.client();
    reading.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    reading.wait_for_bytes();
    site.stop.stop();
    assert!(new.is_closed(), "it has sent nothing in its time");
    assert_eq!(reading.answer().expect("an answer").body.len(), MORE_THAN_SOCKETS_HOLD);
    assert_eq!(site.stopped(), Stopped { cut: 0 });
}

/// The connection is not closed between the response and the answer to this request.
#[test]
fn a_stop_answers_a_request_that_came_while_a_response_was_written() {
    let quick = |(): &(), _: &Request| Ok(Response::text("quick"));
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let site =
        Site::start_with(&one_shard, (), Urls::new().get("/large", large).get("/quick", quick));
    let mut idle = site.client();
    assert_eq!(idle.get("/none").status, 404);
    let mut busy = site.client();
    busy.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    busy.wait_for_bytes();
    busy.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
    site.stop.stop();
    assert!(idle.is_closed(), "the stop has begun");
    assert_eq!(busy.answer().expect("an answer").body.len(), MORE_THAN_SOCKETS_HOLD);
    let answer = busy.answer().expect("an answer to what had come");
    assert_eq!((answer.body.as_str(), answer.closes()), ("quick", true));
    assert_eq!(site.stopped(), Stopped { cut: 0 });
}

#[test]
fn a_mistake_in_the_table_of_urls_is_reported_at_the_start() {
    let server = webframe::Server::bind(&settings()).expect("a free port");
    let urls = Urls::new()
        .get("/a/{x}", |(): &(), _: &Request| Ok(Response::text("x")))
        .get("/a/{y}", |(): &(), _: &Request| Ok(Response::text("y")));
    let error = server.serve(webframe::App::new(()).urls(urls)).expect_err("a mistake");
    assert!(error.to_string().starts_with("GET /a/{y}: "), "{error}");
}

#[test]
fn an_address_in_use_is_named() {
    let site = Site::start((), Urls::new());
    let taken = webframe::Address::Tcp(site.address);
    let error = webframe::Server::bind(&ServerSettings { addresses: vec![taken], ..settings() })
        .expect_err("the address is taken");
    assert!(error.to_string().contains(&site.address.to_string()), "{error}");
}
