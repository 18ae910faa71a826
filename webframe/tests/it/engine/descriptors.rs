//! A server that runs out of descriptors goes on serving.
//!
//! The limit holds for a whole process, so the server has one of its own.

use std::process::Stdio;

use super::{process, site::Client};

/// Once, the first shard to run could take all descriptors, and none was left to make the second.
#[test]
fn twenty_four_descriptors_and_two_hundred_connections_leave_a_server_that_serves() {
    let (server, address) = process::start("ulimit -n 24;", Stdio::null());
    let clients: Vec<Client> = (0..200).filter_map(|_| Client::connect(address)).collect();
    assert_eq!(clients.len(), 200);
    for _ in 0..20 {
        let mut client = Client::connect(address).expect("the server listens");
        assert_eq!(client.get("/").body, server.number());
    }
}
