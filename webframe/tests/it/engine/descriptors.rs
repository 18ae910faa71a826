//! A server that runs out of descriptors continues to serve.
//!
//! The limit applies to a whole process, so the server has its own process.

use std::{fs, process::Stdio, time::Instant};

use super::{
    process,
    site::{Client, PATIENCE},
};

/// Regression: the first shard could take all descriptors, and none was left to create the second.
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
    let start = Instant::now();
    let is_logged = || {
        let text = fs::read_to_string(&log).expect("a log");
        text.contains("WARN no open files or memory are left for a new connection")
    };
    while !is_logged() {
        assert!(start.elapsed() < PATIENCE, "nothing was logged");
        std::thread::yield_now();
    }
}
