//! Sources of streamed responses that wait: they must not exhaust the server when their clients
//! have gone.

use std::{
    io::{self, Read},
    sync::{Arc, Mutex, mpsc},
};

use webframe::{Request, Response, Result, Urls, http::HeaderValue};

use super::site::{Client, PATIENCE, Site, WORKERS_MAX};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

/// A source that waits for an event that never comes, in one of several ways.
struct Waiting {
    wait: Box<dyn FnMut() -> io::Result<usize> + Send>,
    dropped: mpsc::Sender<()>,
}

impl Read for Waiting {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        (self.wait)()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.dropped.send(()).ok();
    }
}

/// The state that the waiting sources of a site share.
struct Waits {
    dropped: Mutex<mpsc::Sender<()>>,
    /// Locked until the test ends.
    for_ever: Arc<Mutex<()>>,
}

fn waiting(waits: &Arc<Waits>, wait: Box<dyn FnMut() -> io::Result<usize> + Send>) -> Response {
    let dropped = waits.dropped.lock().expect("no panic").clone();
    Response::stream(TEXT, Waiting { wait, dropped })
}

fn plain(_: &Arc<Waits>, _: &Request) -> Result<Response> {
    Ok(Response::text("plain"))
}

/// Requests many streams and waits for their heads.
fn open_streams(site: &Site, path: &str) -> Vec<Client> {
    let open = |_| {
        let mut client = site.client();
        client.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        client.read_until("\r\n\r\n");
        client
    };
    (0..2 * WORKERS_MAX).map(open).collect()
}

#[test]
fn sources_of_lost_clients_do_not_exhaust_the_workers() {
    let (dropped, _is_dropped) = mpsc::channel();
    let for_ever = Arc::new(Mutex::new(()));
    let end = for_ever.lock().expect("no panic");
    let waits = Arc::new(Waits { dropped: Mutex::new(dropped), for_ever: Arc::clone(&for_ever) });
    let block = |waits: &Arc<Waits>, _: &Request| {
        let for_ever = Arc::clone(&waits.for_ever);
        let wait = move || {
            drop(for_ever.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            Ok(0)
        };
        Ok(waiting(waits, Box::new(wait)))
    };
    let urls = Urls::new().get("/block", block).quick().get("/", plain).blocking();
    let site = Site::start(waits, urls);
    drop(open_streams(&site, "/block"));
    assert_eq!(site.get("/").body, "plain", "there is a worker for others");
    drop(end);
}

#[test]
fn a_source_without_bytes_holds_no_worker_and_is_dropped_with_its_client() {
    let (dropped, is_dropped) = mpsc::channel();
    let waits = Arc::new(Waits { dropped: Mutex::new(dropped), for_ever: Arc::default() });
    let nothing = |waits: &Arc<Waits>, _: &Request| {
        Ok(waiting(waits, Box::new(|| Err(io::ErrorKind::WouldBlock.into()))))
    };
    let urls = Urls::new().get("/nothing", nothing).quick().get("/", plain).blocking();
    let site = Site::start(waits, urls);
    let streams = open_streams(&site, "/nothing");
    assert_eq!(site.get("/").body, "plain");
    assert!(is_dropped.try_recv().is_err(), "their clients are there");
    drop(streams);
    for _ in 0..2 * WORKERS_MAX {
        is_dropped.recv_timeout(PATIENCE).expect("its client has gone");
    }
}

#[test]
fn a_source_can_check_the_presence_of_its_client() {
    let (dropped, is_dropped) = mpsc::channel();
    let waits = Arc::new(Waits { dropped: Mutex::new(dropped), for_ever: Arc::default() });
    let ask = |waits: &Arc<Waits>, request: &Request| {
        let client = request.presence();
        let wait = move || {
            while client.is_there() {
                std::thread::yield_now();
            }
            Ok(0)
        };
        Ok(waiting(waits, Box::new(wait)))
    };
    let site = Site::start(waits, Urls::new().get("/ask", ask).quick());
    let mut client = site.client();
    client.send("GET /ask HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("\r\n\r\n");
    assert!(is_dropped.try_recv().is_err());
    drop(client);
    is_dropped.recv_timeout(PATIENCE).expect("it has seen that its client has gone");
}
