//! `cargo xtask crowd`: measures the latency of ordinary clients while many others idle, send
//! slowly, never read, listen to events or hold WebSockets. With `--overload` it instead sends
//! twice as many requests as the server can answer; with `--only-idle N` it only measures what idle
//! connections cost.
//!
//! The server is `webframe/examples/soak.rs` with eight workers.

mod idle;

use anyhow::{Context, Result, bail};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::harness::server::{Resources, Server};
use crate::harness::visitors::{Connections, Timed, Visitors, connect, get_status, percentile};
use crate::steps::cargo::{build_example, target};
use crate::steps::step;

pub(crate) const ABOUT: &str = "measure the latency of good clients in a crowd of bad ones: \
    [--seconds N] [--idle N] [--slow N] [--unread N] [--events N] [--websockets N]; under --overload; or --only-idle N";

/// The server's maximum number of worker threads.
const WORKERS_MAX: u32 = 8;
/// The duration of the handler of `/wait`.
const WAIT: Duration = Duration::from_millis(10);
/// The limits of the latency of good requests (under overload, of refused ones) and of the server's
/// memory.
const P99_MAX: Duration = Duration::from_millis(50);
const MEMORY_MAX_KIB: u64 = 200 << 10;
/// Minimum rate of answered requests under overload, as a part of the highest rate that the server
/// can reach.
const GOODPUT_MIN: f64 = 0.9;

/// The number of clients of each kind.
struct Crowd {
    idle: usize,
    slow: usize,
    unread: usize,
    events: usize,
    websockets: usize,
}

/// Measures; fails if a limit is exceeded, or if connections or requests are lost.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let overload = arguments.take_flag("--overload");
    let time = Duration::from_secs(arguments.take_option("--seconds")?.unwrap_or(60));
    let crowd = Crowd {
        idle: arguments.take_option("--idle")?.unwrap_or(10_000),
        slow: arguments.take_option("--slow")?.unwrap_or(1_000),
        unread: arguments.take_option("--unread")?.unwrap_or(1_000),
        events: arguments.take_option("--events")?.unwrap_or(1_000),
        websockets: arguments.take_option("--websockets")?.unwrap_or(1_000),
    };
    let only_idle = arguments.take_option("--only-idle")?;
    arguments.finish()?;
    let program = build_example("soak")?;
    if let Some(count) = only_idle {
        return report(&idle::measure(&program, count)?);
    }
    let idle = time.as_secs() + 60; // the server's idle timeout: longer than the measurement
    let command = format!("{} {{port}} {WORKERS_MAX} {idle}", program.display());
    let server = Server::start(&command, &target().join("crowd.log"))?;
    let faults =
        if overload { overloaded(&server, time)? } else { crowded(&server, &crowd, time)? };
    report(&faults)
}

fn report(faults: &[String]) -> Result<()> {
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(())
}

/// Measures ordinary clients among many bad ones; returns the faults.
fn crowded(server: &Server, crowd: &Crowd, time: Duration) -> Result<Vec<String>> {
    let address = server.address;
    let idle = step("idle connections", || open_idle(address, crowd.idle))?;
    let events = step("event streams", || open_live(address, crowd.events, EVENTS))?;
    let websockets = step("WebSockets", || open_live(address, crowd.websockets, WEBSOCKET))?;
    let over = AtomicBool::new(false);
    let (timed, held) = thread::scope(|scope| {
        scope.spawn(|| send_messages(&websockets, &over));
        scope.spawn(|| send_slowly(address, crowd.slow, &over));
        scope.spawn(|| never_read(address, crowd.unread, &over));
        thread::sleep(Duration::from_secs(3)); // until the slow clients have connected
        let held = scope.spawn(|| most_held(server, &over));
        let timed = visit(address, "/quick", 4, Duration::from_millis(10), time);
        over.store(true, SeqCst);
        (timed, held.join().expect("no panic"))
    });
    let timed = timed?;
    let held = held?;
    let alive = idle.into_iter().filter(answers).count();
    let live = events.iter().chain(&websockets).filter(|socket| receives(socket)).count();
    let p99 = percentile(&timed, 99);
    println!(
        "| good requests | p50 | p99 | longest | most that the server held | idle ones alive |\n|---|---|---|---|---|---|"
    );
    println!(
        "| {} | {:?} | {p99:?} | {:?} | {held} | {alive} of {} |",
        timed.len(),
        percentile(&timed, 50),
        percentile(&timed, 100),
        crowd.idle
    );
    let mut faults = Vec::new();
    let bad = timed.iter().filter(|timed| timed.status != 200).count();
    if bad > 0 {
        faults.push(format!("{bad} good requests were not answered 200"));
    }
    if p99 > P99_MAX {
        faults.push(format!("p99 of the good requests is {p99:?}"));
    }
    if held.resident_kib > MEMORY_MAX_KIB {
        faults.push(format!("the server holds {held}"));
    }
    if alive < crowd.idle {
        faults.push(format!("{} idle ones are lost", crowd.idle - alive));
    }
    let opened = crowd.events + crowd.websockets;
    println!("event streams and WebSockets alive: {live} of {opened}");
    if live < opened {
        faults.push(format!("{} live connections are lost", opened - live));
    }
    Ok(faults)
}

