//! The server for `cargo xtask soak`, `crowd` and `slow`: `soak PORT [WORKERS_MAX [IDLE_SECONDS
//! [PHASE_SECONDS]]]`.
//!
//! Its timeouts are short. It has a route for each kind of answer: quick, slow, failing, streamed,
//! large, the answer to an upload, a file, an event stream, and a WebSocket.

use std::{
    error::Error,
    fs,
    hash::{BuildHasher, RandomState},
    io::{self, Read},
    sync::{Condvar, Mutex},
    time::Duration,
};

use serde::Deserialize;
use webframe::{
    Address, App, Body, Channel, Error as WebError, Event, Request, Response, Result, Server,
    ServerSettings, StaticFiles, Timeouts, Urls,
    http::{HeaderValue, StatusCode},
    websocket::{Message, Socket},
};

const LARGE_BYTES: usize = 2 << 20;
const STREAM_LINES: u32 = 200;
const SLOW_MS_MAX: u64 = 30;
const WORKERS_MAX: &str = "64";
const IDLE_SECONDS: &str = "20";
/// Timeout for a head, for a body, and for a client that does not read its answer.
const PHASE_SECONDS: &str = "5";
const USAGE: &str = "usage: soak PORT [WORKERS_MAX [IDLE_SECONDS [PHASE_SECONDS]]]";
/// How long a handler of `/meet` waits for the others.
const MEETING_TIME: Duration = Duration::from_secs(20);

/// The state of the app. The handlers of `/meet` wait until `workers_max` of them run at once,
/// which is possible only if no worker was lost.
struct State {
    news: Channel,
    workers_max: usize,
    meeting: Mutex<Meeting>,
    changed: Condvar,
}

#[derive(Default)]
struct Meeting {
    /// Number of handlers that wait now.
    waiting: usize,
    /// Number of complete meetings.
    completed: usize,
}

#[derive(Deserialize)]
struct Form {
    name: String,
    msg: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let argument = |number| std::env::args().nth(number);
    let port: u16 = argument(1).ok_or(USAGE)?.parse()?;
    let workers_max: usize = argument(2).as_deref().unwrap_or(WORKERS_MAX).parse()?;
    let idle = Duration::from_secs(argument(3).as_deref().unwrap_or(IDLE_SECONDS).parse()?);
    let phase = Duration::from_secs(argument(4).as_deref().unwrap_or(PHASE_SECONDS).parse()?);
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("small.txt"), "s".repeat(4 << 10))?;
    fs::write(folder.path().join("large.bin"), vec![b'f'; LARGE_BYTES])?;
    let urls = Urls::new()
        .get("/quick", |_, _| Ok(Response::text("quick")))
        .get("/slow", slow)
        .get("/wait", wait)
        .get("/panic", |_, _| panic!("asked for"))
        .get("/stream", |_, _| Ok(Response::stream(TEXT, Lines(0))))
        .get("/large", large)
        .post("/form", form)
        .post("/upload", upload)
        .files("/files", StaticFiles::dir(folder.path()))
        .get("/meet", meet)
        .get("/events", |state, request| state.news.subscribe(request))
        .get("/ws", echo_messages);
    let timeouts = Timeouts { head: phase, body: phase, idle, write: phase, ..Timeouts::default() };
    let server = Server::bind(&settings(port, workers_max, timeouts))?.stop_on_signals()?;
    let (meeting, changed) = (Mutex::default(), Condvar::new());
    let state = State { news: Channel::new(), workers_max, meeting, changed };
    let publish = |state: &State| state.news.send(&Event::text("e".repeat(100)));
    let app = App::new(state).every(Duration::from_secs(1), publish).urls(urls);
    let stopped = server.serve(app)?;
    if stopped.cut > 0 {
        return Err(format!("{} connections were cut", stopped.cut).into());
    }
    Ok(())
}

fn settings(port: u16, workers_max: usize, timeouts: Timeouts) -> ServerSettings {
    ServerSettings {
        addresses: vec![Address::Tcp(([127, 0, 0, 1], port).into())],
        workers_min: workers_max.min(16),
        workers_max,
        timeouts,
        ..ServerSettings::default()
    }
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Answers at once three times out of four, otherwise blocks for a while. So the server keeps
/// reclassifying the route as quick or slow.
fn slow(_: &State, _: &Request) -> Result<Response> {
    let chance = RandomState::new().hash_one(());
    if chance.is_multiple_of(4) {
        std::thread::sleep(Duration::from_millis(chance / 4 % SLOW_MS_MAX));
    }
    Ok(Response::text("slow"))
}

/// Sends each message back.
fn echo_messages(_: &State, request: &Request) -> Result<Response> {
    Response::websocket(request, |socket: &Socket, message: Message| Ok(socket.send(message)?))
}

/// Blocks the thread, as a database query does.
fn wait(_: &State, _: &Request) -> Result<Response> {
    std::thread::sleep(Duration::from_millis(10));
    Ok(Response::text("waited"))
}

fn large(_: &State, _: &Request) -> Result<Response> {
    Ok(Response::typed(TEXT, Body::Bytes(vec![b'x'; LARGE_BYTES])))
}

fn form(_: &State, request: &Request) -> Result<Response> {
    let form: Form = request.form()?;
    Ok(Response::text(format!("{}:{}", form.name, form.msg)))
}

/// The length of the body and the sum of its bytes.
fn upload(_: &State, request: &Request) -> Result<Response> {
    let body = request.body()?;
    let sum: u64 = body.iter().map(|&byte| u64::from(byte)).sum();
    Ok(Response::text(format!("{} bytes, sum {sum}", body.len())))
}

/// Answers when every worker is in this handler.
fn meet(state: &State, _: &Request) -> Result<Response> {
    let poisoned = |_| WebError::internal("the meeting broke up");
    let mut meeting = state.meeting.lock().map_err(poisoned)?;
    meeting.waiting += 1;
    let number = meeting.completed;
    if meeting.waiting == state.workers_max {
        meeting.waiting = 0;
        meeting.completed += 1;
        state.changed.notify_all();
    }
    let is_incomplete = |meeting: &mut Meeting| meeting.completed == number;
    let waited = state.changed.wait_timeout_while(meeting, MEETING_TIME, is_incomplete);
    let (mut meeting, waited) = waited.map_err(|_| WebError::internal("the meeting broke up"))?;
    if waited.timed_out() {
        meeting.waiting -= 1;
        return Err(WebError::new(StatusCode::SERVICE_UNAVAILABLE, "not all of the workers came"));
    }
    Ok(Response::text("met"))
}

/// Lines of 100 bytes, one for each read.
struct Lines(u32);

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0 == STREAM_LINES {
            return Ok(0);
        }
        let line = format!("{:>99}\n", self.0);
        self.0 += 1;
        into[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}
