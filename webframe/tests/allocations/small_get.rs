//! Counts the allocations of a small GET in the whole server.
//!
//! `benches/wire.rs` includes this file by its path, to print the same number.

use std::alloc::System;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use webframe::{
    Address, App, Request, Response, Result, Server, ServerSettings, StopHandle, Stopped, Urls,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Calls of the routine in a round.
const CALLS: u32 = 1_000;
const ROUNDS: u32 = 5;
const REQUEST: &[u8] = b"GET /hello/world HTTP/1.1\r\nHost: x\r\n\r\n";

/// Allocations of the whole process for each call of `routine`, after a warm-up. The minimum of
/// some rounds, since other events, such as a stolen shard on a busy machine, only add allocations.
pub(crate) fn allocations(mut routine: impl FnMut()) -> f64 {
    (0..CALLS).for_each(|_| routine());
    let mut round = || {
        let region = Region::new(ALLOCATOR);
        (0..CALLS).for_each(|_| routine());
        let counted = region.change();
        (counted.allocations + counted.reallocations) as f64 / f64::from(CALLS)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

/// A server with one route, and a connection to it; stopped when dropped.
pub(crate) struct SmallGet {
    socket: TcpStream,
    stop: StopHandle,
    serving: Option<JoinHandle<io::Result<Stopped>>>,
}

impl SmallGet {
    pub(crate) fn start() -> SmallGet {
        SmallGet::start_with(Urls::new().get("/hello/{name}", hello))
    }

    /// Like [`SmallGet::start`], with a route that is marked as blocking.
    pub(crate) fn start_blocking() -> SmallGet {
        SmallGet::start_with(Urls::new().get("/hello/{name}", hello).blocking())
    }

    fn start_with(urls: Urls<()>) -> SmallGet {
        let settings = ServerSettings {
            addresses: vec![Address::Tcp(([127, 0, 0, 1], 0).into())],
            ..ServerSettings::default()
        };
        let server = Server::bind(&settings).expect("a free port");
        let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("no address") };
        let stop = server.stop_handle();
        let app = App::new(()).urls(urls);
        let serving = Some(std::thread::spawn(move || server.serve(app)));
        let socket = TcpStream::connect(address).expect("the server listens");
        SmallGet { socket, stop, serving }
    }

    /// Sends one request and checks the response, without allocating.
    pub(crate) fn get(&mut self) {
        self.socket.write_all(REQUEST).expect("the server reads");
        let (mut answer, mut length) = ([0; 512], 0);
        while !answer[..length].ends_with(b"hello world\n") {
            let read = self.socket.read(&mut answer[length..]).expect("an answer");
            assert!(read > 0, "the answer breaks off");
            length += read;
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

impl Drop for SmallGet {
    fn drop(&mut self) {
        self.stop.stop();
        let serving = self.serving.take().expect("dropped once");
        serving.join().expect("no panic").expect("no error");
    }
}

fn hello(_: &(), request: &Request) -> Result<Response> {
    let name = request.param("name")?;
    Ok(Response::text(format!("hello {name}\n")))
}
