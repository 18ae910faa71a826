//! What a connection runs over: TCP or a Unix socket, with or without TLS; never blocking.

use std::{
    io::{self, IoSlice, Read, Write},
    net::Shutdown,
};

use mio::{
    Interest, Registry, Token,
    event::Source,
    net::{TcpStream, UnixStream},
};

use super::tls::Tls;

/// A connected, non-blocking socket.
#[derive(Debug)]
pub(super) enum Transport {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<Tls>),
}

impl Transport {
    /// Says to the peer that nothing more will come.
    pub(super) fn shut_down_writing(&mut self) {
        self.say_goodbye();
        let outcome = match self.socket_mut() {
            Transport::Tcp(socket) => socket.shutdown(Shutdown::Write),
            Transport::Unix(socket) => socket.shutdown(Shutdown::Write),
            Transport::Tls(_) => Ok(()),
        };
        drop(outcome); // a peer that is gone already needs no word
    }

    /// Whether bytes are encrypted on their way.
    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self, Transport::Tls(_))
    }

    /// Whether bytes that were written wait until the socket can be written again.
    pub(super) fn has_output(&self) -> bool {
        matches!(self, Transport::Tls(tls) if tls.has_output())
    }

    /// Whether another read may bring something though the socket announces nothing.
    pub(super) fn holds_more(&self) -> bool {
        matches!(self, Transport::Tls(tls) if tls.holds_more())
    }

    /// Tells the peer that what was written was all, where there is a word for that.
    pub(super) fn say_goodbye(&mut self) {
        if let Transport::Tls(tls) = self {
            tls.say_goodbye();
        }
    }

    /// What lies beneath the encryption.
    pub(super) fn socket_mut(&mut self) -> &mut Transport {
        match self {
            Transport::Tls(tls) => tls.socket_mut(),
            plain => plain,
        }
    }

    fn source(&mut self) -> &mut dyn Source {
        match self {
            Transport::Tcp(socket) => socket,
            Transport::Unix(socket) => socket,
            Transport::Tls(tls) => tls.socket_mut().source(),
        }
    }
}

impl Read for Transport {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Tcp(socket) => socket.read(into),
            Transport::Unix(socket) => socket.read(into),
            Transport::Tls(tls) => tls.read(into),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Transport::Tcp(socket) => socket.write(bytes),
            Transport::Unix(socket) => socket.write(bytes),
            Transport::Tls(tls) => tls.write(bytes),
        }
    }

    /// What of an answer goes out as several pieces of a session goes out at once.
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Transport::Tcp(socket) => socket.write_vectored(pieces),
            Transport::Unix(socket) => socket.write_vectored(pieces),
            Transport::Tls(tls) => tls.write_vectored(pieces),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Transport::Tls(tls) => tls.flush(),
            Transport::Tcp(_) | Transport::Unix(_) => Ok(()),
        }
    }
}

impl Source for Transport {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.source().register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.source().reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.source().deregister(registry)
    }
}
