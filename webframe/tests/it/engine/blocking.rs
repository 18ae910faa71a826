//! Handlers that block: they occupy their worker and delay no other request.

use std::{
    collections::HashSet,
    fmt,
    net::Shutdown,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use webframe::{
    App, Error, Request, Response, Result, ServerSettings, Urls, middleware::request_id,
};

use super::site::{Client, PATIENCE, Site, WORKERS_MAX, settings};

/// A gate that blocks handlers until the test opens it.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
    waiting: Mutex<usize>,
    came: Condvar,
}

impl Gate {
    fn closed() -> Arc<Gate> {
        Arc::default()
    }

    fn opened() -> Arc<Gate> {
        let gate = Gate::closed();
        gate.set(true);
        gate
    }

    fn set(&self, open: bool) {
        *self.open.lock().expect("no panic") = open;
        self.changed.notify_all();
    }

    fn pass(&self) {
        *self.waiting.lock().expect("no panic") += 1;
        self.came.notify_all();
        let open = self.open.lock().expect("no panic");
        drop(self.changed.wait_while(open, |open| !*open).expect("no panic"));
        *self.waiting.lock().expect("no panic") -= 1;
    }

    /// Waits until this many handlers are waiting; returns their number.
    fn wait_for(&self, visitors: usize) -> usize {
        let waiting = self.waiting.lock().expect("no panic");
        let too_few = |waiting: &mut usize| *waiting < visitors;
        let came = self.came.wait_timeout_while(waiting, PATIENCE, too_few);
        *came.expect("no panic").0
    }
}

fn wait_at_gate(gate: &Arc<Gate>, _: &Request) -> Result<Response> {
    gate.pass();
    Ok(Response::text("passed"))
}

fn hello(_: &Arc<Gate>, _: &Request) -> Result<Response> {
    Ok(Response::text("hello"))
}

fn urls() -> Urls<Arc<Gate>> {
    Urls::new().get("/gate", wait_at_gate).get("/hello", hello).quick()
}

fn ask(client: &mut Client, path: &str) {
    client.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
}

#[test]
fn idle_clients_hold_no_worker() {
    let site = Site::start(Gate::opened(), urls());
    let mut idle: Vec<Client> = (0..100).map(|_| site.client()).collect();
    assert!(idle.iter_mut().all(|client| client.get("/gate").body == "passed"));
    assert_eq!(site.get("/gate").body, "passed");
    assert!(idle.iter_mut().all(|client| client.get("/hello").body == "hello"));
}

#[test]
fn quick_routes_are_answered_while_every_worker_blocks() {
    let gate = Gate::closed();
    let site = Site::start(Arc::clone(&gate), urls());
    let mut blocked: Vec<Client> = (0..20).map(|_| site.client()).collect();
    blocked.iter_mut().for_each(|client| ask(client, "/gate"));
    assert!(gate.wait_for(WORKERS_MAX) >= WORKERS_MAX);
    assert_eq!(site.get("/hello").body, "hello");
    gate.set(true);
    assert!(blocked.iter_mut().all(|c| c.answer().expect("an answer").body == "passed"));
}

#[test]
fn a_route_that_blocks_unexpectedly_delays_nobody_for_long() {
    let gate = Gate::opened();
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let site = Site::start_with(&one_shard, Arc::clone(&gate), urls());
    let mut client = site.client();
    (0..64).for_each(|_| drop(client.get("/gate"))); // it is known to be quick now
    gate.set(false);
    ask(&mut client, "/gate");
    assert!(gate.wait_for(1) >= 1);
    assert_eq!(site.get("/hello").body, "hello"); // the only shard was given to another worker
    gate.set(true);
    assert_eq!(client.answer().expect("an answer").body, "passed");
    assert_eq!(client.get("/hello").body, "hello");
}

/// The watchdog does not notice a call that takes less than a millisecond.
#[test]
fn a_quick_route_that_becomes_slow_leaves_the_shard() {
    let who = |slow: &Arc<AtomicBool>, _: &Request| {
        let began = Instant::now();
        while slow.load(SeqCst) && began.elapsed() < Duration::from_micros(700) {}
        Ok(Response::text(format!("{:?}", thread::current().id())))
    };
    let quick = |_: &Arc<AtomicBool>, _: &Request| {
        Ok(Response::text(format!("{:?}", thread::current().id())))
    };
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let urls = Urls::new().get("/who", who).get("/quick", quick);
    let slow = Arc::new(AtomicBool::new(false));
    let site = Site::start_with(&one_shard, Arc::clone(&slow), urls);
    let mut client = site.client();
    let mut in_shard = || client.get("/who").body == client.get("/quick").body;
    assert!((0..1000).any(|_| in_shard()), "it never comes into the shard");
    assert!((0..64).filter(|_| in_shard()).count() > 0); // its pace is known now
    slow.store(true, SeqCst);
    assert!((0..16).any(|_| !in_shard()), "it does not leave the shard");
}

