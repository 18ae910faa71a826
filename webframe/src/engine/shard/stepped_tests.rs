//! Tests of shards (event loops) that no thread runs. A test runs their steps one by one, in an
//! order that a client cannot force.

use std::{
    io::{self, Read},
    net::{SocketAddr, TcpStream},
    sync::{Arc, atomic::Ordering::Relaxed, mpsc},
    time::{Duration, Instant},
};

use super::{Shard, Todo, message::Message, scratch::Scratch, slots::Token};
use crate::{
    App, Limits, Source, Urls,
    contract::service::Endpoint,
    engine::{
        Address, Engine, Server, ServerSettings,
        connection::{
            Registration,
            phase::{Phase, Streaming},
            turn::{DetachedTurn, TurnEnd},
        },
        pool::{job::Call, scheduling::Class},
    },
    lock::lock,
    request::Peer,
};

const TIMEOUT: Duration = Duration::from_secs(20);

/// A source that runs a function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Read for OnDrop<F> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A message with a piece of a stream and its source.
fn piece_message(of: Token, on_drop: impl FnMut() + Send + 'static) -> Message {
    Message::Piece(of, Ok(Vec::new()), Some(Source::new(OnDrop(on_drop))))
}

/// A server whose shards run only when a test steps them.
struct SteppedServer {
    engine: Arc<Engine>,
    shards: Vec<Shard>,
    scratch: Scratch,
    address: SocketAddr,
}

impl SteppedServer {
    fn new(shards: usize, limits: Limits) -> SteppedServer {
        let addresses = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
        let settings = ServerSettings { addresses, limits, ..ServerSettings::default() };
        let server = Server::bind(&settings).expect("a free port");
        let app = Arc::new(App::new(()).urls(Urls::new()));
        let (engine, polls) = server.prepare(app, shards).expect("threads and descriptors");
        let shards = server.shards(&engine, polls).expect("descriptors");
        let Some(&Address::Tcp(address)) = server.addresses().first() else { panic!("no address") };
        let nobody = Peer { address, encrypted: false };
        let scratch = Scratch::new(&settings.limits, nobody);
        SteppedServer { engine, shards, scratch, address }
    }

    /// Opens connections, all in the first shard, which has read nothing from them.
    fn clients(&mut self, clients: usize) -> (Vec<TcpStream>, Vec<Token>) {
        let connect = |_| TcpStream::connect(self.address).expect("it listens");
        let clients = (0..clients).map(connect).collect();
        self.shards[0].accept(0);
        (clients, self.shards[0].connections.tokens())
    }
}

impl Drop for SteppedServer {
    fn drop(&mut self) {
        let send_to_all = |message: fn() -> Message| {
            self.engine.inboxes.iter().for_each(|inbox| inbox.put(message()));
        };
        send_to_all(|| Message::Drain); // a stolen shard runs on a worker and must end
        send_to_all(|| Message::Leave);
        self.engine.workers.close();
    }
}

/// No watchdog runs here, so only the neighbour can steal the blocked shard.
#[test]
fn a_neighbour_gives_a_blocked_shard_to_another_worker() {
    let mut server = SteppedServer::new(2, Limits::default());
    let blocked = server.shards.pop().expect("two shards");
    server.engine.parking[1].begin_call(Endpoint::Nothing.to_number());
    let ticket = server.engine.parking[1].park(Box::new(blocked));
    let neighbour = &mut server.shards[0];
    neighbour.todo.push_back(Todo::Accept(0)); // so that it does not sleep
    let ends = Instant::now() + TIMEOUT;
    while !server.engine.parking[1].was_stolen(ticket) {
        assert!(Instant::now() < ends, "it scanned no other shard");
        neighbour.wait(&mut server.scratch);
    }
}

