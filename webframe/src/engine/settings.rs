//! The settings of a server and their defaults.

use std::{path::PathBuf, time::Duration};

use super::Address;
use crate::{Limits, Network, Timeouts};

/// Settings of a server: addresses, encryption, proxies, threads, limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// Addresses to listen on, encrypted if `tls` is set. If the process inherits listening sockets
    /// (`LISTEN_FDS`, as from systemd), these are used instead. Default: `127.0.0.1:8000`.
    pub addresses: Vec<Address>,
    /// File mode of Unix sockets: who may connect. Default: 0o660, owner and group.
    pub unix_mode: u32,
    /// Certificate and key, with the feature `tls`. Default: none, connections are not encrypted.
    pub tls: Option<TlsSettings>,
    /// Unencrypted addresses that only redirect to the encrypted site. Default: none.
    pub redirect_addresses: Vec<Address>,
    /// The origin that visitors see, for example `https://dict.example`. Redirects from
    /// `redirect_addresses` lead there. Default: `None`, redirects lead to the `Host` of the
    /// request, with the port of the first TCP address in `addresses`.
    pub public_url: Option<String>,
    /// Host names that are served, without ports. Empty: all. HTTP/1.0 requests without a host are
    /// always served. Default: empty.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` or `Forwarded` fields are trusted. Default: none.
    pub trusted_proxies: Vec<Network>,
    /// Proxies whose connections begin with a PROXY protocol header, version 1 or 2. If one of them
    /// connects without the header, the connection is closed. Default: none.
    pub proxy_protocol_from: Vec<Network>,
    /// Worker threads that always exist. Default: 16.
    pub workers_min: usize,
    /// Maximum number of worker threads, when all are busy. Default: 512.
    pub workers_max: usize,
    /// Number of event loops. 0: one for each core. Default: 0.
    pub shards: usize,
    /// If the oldest waiting request is older than this, new ones are answered 503. Default: 1 s.
    pub queue_age_max: Duration,
    /// Time between the request to stop and the stop itself. The server still accepts connections
    /// and answers requests, each with `Connection: close`. Meanwhile a load balancer can notice
    /// the stop ([`Metrics::is_stopping`](crate::monitoring::Metrics::is_stopping)) and send new
    /// requests elsewhere. A second stop request ends this time. Default: 0 s.
    pub drain_notice: Duration,
    /// Maximum time that a stop waits for answers in flight. Default: 10 s.
    pub drain: Duration,
    /// Limits of size and number. Default: [`Limits::default`].
    pub limits: Limits,
    /// Limits of time. Default: [`Timeouts::default`].
    pub timeouts: Timeouts,
}

/// Encryption by the server itself, TLS 1.2 and 1.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// PEM file with the certificate, followed by its intermediate certificates.
    pub cert: PathBuf,
    /// PEM file with the private key of the first certificate, without a password.
    pub key: PathBuf,
}

impl Default for ServerSettings {
    fn default() -> ServerSettings {
        ServerSettings {
            addresses: vec![Address::Tcp(([127, 0, 0, 1], 8000).into())],
            unix_mode: 0o660,
            tls: None,
            redirect_addresses: Vec::new(),
            public_url: None,
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            proxy_protocol_from: Vec::new(),
            workers_min: 16,
            workers_max: 512,
            shards: 0,
            queue_age_max: Duration::from_secs(1),
            drain_notice: Duration::ZERO,
            drain: Duration::from_secs(10),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}
