//! Plain bytes to what a TLS session puts on a socket, and back, without ever waiting.
//!
//! What the session has for the peer goes to the socket at once; what that does not take stays in
//! the session, which takes no more plain bytes beyond its bound then, and goes on when the socket
//! can be written again.

use std::io::{self, ErrorKind, Read, Write};

use rustls::ServerConnection;

use super::socket::Socket;

/// Bytes of a client until the handshake is done; even one with a long certificate sends fewer.
const HANDSHAKE_BYTES_MAX: usize = 64 << 10;
/// Reads of the socket in a row: records without content must not keep a shard for long.
const READS_MAX: usize = 64;

/// The server's side of a TLS session; each call brings its socket.
#[derive(Debug)]
pub(crate) struct Tls {
    session: ServerConnection,
    handshake_bytes: usize,
    /// The last read left something that no event will announce.
    unread: bool,
}

impl Tls {
    pub(crate) fn new(session: ServerConnection) -> Tls {
        Tls { session, handshake_bytes: 0, unread: false }
    }

    /// Takes in what was read from the socket already.
    pub(crate) fn feed(&mut self, socket: &mut Socket, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.handshake_bytes += self.session.read_tls(&mut bytes)?;
            self.process(socket)?;
        }
        Ok(())
    }

    /// Goes on with the handshake as far as it goes now; `WouldBlock` where it is not done.
    pub(crate) fn continue_handshake(&mut self, socket: &mut Socket) -> io::Result<()> {
        while self.session.is_handshaking() {
            match self.receive(socket)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n => self.handshake_bytes += n,
            }
            if self.handshake_bytes > HANDSHAKE_BYTES_MAX {
                let text = format!("the handshake is larger than {HANDSHAKE_BYTES_MAX} bytes");
                return Err(io::Error::new(ErrorKind::InvalidData, text));
            }
        }
        Ok(())
    }

    /// Whether something waits for the socket to take it.
    pub(crate) fn has_output(&self) -> bool {
        self.session.wants_write()
    }

    /// Whether another read may bring something though the socket announces nothing.
    pub(crate) fn has_more_input(&self) -> bool {
        self.unread
    }

    /// Tells the peer that what it got was all, so that it knows it from a cut.
    pub(crate) fn send_close_notify(&mut self, socket: &mut Socket) {
        self.session.send_close_notify();
        drop(self.send(socket)); // a peer that takes nothing now will see the socket close
    }

    /// Reads from the socket once.
    fn receive(&mut self, socket: &mut Socket) -> io::Result<usize> {
        let n = self.session.read_tls(socket)?;
        self.process(socket)?;
        Ok(n)
    }

    fn process(&mut self, socket: &mut Socket) -> io::Result<()> {
        let processed = self.session.process_new_packets();
        match self.send(socket) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
            _ => {} // an alert too is on its way now
        }
        processed.map(drop).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
    }

    /// Writes to the socket what the session has for it.
    pub(crate) fn send(&mut self, socket: &mut Socket) -> io::Result<()> {
        while self.session.wants_write() {
            match self.session.write_tls(socket) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Fills as much as there is: until the socket is drained, or there is no room.
    pub(crate) fn read(&mut self, socket: &mut Socket, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        self.unread = false;
        for _ in 0..READS_MAX {
            while filled < into.len() {
                match self.session.reader().read(&mut into[filled..]) {
                    Ok(0) => return Ok(self.at_end(filled)),
                    Ok(n) => filled += n,
                    Err(error) => match error.kind() {
                        ErrorKind::WouldBlock => break,
                        // Every message says where it ends: nothing can pass for whole.
                        ErrorKind::UnexpectedEof => return Ok(self.at_end(filled)),
                        _ => return Err(error),
                    },
                }
            }
            if filled == into.len() {
                return Ok(filled);
            }
            match self.receive(socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock && filled > 0 => {
                    return Ok(filled);
                }
                received => received?,
            };
        }
        self.unread = true;
        if filled == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(filled) }
    }

    /// Encrypts and writes; what was taken goes out whole sooner or later.
    pub(crate) fn write(&mut self, socket: &mut Socket, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let n = self.session.writer().write(bytes)?;
            match self.send(socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock && n > 0 => return Ok(n),
                Err(error) => return Err(error),
                Ok(()) if n > 0 || bytes.is_empty() => return Ok(n),
                Ok(()) => {} // it was full, and is empty now
            }
        }
    }

    /// What a read ends with that has come to the end of all plain bytes.
    fn at_end(&mut self, filled: usize) -> usize {
        self.unread = filled > 0;
        filled
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::net::UnixStream, path::Path, sync::Arc};

    use rustls::{
        ClientConfig, ClientConnection, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    };

    use super::*;
    use crate::engine::{
        TlsSettings,
        sockets::{certificates::Certificates, transport::Transport},
    };

    /// A server's side after the handshake, and a client's whose socket does not wait either.
    fn pair() -> (Transport, ClientConnection, UnixStream) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
        let (cert, key) = (folder.join("first.crt"), folder.join("first.key"));
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&cert).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
        let certificates = Certificates::read(&TlsSettings { cert, key }).unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        theirs.set_nonblocking(true).unwrap();
        let mut tls = Transport::plain(Socket::Unix(mio::net::UnixStream::from_std(ours)));
        tls.encrypt(certificates.session().unwrap(), &[]).unwrap();
        while tls.continue_handshake().is_err() || client.is_handshaking() {
            drop(client.complete_io(&mut theirs));
        }
        drop(client.complete_io(&mut theirs));
        (tls, client, theirs)
    }

    #[test]
    fn what_the_socket_does_not_take_waits_within_a_bound_and_goes_out_later() {
        let (mut tls, mut client, mut socket) = pair();
        let mut after_write = 0;
        while !tls.has_output() {
            after_write += tls.write(&[b'x'; 1000]).unwrap();
        }
        assert_eq!(tls.flush().unwrap_err().kind(), ErrorKind::WouldBlock);
        let bound = after_write + (128 << 10);
        let full = loop {
            match tls.write(&[b'x'; 1000]) {
                Ok(n) => after_write += n,
                Err(error) => break error.kind(),
            }
            assert!(after_write < bound);
        };
        assert_eq!(full, ErrorKind::WouldBlock);
        let mut read = 0;
        while read < after_write {
            drop(tls.flush());
            drop(client.read_tls(&mut socket));
            client.process_new_packets().unwrap();
            let mut piece = [0; 4096];
            while let Ok(n) = client.reader().read(&mut piece) {
                read += n;
            }
        }
        assert!(!tls.has_output());
    }

    #[test]
    fn an_end_that_came_with_the_last_bytes_is_not_forgotten() {
        let (mut tls, mut client, mut socket) = pair();
        client.writer().write_all(b"last").unwrap();
        client.send_close_notify();
        while client.wants_write() {
            client.write_tls(&mut socket).unwrap();
        }
        let mut into = [0; 100];
        assert_eq!(tls.read(&mut into).unwrap(), 4);
        assert!(tls.has_more_input(), "no event will tell of the end");
        assert_eq!(tls.read(&mut into).unwrap(), 0);
    }

    #[test]
    fn a_read_ends_only_when_the_socket_is_drained_or_the_room_is_full() {
        let (mut tls, mut client, mut socket) = pair();
        for _ in 0..3 {
            client.writer().write_all(&[b'x'; 10_000]).unwrap();
            while client.wants_write() {
                client.write_tls(&mut socket).unwrap();
            }
        }
        let mut into = [0; 20_000];
        assert_eq!(tls.read(&mut into).unwrap(), 20_000);
        assert_eq!(tls.read(&mut into).unwrap(), 10_000);
        assert_eq!(tls.read(&mut into).unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}