#[test]
fn a_connection_that_every_shard_refuses_is_not_counted() {
    let mut server = SteppedServer::new(2, Limits { connections_max: 1, ..Limits::default() });
    // They were accepted at the current tick, so none may be evicted.
    let (_clients, admitted) = server.clients(3);
    assert_eq!(admitted.len(), 1);
    for _ in 0..2 {
        for (shard, inbox) in server.shards.iter_mut().zip(&server.engine.inboxes) {
            inbox.empty_into(&mut shard.messages);
            while !shard.messages.is_empty() {
                shard.take_messages(0, &mut server.scratch);
            }
        }
    }
    let loads = server.engine.loads.iter().map(|load| load.load(Relaxed)).collect::<Vec<_>>();
    assert_eq!(loads, [1, 0], "the load decides which shard gets the next connection");
    assert_eq!(server.engine.admission.open_connections(), 1);
}

/// The shard may be stolen between the first turn of a connection and its registration.
#[test]
fn a_connection_whose_first_turn_was_detached_has_a_deadline() {
    let mut server = SteppedServer::new(1, Limits::default());
    let (_clients, tokens) = server.clients(1);
    let shard = &mut server.shards[0];
    assert_eq!(
        shard.connections.get(tokens[0]).expect("it is open").registration,
        Registration::Not
    );
    let turn = shard.begin_turn(tokens[0]).expect("it is open");
    let detached = DetachedTurn { turn, last: None, output: Vec::new(), rest: Vec::new() };
    shard.reattach(detached, &mut server.scratch);
    assert_eq!(
        shard.connections.get(tokens[0]).expect("it is open").registration,
        Registration::Reading
    );
}

#[test]
fn a_draining_shard_reads_one_more_request_of_an_idle_client() {
    let mut server = SteppedServer::new(1, Limits::default());
    let (_clients, tokens) = server.clients(1);
    let shard = &mut server.shards[0];
    let connection = shard.connections.get(tokens[0]).expect("it is open");
    let streaming =
        Streaming { source: None, remaining: Some(0), chunked: false, orphaned: false, keep: true };
    (connection.phase, connection.served) = (Phase::Streaming(Box::new(streaming)), 1);
    shard.begin_draining();
    shard.todo.clear();
    shard.take_messages(usize::MAX, &mut server.scratch);
    assert!(shard.connections.get(tokens[0]).is_some(), "its next request may be on its way");
    assert!(matches!(shard.todo.pop_front(), Some(Todo::Read(token, _)) if token == tokens[0]));
}

#[test]
fn a_shard_does_not_end_while_a_message_waits() {
    let mut server = SteppedServer::new(1, Limits::default());
    let shard = &mut server.shards[0];
    shard.begin_draining();
    server.engine.inboxes[0].empty_into(&mut shard.messages);
    assert!(!shard.messages.is_empty(), "its own message that all shards drain");
    assert!(!shard.can_end());
    shard.take_messages(0, &mut server.scratch);
    assert!(shard.can_end());
}

#[test]
fn a_message_for_a_shard_that_has_ended_is_dropped_by_its_sender() {
    let mut server = SteppedServer::new(1, Limits::default());
    let (_clients, tokens) = server.clients(1);
    let mut shard = server.shards.pop().expect("one shard");
    shard.begin_draining();
    Box::new(shard).end();
    let (sender, dropped) = mpsc::channel();
    server.engine.inboxes[0]
        .put(piece_message(tokens[0], move || sender.send(()).expect("the test listens")));
    assert_eq!(dropped.try_recv(), Ok(()));
}

/// Otherwise a message with a drop that blocks would delay the stop.
#[test]
fn a_failed_shard_is_counted_before_its_messages_are_dropped() {
    let mut server = SteppedServer::new(1, Limits::default());
    let (_clients, tokens) = server.clients(1);
    let (sender, ended) = mpsc::channel();
    let engine = Arc::clone(&server.engine);
    let send_count = move || sender.send(lock(&engine.ended).count).expect("the test listens");
    server.engine.inboxes[0].put(piece_message(tokens[0], send_count));
    let mut shard = server.shards.pop().expect("one shard");
    shard.must_drain = true;
    drop(shard);
    assert_eq!(ended.try_recv(), Ok(1));
}

