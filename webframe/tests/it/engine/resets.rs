//! Connections that are reset: nothing that waits for a worker on their behalf is run.

use std::{
    io::{self, Read},
    net::Shutdown,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use socket2::SockRef;
use webframe::{Request, Response, Result, ServerSettings, Urls, http::HeaderValue};

use super::site::{Client, PATIENCE, Site, WORKERS_MAX, settings};

/// More than the number of workers, including those that the pool adds for shards and lost clients.
const MANY: usize = 6 * WORKERS_MAX;

/// A gate that blocks handlers and sources until the test opens it.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    entered: AtomicUsize,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().expect("no panic") = true;
        self.opened.notify_all();
    }

    fn pass(&self) {
        self.entered.fetch_add(1, SeqCst);
        let is_open = self.is_open.lock().expect("no panic");
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).expect("no panic"));
    }
}

/// The source of a stream: returns one byte, then waits at the gate and ends.
struct Source(Arc<Gate>, bool);

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.1 {
            self.0.pass();
            return Ok(0);
        }
        self.1 = true;
        into[0] = b'a';
        Ok(1)
    }
}

fn site(gate: &Arc<Gate>) -> Site {
    let gate_handler = |gate: &Arc<Gate>, _: &Request| -> Result<Response> {
        gate.pass();
        Ok(Response::text("passed"))
    };
    let stream = |gate: &Arc<Gate>, _: &Request| {
        let source = Source(Arc::clone(gate), false);
        Ok(Response::stream(HeaderValue::from_static("text/plain"), source))
    };
    let plain = |_: &Arc<Gate>, _: &Request| Ok(Response::text("plain"));
    let urls = Urls::new()
        .get("/gate", gate_handler)
        .blocking()
        .get("/stream", stream)
        .quick()
        .get("/", plain)
        .blocking();
    let settings = ServerSettings { queue_age_max: 2 * PATIENCE, ..settings() };
    Site::start_with(&settings, Arc::clone(gate), urls)
}

fn ask(site: &Site, path: &str) -> Client {
    let mut client = site.client();
    client.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    client
}

fn reset(mut clients: Vec<Client>) {
    for client in &clients {
        SockRef::from(client.socket()).set_linger(Some(Duration::ZERO)).expect("an option");
    }
    clients.clear(); // all at once
}

#[track_caller]
fn wait_until(event: &str, mut has_come: impl FnMut() -> bool) {
    let began = Instant::now();
    while !has_come() {
        assert!(began.elapsed() < Duration::from_secs(20), "{event}");
        thread::yield_now();
    }
}

#[test]
fn queued_requests_of_reset_connections_are_not_run_and_half_closed_clients_are_answered() {
    let gate = Arc::<Gate>::default();
    let site = site(&gate);
    let lost: Vec<Client> = (0..MANY).map(|_| ask(&site, "/gate")).collect();
    let mut half_closed = ask(&site, "/gate");
    half_closed.socket().shutdown(Shutdown::Write).expect("an open connection");
    wait_until("the workers are busy", || gate.entered.load(SeqCst) >= WORKERS_MAX);
    wait_until("all are connected", || site.gauges.read().connections > MANY);
    reset(lost);
    wait_until("reset connections are closed", || site.gauges.read().connections == 1);
    gate.open();
    assert_eq!(half_closed.answer().expect("an answer").body, "passed");
    assert_eq!(site.get("/").body, "plain");
    let entered = gate.entered.load(SeqCst);
    assert!(entered < MANY, "queued requests of reset connections were run: {entered}");
}

/// Each reset connection allows one more worker, up to a limit. The reads of other reset
/// connections do not occupy these workers.
#[test]
fn queued_reads_of_sources_are_skipped_when_their_connections_are_reset() {
    let gate = Arc::<Gate>::default();
    let site = site(&gate);
    let mut lost: Vec<Client> = (0..MANY).map(|_| ask(&site, "/stream")).collect();
    lost.iter_mut().for_each(|client| client.read_until("\r\n\r\n"));
    wait_until("the workers are busy", || gate.entered.load(SeqCst) >= WORKERS_MAX);
    reset(lost);
    assert_eq!(site.get("/").body, "plain", "there is a worker for others");
    let entered = gate.entered.load(SeqCst);
    assert!(entered < MANY, "sources of reset connections were read: {entered}");
    gate.open();
}
