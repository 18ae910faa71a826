//! The good clients of `cargo xtask soak`: they send valid requests of every kind and check the
//! answers. They keep connections, pipeline, upload and half-close.

use std::fmt;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::harness::answer::{Answer, RequestKind, read_answer};
use crate::harness::random::Random;

/// Connections of one client; most of them are idle at any time.
const CONNECTIONS: usize = 12;
/// The server may close a connection that is idle for longer.
const IDLE_MAX: Duration = Duration::from_secs(12);
/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The percentage of batches that end with a half-close. It is small, because a half-close causes
/// a false failure in about one of a million requests: the server has closed its socket
/// correctly, a retransmitted FIN reaches it, and the loopback device delivers the reset before the
/// answer.
const HALF_CLOSED_PERCENT: usize = 3;

/// The state of a client's writing side after its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WritingSide {
    Open,
    HalfClosed,
}

/// One client with its own connections and random choices.
pub(super) struct Client<'a> {
    address: SocketAddr,
    random: Random,
    tally: &'a Tally,
    connections: Vec<Option<Connection>>,
}

struct Connection {
    reader: BufReader<TcpStream>,
    /// The time of the latest use.
    used: Instant,
    /// The number of exchanges so far.
    exchanges: usize,
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.reader.get_ref().local_addr().map_or(0, |address| address.port());
        let idle = self.used.elapsed();
        let exchanges = self.exchanges;
        write!(f, "port {port}, idle for {idle:.1?} after {exchanges} exchanges")
    }
}

/// A request and the answer that it must get.
pub(super) struct Exchange {
    pub(super) request: Vec<u8>,
    asked: RequestKind,
    status: u16,
    content: Content,
}

/// The body that the answer must have.
enum Content {
    Any,
    Length(u64),
    Bytes(Vec<u8>),
}

impl<'a> Client<'a> {
    pub(super) fn new(address: SocketAddr, seed: u64, tally: &'a Tally) -> Client<'a> {
        let connections = (0..CONNECTIONS).map(|_| None).collect();
        Client { address, random: Random::new(seed), tally, connections }
    }

    /// Sends one to six requests at once on one connection and checks their answers.
    pub(super) fn send_batch(&mut self) {
        let count = if self.random.percent(10) { 2 + self.random.below(5) } else { 1 };
        let exchanges: Vec<_> = (0..count).map(|_| exchange(&mut self.random)).collect();
        let index = self.random.below(CONNECTIONS);
        let kept = self.connections[index].take().filter(|kept| kept.used.elapsed() < IDLE_MAX);
        let connection = match kept.map_or_else(|| self.connect(), Ok) {
            Ok(connection) => connection,
            Err(error) => return self.tally.record_failure(format!("cannot connect: {error}")),
        };
        self.tally.count_sent(count);
        let after = if self.random.percent(HALF_CLOSED_PERCENT) {
            WritingSide::HalfClosed
        } else {
            WritingSide::Open
        };
        let place = format!("{connection}, {after:?}");
        let began = Instant::now();
        match self.exchange_all(connection, &exchanges, after) {
            Ok(kept) => self.connections[index] = kept,
            Err(error) => {
                let first = String::from_utf8_lossy(&exchanges[0].request);
                let line = first.lines().next().unwrap_or_default();
                let more = count - 1;
                let took = began.elapsed();
                let fault = format!("{line} and {more} more on {place}: {error} after {took:.1?}");
                self.tally.record_failure(fault);
            }
        }
    }

    fn connect(&self) -> io::Result<Connection> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        socket.set_write_timeout(Some(TIMEOUT))?;
        socket.set_nodelay(true)?;
        self.tally.count_connection();
        Ok(Connection { reader: BufReader::new(socket), used: Instant::now(), exchanges: 0 })
    }

    /// Sends the requests and checks the answers. Returns the connection if it is kept.
    fn exchange_all(
        &mut self,
        mut connection: Connection,
        exchanges: &[Exchange],
        after: WritingSide,
    ) -> io::Result<Option<Connection>> {
        let bytes: Vec<u8> = exchanges.iter().flat_map(|one| one.request.clone()).collect();
        connection.reader.get_mut().write_all(&bytes)?;
        if after == WritingSide::HalfClosed {
            connection.reader.get_mut().shutdown(Shutdown::Write)?;
        }
        for exchange in exchanges {
            let answer = read_answer(&mut connection.reader, exchange.asked)?;
            self.tally.count_answer(answer.status);
            if let Some(wrong) = exchange.fault(&answer) {
                return Err(io::Error::other(wrong));
            }
            if answer.closes {
                return Ok(None);
            }
        }
        connection.used = Instant::now();
        connection.exchanges += exchanges.len();
        Ok(Some(connection).filter(|_| after == WritingSide::Open && !self.random.percent(3)))
    }
}