/// Otherwise the stop would never end.
#[test]
fn a_shard_that_fails_while_draining_is_counted() {
    let mut server = SteppedServer::new(3, Limits::default());
    let engine = Arc::clone(&server.engine);
    drop(server.shards.pop()); // no thread has run it, as if the start had failed
    assert!(!engine.failed.load(Relaxed));
    for drains in [true, false] {
        let mut shard = server.shards.pop().expect("two are left");
        shard.must_drain = true;
        if drains {
            shard.begin_draining();
        }
        drop(shard);
    }
    assert!(engine.failed.load(Relaxed));
    assert_eq!(lock(&engine.ended).count, 2);
    assert_eq!(
        engine.stop.requests(),
        1,
        "the stop is graceful: other shards finish their answers"
    );
}

/// The other shards must not wait for the failed one until the deadline of the stop.
#[test]
fn a_failed_shard_does_not_affect_the_others() {
    let mut server = SteppedServer::new(2, Limits::default());
    let mut failed = server.shards.pop().expect("two shards");
    failed.must_drain = true;
    drop(failed);
    let other = &mut server.shards[0];
    other.begin_draining();
    server.engine.inboxes[0].empty_into(&mut other.messages);
    other.take_messages(0, &mut server.scratch);
    assert!(other.can_end());
}

/// A shard that stays in the class `SCHED_BATCH` lets its next request wait for threads that
/// compute.
#[test]
fn a_sleeping_shard_wakes_to_notice_the_end_of_a_flood() {
    let mut server = SteppedServer::new(1, Limits::default());
    let shard = &mut server.shards[0];
    assert_eq!(shard.sleep_max(), None, "it waits for nothing");
    (0..1_000).for_each(|_| shard.load.count_connection());
    shard.load.review(Instant::now() + Duration::from_millis(100));
    assert_eq!(shard.load.class(), Class::Batch);
    assert!(shard.sleep_max().is_some_and(|max| max < Duration::from_millis(100)));
}

/// A client on the same processor must not wait for the end of a time slice.
#[test]
fn a_shard_that_has_run_for_long_lets_other_threads_run_even_if_it_has_work() {
    let mut server = SteppedServer::new(1, Limits::default());
    let shard = &mut server.shards[0];
    shard.todo.push_back(Todo::Accept(0));
    let now = Instant::now();
    shard.yield_at = now + Duration::from_secs(60);
    shard.wait(&mut server.scratch);
    assert_eq!(shard.yield_at, now + Duration::from_secs(60), "it has not run for long");
    shard.yield_at = now;
    shard.wait(&mut server.scratch);
    assert!(shard.yield_at > now, "the next pause is due later");
}

/// A thread that runs a shard has the shard's scheduling class. Without the shard, it must have the
/// class of workers again.
#[cfg(target_os = "linux")]
#[test]
fn a_thread_that_lost_its_shard_is_batch_again() {
    let mut server = SteppedServer::new(1, Limits::default());
    let (_clients, tokens) = server.clients(1);
    let turn = server.shards[0].begin_turn(tokens[0]).expect("it is open");
    let engine = Arc::clone(&server.engine);
    engine.workers.schedule(Class::Normal);
    turn.detach(TurnEnd::Done, &mut server.scratch, &engine, 0);
    let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux reports it");
    let (_, behind_name) = stat.rsplit_once(") ").expect("a name in parentheses");
    assert_eq!(behind_name.split(' ').nth(41 - 3), Some("3"), "SCHED_BATCH");
}

#[test]
fn a_job_drops_the_buffer_of_a_large_head_and_keeps_a_small_one() {
    let mut server = SteppedServer::new(1, Limits::default());
    let (_clients, tokens) = server.clients(1);
    let call = Call { shard: 0, token: tokens[0], endpoint: Endpoint::Nothing };
    for (length, is_kept) in [(100, true), (6_000, false)] {
        let path = format!("/{}", "x".repeat(length));
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let bounds = server.engine.settings.limits.head();
        server.scratch.request.head.read(head.as_bytes(), &bounds).expect("a head");
        let job = server.scratch.take_job(call, &server.engine);
        server.scratch.keep_job(job);
        // This returns the same job: the next request is read into the buffers of the last one.
        drop(server.scratch.take_job(call, &server.engine));
        assert_eq!(server.scratch.request.head.path() == path, is_kept, "{length}");
    }
}
