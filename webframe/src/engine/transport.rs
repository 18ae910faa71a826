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
use rustls::ServerConnection;

use super::tls::Tls;

/// A connected, non-blocking socket, and what encrypts it once that has begun.
#[derive(Debug)]
pub(super) struct Transport {
    socket: Socket,
    tls: Option<Box<Tls>>,
}

/// A connected, non-blocking socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Transport {
    pub(super) fn plain(socket: Socket) -> Transport {
        Transport { socket, tls: None }
    }

    /// Begins to encrypt; takes in what the peer has sent of its handshake.
    pub(super) fn encrypt(&mut self, session: ServerConnection, came: &[u8]) -> io::Result<()> {
        let tls = self.tls.insert(Box::new(Tls::new(session)));
        tls.take_in(&mut self.socket, came)
    }

    /// Goes on with the handshake, where there is one, as far as it goes now; `WouldBlock` where
    /// it is not done.
    pub(super) fn shake_hands(&mut self) -> io::Result<()> {
        self.tls.as_mut().map_or(Ok(()), |tls| tls.shake_hands(&mut self.socket))
    }

    /// Says to the peer that nothing more will come.
    pub(super) fn shut_down_writing(&mut self) {
        self.say_goodbye();
        let outcome = match &self.socket {
            Socket::Tcp(socket) => socket.shutdown(Shutdown::Write),
            Socket::Unix(socket) => socket.shutdown(Shutdown::Write),
        };
        drop(outcome); // a peer that is gone already needs no word
    }

    /// Whether bytes are encrypted on their way.
    pub(super) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether bytes that were written wait until the socket can be written again.
    pub(super) fn has_output(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_output())
    }

    /// Whether another read may bring something though the socket announces nothing.
    pub(super) fn holds_more(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.holds_more())
    }

    /// Tells the peer that what was written was all, where there is a word for that.
    pub(super) fn say_goodbye(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.say_goodbye(&mut self.socket);
        }
    }
}

impl Read for Transport {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => tls.read(&mut self.socket, into),
            None => self.socket.read(into),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => tls.write(&mut self.socket, bytes),
            None => self.socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => tls.send(&mut self.socket),
            None => Ok(()),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.read(into),
            Socket::Unix(socket) => socket.read(into),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.write(bytes),
            Socket::Unix(socket) => socket.write(bytes),
        }
    }

    /// What of an answer goes out as several pieces of a session goes out at once.
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.write_vectored(pieces),
            Socket::Unix(socket) => socket.write_vectored(pieces),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Socket {
    fn source(&mut self) -> &mut dyn Source {
        match self {
            Socket::Tcp(socket) => socket,
            Socket::Unix(socket) => socket,
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
        self.socket.source().register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.socket.source().reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.socket.source().deregister(registry)
    }
}