/// Sends a GET on a new connection; returns the status.
pub(super) fn get_status(address: SocketAddr, path: &str) -> io::Result<u16> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(TIMEOUT * 2))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes())?;
    Ok(read_answer(&mut BufReader::new(socket), RequestKind::Any)?.status)
}

impl Exchange {
    /// The reason why the answer is wrong; `None`: it is right. 503 is allowed and counted
    /// separately.
    fn fault(&self, answer: &Answer) -> Option<String> {
        if answer.status == 503 {
            return None;
        }
        if answer.status != self.status {
            return Some(format!("{} instead of {}", answer.status, self.status));
        }
        let right = match &self.content {
            Content::Any => true,
            Content::Length(length) => answer.length == *length,
            Content::Bytes(bytes) => answer.beginning == *bytes,
        };
        (!right).then(|| {
            let beginning = answer.beginning.escape_ascii();
            format!("wrong content of {} bytes: {beginning}", answer.length)
        })
    }
}

/// Chooses one of the requests that `webframe/examples/soak.rs` answers.
pub(super) fn exchange(random: &mut Random) -> Exchange {
    match random.below(100) {
        0..25 => get("/quick", 200, Content::Bytes(b"quick".to_vec())),
        25..35 => Exchange {
            request: b"HEAD /quick HTTP/1.1\r\nHost: soak\r\n\r\n".to_vec(),
            asked: RequestKind::Head,
            ..get("", 200, Content::Length(0))
        },
        35..47 => get("/slow", 200, Content::Bytes(b"slow".to_vec())),
        47..50 => get("/panic", 500, Content::Any),
        50..55 => get("/stream", 200, Content::Length(20_000)),
        55..57 => get("/large", 200, Content::Length(2 << 20)),
        57..67 => form(random),
        67..77 => upload(random),
        77..87 => get("/files/small.txt", 200, Content::Length(4096)),
        87..89 => get("/files/large.bin", 200, Content::Length(2 << 20)),
        89..92 => {
            with_field("/files/large.bin", "Range: bytes=1000-1999", 206, Content::Length(1000))
        }
        92..95 => with_field("/quick", "Cookie: a=b; c=d", 200, Content::Bytes(b"quick".to_vec())),
        _ => get("/none", 404, Content::Any),
    }
}

fn get(path: &str, status: u16, content: Content) -> Exchange {
    with_field(path, "User-Agent: soak", status, content)
}

fn with_field(path: &str, field: &str, status: u16, content: Content) -> Exchange {
    let request = format!("GET {path} HTTP/1.1\r\nHost: soak\r\n{field}\r\n\r\n").into_bytes();
    Exchange { request, asked: RequestKind::Any, status, content }
}

fn form(random: &mut Random) -> Exchange {
    let name = random.below(1 << 20);
    let msg = "m".repeat(random.below(200));
    let content = Content::Bytes(format!("{name}:{msg}").into_bytes());
    let media_type = "Content-Type: application/x-www-form-urlencoded";
    post("/form", media_type, format!("name={name}&msg={msg}").as_bytes(), content)
}

/// An upload of less than 256 KiB, half of the time in chunks. The server writes the larger ones to
/// a temporary file. It answers with the length and the sum of the bytes.
fn upload(random: &mut Random) -> Exchange {
    let size = 1 << (2 + random.below(17));
    let length = random.below(size);
    let byte = b'a' + random.below(26) as u8;
    let body = vec![byte; length];
    let text = format!("{length} bytes, sum {}", length * usize::from(byte));
    let content = Content::Bytes(text.into_bytes());
    if random.percent(50) {
        return post("/upload", "Content-Type: application/octet-stream", &body, content);
    }
    let head = "POST /upload HTTP/1.1\r\nHost: soak\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut request = head.as_bytes().to_vec();
    for piece in body.chunks(1 + random.below(8000).max(length / 500)) {
        request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        request.extend_from_slice(piece);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    Exchange { request, asked: RequestKind::Any, status: 200, content }
}

fn post(path: &str, field: &str, body: &[u8], content: Content) -> Exchange {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: soak\r\n{field}\r\nContent-Length: {length}\r\n\r\n"
    );
    let request = [head.as_bytes(), body].concat();
    Exchange { request, asked: RequestKind::Any, status: 200, content }
}
