//! Clients that send requests at a steady rate and record the status and duration of each.

use anyhow::Result;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::answer::{RequestKind, read_answer};

/// Maximum time to connect, and to wait for a part of the answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A thread that only waits for a socket needs little stack.
const STACK_BYTES: usize = 128 << 10;

/// The result of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timed {
    /// The status of the answer; 0: there was no answer.
    pub(crate) status: u16,
    /// How long the client waited.
    pub(crate) waited: Duration,
}

/// Whether clients reuse their connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connections {
    Kept,
    /// A new connection for each request. The time to connect is part of the wait.
    New,
}

/// `count` clients that each request `path` once in each interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitors<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'a str,
    pub(crate) count: u32,
    pub(crate) interval: Duration,
    pub(crate) connections: Connections,
}

impl Visitors<'_> {
    /// Runs all clients for `time`; returns all their requests. Their starts are spread over the
    /// interval. If a wait is longer than the interval, the client does not make up for the
    /// requests that it missed.
    pub(crate) fn visit(&self, time: Duration) -> Result<Vec<Timed>> {
        let all = Mutex::new(Vec::new());
        let began = Instant::now();
        let visitor = |number| -> Result<()> {
            thread::sleep(self.interval * number / self.count);
            let mut timed = self.run_client(began, time)?;
            all.lock().expect("no visitor panics").append(&mut timed);
            Ok(())
        };
        thread::scope(|scope| {
            let spawn = |number| {
                let builder = thread::Builder::new().stack_size(STACK_BYTES);
                builder.spawn_scoped(scope, move || visitor(number))
            };
            let threads = (0..self.count).map(spawn).collect::<std::io::Result<Vec<_>>>()?;
            let joined = threads.into_iter().map(|thread| thread.join().expect("no panic"));
            joined.collect::<Result<()>>()
        })?;
        Ok(all.into_inner().expect("no visitor panics"))
    }

    /// Runs one client.
    fn run_client(&self, began: Instant, time: Duration) -> Result<Vec<Timed>> {
        let mut kept = None;
        let mut timed = Vec::new();
        while began.elapsed() < time {
            let began_request = Instant::now();
            let status = self.request_once(&mut kept).unwrap_or(0);
            timed.push(Timed { status, waited: began_request.elapsed() });
            thread::sleep(self.interval.saturating_sub(began_request.elapsed()));
        }
        Ok(timed)
    }

    /// Sends one request. Takes the connection from `kept`, or opens one; puts it back if
    /// connections are kept and there was an answer.
    fn request_once(&self, kept: &mut Option<TcpStream>) -> Result<u16> {
        let socket = match kept.take() {
            Some(socket) => socket,
            None => connect(self.address)?,
        };
        let status = get_status(&socket, self.path)?;
        *kept = Some(socket).filter(|_| self.connections == Connections::Kept);
        Ok(status)
    }
}

pub(crate) fn connect(address: SocketAddr) -> Result<TcpStream> {
    let socket = TcpStream::connect_timeout(&address, TIMEOUT)?;
    socket.set_read_timeout(Some(TIMEOUT))?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Sends a GET and returns the status of the answer.
pub(crate) fn get_status(mut socket: &TcpStream, path: &str) -> Result<u16> {
    socket.write_all(format!("GET {path} HTTP/1.1\r\nHost: crowd\r\n\r\n").as_bytes())?;
    Ok(read_answer(&mut BufReader::new(socket), RequestKind::Any)?.status)
}

/// The time within which `percent` of the requests were answered; zero if there are none.
pub(crate) fn percentile(timed: &[Timed], percent: usize) -> Duration {
    let mut times: Vec<Duration> = timed.iter().map(|timed| timed.waited).collect();
    times.sort_unstable();
    let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, Read};
    use std::net::TcpListener;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let of_duration = |waited| Timed { status: 200, waited };
        let timed: Vec<Timed> =
            (1..=200).rev().map(|millis| of_duration(Duration::from_millis(millis))).collect();
        assert_eq!(percentile(&timed, 50), Duration::from_millis(101));
        assert_eq!(percentile(&timed, 99), Duration::from_millis(199));
        assert_eq!(percentile(&timed, 100), Duration::from_millis(200));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }

    /// Answers 204 to `answers` requests on each connection, then closes it. Returns the number of
    /// connections.
    fn serve(listener: &TcpListener, connections: usize, answers: usize) -> usize {
        let serve_one = |socket: TcpStream| {
            let mut reader = BufReader::new(&socket);
            for _ in 0..answers {
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                }
                (&socket).write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            }
            drop(reader.read(&mut [0]));
        };
        listener.incoming().take(connections).map(|socket| serve_one(socket.unwrap())).count()
    }

    #[test]
    fn a_visitor_reuses_or_renews_its_connection_and_a_lost_response_has_no_status() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let visitors = |connections| Visitors {
            address,
            path: "/",
            count: 1,
            interval: Duration::ZERO,
            connections,
        };
        let get_status = |visitors: Visitors<'_>, requests| {
            let mut kept = None;
            let statuses = (0..requests).map(|_| visitors.request_once(&mut kept).unwrap_or(0));
            statuses.collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let server = scope.spawn(|| serve(&listener, 1, 3));
            assert_eq!(get_status(visitors(Connections::Kept), 3), [204; 3]);
            assert_eq!(server.join().unwrap(), 1);
            let server = scope.spawn(|| serve(&listener, 3, 1));
            assert_eq!(get_status(visitors(Connections::New), 3), [204; 3]);
            assert_eq!(server.join().unwrap(), 3);
            let server = scope.spawn(|| serve(&listener, 1, 0));
            assert_eq!(get_status(visitors(Connections::New), 1), [0]);
            server.join().unwrap();
        });
    }
}
