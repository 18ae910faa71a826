//! Line protocols on real sockets, besides HTTP.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use webframe::{
    Address, App, LineProtocol, LineSender, LineSettings, Peer, Replies, Server, ServerSettings,
    StopHandle, Stopped,
};

use super::site::{Client, PATIENCE, WORKERS_MAX, settings};

/// The line `block` blocks until the test releases it, `panic` panics, and `quit` closes. Any other
/// line is echoed.
struct Echo {
    gate: Mutex<mpsc::Receiver<()>>,
    senders: Mutex<Vec<LineSender>>,
    closed: mpsc::SyncSender<u32>,
}

impl LineProtocol for Echo {
    type Session = u32;

    fn open(&self, _: Peer, replies: &mut Replies) -> u32 {
        replies.line("hello");
        self.senders.lock().expect("no panic").push(replies.sender());
        0
    }

    fn line(&self, count: &mut u32, line: &[u8], replies: &mut Replies) {
        *count += 1;
        match line {
            b"block" => {
                self.gate.lock().expect("no panic").recv().expect("the test opens it");
                replies.line("opened");
            }
            b"panic" => panic!("meant"),
            b"quit" => replies.close(),
            line => replies.line(&String::from_utf8_lossy(line)),
        }
    }

    fn closing(&self, _: &mut u32, replies: &mut Replies) {
        replies.line("goodbye");
    }

    fn closed(&self, count: u32) {
        self.closed.send(count).ok();
    }
}

struct Service {
    address: SocketAddr,
    stop: StopHandle,
    serving: Option<JoinHandle<std::io::Result<Stopped>>>,
    protocol: Arc<Echo>,
    open_gate: mpsc::Sender<()>,
    closed: mpsc::Receiver<u32>,
}

/// The protocol, shared with the test.
struct Shared(Arc<Echo>);

impl LineProtocol for Shared {
    type Session = u32;

    fn open(&self, peer: Peer, replies: &mut Replies) -> u32 {
        self.0.open(peer, replies)
    }

    fn line(&self, count: &mut u32, line: &[u8], replies: &mut Replies) {
        self.0.line(count, line, replies);
    }

    fn closing(&self, count: &mut u32, replies: &mut Replies) {
        self.0.closing(count, replies);
    }

    fn closed(&self, count: u32) {
        self.0.closed(count);
    }
}

impl Service {
    fn start(lines: LineSettings) -> Service {
        let (open_gate, gate) = mpsc::channel();
        let (tell_closed, closed) = mpsc::sync_channel(1_000);
        let protocol = Arc::new(Echo {
            gate: Mutex::new(gate),
            senders: Mutex::default(),
            closed: tell_closed,
        });
        let server = Server::bind(&ServerSettings { shards: 1, ..settings() }).expect("bound");
        let address = Address::Tcp(([127, 0, 0, 1], 0).into());
        let server = server.with_lines(&address, lines, Shared(Arc::clone(&protocol)));
        let server = server.expect("bound");
        let Some(Address::Tcp(address)) = server.line_addresses().pop() else { panic!("TCP") };
        let stop = server.stop_handle();
        let serving = std::thread::spawn(move || server.serve(App::new(())));
        Service { address, stop, serving: Some(serving), protocol, open_gate, closed }
    }

    fn client(&self) -> Client {
        let mut client = Client::connect(self.address).expect("it listens");
        client.read_until("hello\r\n");
        client
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.stop();
        self.stop.stop();
        if let Some(serving) = self.serving.take() {
            drop(serving.join());
        }
    }
}

#[test]
fn lines_are_answered_in_order_however_they_arrive() {
    let service = Service::start(LineSettings::default());
    let mut client = service.client();
    client.send("a\r\nb\nc");
    client.read_until("a\r\nb\r\n");
    client.send("d\n");
    client.read_until("cd\r\n");
    for byte in "drip\n".chars() {
        client.send(&byte.to_string());
    }
    client.read_until("drip\r\n");
    client.send("quit\nnot read\n");
    assert!(client.is_closed());
    assert_eq!(service.closed.recv_timeout(PATIENCE), Ok(5), "lines of the session");
}

#[test]
fn silent_clients_hold_no_thread_and_a_blocked_one_stalls_no_other() {
    let service = Service::start(LineSettings::default());
    let silent: Vec<Client> = (0..40 * WORKERS_MAX).map(|_| service.client()).collect();
    let mut blocked = service.client();
    blocked.send("block\nafter\n");
    let mut other = service.client();
    other.send("still here\n");
    other.read_until("still here\r\n");
    service.open_gate.send(()).expect("it waits");
    blocked.read_until("opened\r\nafter\r\n");
    drop(silent);
}

#[test]
fn any_thread_can_send_a_line_to_a_client_until_it_has_gone() {
    let service = Service::start(LineSettings::default());
    let mut client = service.client();
    let sender = service.protocol.senders.lock().expect("no panic").pop().expect("a client");
    assert!(sender.send("news"));
    client.read_until("news\r\n");
    let mut sent = 0;
    while sender.send(&"x".repeat(1 << 16)) {
        sent += 1;
        assert!(sent < 10_000, "what a client does not read is bounded");
    }
    drop(client);
    service.closed.recv_timeout(PATIENCE).expect("it is noticed");
    assert!(!sender.send("too late"));
}

#[test]
fn a_panic_closes_one_connection_and_a_stop_ends_the_others_with_a_last_line() {
    let service = Service::start(LineSettings::default());
    let mut client = service.client();
    let mut other = service.client();
    client.send("panic\n");
    assert!(client.is_closed());
    service.stop.stop();
    other.read_until("goodbye\r\n");
    assert!(other.is_closed());
}

#[test]
fn unfinished_lines_and_silent_clients_time_out() {
    let settings = LineSettings {
        idle: Duration::from_millis(300),
        line: Duration::from_millis(50),
        ..LineSettings::default()
    };
    let service = Service::start(settings);
    let mut silent = service.client();
    let mut slow = service.client();
    slow.send("part of a li");
    slow.read_until("goodbye\r\n");
    assert!(slow.is_closed());
    silent.read_until("goodbye\r\n");
    assert!(silent.is_closed());
}

#[test]
fn a_line_may_end_with_a_pause() {
    let pause_ends_line = Some(Duration::from_millis(50));
    let service = Service::start(LineSettings { pause_ends_line, ..LineSettings::default() });
    let mut client = service.client();
    client.send("no line end");
    client.read_until("no line end\r\n");
}

#[test]
fn ten_megabytes_without_a_line_end_are_refused_after_the_first_kilobyte() {
    let service = Service::start(LineSettings::default());
    let mut client = service.client();
    let flood = "x".repeat(10 << 20);
    client.try_send(&flood);
    assert!(client.is_closed());
    service.client().send("a\n");
}
