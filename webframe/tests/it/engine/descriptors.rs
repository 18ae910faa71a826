//! A server that runs out of descriptors goes on serving.
//!
//! The limit holds for a whole process, so the server is this test binary, started once more.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use webframe::{Address, App, Request, Response, Server, Urls};

use super::site::{Client, settings};

const CHILD: &str = "WEBFRAME_TEST_SERVER";

/// A server in a process of its own; killed when dropped.
pub(super) struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Serves where the variable is set, which the test below sees to; else there is nothing to test.
#[test]
fn child_server() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let server = Server::bind(&settings()).expect("a free port");
    let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("TCP") };
    println!("\nlistening {address}");
    let urls = Urls::new().get("/", |(): &(), _: &Request| Ok(Response::text("hello")));
    server.serve(App::new(()).urls(urls)).expect("it serves");
}

/// Starts the server above as a shell does after its first words.
pub(super) fn start(first_words: &str, input: Stdio) -> (Stopped, SocketAddr) {
    let binary = std::env::current_exe().expect("a path");
    let serve = "exec \"$0\" --exact engine::descriptors::child_server --nocapture";
    let script = format!("{first_words} {serve}");
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .arg(binary)
        .stdin(input)
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .map(Stopped)
        .expect("a shell");
    let output = BufReader::new(child.0.stdout.take().expect("a pipe"));
    let address: SocketAddr = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening ").map(|a| a.parse().expect("an address")))
        .expect("it listens");
    (child, address)
}

#[test]
fn twenty_four_descriptors_and_two_hundred_connections_leave_a_server_that_serves() {
    let (_server, address) = start("ulimit -n 24;", Stdio::null());
    let clients: Vec<Client> = (0..200).filter_map(|_| Client::connect(address)).collect();
    assert_eq!(clients.len(), 200);
    for _ in 0..20 {
        let mut client = Client::connect(address).expect("the server listens");
        assert_eq!(client.get("/").body, "hello");
    }
}
