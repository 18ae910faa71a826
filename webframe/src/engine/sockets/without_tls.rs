//! Replaces TLS in a build without the feature `tls`: no session exists, and a certificate in the
//! settings is reported as a mistake.

/// Replaces `certificates.rs`.
pub(crate) mod certificates {
    use std::io;

    use super::tls::Session;
    use crate::engine::TlsSettings;

    /// No value of this type exists.
    #[derive(Debug)]
    pub(crate) enum Certificates {}

    impl Certificates {
        pub(crate) fn read(_: &TlsSettings) -> io::Result<Certificates> {
            let text = "tls is set, but webframe was built without its feature `tls`";
            Err(io::Error::new(io::ErrorKind::Unsupported, text))
        }

        pub(crate) fn reload(&self) -> io::Result<()> {
            match *self {}
        }

        pub(crate) fn reload_and_log(&self) {
            match *self {}
        }

        pub(crate) fn session(&self) -> io::Result<Session> {
            match *self {}
        }
    }
}

/// Replaces `tls.rs`.
pub(crate) mod tls {
    use std::io;

    use crate::engine::sockets::socket::Socket;

    /// No value of this type exists.
    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Session {}

    /// No value of this type exists.
    #[derive(Debug)]
    pub(crate) enum Tls {}

    impl Tls {
        pub(crate) fn new(session: Session) -> Tls {
            match session {}
        }

        pub(crate) fn feed(&mut self, _: &mut Socket, _: &[u8]) -> io::Result<()> {
            match *self {}
        }

        pub(crate) fn continue_handshake(&mut self, _: &mut Socket) -> io::Result<()> {
            match *self {}
        }

        pub(crate) fn has_output(&self) -> bool {
            match *self {}
        }

        pub(crate) fn has_more_input(&self) -> bool {
            match *self {}
        }

        pub(crate) fn send_close_notify(&mut self, _: &mut Socket) {
            match *self {}
        }

        pub(crate) fn send(&mut self, _: &mut Socket) -> io::Result<()> {
            match *self {}
        }

        pub(crate) fn read(&mut self, _: &mut Socket, _: &mut [u8]) -> io::Result<usize> {
            match *self {}
        }

        pub(crate) fn write(&mut self, _: &mut Socket, _: &[u8]) -> io::Result<usize> {
            match *self {}
        }
    }
}