/// Each shard has at most half of the connections, so eight busy clients do not share one processor
/// of two.
#[test]
fn a_few_clients_are_shared_evenly_by_the_shards() {
    let who = |(): &(), _: &Request| Ok(Response::text(format!("{:?}", thread::current().id())));
    let two_shards = ServerSettings { shards: 2, ..settings() };
    let site = Site::start_with(&two_shards, (), Urls::new().get("/who", who).quick());
    let mut clients: Vec<Client> = (0..8).map(|_| site.client()).collect();
    let shards: Vec<String> = clients.iter_mut().map(|c| c.get("/who").body).collect();
    assert!(busiest(&shards) <= 4, "{shards:?}");
    // The clients of one shard leave, and as many new ones connect.
    clients.retain_mut(|client| {
        let stays = client.get("/who").body != shards[0];
        if !stays {
            client.send("GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            client.read_to_end();
        }
        stays
    });
    clients.resize_with(8, || site.client());
    let shards: Vec<String> = clients.iter_mut().map(|c| c.get("/who").body).collect();
    assert!(busiest(&shards) <= 4, "{shards:?}");
}

/// The number of clients of the busiest shard.
fn busiest(shards: &[String]) -> usize {
    let clients_of = |shard| shards.iter().filter(|other| *other == shard).count();
    shards.iter().map(clients_of).max().unwrap_or(0)
}

#[test]
fn pipelined_requests_behind_a_blocking_one_wait_their_turn() {
    let gate = Gate::opened();
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let site = Site::start_with(&one_shard, Arc::clone(&gate), urls());
    let mut client = site.client();
    (0..64).for_each(|_| drop(client.get("/gate")));
    gate.set(false);
    let request = |path| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    client.send(&["/hello", "/gate", "/gate", "/hello", "/none"].map(request).concat());
    assert!(gate.wait_for(1) >= 1);
    assert_eq!(site.get("/hello").body, "hello");
    gate.set(true);
    let answers = [(); 5].map(|()| client.answer().expect("an answer"));
    assert_eq!(answers.each_ref().map(|a| a.status), [200, 200, 200, 200, 404]);
    let bodies = ["hello", "passe", "passe", "hello", "404 N"];
    assert_eq!(answers.each_ref().map(|a| &a.body[..5]), bodies);
}

/// The half-close arrives behind a second request, while the first one runs.
#[test]
fn a_client_that_half_closes_while_it_waits_gets_its_responses() {
    let gate = Gate::closed();
    let urls = Urls::new().get("/gate", wait_at_gate).blocking().get("/hello", hello).quick();
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let site = Site::start_with(&one_shard, Arc::clone(&gate), urls);
    let mut client = site.client();
    ask(&mut client, "/gate");
    assert!(gate.wait_for(1) >= 1);
    ask(&mut client, "/hello");
    client.socket().shutdown(Shutdown::Write).expect("open");
    assert_eq!(site.get("/hello").body, "hello"); // both events have reached the server
    gate.set(true);
    let answers = [(); 2].map(|()| client.answer().expect("an answer").body);
    assert_eq!(answers, ["passed", "hello"]);
    assert!(client.is_closed());
}

#[test]
fn requests_that_wait_too_long_are_refused_and_quick_routes_are_answered() {
    let gate = Gate::closed();
    let settings = ServerSettings {
        workers_min: 1,
        workers_max: 1,
        shards: 1,
        queue_age_max: Duration::ZERO,
        ..settings()
    };
    let urls = Urls::new().get("/gate", wait_at_gate).blocking().get("/hello", hello).quick();
    let site = Site::start_with(&settings, Arc::clone(&gate), urls);
    let mut clients: Vec<Client> = (0..8).map(|_| site.client()).collect();
    clients.iter_mut().for_each(|client| ask(client, "/gate"));
    let refused = loop {
        // The pool's threads beyond `workers_max` may take some requests. After the first request
        // that must wait, the next ones are refused.
        let mut client = site.client();
        ask(&mut client, "/gate");
        client.socket().set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        let mut first = [0; 12];
        match client.socket().peek(&mut first) {
            Ok(12) => break client.answer().expect("an answer"),
            _ => clients.push(client),
        }
    };
    assert_eq!(refused.status, 503);
    assert!(refused.head.contains("Retry-After: 1\r\n"), "{}", refused.head);
    assert_eq!(site.get("/hello").body, "hello");
    gate.set(true);
    assert!(clients.iter_mut().all(|client| client.answer().is_some()));
    assert_eq!(site.get("/gate").status, 200);
}

/// Maximum number of concurrent handlers with one shard: all workers, plus one of the two that a
/// shard adds, since the other one runs the shard.
const HANDLERS_MAX: usize = WORKERS_MAX + 1;

/// The number of handlers, of `HANDLERS_MAX`, that reach the gate at the same time.
fn count_at(gate: &Gate, site: &Site) -> usize {
    gate.set(false);
    let mut clients: Vec<Client> = (0..HANDLERS_MAX).map(|_| site.client()).collect();
    clients.iter_mut().for_each(|client| ask(client, "/gate"));
    let came = gate.wait_for(HANDLERS_MAX);
    gate.set(true);
    assert!(clients.iter_mut().all(|c| c.answer().expect("an answer").body == "passed"));
    came
}

#[test]
fn ten_thousand_panics_are_each_a_500_with_its_request_id_and_cost_no_worker() {
    const PANICS_A_ROUTE: usize = 5_000;
    fn fall(_: &Arc<Gate>, _: &Request) -> Result<Response> {
        panic!("meant")
    }
    let gate = Gate::opened();
    let urls = Urls::new()
        .get("/fall", fall)
        .blocking()
        .get("/fall-here", fall)
        .quick()
        .get("/gate", wait_at_gate)
        .blocking();
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let app = App::new(Arc::clone(&gate)).wrap(request_id).urls(urls);
    let site = Site::start_app(&one_shard, app);
    assert_eq!(count_at(&gate, &site), HANDLERS_MAX);
    let mut ids = HashSet::new();
    for path in ["/fall", "/fall-here"] {
        let mut client = site.client();
        for _ in 0..PANICS_A_ROUTE {
            let answer = client.get(path);
            assert_eq!(answer.status, 500);
            assert!(!answer.closes());
            ids.insert(answer.field("X-Request-Id").expect("a request id").to_owned());
        }
    }
    assert_eq!(ids.len(), 2 * PANICS_A_ROUTE);
    assert_eq!(count_at(&gate, &site), HANDLERS_MAX);
}

/// An error that panics when it is formatted or dropped.
#[derive(Debug)]
struct Unspeakable {
    written: bool,
}

impl std::error::Error for Unspeakable {}

impl fmt::Display for Unspeakable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.written { panic!("meant") } else { f.write_str("unspeakable") }
    }
}

