//! A server for one test, on a port that the system chose, and a plain client.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread::JoinHandle,
    time::Duration,
};

use webframe::{
    Address, App, GaugesHandle, ReloadHandle, Server, ServerSettings, StopHandle, Stopped, Urls,
};

/// Maximum time that a test waits for an event.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; stopped when dropped.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// The address of the listener that redirects to TLS, if there is one.
    pub(crate) redirects_at: Option<SocketAddr>,
    pub(crate) stop: StopHandle,
    pub(crate) reload: ReloadHandle,
    pub(crate) gauges: GaugesHandle,
    serving: Option<JoinHandle<std::io::Result<Stopped>>>,
}

pub(crate) const WORKERS_MAX: usize = 8;

/// Settings with few workers: if a small pool works, a large one does too.
pub(crate) fn settings() -> ServerSettings {
    ServerSettings {
        addresses: vec![Address::Tcp(([127, 0, 0, 1], 0).into())],
        workers_min: 2,
        workers_max: WORKERS_MAX,
        ..ServerSettings::default()
    }
}

impl Site {
    pub(crate) fn start<S: Send + Sync + 'static>(state: S, urls: Urls<S>) -> Site {
        Site::start_with(&settings(), state, urls)
    }

    pub(crate) fn start_with<S: Send + Sync + 'static>(
        settings: &ServerSettings,
        state: S,
        urls: Urls<S>,
    ) -> Site {
        Site::start_app(settings, App::new(state).urls(urls))
    }

    /// Starts a server for a whole app, with its middleware.
    pub(crate) fn start_app<S: Send + Sync + 'static>(
        settings: &ServerSettings,
        app: App<S>,
    ) -> Site {
        let server = Server::bind(settings).expect("a free port");
        let address = first_tcp(&server.addresses()).expect("a TCP address");
        let redirects_at = first_tcp(&server.redirect_addresses());
        let (stop, reload) = (server.stop_handle(), server.reload_handle());
        let gauges = server.gauges_handle();
        let serving = std::thread::spawn(move || server.serve(app));
        Site { address, redirects_at, stop, reload, gauges, serving: Some(serving) }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address).expect("the server listens")
    }

    /// One request on its own connection.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let mut client = self.client();
        client.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        client.answer().expect("an answer")
    }

    /// Waits until the server has stopped.
    pub(crate) fn stopped(mut self) -> Stopped {
        let serving = self.serving.take().expect("a server");
        serving.join().expect("no panic").expect("no error")
    }
}

fn first_tcp(addresses: &[Address]) -> Option<SocketAddr> {
    addresses.iter().find_map(|address| match address {
        Address::Tcp(address) => Some(*address),
        Address::Unix(_) => None,
    })
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.stop();
        self.stop.stop(); // the second call ends the graceful stop
        if let Some(serving) = self.serving.take() {
            drop(serving.join());
        }
    }
}

/// A connection to a site.
pub(crate) struct Client<S = TcpStream> {
    reader: BufReader<S>,
}

/// A complete response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn closes(&self) -> bool {
        self.head.contains("Connection: close\r\n")
    }

    /// The value of the first field of this name. `name` is in the letter case that the server
    /// writes.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Option<Client> {
        let socket = TcpStream::connect(address).ok()?;
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        socket.set_nodelay(true).expect("no delay");
        Some(Client::new(socket))
    }

    /// Waits until bytes have arrived, without reading them.
    pub(crate) fn wait_for_bytes(&self) {
        assert_eq!(self.socket().peek(&mut [0]).expect("bytes"), 1);
    }
}

impl<S: Read + Write> Client<S> {
    /// A client on a connection that is already open, such as a TLS stream.
    pub(crate) fn new(connection: S) -> Client<S> {
        Client { reader: BufReader::new(connection) }
    }

    pub(crate) fn socket(&self) -> &S {
        self.reader.get_ref()
    }

    pub(crate) fn socket_mut(&mut self) -> &mut S {
        self.reader.get_mut()
    }

    pub(crate) fn send(&mut self, bytes: &str) {
        self.send_bytes(bytes.as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).expect("the server reads");
    }

    /// Sends bytes that the server may not read; returns whether they were sent.
    pub(crate) fn try_send(&mut self, bytes: &str) -> bool {
        self.reader.get_mut().write_all(bytes.as_bytes()).is_ok()
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        self.answer().expect("an answer")
    }

    /// The next response; `None` if the server has closed.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.reader.read_line(&mut head) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no answer: {error}"),
            }
        }
        let status = head[9..12].parse().expect("a status");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .map_or(0, |length| length.parse().expect("a length"));
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).expect("the body");
        Some(Answer { status, head, body: String::from_utf8(body).expect("text") })
    }

    /// Reads up to and including a text.
    pub(crate) fn read_until(&mut self, text: &str) {
        let mut bytes = Vec::new();
        let last = *text.as_bytes().last().expect("a text");
        while !bytes.ends_with(text.as_bytes()) {
            let read = self.reader.read_until(last, &mut bytes).expect("the text is to come");
            assert!(read > 0, "the connection ends before {text:?}");
        }
    }

    /// Reads exactly this many bytes.
    #[track_caller]
    pub(crate) fn read_exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.reader.read_exact(&mut bytes).expect("the bytes are to come");
        bytes
    }

    /// Reads the next line and returns it without its end.
    pub(crate) fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("a line is to come");
        line.trim_end().to_owned()
    }

    /// Reads up to the end of the connection.
    pub(crate) fn read_to_end(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.reader.read_to_end(&mut bytes) {
            Ok(_) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => bytes,
            Err(error) => panic!("the connection does not end: {error}"),
        }
    }

    /// Whether the server closes the connection without sending anything.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.read_to_end().is_empty()
    }
}
