//! Sources of streamed answers that wait: none of them may hold the server when its client has gone.

use std::{
    io::{self, Read},
    sync::{Arc, Mutex, mpsc},
};

use webframe::{Request, Response, Result, Urls, blocking, http::HeaderValue, quick};

use super::site::{Client, PATIENCE, Site, WORKERS_MAX};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

/// A source that waits for something that never comes, in a way of its own.
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

/// What the waiting sources of a site have in common.
struct Waits {
    dropped: Mutex<mpsc::Sender<()>>,
    /// Until the test ends.
    for_ever: Arc<Mutex<()>>,
}

fn waiting(waits: &Arc<Waits>, wait: Box<dyn FnMut() -> io::Result<usize> + Send>) -> Response {
    let dropped = waits.dropped.lock().expect("no panic").clone();
    Response::stream(TEXT, Waiting { wait, dropped })
}

fn plain(_: &Arc<Waits>, _: &Request) -> Result<Response> {
    Ok(Response::text("plain"))
}

/// Asks for many streams, waits until their heads have come, and leaves.
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
fn sources_that_wait_for_clients_that_have_gone_do_not_hold_the_server() {
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
    let urls = Urls::new().get("/block", quick(block)).get("/", blocking(plain));
    let site = Site::start(waits, urls);
    drop(open_streams(&site, "/block"));
    assert_eq!(site.get("/").body, "plain", "there is a worker for others");
    drop(end);
}

#[test]
fn a_source_that_has_nothing_yet_holds_no_worker_and_is_dropped_when_its_client_has_gone() {
    let (dropped, is_dropped) = mpsc::channel();
    let waits = Arc::new(Waits { dropped: Mutex::new(dropped), for_ever: Arc::default() });
    let nothing = |waits: &Arc<Waits>, _: &Request| {
        Ok(waiting(waits, Box::new(|| Err(io::ErrorKind::WouldBlock.into()))))
    };
    let urls = Urls::new().get("/nothing", quick(nothing)).get("/", blocking(plain));
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
fn a_source_can_ask_whether_its_client_is_still_there() {
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
    let site = Site::start(waits, Urls::new().get("/ask", quick(ask)));
    let mut client = site.client();
    client.send("GET /ask HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("\r\n\r\n");
    assert!(is_dropped.try_recv().is_err());
    drop(client);
    is_dropped.recv_timeout(PATIENCE).expect("it has seen that its client has gone");
}
