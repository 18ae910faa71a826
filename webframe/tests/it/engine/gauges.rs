//! The gauges of a running server.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use webframe::{Gauges, GaugesHandle, Request, Response, Result, ServerSettings, Timeouts, Urls};

use super::site::{PATIENCE, Site, settings};

/// A gate that opens once for all waiting handlers.
#[derive(Default)]
struct Gate(Mutex<bool>, Condvar);

impl Gate {
    fn open(&self) {
        *self.0.lock().expect("no panic") = true;
        self.1.notify_all();
    }
}

fn at_gate(gate: &Arc<Gate>, _: &Request) -> Result<Response> {
    let open = gate.0.lock().expect("no panic");
    drop(gate.1.wait_while(open, |open| !*open).expect("no panic"));
    Ok(Response::text("passed"))
}

/// Waits until the gauges are as `wanted`, and returns them.
fn when(gauges: &GaugesHandle, wanted: impl Fn(&Gauges) -> bool) -> Gauges {
    let began = Instant::now();
    loop {
        let now = gauges.read();
        if wanted(&now) {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "they stay {now:?}");
        std::thread::yield_now();
    }
}

#[test]
fn a_handler_is_overdue_from_its_deadline_to_its_response() {
    let timeouts = Timeouts { handler: Duration::from_millis(50), ..Timeouts::default() };
    let settings = ServerSettings { timeouts, shards: 1, ..settings() };
    let gate = Arc::new(Gate::default());
    let urls = Urls::new().get("/pool", at_gate).blocking().get("/shard", at_gate).quick();
    let site = Site::start_with(&settings, Arc::clone(&gate), urls);
    let mut clients = [("/pool", site.client()), ("/shard", site.client())];
    for (path, client) in &mut clients {
        client.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    let overdue = when(&site.gauges, |gauges| gauges.handlers_overdue == 2);
    assert_eq!((overdue.connections, overdue.requests_waiting), (2, 0));
    assert!(overdue.workers >= overdue.workers_idle + 2, "{overdue:?}");
    gate.open();
    for (_, client) in &mut clients {
        assert_eq!(client.answer().expect("an answer").body, "passed");
    }
    assert_eq!(site.gauges.read().handlers_overdue, 0);
    drop(clients);
    when(&site.gauges, |gauges| gauges.connections == 0);
}

#[test]
fn requests_that_wait_for_a_worker_are_counted() {
    let settings = ServerSettings { workers_min: 1, workers_max: 1, shards: 1, ..settings() };
    let gate = Arc::new(Gate::default());
    let site =
        Site::start_with(&settings, Arc::clone(&gate), Urls::new().get("/", at_gate).blocking());
    let mut clients: Vec<_> = (0..20).map(|_| site.client()).collect();
    clients.iter_mut().for_each(|client| client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    let full = when(&site.gauges, |gauges| gauges.workers_idle == 0 && gauges.requests_waiting > 0);
    assert!(full.requests_waiting < 20, "{full:?}");
    gate.open();
    assert!(clients.iter_mut().all(|client| client.answer().is_some()));
    when(&site.gauges, |gauges| gauges.requests_waiting == 0);
}

#[test]
fn a_stopped_server_has_no_gauges() {
    let site = Site::start((), Urls::new());
    let gauges = site.gauges.clone();
    when(&gauges, |gauges| gauges.workers > 0);
    site.stop.stop();
    site.stopped();
    when(&gauges, |gauges| *gauges == Gauges::default());
}
