//! WebSockets on real sockets: the order of callbacks, lost peers, slow peers, the stop of the
//! server.

mod faults;
mod opening;
mod order;

use std::{
    net::Shutdown,
    sync::{Mutex, mpsc},
    time::{Duration, Instant},
};

use webframe::{
    Error, Request, Response, Result, ServerSettings, Urls,
    websocket::{Close, CloseCode, Message, SendError, Socket, SocketHandler, SocketSettings},
};

use super::site::{Client, PATIENCE, Site, settings};

/// A call of the handler.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    Open,
    Message(String),
    Close(u16),
}

struct State {
    calls: mpsc::Sender<Call>,
    sockets: mpsc::Sender<Socket>,
    gate: Mutex<mpsc::Receiver<()>>,
    settings: SocketSettings,
}

/// A handler that echoes texts; some texts are commands.
struct Echo {
    calls: mpsc::Sender<Call>,
    sockets: mpsc::Sender<Socket>,
}

impl SocketHandler for Echo {
    fn open(&mut self, socket: &Socket) -> Result<()> {
        self.calls.send(Call::Open).ok();
        self.sockets.send(socket.clone()).ok();
        socket.send("hello")?;
        Ok(())
    }

    fn message(&mut self, socket: &Socket, message: Message) -> Result<()> {
        let text = message.as_text().unwrap_or("binary").to_owned();
        self.calls.send(Call::Message(text.clone())).ok();
        match text.as_str() {
            "panic" => panic!("meant"),
            "refuse" => return Err(Error::forbidden("not that")),
            "fail" => return Err(Error::internal("a fault")),
            "bye" => {
                socket.send("last")?;
                socket.close(CloseCode::NORMAL, "as asked");
                assert_eq!(socket.send("too late"), Err(SendError::Closed));
            }
            text => socket.send(text)?,
        }
        Ok(())
    }

    fn close(&mut self, _: &Socket, close: &Close) {
        self.calls.send(Call::Close(close.code.number())).ok();
    }
}

fn echo(state: &State, request: &Request) -> Result<Response> {
    let handler = Echo { calls: state.calls.clone(), sockets: state.sockets.clone() };
    Response::websocket_with(request, &state.settings, handler)
}

/// A handler that blocks until the test releases it.
fn block(state: &State, request: &Request) -> Result<Response> {
    let gate = std::mem::replace(&mut *state.gate.lock().expect("no panic"), mpsc::channel().1);
    Response::websocket(request, move |socket: &Socket, message: Message| {
        socket.send("begun")?;
        gate.recv_timeout(PATIENCE).map_err(Error::internal)?;
        socket.send(message)?;
        Ok(())
    })
}

struct Talk {
    site: Site,
    calls: mpsc::Receiver<Call>,
    sockets: mpsc::Receiver<Socket>,
    gate: mpsc::Sender<()>,
}

impl Talk {
    fn start() -> Talk {
        Talk::start_with(SocketSettings::default())
    }

    fn start_with(socket_settings: SocketSettings) -> Talk {
        let (to_calls, calls) = mpsc::channel();
        let (to_sockets, sockets) = mpsc::channel();
        let (gate, at_gate) = mpsc::channel();
        let state = State {
            calls: to_calls,
            sockets: to_sockets,
            gate: Mutex::new(at_gate),
            settings: socket_settings,
        };
        let urls = Urls::new().get("/", echo).get("/block", block);
        let settings = ServerSettings { shards: 1, ..settings() };
        Talk { site: Site::start_with(&settings, state, urls), calls, sockets, gate }
    }

    fn open(&self, path: &str) -> Client {
        open(&self.site, path)
    }

    fn echo(&self) -> Client {
        let mut client = self.open("/");
        assert_eq!(read_frame(&mut client), (0x81, b"hello".to_vec()));
        client
    }

    #[track_caller]
    fn called(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).expect("the handler is called")
    }

    fn status(&self, request: &str) -> u16 {
        let mut client = self.site.client();
        client.send(request);
        client.answer().expect("an answer").status
    }
}

/// A client with an open WebSocket.
fn open(site: &Site, path: &str) -> Client {
    let mut client = site.client();
    client.send(&upgrade(path, ""));
    let answer = client.answer().expect("an answer");
    assert_eq!(answer.status, 101, "{}", answer.head);
    assert_eq!(answer.field("Connection"), Some("Upgrade"));
    assert_eq!(answer.field("Upgrade"), Some("websocket"));
    client
}

fn upgrade(path: &str, fields: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{fields}\r\n"
    )
}

