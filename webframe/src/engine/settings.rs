//! Where and how a server serves: its settings and their defaults.

use std::time::Duration;

use super::{Address, TlsSettings};
use crate::{Limits, Network, Timeouts};

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where to listen; encrypted, where `tls` is set. Sockets that whoever started this process
    /// listens on for it (`LISTEN_FDS`, as systemd does) are taken instead.
    pub addresses: Vec<Address>,
    /// Who may connect to a Unix socket among these, as for a file. Its owner and group: 0o660.
    pub unix_mode: u32,
    /// The certificate of encrypted connections.
    pub tls: Option<TlsSettings>,
    /// Where to listen, not encrypted, only to send visitors to the encrypted site.
    pub redirect_addresses: Vec<Address>,
    /// The origin that visitors see, where it is not the `Host` they ask on the port of the first
    /// of `addresses`.
    pub public_url: Option<String>,
    /// The hosts that are answered, without ports; any, where there are none. HTTP/1.0 without a
    /// host is answered.
    pub allowed_hosts: Vec<String>,
    /// Proxies that are believed in whom they speak for (`X-Forwarded-For` or `Forwarded`).
    pub trusted_proxies: Vec<Network>,
    /// Proxies whose connections begin with a header of the PROXY protocol, version 1 or 2, each
    /// of them; one that does not is closed.
    pub proxy_protocol_from: Vec<Network>,
    /// Workers that are always there.
    pub workers_min: usize,
    /// Workers while all are busy.
    pub workers_max: usize,
    /// Event loops; 0 for one a core.
    pub shards: usize,
    /// How long a request may wait for a worker before new ones are answered 503.
    pub queue_age_max: Duration,
    /// How long a stop waits for answers in flight.
    pub drain: Duration,
    /// Bounds of size and number.
    pub limits: Limits,
    /// Bounds of time.
    pub timeouts: Timeouts,
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
            drain: Duration::from_secs(10),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}
