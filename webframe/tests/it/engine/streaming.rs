//! Streamed responses: their framing, failing and blocking sources, slow readers.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc::{self, Receiver},
    },
    time::Duration,
};

use webframe::{
    Body, Request, Response, Result, ServerSettings, Timeouts, Urls,
    http::{HeaderValue, StatusCode},
};

use super::site::{PATIENCE, Site, WORKERS_MAX, settings};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

/// A source: a number of pieces, then the result that the test chooses.
struct Source(u8, fn() -> io::Result<usize>);

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return self.1();
        }
        self.0 -= 1;
        into[..3].copy_from_slice(b"abc");
        Ok(3)
    }
}

/// An error of an app that panics when it is formatted and when it is dropped.
#[derive(Debug)]
struct PanickingError;

impl std::error::Error for PanickingError {}

impl fmt::Display for PanickingError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("meant");
    }
}

impl Drop for PanickingError {
    fn drop(&mut self) {
        panic!("meant");
    }
}

fn site() -> Site {
    let fails = || Err(io::Error::other("meant"));
    let panics_on_error = || Err(io::Error::other(PanickingError));
    Site::start(
        (),
        Urls::new()
            .get("/whole", |(): &(), _: &Request| Ok(Response::stream(TEXT, Source(3, || Ok(0)))))
            .get("/fails", move |(): &(), _: &Request| Ok(Response::stream(TEXT, Source(2, fails))))
            .get("/fails-badly", move |(): &(), _: &Request| {
                Ok(Response::stream(TEXT, Source(2, panics_on_error)))
            })
            .get("/panics", |(): &(), _: &Request| {
                Ok(Response::stream(TEXT, Source(1, || panic!("meant"))))
            })
            .get("/short", short_file),
    )
}

/// Announces ten bytes of a file that has only four.
fn short_file(_: &(), _: &Request) -> Result<Response> {
    let mut file = tempfile::tempfile()?;
    file.write_all(b"four")?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Response::new(StatusCode::OK).with_body(Body::File { file, length: 10 }))
}

fn get(path: &str, version: &str) -> String {
    get_from(&site(), path, version)
}

fn get_from(site: &Site, path: &str, version: &str) -> String {
    let mut client = site.client();
    client.send(&format!("GET {path} HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n"));
    String::from_utf8(client.read_to_end()).expect("text")
}

#[test]
fn a_stream_is_sent_in_chunks_with_an_end() {
    let answer = get("/whole", "1.1");
    assert!(answer.contains("Transfer-Encoding: chunked\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n"), "{answer}");
}

#[test]
fn a_stream_to_an_old_client_ends_with_the_connection() {
    let answer = get("/whole", "1.0");
    assert!(answer.ends_with("\r\n\r\nabcabcabc"), "{answer}");
}

#[test]
fn a_failed_stream_has_no_regular_end() {
    let site = site();
    for path in ["/fails", "/fails-badly", "/panics"] {
        let answer = get_from(&site, path, "1.1");
        assert!(answer.ends_with("3\r\nabc\r\n"), "{answer}");
    }
    let answer = get_from(&site, "/whole", "1.1");
    assert!(answer.ends_with("\r\n0\r\n\r\n"), "{answer}");
}

#[test]
fn a_file_shorter_than_promised_is_cut_off_and_never_padded() {
    let answer = get("/short", "1.1");
    assert!(answer.contains("Content-Length: 10\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nfour"), "{answer}");
}

/// A source that returns a piece for each message of the test.
struct OnDemand(Receiver<()>);

impl Read for OnDemand {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.recv().is_err() {
            return Ok(0);
        }
        into[..3].copy_from_slice(b"abc");
        Ok(3)
    }
}

/// If a connection breaks in the middle of a request, the received half is dropped. It must not be
/// read as the beginning of the next request of another connection, which streams.
#[test]
fn bytes_of_a_broken_connection_do_not_reach_another() {
    let (demand, demands) = mpsc::channel();
    let held = |demands: &Mutex<Option<Receiver<()>>>, _: &Request| {
        let demands = demands.lock().expect("a lock").take().expect("one stream");
        Ok(Response::stream(TEXT, OnDemand(demands)))
    };
    let quick = |_: &Mutex<Option<Receiver<()>>>, _: &Request| Ok(Response::text("quick"));
    let site = Site::start_with(
        &ServerSettings { shards: 1, ..settings() },
        Mutex::new(Some(demands)),
        Urls::new().get("/held", held).get("/quick", quick),
    );
    let mut listener = site.client();
    listener.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    for _ in 0..20 {
        let mut broken = site.client();
        broken.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\nGET /secret HTTP/1.1\r\nX-Of-Another: ");
        broken.wait_for_bytes();
        drop(broken); // closing with unread input makes the system reset the connection
        demand.send(()).expect("a stream");
        listener.read_until("abc\r\n");
    }
    drop(demand);
    listener.read_until("0\r\n\r\n");
    assert_eq!(listener.get("/quick").body, "quick");
}

