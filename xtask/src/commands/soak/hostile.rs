//! The bad clients of `cargo xtask soak`: they send mutated or incomplete requests, half-close or
//! reset the connection, never read, or send one byte a second.
//!
//! A visit is one connection of such a client. One thread drives all visits; each visit decides
//! when it is polled again.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::mutation::mutate;
use super::tally::Tally;
use super::valid;
use crate::harness::random::Random;

/// Maximum number of concurrent visits. Together with the connections of the good clients they stay
/// below the usual 1,024 descriptors.
const VISITS_MAX: usize = 600;
/// The shortest time to the next poll of a visit: after it has sent something. While it sends
/// nothing, the time doubles.
const POLL_WAIT_MIN: Duration = Duration::from_millis(4);
/// The longest time to the next poll of a visit.
const POLL_WAIT_MAX: Duration = Duration::from_millis(250);

/// All running visits.
pub(super) struct Visits<'a> {
    address: SocketAddr,
    random: Random,
    tally: &'a Tally,
    /// Requests from webframe's tests that a server must accept. Visits send them, mostly mutated.
    cases: &'a [Vec<u8>],
    /// Ordered by the time of the next poll; the number distinguishes visits with the same time.
    waiting: BTreeMap<(Instant, u64), Visit>,
    /// The number for the next entry of `waiting`.
    number: u64,
}

/// One connection and its progress.
struct Visit {
    socket: TcpStream,
    plan: Plan,
    /// The time at which the client closes the connection.
    until: Instant,
    /// The number of bytes sent.
    sent: usize,
    /// The time to the next poll.
    wait: Duration,
    /// Whether the first bytes of an answer have arrived.
    answered: bool,
}

/// The bytes that a visit sends, and how it reads.
struct Plan {
    bytes: Vec<u8>,
    /// The time until the client closes the connection.
    lasts: Duration,
    pace: Pace,
    reading: Reading,
    /// Whether the client shuts down the writing side after the last byte and continues to read.
    half_closes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    AllAtOnce,
    ByteASecond,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    All,
    /// The client does not read. If bytes are unread when it closes the connection, the system
    /// resets the connection.
    Never,
}

impl<'a> Visits<'a> {
    pub(super) fn new(
        address: SocketAddr,
        seed: u64,
        tally: &'a Tally,
        cases: &'a [Vec<u8>],
    ) -> Visits<'a> {
        let random = Random::new(seed);
        let waiting = BTreeMap::new();
        Visits { address, random, tally, cases, waiting, number: 0 }
    }

    /// Begins one more visit. If there are too many, ends the visit whose poll is due first.
    pub(super) fn begin(&mut self) {
        if self.waiting.len() >= VISITS_MAX {
            self.waiting.pop_first();
        }
        let plan = plan(&mut self.random, self.cases);
        let socket = TcpStream::connect(self.address);
        let socket = socket.and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
        match socket {
            Ok(socket) => {
                self.tally.count_connection();
                // A visit counts as one request, unless it sends nothing.
                self.tally.count_sent(usize::from(!plan.bytes.is_empty()));
                let now = Instant::now();
                let until = now + plan.lasts;
                let visit =
                    Visit { socket, plan, until, sent: 0, wait: POLL_WAIT_MIN, answered: false };
                self.schedule(now, visit);
            }
            Err(error) => self.tally.record_failure(format!("cannot connect: {error}")),
        }
    }

    /// Polls the visits whenever they are due, and returns at `deadline`.
    pub(super) fn poll_until(&mut self, deadline: Instant) {
        while let Some(&(at, _)) = self.waiting.keys().next() {
            if at > deadline {
                break;
            }
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            let Some((_, mut visit)) = self.waiting.pop_first() else { break };
            // An error means that the server has closed the connection.
            if let Ok(Some(wait)) = visit.poll(self.tally) {
                let now = Instant::now();
                if now < visit.until {
                    self.schedule(now + wait, visit);
                }
            }
        }
        std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
    }

    /// Schedules the next poll of a visit.
    fn schedule(&mut self, at: Instant, visit: Visit) {
        self.number += 1;
        self.waiting.insert((at, self.number), visit);
    }
}

