//! The handle with which other threads reload the certificate of a running server.

use std::{io, sync::Arc};

use super::sockets::certificates::Certificates;

/// Reloads the certificate and key of a running server, as SIGHUP does.
#[derive(Clone, Debug)]
pub struct ReloadHandle(pub(crate) Option<Arc<Certificates>>);

impl ReloadHandle {
    /// Reads the files. New connections use the new certificate. Does nothing if the server has no
    /// certificate.
    ///
    /// # Errors
    /// The files cannot be read or do not belong together; the old certificate stays in use.
    pub fn reload(&self) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |certificates| certificates.reload())
    }
}
