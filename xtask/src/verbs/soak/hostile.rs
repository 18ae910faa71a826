//! Bad requests: mutated, half-sent, half-closed, reset, never read, one byte a second.
//!
//! A visit is one connection with such a request. One thread drives all visits; each visit decides
//! when it is polled again.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::mutation::mutate;
use super::tally::Tally;
use super::valid;
use crate::peer::dice::Dice;

/// Maximum number of concurrent visits. Together with the connections of the good clients they stay
/// below the usual 1,024 descriptors.
const VISITS_MAX: usize = 600;
const LOOK_SOON: Duration = Duration::from_millis(4);
const LOOK_LATE: Duration = Duration::from_millis(250);

/// All running visits.
pub(super) struct Visits<'a> {
    address: SocketAddr,
    dice: Dice,
    tally: &'a Tally,
    cases: &'a [Vec<u8>],
    /// Ordered by the time of the next poll; the number distinguishes visits with the same time.
    waiting: BTreeMap<(Instant, u64), Visit>,
    begun: u64,
}

struct Visit {
    socket: TcpStream,
    plan: Plan,
    until: Instant,
    sent: usize,
    wait: Duration,
    answered: bool,
}

/// The bytes that a visit sends, and how it reads.
struct Plan {
    bytes: Vec<u8>,
    lasts: Duration,
    pace: Pace,
    reading: Reading,
    /// Shuts down the writing side after the last byte and continues to read.
    half_closes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    AtOnce,
    ByteASecond,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    All,
    /// Unread bytes make the system reset the connection at the close.
    Never,
}

impl<'a> Visits<'a> {
    pub(super) fn new(
        address: SocketAddr,
        seed: u64,
        tally: &'a Tally,
        cases: &'a [Vec<u8>],
    ) -> Visits<'a> {
        let dice = Dice::new(seed);
        let waiting = BTreeMap::new();
        Visits { address, dice, tally, cases, waiting, begun: 0 }
    }

    /// Begins one more visit.
    pub(super) fn begin(&mut self) {
        if self.waiting.len() >= VISITS_MAX {
            self.waiting.pop_first();
        }
        let plan = plan(&mut self.dice, self.cases);
        let socket = TcpStream::connect(self.address);
        let quiet = socket.and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
        match quiet {
            Ok(socket) => {
                self.tally.count_connection();
                self.tally.count_sent(usize::from(!plan.bytes.is_empty()));
                let now = Instant::now();
                let until = now + plan.lasts;
                let visit =
                    Visit { socket, plan, until, sent: 0, wait: LOOK_SOON, answered: false };
                self.put(now, visit);
            }
            Err(error) => self.tally.complain(format!("cannot connect: {error}")),
        }
    }

    /// Polls the visits that are due until `deadline`.
    pub(super) fn go_on_until(&mut self, deadline: Instant) {
        while let Some(&(at, _)) = self.waiting.keys().next() {
            if at > deadline {
                break;
            }
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            let Some((_, mut visit)) = self.waiting.pop_first() else { break };
            // An error means that the server has closed the connection.
            if let Ok(Some(wait)) = visit.go_on(self.tally) {
                let now = Instant::now();
                if now < visit.until {
                    self.put(now + wait, visit);
                }
            }
        }
        std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
    }

    fn put(&mut self, at: Instant, visit: Visit) {
        self.begun += 1;
        self.waiting.insert((at, self.begun), visit);
    }
}

impl Visit {
    /// Sends and reads without blocking; returns the time until the next poll, or `None` at the
    /// end.
    fn go_on(&mut self, tally: &Tally) -> io::Result<Option<Duration>> {
        let before = self.sent;
        self.send()?;
        if self.plan.reading == Reading::All && !self.read(tally)? {
            return Ok(None);
        }
        let sending = self.sent < self.plan.bytes.len();
        self.wait = match self.plan.pace {
            Pace::ByteASecond if sending => Duration::from_secs(1),
            _ if self.sent > before => LOOK_SOON,
            _ => (self.wait * 2).min(LOOK_LATE),
        };
        Ok(Some(self.wait))
    }

    fn send(&mut self) -> io::Result<()> {
        let unsent = &self.plan.bytes[self.sent..];
        if unsent.is_empty() {
            return Ok(());
        }
        let most = if self.plan.pace == Pace::ByteASecond { 1 } else { unsent.len() };
        match self.socket.write(&unsent[..most]) {
            Ok(written) => self.sent += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if self.sent == self.plan.bytes.len() && self.plan.half_closes {
            self.socket.shutdown(Shutdown::Write)?;
        }
        Ok(())
    }

    /// Reads the available bytes; returns false at the end of the connection.
    fn read(&mut self, tally: &Tally) -> io::Result<bool> {
        let mut bytes = [0; 16 << 10];
        for _ in 0..8 {
            match self.socket.read(&mut bytes) {
                Ok(0) => return Ok(false),
                Ok(count) => self.look_at(&bytes[..count], tally),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Counts the status of the first answer.
    fn look_at(&mut self, bytes: &[u8], tally: &Tally) {
        if std::mem::replace(&mut self.answered, true) {
            return;
        }
        let status = bytes.get(9..12).and_then(|status| std::str::from_utf8(status).ok());
        match status.and_then(|status| status.parse().ok()) {
            Some(status) if bytes.starts_with(b"HTTP/1.1 ") => tally.count_answer(status),
            _ if bytes.len() < 12 => {}
            _ => tally.complain(format!("an answer begins with {}", bytes[..12].escape_ascii())),
        }
    }
}

fn plan(dice: &mut Dice, cases: &[Vec<u8>]) -> Plan {
    let request =
        if dice.percent(50) { dice.one_of(cases).clone() } else { valid::exchange(dice).request };
    let millis = Duration::from_millis;
    let plan = Plan {
        bytes: request,
        lasts: millis(100 + dice.below(400) as u64),
        pace: Pace::AtOnce,
        reading: Reading::All,
        half_closes: dice.percent(20),
    };
    let long = millis(500 + dice.below(7_500) as u64);
    match dice.below(100) {
        0..70 => {
            let other = dice.one_of(cases);
            let bytes = mutate(dice, &plan.bytes, other);
            let lasts = if dice.percent(10) { long } else { plan.lasts };
            Plan { bytes, lasts, ..plan }
        }
        70..75 => Plan { pace: Pace::ByteASecond, lasts: long, ..plan },
        75..80 => {
            let bytes = b"GET /large HTTP/1.1\r\nHost: soak\r\n\r\n".repeat(1 + dice.below(4));
            Plan { bytes, reading: Reading::Never, lasts: long, ..plan }
        }
        80..88 => Plan { reading: Reading::Never, lasts: millis(dice.below(20) as u64), ..plan },
        88..94 => {
            let mut bytes = plan.bytes;
            bytes.truncate(dice.below(bytes.len()));
            Plan { bytes, ..plan }
        }
        94..96 => Plan { bytes: Vec::new(), lasts: long, half_closes: false, ..plan },
        _ => plan,
    }
}