impl Visit {
    /// Sends and reads without blocking; returns the time until the next poll. `None`: the server
    /// has closed the connection.
    fn poll(&mut self, tally: &Tally) -> io::Result<Option<Duration>> {
        let before = self.sent;
        self.send()?;
        if self.plan.reading == Reading::All && !self.read(tally)? {
            return Ok(None);
        }
        let sending = self.sent < self.plan.bytes.len();
        self.wait = match self.plan.pace {
            Pace::ByteASecond if sending => Duration::from_secs(1),
            _ if self.sent > before => POLL_WAIT_MIN,
            _ => (self.wait * 2).min(POLL_WAIT_MAX),
        };
        Ok(Some(self.wait))
    }

    /// Sends the next byte, or as much as the socket takes.
    fn send(&mut self) -> io::Result<()> {
        let unsent = &self.plan.bytes[self.sent..];
        if unsent.is_empty() {
            return Ok(());
        }
        let bytes_max = if self.plan.pace == Pace::ByteASecond { 1 } else { unsent.len() };
        match self.socket.write(&unsent[..bytes_max]) {
            Ok(written) => self.sent += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if self.sent == self.plan.bytes.len() && self.plan.half_closes {
            self.socket.shutdown(Shutdown::Write)?;
        }
        Ok(())
    }

    /// Reads the available bytes. `false`: the server has closed the connection.
    fn read(&mut self, tally: &Tally) -> io::Result<bool> {
        let mut bytes = [0; 16 << 10];
        // A limited number of reads, so that the other visits are polled, too.
        for _ in 0..8 {
            match self.socket.read(&mut bytes) {
                Ok(0) => return Ok(false),
                Ok(count) => self.check_status_line(&bytes[..count], tally),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Counts the status of the first answer. If the first bytes are not a status line, records
    /// that as wrong.
    fn check_status_line(&mut self, bytes: &[u8], tally: &Tally) {
        if std::mem::replace(&mut self.answered, true) {
            return;
        }
        let status = bytes.get(9..12).and_then(|status| std::str::from_utf8(status).ok());
        match status.and_then(|status| status.parse().ok()) {
            Some(status) if bytes.starts_with(b"HTTP/1.1 ") => tally.count_answer(status),
            _ if bytes.len() < 12 => {}
            _ => tally
                .record_failure(format!("an answer begins with {}", bytes[..12].escape_ascii())),
        }
    }
}

/// Chooses a request and a way to be hostile: how the request is mutated or sent, or how the answer
/// is read. A few requests are sent unchanged.
fn plan(random: &mut Random, cases: &[Vec<u8>]) -> Plan {
    let request = if random.percent(50) {
        random.one_of(cases).clone()
    } else {
        valid::exchange(random).request
    };
    let millis = Duration::from_millis;
    let plan = Plan {
        bytes: request,
        lasts: millis(100 + random.below(400) as u64),
        pace: Pace::AllAtOnce,
        reading: Reading::All,
        half_closes: random.percent(20),
    };
    let long = millis(500 + random.below(7_500) as u64);
    match random.below(100) {
        0..70 => {
            let other = random.one_of(cases);
            let bytes = mutate(random, &plan.bytes, other);
            let lasts = if random.percent(10) { long } else { plan.lasts };
            Plan { bytes, lasts, ..plan }
        }
        70..75 => Plan { pace: Pace::ByteASecond, lasts: long, ..plan },
        75..80 => {
            let bytes = b"GET /large HTTP/1.1\r\nHost: soak\r\n\r\n".repeat(1 + random.below(4));
            Plan { bytes, reading: Reading::Never, lasts: long, ..plan }
        }
        80..88 => Plan { reading: Reading::Never, lasts: millis(random.below(20) as u64), ..plan },
        88..94 => {
            let mut bytes = plan.bytes;
            bytes.truncate(random.below(bytes.len()));
            Plan { bytes, ..plan }
        }
        94..96 => Plan { bytes: Vec::new(), lasts: long, half_closes: false, ..plan },
        _ => plan,
    }
}
