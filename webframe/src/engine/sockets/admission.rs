//! Limits on the number of connections, in total and for each network of clients.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{Network, engine::ServerSettings, lock::lock, request::network::any_contains};

/// Of all connections that may be open, one in this number is reserved for networks that hold few.
const RESERVED_PART: usize = 32;
/// A network with at most this many connections holds few.
const FEW: usize = 16;

/// The number of open connections, shared by all shards.
#[derive(Debug)]
pub(crate) struct Admission {
    open: AtomicUsize,
    open_max: usize,
    /// Number of open connections of each network. `u32` keeps the table small: with thousands of
    /// networks it is a large part of the memory that a client takes.
    of_network: Mutex<HashMap<IpAddr, u32>>,
    of_network_max: usize,
    /// Proxies, each with many clients behind it: their connections are not counted by address.
    exempt: Vec<Network>,
    pub(crate) shortages: Report,
    pub(crate) turned_away: Report,
}

/// Reports an event at most once a second, so that a flood does not fill the log.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The second of the last report; the first second of the server is 1.
    last: AtomicU64,
}

impl Report {
    /// Whether to report the event now. `time_up` is the time since the server started.
    pub(crate) fn is_due(&self, time_up: Duration) -> bool {
        let second = time_up.as_secs() + 1;
        self.last.swap(second, Relaxed) != second
    }
}

/// The limit that a new connection exceeds. Another connection must close before it may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExceededLimit {
    /// The limit of this network: a connection of the same network must close.
    Network(IpAddr),
    /// The limit of all connections: any connection may close.
    Total,
}

impl Admission {
    pub(crate) fn new(settings: &ServerSettings) -> Admission {
        let limits = &settings.limits;
        let mut exempt = [&settings.trusted_proxies[..], &settings.proxy_protocol_from].concat();
        exempt.push(Network::UNIX);
        Admission {
            open: AtomicUsize::new(0),
            open_max: limits.connections_max,
            of_network: Mutex::default(),
            of_network_max: limits.connections_per_address_max,
            exempt,
            shortages: Report::default(),
            turned_away: Report::default(),
        }
    }

    /// Counts a new connection. It may stay if [`Admission::exceeded_limit`] returns `None`.
    pub(crate) fn enter(&self, address: IpAddr) {
        self.open.fetch_add(1, Relaxed);
        if !any_contains(&self.exempt, address) {
            *lock(&self.of_network).entry(network_of(address)).or_insert(0) += 1;
        }
    }

    /// Counts a closed connection.
    pub(crate) fn leave(&self, address: IpAddr) {
        self.open.fetch_sub(1, Relaxed);
        if any_contains(&self.exempt, address) {
            return;
        }
        let mut of_network = lock(&self.of_network);
        let network = network_of(address);
        if let Some(count) = of_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                of_network.remove(&network);
            }
        }
    }

    pub(crate) fn open_connections(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// The limit that a new connection from this address exceeds. The new connection is already
    /// counted.
    ///
    /// The last places are reserved for networks with few connections: a network with many must
    /// close one of its own.
    pub(crate) fn exceeded_limit(&self, address: IpAddr) -> Option<ExceededLimit> {
        let network = network_of(address);
        let held = lock(&self.of_network).get(&network).copied().unwrap_or(0) as usize;
        let reserved = self.open_max / RESERVED_PART;
        let is_tight = self.open_connections() > self.open_max - reserved && held > FEW;
        if held > self.of_network_max || (is_tight && reserved > 0) {
            return Some(ExceededLimit::Network(network));
        }
        (self.open_connections() > self.open_max).then_some(ExceededLimit::Total)
    }
}

/// The network of a client, for limits: its IPv4 address, or the /64 of its IPv6 address, since a
/// client usually has a whole /64 for itself.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        IpAddr::V4(address) => IpAddr::V4(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn admission(connections_max: usize, connections_per_address_max: usize) -> Admission {
        let limits = Limits { connections_max, connections_per_address_max, ..Limits::default() };
        Admission::new(&ServerSettings { limits, ..ServerSettings::default() })
    }

    #[test]
    fn an_event_is_reported_once_a_second() {
        let report = Report::default();
        let reported = |millis| report.is_due(Duration::from_millis(millis));
        assert_eq!([0, 999, 1_000, 1_001, 5_000].map(reported), [true, false, true, false, true]);
    }

    #[test]
    fn an_ipv6_client_counts_by_its_64_and_a_mapped_one_as_ipv4() {
        let admission = admission(100, 2);
        let parse = |address: &str| address.parse::<IpAddr>().expect("an address");
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:9::"] {
            admission.enter(parse(address));
        }
        let network = parse("2001:db8::");
        assert_eq!(
            admission.exceeded_limit(parse("2001:db8::3")),
            Some(ExceededLimit::Network(network))
        );
        assert_eq!(admission.exceeded_limit(parse("2001:db8:0:1::1")), None);
        admission.leave(parse("2001:db8::2"));
        assert_eq!(admission.exceeded_limit(parse("2001:db8::3")), None);
        assert_eq!(network_of(parse("::ffff:192.0.2.1")), parse("192.0.2.1"));
    }

    #[test]
    fn the_last_places_are_for_networks_with_few_connections() {
        let admission = admission(320, 320);
        let many: IpAddr = [192, 0, 2, 1].into();
        let few: IpAddr = [192, 0, 2, 2].into();
        for _ in 0..311 {
            admission.enter(many);
        }
        assert_eq!(admission.exceeded_limit(many), Some(ExceededLimit::Network(many)));
        for _ in 0..9 {
            admission.enter(few);
            assert_eq!(admission.exceeded_limit(few), None);
        }
        admission.enter(few);
        assert_eq!(admission.exceeded_limit(few), Some(ExceededLimit::Total));
    }
}
