//! Handlers that block: they hold their worker and nobody else.

use std::{
    sync::{
        Arc, Barrier, Condvar, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use webframe::{Request, Response, Result, ServerSettings, Urls, blocking, quick};

use super::site::{Client, Site, settings};

/// A door that handlers wait at.
#[derive(Default)]
struct Door {
    open: Mutex<bool>,
    changed: Condvar,
    waiting: Mutex<usize>,
    came: Condvar,
}

impl Door {
    fn closed() -> Arc<Door> {
        Arc::default()
    }

    fn opened() -> Arc<Door> {
        let door = Door::closed();
        door.set(true);
        door
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

    fn wait_for(&self, visitors: usize) {
        let waiting = self.waiting.lock().expect("no panic");
        drop(self.came.wait_while(waiting, |waiting| *waiting < visitors).expect("no panic"));
    }
}

fn at_door(door: &Arc<Door>, _: &Request) -> Result<Response> {
    door.pass();
    Ok(Response::text("passed"))
}

fn hello(_: &Arc<Door>, _: &Request) -> Result<Response> {
    Ok(Response::text("hello"))
}

fn urls() -> Urls<Arc<Door>> {
    Urls::new().get("/door", at_door).get("/hello", quick(hello))
}

fn ask(client: &mut Client, path: &str) {
    client.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
}

#[test]
fn idle_clients_hold_no_worker() {
    let site = Site::start(Door::opened(), urls());
    let mut idle: Vec<Client> = (0..100).map(|_| site.client()).collect();
    assert!(idle.iter_mut().all(|client| client.get("/door").body == "passed"));
    assert_eq!(site.get("/door").body, "passed");
    assert!(idle.iter_mut().all(|client| client.get("/hello").body == "hello"));
}

#[test]
fn quick_routes_are_answered_while_every_worker_blocks() {
    let door = Door::closed();
    let site = Site::start(Arc::clone(&door), urls());
    let mut blocked: Vec<Client> = (0..20).map(|_| site.client()).collect();
    blocked.iter_mut().for_each(|client| ask(client, "/door"));
    door.wait_for(settings().workers_max);
    assert_eq!(site.get("/hello").body, "hello");
    door.set(true);
    assert!(blocked.iter_mut().all(|c| c.answer().expect("an answer").body == "passed"));
}

#[test]
fn a_route_that_blocks_unexpectedly_delays_nobody_for_long() {
    let door = Door::opened();
    let one_shard = ServerSettings { shards: 1, ..settings() };
    let site = Site::start_with(&one_shard, Arc::clone(&door), urls());
    let mut client = site.client();
    (0..64).for_each(|_| drop(client.get("/door"))); // it is known to be quick now
    door.set(false);
    ask(&mut client, "/door");
    door.wait_for(1);
    assert_eq!(site.get("/hello").body, "hello"); // the only shard was given to another worker
    door.set(true);
    assert_eq!(client.answer().expect("an answer").body, "passed");
    assert_eq!(client.get("/hello").body, "hello");
}

/// Of a call that takes less than a millisecond the watchdog sees nothing.
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
    assert!((0..64).filter(|_| in_shard()).count() > 0); // and nothing is left to be learned of it
    slow.store(true, SeqCst);
    assert!((0..16).any(|_| !in_shard()), "it does not leave the shard");
}

#[test]
fn pipelined_requests_behind_a_blocking_one_wait_their_turn() {
    let door = Door::opened();
    let site = Site::start(Arc::clone(&door), urls());
    let mut client = site.client();
    (0..64).for_each(|_| drop(client.get("/door")));
    door.set(false);
    let request = |path| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let batch = [request("/hello"), request("/door"), request("/hello"), request("/none")].concat();
    client.send(&batch);
    door.wait_for(1);
    assert_eq!(site.get("/hello").body, "hello");
    door.set(true);
    let statuses = [(); 4].map(|()| client.answer().expect("an answer"));
    assert_eq!(statuses.each_ref().map(|a| a.status), [200, 200, 200, 404]);
    assert_eq!(statuses.each_ref().map(|a| &a.body[..5]), ["hello", "passe", "hello", "404 N"]);
}

#[test]
fn what_waits_too_long_is_refused_at_once_and_quick_routes_are_answered() {
    let door = Door::closed();
    let settings = ServerSettings {
        workers_min: 1,
        workers_max: 1,
        shards: 1,
        queue_age_max: Duration::ZERO,
        ..settings()
    };
    let urls = Urls::new().get("/door", blocking(at_door)).get("/hello", quick(hello));
    let site = Site::start_with(&settings, Arc::clone(&door), urls);
    let mut clients: Vec<Client> = (0..8).map(|_| site.client()).collect();
    clients.iter_mut().for_each(|client| ask(client, "/door"));
    let refused = loop {
        // The reserve may take some; the first that has to wait makes the next ones be refused.
        let mut client = site.client();
        ask(&mut client, "/door");
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
    door.set(true);
    assert!(clients.iter_mut().all(|client| client.answer().is_some()));
    assert_eq!(site.get("/door").status, 200);
}

#[test]
fn a_panic_is_a_500_and_costs_no_worker() {
    fn fall(_: &(), _: &Request) -> Result<Response> {
        panic!("meant")
    }
    let together = Arc::new(Barrier::new(9));
    let meet = Arc::clone(&together);
    let urls = Urls::new().get("/fall", blocking(fall)).get("/fall-here", quick(fall)).get(
        "/meet",
        blocking(move |(): &(), _: &Request| {
            meet.wait();
            Ok(Response::text("met"))
        }),
    );
    let site = Site::start((), urls);
    let mut client = site.client();
    for path in ["/fall", "/fall-here"] {
        assert!((0..500).all(|_| client.get(path).status == 500));
    }
    let mut meeting: Vec<Client> = (0..8).map(|_| site.client()).collect();
    meeting.iter_mut().for_each(|c| c.send("GET /meet HTTP/1.1\r\nHost: x\r\n\r\n"));
    together.wait(); // reached only where all eight workers are still there
    assert!(meeting.iter_mut().all(|c| c.answer().expect("an answer").body == "met"));
}
