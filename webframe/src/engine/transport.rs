//! What a connection runs over: TCP or a Unix socket, with or without TLS; never blocking.

use std::io::{self, Read, Write};

use mio::{
    Interest, Registry, Token,
    event::Source,
    net::{TcpStream, UnixStream},
};

/// A connected, non-blocking socket.
#[derive(Debug)]
pub(super) enum Transport {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Transport {
    /// Says to the peer that nothing more will come.
    pub(super) fn shut_down_writing(&self) {
        let outcome = match self {
            Transport::Tcp(socket) => socket.shutdown(std::net::Shutdown::Write),
            Transport::Unix(socket) => socket.shutdown(std::net::Shutdown::Write),
        };
        drop(outcome); // a peer that is gone already needs no word
    }

    /// Whether bytes are encrypted on their way.
    pub(super) fn is_encrypted(&self) -> bool {
        false
    }

    fn source(&mut self) -> &mut dyn Source {
        match self {
            Transport::Tcp(socket) => socket,
            Transport::Unix(socket) => socket,
        }
    }
}

impl Read for Transport {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Tcp(socket) => socket.read(into),
            Transport::Unix(socket) => socket.read(into),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Transport::Tcp(socket) => socket.write(bytes),
            Transport::Unix(socket) => socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