/// The most memory, descriptors and threads that the server holds until the end.
fn most_held(server: &Server, over: &AtomicBool) -> Result<Resources> {
    let mut most = Resources::default();
    while !over.load(SeqCst) {
        let now = server.resources()?;
        most = Resources {
            resident_kib: most.resident_kib.max(now.resident_kib),
            descriptors: most.descriptors.max(now.descriptors),
            threads: most.threads.max(now.threads),
        };
        thread::sleep(Duration::from_millis(500));
    }
    Ok(most)
}

/// Opens connections that get one answer and then idle.
fn open_idle(address: SocketAddr, count: usize) -> Result<Vec<TcpStream>> {
    let connect = |number| {
        let socket = connect(address).with_context(|| format!("idle connection {number}"))?;
        if !answers(&socket) {
            bail!("idle connection {number} got no answer");
        }
        Ok(socket)
    };
    (0..count).map(connect).collect()
}

const EVENTS: &str = "GET /events HTTP/1.1\r\nHost: crowd\r\n\r\n";
const WEBSOCKET: &str = "GET /ws HTTP/1.1\r\nHost: crowd\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
/// A masked text frame of one byte.
const FRAME: [u8; 7] = [0x81, 0x81, 0, 0, 0, 0, b'x'];

/// Opens connections that stay open after the head of the answer: event streams or WebSockets.
fn open_live(address: SocketAddr, count: usize, request: &str) -> Result<Vec<TcpStream>> {
    let open = |number| {
        let mut socket = connect(address).with_context(|| format!("live connection {number}"))?;
        socket.write_all(request.as_bytes())?;
        let mut head = [0; 12];
        socket.read_exact(&mut head)?;
        if !head.ends_with(b" 200") && !head.ends_with(b" 101") {
            bail!("live connection {number}: {}", head.escape_ascii());
        }
        Ok(socket)
    };
    (0..count).map(open).collect()
}

