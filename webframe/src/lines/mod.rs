//! Line protocols, such as DICT: an app answers lines of text, in place of HTTP requests. The event
//! loops of the HTTP server serve them, so an idle client holds no thread.
//!
//! ```
//! use webframe::{LineProtocol, LineSettings, Peer, Replies};
//!
//! /// Counts the lines of each client.
//! struct Counter;
//!
//! impl LineProtocol for Counter {
//!     type Session = u32;
//!
//!     fn open(&self, _: Peer, replies: &mut Replies) -> u32 {
//!         replies.line("hello");
//!         0
//!     }
//!
//!     fn line(&self, count: &mut u32, line: &[u8], replies: &mut Replies) {
//!         *count += 1;
//!         match line {
//!             b"quit" => replies.close(),
//!             _ => replies.line(&format!("{count}: {}", String::from_utf8_lossy(line))),
//!         }
//!     }
//! }
//!
//! # fn serve() -> std::io::Result<()> {
//! use webframe::{Address, App, Server, ServerSettings};
//!
//! let server = Server::bind(&ServerSettings::default())?;
//! let address: Address = "127.0.0.1:2628".parse().expect("an address");
//! server.with_lines(&address, LineSettings::default(), Counter)?.serve(App::new(()))?;
//! # Ok(())
//! # }
//! ```

mod conversation;

use std::{fmt, sync::Arc, time::Duration};

use conversation::Lines;

use crate::{
    live::{Live, outlet::Outlet},
    pace::Pace,
    request::Peer,
};

/// The app's code for a line protocol. The methods are called like handlers: in the event loop of
/// the connection while they are quick, on a worker thread if they block. For each client the
/// methods are called one after the other, and nothing is read from the client meanwhile.
pub trait LineProtocol: Send + Sync + 'static {
    /// The state of a client.
    type Session: Send + 'static;

    /// Called when a client has connected. Returns its session.
    fn open(&self, peer: Peer, replies: &mut Replies) -> Self::Session;

    /// Called for each line of a client, without its line end.
    fn line(&self, session: &mut Self::Session, line: &[u8], replies: &mut Replies);

    /// Called when a line is longer than [`LineSettings::line_bytes_max`]. The connection closes
    /// after the replies.
    fn too_long(&self, session: &mut Self::Session, replies: &mut Replies) {
        let _ = (session, replies);
    }

    /// Called when a client was idle for too long, or the server stops. The connection closes after
    /// the replies.
    fn closing(&self, session: &mut Self::Session, replies: &mut Replies) {
        let _ = (session, replies);
    }

    /// Called last, on a worker thread, when the connection is closed for any reason.
    fn closed(&self, session: Self::Session) {
        drop(session);
    }
}

/// The settings of a line protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSettings {
    /// Maximum length of a line in bytes without its end; at most 16 KiB. Default: 1,024, as in
    /// DICT (RFC 2229 §2.3).
    pub line_bytes_max: usize,
    /// A client is disconnected after this time without a complete line. Default: 10 minutes.
    pub idle: Duration,
    /// Maximum time of a line from its first byte to its end. Default: 30 s.
    pub line: Duration,
    /// A line also ends when the client pauses for this time: some old clients send no line ends.
    /// The resolution is 32 ms. Default: none, a line ends with LF or CRLF.
    pub pause_ends_line: Option<Duration>,
    /// The time between two parts of a reply that [`Replies::pause`] separates. Default: 100 ms.
    pub pause: Duration,
    /// The end of each line of a reply. Default: CRLF.
    pub line_end: LineEnd,
}

/// The end of a line of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// `\r\n`.
    #[default]
    CrLf,
    /// `\n`.
    Lf,
    /// Nothing.
    None,
}

/// The longest line that a protocol may allow.
const LINE_BYTES_LIMIT: usize = 16 << 10;

impl Default for LineSettings {
    fn default() -> LineSettings {
        LineSettings {
            line_bytes_max: 1024,
            idle: Duration::from_secs(600),
            line: Duration::from_secs(30),
            pause_ends_line: None,
            pause: Duration::from_millis(100),
            line_end: LineEnd::default(),
        }
    }
}