/// A masked frame of a client, with this first byte (flags and opcode).
fn masked_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(payload.len()).expect("at most 16 bits").to_be_bytes();
    let head =
        if payload.len() < 126 { vec![first, 0x80 | low] } else { vec![first, 0xFE, high, low] };
    let mask = [7, 0, 255, 1];
    let coded = payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key);
    head.into_iter().chain(mask).chain(coded).collect()
}

fn text_frame(text: &str) -> Vec<u8> {
    masked_frame(0x81, text.as_bytes())
}

/// Reads the next frame of the server. Returns its first byte (flags and opcode) and its payload.
#[track_caller]
fn read_frame(client: &mut Client) -> (u8, Vec<u8>) {
    let [first, length] = client.read_exactly(2)[..] else { panic!("a head") };
    let length = match length {
        126 => client.read_exactly(2).iter().fold(0, |all, &byte| all << 8 | usize::from(byte)),
        127 => client.read_exactly(8).iter().fold(0, |all, &byte| all << 8 | usize::from(byte)),
        length => usize::from(length),
    };
    (first, client.read_exactly(length))
}

/// The code of the next frame, a close, after which the connection ends.
#[track_caller]
fn close_code(client: &mut Client) -> u16 {
    let (first, payload) = read_frame(client);
    assert_eq!(first, 0x88, "{payload:?}");
    assert!(client.is_closed());
    u16::from_be_bytes([payload[0], payload[1]])
}

#[test]
fn a_message_comes_back_and_the_callbacks_are_called_in_order() {
    let talk = Talk::start();
    let mut client = talk.echo();
    for word in ["a", "b", "c"] {
        client.send_bytes(&text_frame(word));
    }
    for word in ["a", "b", "c"] {
        assert_eq!(read_frame(&mut client), (0x81, word.as_bytes().to_vec()));
    }
    client.send_bytes(&masked_frame(0x88, &[3, 232, b'x']));
    assert_eq!(close_code(&mut client), 1000);
    let message = |word: &str| Call::Message(word.to_owned());
    let calls = [(); 5].map(|()| talk.called());
    assert_eq!(calls, [Call::Open, message("a"), message("b"), message("c"), Call::Close(1000)]);
}

#[test]
fn messages_that_come_with_the_handshake_are_read() {
    let talk = Talk::start();
    let mut client = talk.site.client();
    client.send_bytes(&[upgrade("/", "").into_bytes(), text_frame("early")].concat());
    assert_eq!(client.answer().expect("an answer").status, 101);
    assert_eq!(read_frame(&mut client).1, b"hello");
    assert_eq!(read_frame(&mut client).1, b"early");
}

#[test]
fn a_ping_is_answered_with_its_payload() {
    let talk = Talk::start();
    let mut client = talk.echo();
    client.send_bytes(&masked_frame(0x89, b"are you there"));
    assert_eq!(read_frame(&mut client), (0x8A, b"are you there".to_vec()));
}

#[test]
fn a_peer_that_breaks_the_protocol_is_sent_the_reason_and_disconnected() {
    let talk = Talk::start();
    for (sent, code) in [
        (b"\x81\x01a".to_vec(), 1002),
        (masked_frame(0x83, b""), 1002),
        (masked_frame(0x81, b"\xFF"), 1007),
        (b"\x82\xFF\0\0\0\0\0\x20\0\0\0\0\0\0".to_vec(), 1009),
    ] {
        let mut client = talk.echo();
        assert_eq!(talk.called(), Call::Open);
        client.send_bytes(&sent);
        assert_eq!(close_code(&mut client), code);
        assert_eq!(talk.called(), Call::Close(code));
    }
}

#[test]
fn an_error_or_a_panic_of_a_callback_closes_only_its_connection() {
    let talk = Talk::start();
    let mut other = talk.echo();
    for (word, code) in [("refuse", 1008), ("fail", 1011), ("panic", 1011)] {
        let mut client = talk.echo();
        client.send_bytes(&text_frame(word));
        assert_eq!(close_code(&mut client), code, "{word}");
    }
    other.send_bytes(&text_frame("still there"));
    assert_eq!(read_frame(&mut other).1, b"still there");
}

#[test]
fn a_message_that_is_sent_before_a_close_arrives_before_it() {
    let talk = Talk::start();
    // The first calls are on workers, the later ones in the shard.
    for _ in 0..20 {
        let mut client = talk.echo();
        client.send_bytes(&text_frame("bye"));
        assert_eq!(read_frame(&mut client), (0x81, b"last".to_vec()));
        assert_eq!(close_code(&mut client), 1000);
    }
}

