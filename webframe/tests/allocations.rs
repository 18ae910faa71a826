//! A small GET through the whole of a server becomes a number: how often memory was asked for on its way.
//!
//! A binary of its own beside `it/`, because the allocator that counts is the whole process's, and other tests would be counted too.

use std::alloc::System;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use webframe::{Address, App, Request, Response, Result, Server, ServerSettings, Urls};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ALLOCATIONS_MAX: f64 = 4.0;
const REQUESTS: usize = 1_000;
const REQUEST: &[u8] = b"GET /hello/world HTTP/1.1\r\nHost: x\r\n\r\n";

fn hello(_: &(), request: &Request) -> Result<Response> {
    let name = request.param("name")?;
    Ok(Response::text(format!("hello {name}\n")))
}

/// Asks so often on one connection and checks each answer; asks for no memory itself.
fn ask(mut socket: &TcpStream, times: usize) {
    let mut answer = [0; 512];
    for _ in 0..times {
        socket.write_all(REQUEST).expect("the server reads");
        let mut length = 0;
        while !answer[..length].ends_with(b"hello world\n") {
            let read = socket.read(&mut answer[length..]).expect("an answer");
            assert!(read > 0, "the answer breaks off");
            length += read;
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

/// Allocations and reallocations of the whole process for each request, when all is warm.
fn allocations_a_request(address: SocketAddr) -> f64 {
    let socket = TcpStream::connect(address).expect("the server listens");
    ask(&socket, REQUESTS);
    let region = Region::new(ALLOCATOR);
    ask(&socket, REQUESTS);
    let counted = region.change();
    (counted.allocations + counted.reallocations) as f64 / REQUESTS as f64
}

#[test]
fn a_small_get_costs_at_most_four_allocations() {
    let settings = ServerSettings {
        addresses: vec![Address::Tcp(([127, 0, 0, 1], 0).into())],
        ..ServerSettings::default()
    };
    let server = Server::bind(&settings).expect("a free port");
    let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("a TCP address") };
    let stop = server.stop_handle();
    let app = App::new(()).urls(Urls::new().get("/hello/{name}", hello));
    let serving = std::thread::spawn(move || server.serve(app));
    let allocations = allocations_a_request(address);
    stop.stop();
    serving.join().expect("no panic").expect("no error");
    println!("{allocations} allocations a request");
    assert!(allocations <= ALLOCATIONS_MAX, "{allocations} allocations a request");
}