/// The replies to a client.
#[derive(Debug)]
pub struct Replies {
    /// The bytes of a part are written together, with a pause before the next part.
    parts: Vec<Vec<u8>>,
    line_end: LineEnd,
    closes: bool,
    outlet: Option<Outlet>,
}

impl Replies {
    fn new(line_end: LineEnd, outlet: Option<Outlet>) -> Replies {
        Replies { parts: vec![Vec::new()], line_end, closes: false, outlet }
    }

    /// A sender of further lines to this client, for any thread.
    pub fn sender(&self) -> LineSender {
        LineSender { outlet: self.outlet.clone(), line_end: self.line_end }
    }

    /// Adds a line. CR and LF in it become blanks, so that a text cannot begin another line.
    pub fn line(&mut self, text: &str) {
        let line_end = self.line_end;
        line_end.append_line(text, self.part());
    }

    /// Adds bytes unchanged.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.part().extend_from_slice(bytes);
    }

    /// Adds a pause: further output is sent after [`LineSettings::pause`], so that a client that
    /// does not look for line ends reads it separately.
    pub fn pause(&mut self) {
        self.parts.push(Vec::new());
    }

    /// Closes the connection after the replies.
    pub fn close(&mut self) {
        self.closes = true;
    }

    fn part(&mut self) -> &mut Vec<u8> {
        if self.parts.is_empty() {
            self.parts.push(Vec::new());
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }
}

/// Sends lines to one client from any thread. Clones send to the same client.
#[derive(Clone, Debug)]
pub struct LineSender {
    outlet: Option<Outlet>,
    line_end: LineEnd,
}

/// Maximum number of bytes that wait for a client. Further lines are refused.
const QUEUE_BYTES_MAX: usize = 256 << 10;

impl LineSender {
    /// Sends a line. Returns `false` if the client has disconnected, or if 256 KiB are already
    /// waiting for it.
    pub fn send(&self, text: &str) -> bool {
        let mut line = Vec::with_capacity(text.len() + 2);
        self.line_end.append_line(text, &mut line);
        self.outlet.as_ref().is_some_and(|outlet| outlet.send(line.into(), QUEUE_BYTES_MAX).is_ok())
    }

    /// Closes the connection when everything is written.
    pub fn close(&self) {
        if let Some(outlet) = &self.outlet {
            outlet.close();
        }
    }
}

impl LineEnd {
    fn append_line(self, text: &str, to: &mut Vec<u8>) {
        let is_line_end = |byte: u8| matches!(byte, b'\r' | b'\n');
        to.extend(text.bytes().map(|byte| if is_line_end(byte) { b' ' } else { byte }));
        to.extend_from_slice(match self {
            LineEnd::CrLf => b"\r\n",
            LineEnd::Lf => b"\n",
            LineEnd::None => b"",
        });
    }
}

/// A line protocol, as the engine calls it.
pub(crate) trait LineService: Send + Sync + fmt::Debug {
    /// The conversation with a new client.
    fn live(self: Arc<Self>, peer: Peer) -> Live;
}

/// A protocol with its settings and the pace of its calls (whether they are quick or may block),
/// shared by its clients.
pub(crate) struct Service<P> {
    protocol: P,
    settings: LineSettings,
    pace: Arc<Pace>,
}

impl<P: LineProtocol> Service<P> {
    pub(crate) fn new(protocol: P, mut settings: LineSettings) -> Service<P> {
        settings.line_bytes_max = settings.line_bytes_max.clamp(1, LINE_BYTES_LIMIT);
        Service { protocol, settings, pace: Arc::new(Pace::learned()) }
    }
}

impl<P: LineProtocol> LineService for Service<P> {
    fn live(self: Arc<Self>, peer: Peer) -> Live {
        Live::conversation(Lines::new(self, peer))
    }
}

impl<P> fmt::Debug for Service<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("settings", &self.settings).finish_non_exhaustive()
    }
}
