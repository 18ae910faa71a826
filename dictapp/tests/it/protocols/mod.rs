//! The line protocols of the running program.

mod course;
mod dict;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::pages::site::Site;

/// Maximum wait for a reply on a busy machine.
const EVENT_WAIT_MAX: Duration = Duration::from_secs(120);

/// A client on its own connection.
struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects to the protocol with this name in its log line.
    #[track_caller]
    fn connect(site: &Site, name: &str) -> Client {
        let wanted = format!("{name} listens at ");
        let log = site.log_with(&wanted);
        let (_, rest) = log.split_once(&wanted).expect("it is there");
        let address = rest.split_whitespace().next().expect("an address");
        Client::connect_to(address)
    }

    #[track_caller]
    fn connect_to(address: &str) -> Client {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(EVENT_WAIT_MAX)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Client { stream: BufReader::new(stream) }
    }

    #[track_caller]
    fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("it is sent");
    }

    /// Sends bytes that the server may refuse before it has read them all.
    fn flood(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap_or_default();
    }

    /// Sends no more, and reads all that comes until the server closes. A reset ends it too.
    fn read_to_end(&mut self) -> String {
        self.stream.get_ref().shutdown(Shutdown::Write).unwrap_or_default();
        let mut bytes = Vec::new();
        let ended = self.stream.read_to_end(&mut bytes);
        let is_late = ended.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(!is_late, "the connection stays open");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The next line without its end.
    #[track_caller]
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line");
        line.trim_end_matches(['\r', '\n']).to_owned()
    }

    /// One `recv` of an old client.
    #[track_caller]
    fn recv(&mut self) -> String {
        let mut bytes = [0; 4096];
        let read = self.stream.read(&mut bytes).expect("bytes");
        String::from_utf8(bytes[..read].to_vec()).expect("text")
    }
}