/// An endless source. When dropped, it reports how much was read.
struct Endless {
    bytes: usize,
    read_bytes: mpsc::Sender<usize>,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        into.fill(b'x');
        self.bytes += into.len();
        Ok(into.len())
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.read_bytes.send(self.bytes).expect("the test waits");
    }
}

#[test]
fn a_client_that_reads_nothing_of_an_endless_response_takes_less_than_a_mebibyte() {
    let write = Duration::from_millis(300);
    let settings =
        ServerSettings { timeouts: Timeouts { write, ..Timeouts::default() }, ..settings() };
    let (read_bytes, made) = mpsc::channel();
    let endless = move |(): &(), _: &Request| {
        Ok(Response::stream(TEXT, Endless { bytes: 0, read_bytes: read_bytes.clone() }))
    };
    let site = Site::start_with(&settings, (), Urls::new().get("/endless", endless));
    let mut client = site.client();
    client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    let made = made.recv_timeout(PATIENCE).expect("the deadline drops the source");
    assert!(made < 1 << 20, "{made} bytes were read for a client that reads nothing");
}

/// An endless source with a destructor that the test chooses.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Read for OnDrop<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        into.fill(b'x');
        Ok(into.len())
    }
}

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A site with one shard. Some routes answer with a source that calls `drop` when it is dropped;
/// `/hello` answers at once.
fn site_with_drop(drop: impl Fn() + Clone + Send + Sync + 'static) -> Site {
    let endless = move |(): &(), _: &Request| Ok(Response::stream(TEXT, OnDrop(drop.clone())));
    let (quickly, made) = (endless.clone(), endless.clone());
    // Not a final status: a 500 is sent instead.
    let early = move |state: &(), request: &Request| {
        made(state, request).map(|response| response.with_status(StatusCode::EARLY_HINTS))
    };
    let urls = Urls::new()
        .get("/in-a-worker", endless)
        .blocking()
        .get("/in-the-shard", quickly)
        .quick()
        .get("/early", early)
        .blocking()
        .get("/hello", |(): &(), _: &Request| Ok(Response::text("hello")))
        .quick();
    // Long enough that a waiting client is not closed.
    let timeouts = Timeouts { linger: PATIENCE, ..Timeouts::default() };
    Site::start_with(&ServerSettings { shards: 1, timeouts, ..settings() }, (), urls)
}

