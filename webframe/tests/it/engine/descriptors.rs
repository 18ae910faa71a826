//! A server that runs out of descriptors continues to serve.
//!
//! The limit applies to a whole process, so the server has its own process.

use std::{fs, path::Path, process::Stdio, time::Instant};

use super::{
    process::{self, SIX},
    site::{Client, PATIENCE},
};

/// The first shard leaves enough descriptors to create the second.
#[test]
fn two_hundred_connections_do_not_exhaust_24_descriptors() {
    let (server, address) = process::start("ulimit -n 24;", Stdio::null());
    let clients: Vec<Client> = (0..200).filter_map(|_| Client::connect(address)).collect();
    assert_eq!(clients.len(), 200);
    for _ in 0..20 {
        let mut client = Client::connect(address).expect("the server listens");
        assert_eq!(client.get("/").body, server.number());
    }
}

#[test]
fn a_lack_of_descriptors_is_a_warning_of_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let words = format!("ulimit -n 24; exec 2>'{}';", log.display());
    let (_server, address) = process::start(&words, Stdio::null());
    let _clients: Vec<Client> = (0..50).filter_map(|_| Client::connect(address)).collect();
    wait_for_line(&log, "WARN no open files or memory are left for a new connection");
}

#[test]
fn a_connection_without_room_is_answered_503_and_is_a_warning_of_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let words = format!("exec 2>'{}';", log.display());
    let (_server, address) = process::start_as(SIX, &words, Stdio::null(), Stdio::null());
    let hold = |_| {
        let mut client = Client::connect(address).expect("it listens");
        client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        client
    };
    let _clients: Vec<Client> = (0..6).map(hold).collect();
    let start = Instant::now();
    // A held connection may be closed for a new one until its request has arrived.
    while Client::connect(address).and_then(|mut client| client.answer()).map(|it| it.status)
        != Some(503)
    {
        assert!(start.elapsed() < PATIENCE, "new connections are not answered");
    }
    wait_for_line(&log, "WARN a new connection from 127.0.0.1 is closed: the limit");
}

fn wait_for_line(log: &Path, line: &str) {
    let start = Instant::now();
    while !fs::read_to_string(log).expect("a log").contains(line) {
        assert!(start.elapsed() < PATIENCE, "nothing was logged");
        std::thread::yield_now();
    }
}