#[test]
fn another_thread_sends_and_closes() {
    let talk = Talk::start();
    let mut client = talk.echo();
    let socket = talk.sockets.recv_timeout(PATIENCE).expect("a socket");
    socket.send("news").expect("open");
    socket.send(vec![1, 2]).expect("open");
    socket.close(CloseCode::new(4000).expect("a code of apps"), "enough");
    assert_eq!(socket.send("too late"), Err(SendError::Closed));
    assert_eq!(read_frame(&mut client), (0x81, b"news".to_vec()));
    assert_eq!(read_frame(&mut client), (0x82, vec![1, 2]));
    assert_eq!(close_code(&mut client), 4000);
    assert_eq!(talk.called(), Call::Open);
    assert_eq!(talk.called(), Call::Close(4000));
}

#[test]
fn a_blocked_callback_delays_no_other_and_its_messages_are_sent_at_once() {
    let talk = Talk::start();
    let mut blocked = talk.open("/block");
    blocked.send_bytes(&text_frame("x"));
    assert_eq!(read_frame(&mut blocked).1, b"begun");
    let mut other = talk.echo();
    other.send_bytes(&text_frame("quick"));
    assert_eq!(read_frame(&mut other).1, b"quick");
    talk.gate.send(()).expect("it waits");
    assert_eq!(read_frame(&mut blocked).1, b"x");
}

#[test]
fn a_lost_tcp_connection_is_noticed() {
    let talk = Talk::start();
    let client = talk.echo();
    assert_eq!(talk.called(), Call::Open);
    drop(client);
    assert_eq!(talk.called(), Call::Close(1006));
    let mut half = talk.echo();
    assert_eq!(talk.called(), Call::Open);
    half.send_bytes(&text_frame("cut")[..4]);
    half.socket().shutdown(Shutdown::Write).expect("a socket");
    assert_eq!(talk.called(), Call::Close(1006));
    assert!(half.is_closed());
}

#[test]
fn a_silent_peer_is_pinged_and_then_disconnected() {
    let idle = Duration::from_millis(200);
    let talk = Talk::start_with(SocketSettings { idle, ..SocketSettings::default() });
    let mut alive = talk.echo();
    assert_eq!(talk.called(), Call::Open);
    for _ in 0..4 {
        assert_eq!(read_frame(&mut alive), (0x89, Vec::new()));
        alive.send_bytes(&masked_frame(0x8A, b""));
    }
    // From now on it does not answer pings.
    assert_eq!(read_frame(&mut alive), (0x89, Vec::new()));
    assert!(alive.is_closed());
    assert_eq!(talk.called(), Call::Close(1006));
}

#[test]
fn a_peer_that_does_not_read_is_reported_to_the_sender() {
    let queue_bytes_max = 100_000;
    let talk = Talk::start_with(SocketSettings { queue_bytes_max, ..SocketSettings::default() });
    let _client = talk.echo();
    let socket = talk.sockets.recv_timeout(PATIENCE).expect("a socket");
    let message = vec![0; 50_000];
    // The system buffers a few megabytes. `Full` may also mean that the shard has not taken the
    // bytes yet.
    let (mut sent, mut full_since) = (0, None);
    loop {
        match socket.send(message.clone()) {
            Ok(()) => (sent, full_since) = (sent + 1, None),
            Err(error) => {
                assert_eq!(error, SendError::Full);
                let since = *full_since.get_or_insert_with(Instant::now);
                if since.elapsed() > Duration::from_millis(500) {
                    break;
                }
                std::thread::yield_now();
            }
        }
        assert!(sent < 10_000, "nothing bounds what waits");
    }
    assert!(socket.queued_bytes() <= queue_bytes_max);
}

#[test]
fn a_stop_sends_a_close_to_all_peers() {
    let talk = Talk::start();
    let mut client = talk.echo();
    talk.site.stop.stop();
    assert_eq!(close_code(&mut client), 1001);
    drop(client);
    assert_eq!(talk.site.stopped().cut, 0);
    assert_eq!(talk.calls.iter().collect::<Vec<_>>(), [Call::Open, Call::Close(1001)]);
}

#[test]
fn two_hundred_connections_hold_no_thread() {
    let talk = Talk::start();
    let mut clients: Vec<Client> = (0..200).map(|_| talk.echo()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.send_bytes(&text_frame(&number.to_string()));
    }
    for (number, client) in clients.iter_mut().enumerate() {
        assert_eq!(read_frame(client).1, number.to_string().as_bytes());
    }
}