/// The panic of a source does not end the server.
#[test]
fn a_panic_while_a_source_is_dropped_ends_only_its_response() {
    let (sender, dropped) = mpsc::channel();
    let site = site_with_drop(move || {
        sender.send(()).expect("the test waits");
        panic!("meant");
    });
    for path in ["/in-a-worker", "/in-the-shard", "/early"] {
        for method in ["GET", "HEAD"] {
            let mut client = site.client();
            client.send(&format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            client.read_until("\r\n\r\n");
            if method == "HEAD" {
                assert_eq!(client.get("/hello").body, "hello");
            }
            drop(client);
            dropped.recv_timeout(PATIENCE).expect("the source is dropped");
            assert_eq!(site.get("/hello").body, "hello");
        }
    }
}

/// The shard of the source is not blocked.
#[test]
fn a_source_that_blocks_when_it_is_dropped_delays_nobody() {
    let (sender, dropping) = mpsc::channel();
    let (end, ends) = mpsc::channel::<()>();
    let ends = Arc::new(Mutex::new(ends));
    let site = site_with_drop(move || {
        sender.send(()).expect("the test waits");
        ends.lock().expect("a lock").recv().ok();
    });
    let end = end; // now it is dropped before the site, which would wait for it
    for path in ["/in-a-worker", "/in-the-shard", "/early"] {
        for method in ["GET", "HEAD"] {
            let mut client = site.client();
            client.send(&format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            client.read_until("\r\n\r\n");
            drop(client);
            dropping.recv_timeout(PATIENCE).expect("the source is dropped");
            assert_eq!(site.get("/hello").body, "hello");
            end.send(()).expect("it waits");
        }
    }
}

/// A shard counts as ended in spite of the panic, so the stop finishes.
#[test]
fn a_panic_while_a_source_is_cut_does_not_delay_the_stop() {
    let site = site_with_drop(|| panic!("meant"));
    let mut client = site.client();
    client.send("GET /in-a-worker HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("\r\n\r\n");
    site.stop.stop();
    site.stop.stop(); // the second call closes all connections
    assert_eq!(site.stopped().cut, 1);
}

/// The thread that stops the server does not drop the sources one after the other.
#[test]
fn a_server_that_stops_does_not_wait_for_sources_to_be_dropped() {
    const STREAMS: usize = 4 * WORKERS_MAX; // more than there are threads
    let (end, ends) = mpsc::channel::<()>();
    let ends = Arc::new(Mutex::new(ends));
    let site = site_with_drop(move || {
        ends.lock().expect("a lock").recv().ok();
    });
    let clients = (0..STREAMS).map(|_| {
        let mut client = site.client();
        client.send("GET /in-a-worker HTTP/1.1\r\nHost: x\r\n\r\n");
        client.read_until("\r\n\r\n");
        client
    });
    let clients = clients.collect::<Vec<_>>();
    site.stop.stop();
    site.stop.stop(); // the second call closes all connections
    assert_eq!(site.stopped().cut, STREAMS);
    drop(clients);
    drop(end);
}

#[test]
fn an_empty_file_is_a_regular_response() {
    let empty = |(): &(), _: &Request| {
        let (file, length) = (tempfile::tempfile()?, 0);
        Ok(Response::new(StatusCode::OK).with_body(Body::File { file, length }))
    };
    let site = Site::start((), Urls::new().get("/empty", empty));
    let mut client = site.client();
    for _ in 0..2 {
        assert_eq!(client.get("/empty").body, "");
    }
}

/// The number of sources has a limit that does not depend on the number of requests.
#[test]
fn unread_sources_do_not_pile_up() {
    const REQUESTS: usize = 100;
    let left = Arc::new(AtomicUsize::new(0));
    let (sender, most) = mpsc::channel();
    let endless = move |(): &(), _: &Request| {
        sender.send(left.fetch_add(1, SeqCst) + 1).expect("the test waits");
        let left = Arc::clone(&left);
        let drop = move || {
            left.fetch_sub(1, SeqCst);
        };
        Ok(Response::stream(TEXT, OnDrop(drop)))
    };
    let site = Site::start((), Urls::new().get("/", endless).quick());
    let mut client = site.client();
    client.send(&"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(REQUESTS));
    for _ in 0..REQUESTS {
        client.read_until("\r\n\r\n");
    }
    let most = most.iter().take(REQUESTS).max().expect("a request");
    assert!(most < REQUESTS / 2, "{most} were there at once");
}

/// The stop does not take the whole drain time, and the responses do not count as cut.
#[test]
fn a_stop_does_not_wait_for_a_source_after_its_last_byte() {
    let (end, ends) = mpsc::channel::<()>();
    let ends = Arc::new(Mutex::new(ends));
    let site = site_with_drop(move || {
        ends.lock().expect("a lock").recv().ok();
    });
    let clients = (0..4 * WORKERS_MAX).map(|_| {
        let mut client = site.client();
        client.send("HEAD /in-the-shard HTTP/1.1\r\nHost: x\r\n\r\n");
        client.read_until("\r\n\r\n");
        client
    });
    let mut clients = clients.collect::<Vec<_>>();
    let mut asking = clients.split_off(2 * WORKERS_MAX);
    let mut late = site.client();
    for client in &mut asking {
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    site.stop.stop();
    for mut client in asking {
        let answer = client.answer().expect("what came before the stop is answered");
        assert_eq!((&*answer.body, answer.closes()), ("hello", true));
    }
    late.send("HEAD /in-the-shard HTTP/1.1\r\nHost: x\r\n\r\n");
    late.read_until("\r\n\r\n");
    drop(late);
    assert_eq!(site.stopped().cut, 0);
    drop(clients);
    drop(end);
}