impl Drop for Unspeakable {
    fn drop(&mut self) {
        if !self.written {
            panic!("meant");
        }
    }
}

/// A request with such an error must be answered: its connection would otherwise stay open until
/// the server stops.
#[test]
fn an_error_that_panics_itself_is_a_500_too() {
    let written = |_: &(), _: &Request| Err(Error::internal(Unspeakable { written: true }));
    let dropped = |_: &(), _: &Request| Err(Error::internal(Unspeakable { written: false }));
    let panicked = |_: &(), _: &Request| std::panic::panic_any(Unspeakable { written: false });
    let urls = Urls::new()
        .get("/written", written)
        .blocking()
        .get("/written-here", written)
        .quick()
        .get("/dropped", dropped)
        .blocking()
        .get("/dropped-here", dropped)
        .quick()
        .get("/panicked", panicked)
        .blocking()
        .get("/panicked-here", panicked)
        .quick();
    let site = Site::start((), urls);
    let mut client = site.client();
    for path in ["/written", "/dropped", "/panicked"] {
        for path in [path.to_owned(), format!("{path}-here")] {
            assert_eq!(client.get(&path).status, 500, "{path}");
        }
    }
}

/// Slow requests are those with a query, so the route stays quick for all others. A loaded machine
/// may move the shard to another thread between two requests, so each kind is tried more than once.
#[test]
fn a_handler_that_blocks_for_some_requests_blocks_no_shard() {
    let slow_with_query = |_: &(), request: &Request| {
        if !request.query_string().is_empty() {
            thread::sleep(Duration::from_millis(2));
        }
        Ok(Response::text(format!("{:?}", thread::current().id())))
    };
    let has_query = |request: &Request| !request.query_string().is_empty();
    let urls = Urls::new()
        .get("/shard", slow_with_query)
        .quick()
        .get("/", slow_with_query)
        .blocking_if(has_query);
    let site = Site::start_with(&ServerSettings { shards: 1, ..settings() }, (), urls);
    let mut client = site.client();
    let runs_in_the_shard =
        |path: &str, client: &mut Client| client.get(path).body == client.get("/shard").body;
    let learned = Instant::now() + PATIENCE;
    while !runs_in_the_shard("/", &mut client) {
        assert!(Instant::now() < learned, "the route never became quick");
    }
    let in_the_shard = (0..20).filter(|_| runs_in_the_shard("/?slow", &mut client)).count();
    assert!(in_the_shard < 5, "{in_the_shard} of 20 calls that block ran in the shard");
    let is_still_quick = (0..3).any(|_| runs_in_the_shard("/", &mut client));
    assert!(is_still_quick, "the route learned from calls that are said to block");
}
