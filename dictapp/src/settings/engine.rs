//! The sections `[server]`, `[tls]`, `[limits]` and `[timeouts]`. Each key has its name, default
//! and bounds here; conf/settings.toml explains it. Limits and timeouts are types of the framework.

use std::path::PathBuf;
use std::time::Duration;

use webframe::{Limits, ServerSettings, Timeouts};

use super::network::{Address, address, host, network, origin};
use super::reader::Reader;
use super::value::{count, duration, list, non_empty_list, optional, optional_path, size};

/// `[server]`: addresses, trusted proxies, threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The addresses to listen at, at least one. Their names are not resolved yet.
    pub address: Vec<Address>,
    /// The other keys of the section, except the limits of connections (see `connection_limits`).
    pub engine: ServerSettings,
}

/// `[tls]`: encryption by the server itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate chain, PEM; given together with `key`.
    pub cert: Option<PathBuf>,
    /// The private key, PEM.
    pub key: Option<PathBuf>,
    /// The `max-age` of the header field `Strict-Transport-Security`. Zero: it is not sent.
    pub hsts: Duration,
    /// An address at which the server redirects plain HTTP to HTTPS.
    pub redirect_address: Option<Address>,
}

impl Server {
    pub(super) fn read(r: &mut Reader) -> Server {
        r.section("server");
        let address = r.key("address", "127.0.0.1:8000", non_empty_list(address));
        let engine = ServerSettings {
            public_url: r.key("public_url", "", optional(origin)),
            allowed_hosts: r.key("allowed_hosts", "", list(host)),
            trusted_proxies: r.key("trusted_proxies", "", list(network)),
            proxy_protocol_from: r.key("proxy_protocol_from", "", list(network)),
            workers_min: r.key("workers_min", "16", count(1..=4096)),
            workers_max: r.key("workers_max", "512", count(1..=4096)),
            shards: r.key("shards", "0", count(0..=256)),
            queue_age_max: r.key("queue_age_max", "1s", duration("10ms"..="1m")),
            drain_notice: r.key("drain_notice", "0s", duration("0s"..="1h")),
            drain: r.key("drain", "10s", duration("0s"..="1h")),
            ..ServerSettings::default()
        };
        r.ordered(("workers_min", engine.workers_min), ("workers_max", engine.workers_max));
        Server { address, engine }
    }
}

impl Tls {
    pub(super) fn read(r: &mut Reader) -> Tls {
        r.section("tls");
        let tls = Tls {
            cert: r.key("cert", "", optional_path),
            key: r.key("key", "", optional_path),
            hsts: r.key("hsts", "0s", duration("0s"..="730d")),
            redirect_address: r.key("redirect_address", "", optional(address)),
        };
        if tls.cert.is_some() != tls.key.is_some() {
            r.contradiction(&["cert", "key"], "cert and key go together: one of them is missing");
        }
        if tls.cert.is_none() && (!tls.hsts.is_zero() || tls.redirect_address.is_some()) {
            let keys = ["hsts", "redirect_address", "cert", "key"];
            r.contradiction(&keys, "hsts and redirect_address require cert and key");
        }
        tls
    }
}

/// Reads the limits in `[server]`: the numbers of connections. The other limits are defaults.
pub(super) fn connection_limits(r: &mut Reader) -> Limits {
    Limits {
        connections_max: r.key("connections_max", "10000", count(1..=1_000_000)),
        connections_per_address_max: r.key(
            "connections_per_address_max",
            "1000",
            count(1..=1_000_000),
        ),
        ..Limits::default()
    }
}

/// Reads `[limits]`: the sizes and numbers of requests. Copies the limits of connections from
/// `connections`.
pub(super) fn limits(r: &mut Reader, connections: &Limits) -> Limits {
    r.section("limits");
    let limits = Limits {
        head_bytes_max: r.key("head_bytes_max", "16KiB", size("1KiB"..="1MiB")),
        head_fields_max: r.key("head_fields_max", "256", count(10..=1000)),
        target_bytes_max: r.key("target_bytes_max", "8KiB", size("256B"..="1MiB")),
        body_bytes_max: r.key("body_bytes_max", "64KiB", size("1KiB"..="1GiB")) as u64,
        body_memory_max: r.key("body_memory_max", "64KiB", size("0B"..="16MiB")),
        spool_bytes_max: r.key("spool_bytes_max", "1GiB", size("0B"..="1024GiB")) as u64,
        form_fields_max: r.key("form_fields_max", "1000", count(10..=10_000)),
        form_parts_max: r.key("form_parts_max", "100", count(10..=10_000)),
        requests_per_connection_max: r.key(
            "requests_per_connection_max",
            "100000",
            count(1..=1_000_000_000),
        ),
        ..connections.clone()
    };
    r.ordered(
        ("target_bytes_max", limits.target_bytes_max),
        ("head_bytes_max", limits.head_bytes_max),
    );
    limits
}

/// Reads `[timeouts]`: the maximum duration of each phase of a connection.
pub(super) fn timeouts(r: &mut Reader) -> Timeouts {
    r.section("timeouts");
    Timeouts {
        head: r.key("head", "10s", duration("100ms"..="10m")),
        body: r.key("body", "30s", duration("100ms"..="1h")),
        body_rate_min: r.key("body_rate_min", "1KiB", size("1B"..="1MiB")) as u64,
        idle: r.key("idle", "60s", duration("100ms"..="1h")),
        write: r.key("write", "30s", duration("100ms"..="1h")),
        handler: r.key("handler", "5s", duration("10ms"..="1h")),
        linger: r.key("linger", "2s", duration("0s"..="1m")),
    }
}