/// Sends a message on each WebSocket every ten seconds. The server pings a WebSocket that is silent
/// and closes it after a minute without an answer, even if the idle timeout of other connections is
/// longer; these clients do not answer pings.
fn send_messages(websockets: &[TcpStream], over: &AtomicBool) {
    while !over.load(SeqCst) {
        for mut socket in websockets {
            drop(socket.write_all(&FRAME)); // a failure shows in the count of open ones
        }
        let began = Instant::now();
        while !over.load(SeqCst) && began.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Whether a live connection is open and has received data.
fn receives(mut socket: &TcpStream) -> bool {
    let mut piece = [0; 4 << 10];
    if socket.set_nonblocking(true).is_err() {
        return false;
    }
    let mut received = 0;
    loop {
        match socket.read(&mut piece) {
            Ok(0) => return false,
            Ok(bytes) => received += bytes,
            Err(error) => return error.kind() == ErrorKind::WouldBlock && received > 0,
        }
    }
}

/// Whether the server answers a request on this connection.
fn answers(socket: &TcpStream) -> bool {
    get_status(socket, "/quick").is_ok_and(|status| status == 200)
}

/// Runs `count` clients that each send a request head at one byte a second. If the server closes a
/// client's connection, the client connects again. At most a third of the clients connect in one
/// second.
fn send_slowly(address: SocketAddr, count: usize, over: &AtomicBool) {
    let mut senders: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
    while !over.load(SeqCst) {
        let began = Instant::now();
        let mut newcomers = count.div_ceil(3);
        for sender in &mut senders {
            let sent = sender.as_ref().is_some_and(send_next_byte);
            if !sent && newcomers > 0 {
                newcomers -= 1;
                *sender = connect(address).ok();
            }
        }
        thread::sleep(Duration::from_secs(1).saturating_sub(began.elapsed()));
    }
}

/// Sends one byte, unless the server has answered or closed the connection. Returns whether the
/// byte was sent.
fn send_next_byte(mut socket: &TcpStream) -> bool {
    let peek = |socket: &TcpStream| {
        socket.set_nonblocking(true)?;
        socket.peek(&mut [0])
    };
    let is_open = peek(socket).is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    is_open && socket.write_all(b"G").is_ok()
}

/// Runs `count` clients that request something large and never read. Each opens a new connection
/// about every ten seconds.
fn never_read(address: SocketAddr, count: usize, over: &AtomicBool) {
    let request = b"GET /files/large.bin HTTP/1.1\r\nHost: crowd\r\n\r\n".repeat(4);
    let begin = || {
        let mut socket = connect(address).ok()?;
        socket.write_all(&request).ok()?;
        Some(socket)
    };
    let mut clients: Vec<Option<TcpStream>> = (0..count).map(|_| begin()).collect();
    let mut next = 0;
    while !over.load(SeqCst) && !clients.is_empty() {
        next = (next + 1) % clients.len();
        clients[next] = begin();
        thread::sleep(Duration::from_secs(10) / count as u32);
    }
}

/// Runs `count` clients for `time`; returns all their requests. Each keeps its connection and sends
/// a request in each interval; if the interval is zero, it sends the next request as soon as the
/// last one is answered.
fn visit(
    address: SocketAddr,
    path: &str,
    count: u32,
    interval: Duration,
    time: Duration,
) -> Result<Vec<Timed>> {
    Visitors { address, path, count, interval, connections: Connections::Kept }.visit(time)
}

/// Measures how many requests the workers can answer at most, then sends twice as many, from
/// clients that each send a request a second. Returns the faults.
fn overloaded(server: &Server, time: Duration) -> Result<Vec<String>> {
    let address = server.address;
    // Successful requests a second.
    let rate = |timed: &[Timed], time: Duration| {
        timed.iter().filter(|timed| timed.status == 200).count() as f64 / time.as_secs_f64()
    };
    let short = Duration::from_secs(5);
    let most = visit(address, "/wait", WORKERS_MAX * 4, Duration::ZERO, short)?;
    let most = rate(&most, short);
    let timed = visit(address, "/wait", (most * 2.0) as u32, Duration::from_secs(1), time)?;
    let goodput = rate(&timed, time);
    // The requests that the server refused at once because of the overload.
    let shed: Vec<Timed> = timed.iter().filter(|timed| timed.status == 503).copied().collect();
    let lost = timed.iter().filter(|timed| ![200, 503].contains(&timed.status)).count();
    thread::sleep(Duration::from_secs(1));
    let after = visit(address, "/wait", 1, Duration::ZERO, Duration::from_secs(1))?;
    let p99 = percentile(&shed, 99);
    let after = percentile(&after, 99);
    println!(
        "| most/s | goodput/s | shed | p99 of the shed | lost | p99 a second later |\n|---|---|---|---|---|---|"
    );
    println!("| {most:.0} | {goodput:.0} | {} | {p99:?} | {lost} | {after:?} |", shed.len());
    let mut faults = Vec::new();
    if goodput < most * GOODPUT_MIN {
        faults.push(format!("goodput fell to {goodput:.0}/s"));
    }
    if shed.is_empty() {
        faults.push("no request was refused: there was no overload".to_owned());
    }
    if p99 > P99_MAX {
        faults.push(format!("refused requests wait {p99:?}"));
    }
    if lost > 0 {
        faults.push(format!("{lost} requests got neither an answer nor a 503"));
    }
    if after > WAIT + P99_MAX {
        faults.push(format!("a second later requests take {after:?}"));
    }
    Ok(faults)
}
