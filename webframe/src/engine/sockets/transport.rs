//! A connected, non-blocking socket, with or without TLS: callers read and write plain bytes.

use std::io::{self, Read, Write};

use mio::{Interest, Registry, Token, event::Source};

use super::{
    socket::Socket,
    tls::{Session, Tls},
};

/// A connected, non-blocking socket, with a TLS session once it is encrypted.
#[derive(Debug)]
pub(crate) struct Transport {
    socket: Socket,
    tls: Option<Box<Tls>>,
}

impl Transport {
    pub(crate) fn plain(socket: Socket) -> Transport {
        Transport { socket, tls: None }
    }

    /// Starts a TLS session with the bytes of the handshake that were already read.
    #[cfg_attr(
        not(feature = "tls"),
        expect(unreachable_code, unused_variables, reason = "no session exists without TLS")
    )]
    pub(crate) fn encrypt(&mut self, session: Session, received: &[u8]) -> io::Result<()> {
        let tls = self.tls.insert(Box::new(Tls::new(session)));
        tls.feed(&mut self.socket, received)
    }

    /// Continues the handshake, if there is one. `WouldBlock` if it is not complete.
    pub(crate) fn continue_handshake(&mut self) -> io::Result<()> {
        self.tls.as_mut().map_or(Ok(()), |tls| tls.continue_handshake(&mut self.socket))
    }

    /// Sends close_notify if encrypted, and shuts down the writing side.
    pub(crate) fn shut_down_writing(&mut self) {
        self.send_close_notify();
        drop(self.socket.shut_down_writing()); // the peer may be gone
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether written bytes wait until the socket is writable.
    pub(crate) fn has_output(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_output())
    }

    /// Whether another read may return input without a readiness event.
    pub(crate) fn has_more_input(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_more_input())
    }

    /// Sends close_notify if the connection is encrypted.
    pub(crate) fn send_close_notify(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify(&mut self.socket);
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
