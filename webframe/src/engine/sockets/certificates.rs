//! Reads the certificate and key files of the server, makes TLS sessions from them, and reloads
//! them.

use std::{
    io,
    path::Path,
    sync::{Arc, RwLock},
};

use rustls::{
    ServerConfig, ServerConnection,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use crate::{engine::TlsSettings, lock::unpoisoned, report};

/// The TLS configuration of a server.
#[derive(Debug)]
pub(crate) struct Certificates {
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

/// The certificate in use. A reload exchanges only this, so clients can still resume earlier
/// sessions.
#[derive(Debug)]
struct Current {
    settings: TlsSettings,
    key: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&*unpoisoned(self.key.read())))
    }
}

impl Certificates {
    /// Reads the files of the settings.
    ///
    /// # Errors
    /// A file cannot be read, or the certificate and the key do not belong together.
    pub(crate) fn read(settings: &TlsSettings) -> io::Result<Certificates> {
        let key = RwLock::new(Arc::new(read(settings)?));
        let current = Arc::new(Current { settings: settings.clone(), key });
        let resolver: Arc<dyn ResolvesServerCert> = current.clone();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(io::Error::other)?;
        Ok(Certificates { current, config: Arc::new(config) })
    }

    /// Reads the files again. If this fails, the old certificate stays in use.
    pub(crate) fn reload(&self) -> io::Result<()> {
        let fresh = Arc::new(read(&self.current.settings)?);
        *unpoisoned(self.current.key.write()) = fresh;
        Ok(())
    }

    /// Reloads the files after a signal and logs the result.
    pub(crate) fn reload_and_log(&self) {
        let file = self.current.settings.cert.display();
        match self.reload() {
            Ok(()) => log::info!("reloaded {file}"),
            Err(error) => report::error(format_args!("{error}; the old certificate stays in use")),
        }
    }

    /// The server's side of a new connection.
    pub(crate) fn session(&self) -> Result<ServerConnection, rustls::Error> {
        ServerConnection::new(Arc::clone(&self.config))
    }
}

fn read(settings: &TlsSettings) -> io::Result<CertifiedKey> {
    let TlsSettings { cert, key } = settings;
    let chain = CertificateDer::pem_file_iter(cert).and_then(|found| found.collect());
    let chain: Vec<CertificateDer<'static>> = chain.map_err(|e| unreadable(cert, e))?;
    if chain.is_empty() {
        return Err(unreadable(cert, pem::Error::NoItemsFound));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| unreadable(key, e))?;
    CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(|error| {
        let cert = cert.display();
        let key = key.display();
        let text = format!("the certificate {cert} cannot be used with the key {key}: {error}");
        io::Error::new(io::ErrorKind::InvalidData, text)
    })
}

fn unreadable(path: &Path, error: pem::Error) -> io::Error {
    let (kind, error) = match error {
        pem::Error::Io(error) => (error.kind(), error.to_string()),
        pem::Error::NoItemsFound => {
            (io::ErrorKind::InvalidData, "it contains no such section".to_owned())
        }
        other => (io::ErrorKind::InvalidData, other.to_string()),
    };
    io::Error::new(kind, format!("cannot read PEM from {}: {error}", path.display()))
}
