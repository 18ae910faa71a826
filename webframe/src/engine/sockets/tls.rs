//! A non-blocking TLS session over a socket.
//!
//! Encrypted output goes to the socket immediately. Bytes that the socket does not take stay in the
//! session, which accepts plain bytes up to a limit and continues when the socket is writable
//! again.

use std::io::{self, ErrorKind, Read, Write};

pub(crate) use rustls::ServerConnection as Session;

use super::socket::Socket;

/// Maximum bytes of a client's handshake. Handshakes with long certificates are smaller.
const HANDSHAKE_BYTES_MAX: usize = 64 << 10;
/// Maximum number of reads of the socket in a row: a client that sends empty records must not hold
/// the shard.
const READS_MAX: usize = 64;

/// The server's side of a TLS session. The socket is passed to each call.
#[derive(Debug)]
pub(crate) struct Tls {
    session: Session,
    handshake_bytes: usize,
    /// Whether the last read left input in the session or the socket. No readiness event will
    /// report this input.
    unread: bool,
}

impl Tls {
    pub(crate) fn new(session: Session) -> Tls {
        Tls { session, handshake_bytes: 0, unread: false }
    }

    /// Processes bytes that were already read from the socket.
    pub(crate) fn feed(&mut self, socket: &mut Socket, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.handshake_bytes += self.session.read_tls(&mut bytes)?;
            self.process(socket)?;
        }
        Ok(())
    }

    /// Continues the handshake. `WouldBlock` if it is not complete.
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

    /// Whether the session has output for the socket.
    pub(crate) fn has_output(&self) -> bool {
        self.session.wants_write()
    }

    /// Whether another read may return input without a readiness event.
    pub(crate) fn has_more_input(&self) -> bool {
        self.unread
    }

    /// Sends close_notify. It tells the peer that the answer is complete and the connection was not
    /// cut.
    pub(crate) fn send_close_notify(&mut self, socket: &mut Socket) {
        self.session.send_close_notify();
        drop(self.send(socket)); // a peer that reads nothing sees the socket close
    }

    /// Reads from the socket once.
    fn receive(&mut self, socket: &mut Socket) -> io::Result<usize> {
        let n = self.session.read_tls(socket)?;
        self.process(socket)?;
        Ok(n)
    }

    /// Decrypts what was received, and sends what the session answers, such as a handshake message.
    fn process(&mut self, socket: &mut Socket) -> io::Result<()> {
        let processed = self.session.process_new_packets();
        match self.send(socket) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
            _ => {} // the output, perhaps an alert, waits in the session
        }
        processed.map(drop).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
    }

    /// Writes the session's output to the socket.
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

    /// Reads plain bytes until the socket is drained or the buffer is full.
    pub(crate) fn read(&mut self, socket: &mut Socket, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        self.unread = false;
        for _ in 0..READS_MAX {
            while filled < into.len() {
                match self.session.reader().read(&mut into[filled..]) {
                    Ok(0) => return Ok(self.end_read(filled)),
                    Ok(n) => filled += n,
                    Err(error) => match error.kind() {
                        ErrorKind::WouldBlock => break,
                        // HTTP messages are self-delimiting: a missing close_notify hides nothing.
                        ErrorKind::UnexpectedEof => return Ok(self.end_read(filled)),
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

    /// Encrypts and writes. Returns how many bytes were accepted; those that do not fit into the
    /// socket now are sent later.
    pub(crate) fn write(&mut self, socket: &mut Socket, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let n = self.session.writer().write(bytes)?;
            match self.send(socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock && n > 0 => return Ok(n),
                Err(error) => return Err(error),
                Ok(()) if n > 0 || bytes.is_empty() => return Ok(n),
                Ok(()) => {} // the session was full and is empty now
            }
        }
    }

    /// Ends a read at the end of the input, after it has read `filled` bytes, and returns `filled`.
    /// If this is not 0, the end is not reported yet: the next read must return 0.
    fn end_read(&mut self, filled: usize) -> usize {
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

    /// A server's side after the handshake, and the client with its non-blocking socket.
    fn pair() -> (Transport, ClientConnection, UnixStream) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
        let cert = folder.join("first.crt");
        let key = folder.join("first.key");
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
    fn unsent_bytes_are_bounded_and_sent_later() {
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
    fn an_end_that_arrives_with_the_last_bytes_is_reported() {
        let (mut tls, mut client, mut socket) = pair();
        client.writer().write_all(b"last").unwrap();
        client.send_close_notify();
        while client.wants_write() {
            client.write_tls(&mut socket).unwrap();
        }
        let mut into = [0; 100];
        assert_eq!(tls.read(&mut into).unwrap(), 4);
        assert!(tls.has_more_input(), "no event will report the end");
        assert_eq!(tls.read(&mut into).unwrap(), 0);
    }

    #[test]
    fn a_read_ends_when_the_socket_is_drained_or_the_buffer_is_full() {
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
