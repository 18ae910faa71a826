//! Limits on the number of connections, in total and for each address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use crate::{Network, engine::ServerSettings, lock::lock, request::network::any_contains};

/// The number of open connections, shared by all shards.
#[derive(Debug)]
pub(crate) struct Admission {
    open: AtomicUsize,
    open_max: usize,
    of_address: Mutex<HashMap<IpAddr, usize>>,
    of_address_max: usize,
    /// Proxies, which speak for many clients: not counted by address.
    exempt: Vec<Network>,
}

impl Admission {
    pub(crate) fn new(settings: &ServerSettings) -> Admission {
        let limits = &settings.limits;
        let proxies = &settings.trusted_proxies;
        let mut exempt = [&proxies[..], &settings.proxy_protocol_from].concat();
        exempt.push(Network::UNIX);
        Admission {
            open: AtomicUsize::new(0),
            open_max: limits.connections_max,
            of_address: Mutex::default(),
            of_address_max: limits.connections_per_address_max,
            exempt,
        }
    }

    /// Counts a new connection, unless its address has too many.
    pub(crate) fn enter(&self, address: IpAddr) -> bool {
        if !any_contains(&self.exempt, address) {
            let mut of_address = lock(&self.of_address);
            let count = of_address.entry(address).or_insert(0);
            if *count >= self.of_address_max {
                return false;
            }
            *count += 1;
        }
        self.open.fetch_add(1, Relaxed);
        true
    }

    /// Counts a closed connection.
    pub(crate) fn leave(&self, address: IpAddr) {
        self.open.fetch_sub(1, Relaxed);
        if any_contains(&self.exempt, address) {
            return;
        }
        let mut of_address = lock(&self.of_address);
        if let Some(count) = of_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                of_address.remove(&address);
            }
        }
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// Whether a connection has to close before another may stay.
    pub(crate) fn is_over(&self) -> bool {
        self.open() > self.open_max
    }
}
