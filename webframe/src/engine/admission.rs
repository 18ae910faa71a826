//! How many connections there may be, in all and from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use super::lock;
use crate::Limits;

/// The count of open connections, shared by all shards.
#[derive(Debug)]
pub(super) struct Admission {
    open: AtomicUsize,
    open_max: usize,
    of_address: Mutex<HashMap<IpAddr, usize>>,
    of_address_max: usize,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Admission {
        Admission {
            open: AtomicUsize::new(0),
            open_max: limits.connections_max,
            of_address: Mutex::default(),
            of_address_max: limits.connections_per_address_max,
        }
    }

    /// Counts a connection in, unless its address has too many.
    pub(super) fn enter(&self, address: IpAddr) -> bool {
        let mut of_address = lock(&self.of_address);
        let count = of_address.entry(address).or_insert(0);
        if *count >= self.of_address_max {
            return false;
        }
        *count += 1;
        drop(of_address);
        self.open.fetch_add(1, Relaxed);
        true
    }

    /// Counts a connection out.
    pub(super) fn leave(&self, address: IpAddr) {
        self.open.fetch_sub(1, Relaxed);
        let mut of_address = lock(&self.of_address);
        if let Some(count) = of_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                of_address.remove(&address);
            }
        }
    }

    /// Whether one has to go before another may stay.
    pub(super) fn is_over(&self) -> bool {
        self.open.load(Relaxed) > self.open_max
    }
}
