//! A server that runs out of descriptors continues to serve.
//!
//! The limit applies to a whole process, so the server has its own process.

use std::process::Stdio;

use super::{process, site::Client};

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
