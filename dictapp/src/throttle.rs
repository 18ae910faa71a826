//! Failed log-ins to the wait before the next try: how often a name failed from one network, and
//! how often that network failed with any name, for a while and in a bounded memory. A right
//! password from another network is never kept waiting by somebody else's failures. New accounts
//! of a network are counted in the same way: each costs a hash and is kept for good.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::settings::Accounts;

/// The most tallies that are kept, 3 MB: from one network a window adds no more than the limit of
/// a network.
const TALLIES_MAX: usize = 1 << 16;

/// Counts failed log-ins.
pub struct Throttle {
    of_name_max: usize,
    of_network_max: usize,
    registrations_max: usize,
    window: Duration,
    /// Tallies are known by a hash: people type their passwords where the name belongs.
    keys: RandomState,
    tallies: Mutex<HashMap<u64, Tally>>,
}

/// The failures since the first one, until they are forgotten.
#[derive(Clone, Copy)]
struct Tally {
    failures: usize,
    ends: Instant,
}

/// A log-in or a registration that is under way. It counts until it is known to be none that counts,
/// so that many at the same time are no way around the limit.
#[derive(Debug)]
#[must_use = "one that is dropped is not counted"]
pub struct Attempt<'t> {
    throttle: &'t Throttle,
    /// Of the name, if there is one, and of the network.
    keys: Vec<u64>,
    counts: bool,
}

impl Throttle {
    /// With the limits of the settings.
    pub fn new(accounts: &Accounts) -> Throttle {
        Throttle {
            of_name_max: accounts.login_failures_max,
            of_network_max: accounts.login_failures_per_network_max,
            registrations_max: accounts.registrations_per_network_max,
            window: accounts.login_failures_window,
            keys: RandomState::new(),
            tallies: Mutex::default(),
        }
    }

    /// Lets a log-in begin, whether or not there is such a name.
    ///
    /// # Errors
    /// Too many failed: how long to wait.
    pub fn begin(&self, name: &str, client: IpAddr, now: Instant) -> Result<Attempt<'_>, Duration> {
        let network = network(client);
        let of_name = self.keys.hash_one((name, network));
        let of_network = self.keys.hash_one(network);
        self.count(&[(of_name, self.of_name_max), (of_network, self.of_network_max)], now)
    }

    /// Lets a registration begin.
    ///
    /// # Errors
    /// Too many from this network: how long to wait.
    pub fn begin_registration(
        &self,
        client: IpAddr,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        let of_network = self.keys.hash_one(("registration", network(client)));
        self.count(&[(of_network, self.registrations_max)], now)
    }

    fn count(&self, keys: &[(u64, usize)], now: Instant) -> Result<Attempt<'_>, Duration> {
        let mut tallies = self.lock();
        let left = |(key, most): &(u64, usize)| {
            let tally = tallies.get(key).filter(|tally| tally.failures >= *most)?;
            Some(tally.ends.saturating_duration_since(now)).filter(|left| !left.is_zero())
        };
        if let Some(wait) = keys.iter().filter_map(left).max() {
            return Err(wait);
        }
        make_room(&mut tallies, now);
        let keys: Vec<u64> = keys.iter().map(|(key, _)| *key).collect();
        for &key in &keys {
            let new = Tally { failures: 0, ends: now + self.window };
            let tally = tallies.entry(key).or_insert(new);
            if tally.ends <= now {
                *tally = new;
            }
            tally.failures += 1;
        }
        Ok(Attempt { throttle: self, keys, counts: false })
    }

    /// Nothing panics while the lock is held, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// The name or the password was wrong; or a registration cost what is counted.
    pub fn counts(mut self) {
        self.counts = true;
    }

    /// It was the password: what failed before, of this name from this network, is forgotten.
    pub fn succeeded(self) {
        if let Some(of_name) = self.keys.first() {
            self.throttle.lock().remove(of_name);
        }
    }
}

impl Drop for Attempt<'_> {
    /// What ended without a verdict is no failure.
    fn drop(&mut self) {
        if self.counts {
            return;
        }
        let mut tallies = self.throttle.lock();
        for key in &self.keys {
            if let Some(tally) = tallies.get_mut(key) {
                tally.failures = tally.failures.saturating_sub(1);
            }
        }
    }
}

/// Room for two tallies more. Those that are over go first, then the lightest; forgetting all is
/// better than to refuse everybody.
fn make_room(tallies: &mut HashMap<u64, Tally>, now: Instant) {
    let is_full = |tallies: &HashMap<u64, Tally>| tallies.len() + 2 > TALLIES_MAX;
    if is_full(tallies) {
        tallies.retain(|_, tally| tally.ends > now && tally.failures > 0);
    }
    if is_full(tallies) {
        tallies.retain(|_, tally| tally.failures > 1);
    }
    if is_full(tallies) {
        tallies.clear();
    }
}

/// An IPv4 address is one customer of a provider; of IPv6 each has 2^64 at least.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Throttle { of_name_max, of_network_max, window, .. } = self;
        f.debug_struct("Throttle")
            .field("of_name_max", of_name_max)
            .field("of_network_max", of_network_max)
            .field("window", window)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    const WINDOW: Duration = Duration::from_secs(900);

    fn throttle() -> Throttle {
        Throttle::new(&Accounts {
            login_failures_max: 3,
            login_failures_per_network_max: 5,
            login_failures_window: WINDOW,
            ..Settings::default().accounts
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[track_caller]
    fn fail(throttle: &Throttle, name: &str, client: &str, now: Instant) {
        throttle.begin(name, ip(client), now).unwrap().counts();
    }

    #[track_caller]
    fn wait(throttle: &Throttle, name: &str, client: &str, now: Instant) -> Option<Duration> {
        throttle.begin(name, ip(client), now).map(drop).err()
    }

    #[test]
    fn a_name_waits_from_the_network_where_it_failed_and_from_no_other() {
        let (throttle, now) = (throttle(), Instant::now());
        for _ in 0..3 {
            assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now), None);
            fail(&throttle, "Levi", "192.0.2.1", now);
        }
        let second = now + Duration::from_secs(1);
        let left = Some(WINDOW - Duration::from_secs(1));
        assert_eq!(wait(&throttle, "Levi", "192.0.2.1", second), left);
        assert_eq!(wait(&throttle, "Levi", "::ffff:192.0.2.1", second), left);
        assert_eq!(wait(&throttle, "Levi", "192.0.2.2", second), None);
        assert_eq!(wait(&throttle, "levi", "192.0.2.1", second), None);
        assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now + WINDOW), None);
    }

    #[test]
    fn a_network_waits_after_failures_with_any_names() {
        let (throttle, now) = (throttle(), Instant::now());
        for (i, name) in ["a", "b", "c", "d", "e"].iter().enumerate() {
            fail(&throttle, name, &format!("2001:db8::{i}"), now);
        }
        assert_eq!(wait(&throttle, "f", "2001:db8::ffff:1", now), Some(WINDOW));
        assert_eq!(wait(&throttle, "f", "2001:db8:0:1::1", now), None);
    }

    #[test]
    fn log_ins_at_the_same_time_are_counted_before_they_are_known_to_fail() {
        let (throttle, now) = (throttle(), Instant::now());
        let begun: Vec<_> =
            (0..3).map(|_| throttle.begin("Levi", ip("::1"), now).unwrap()).collect();
        assert_eq!(wait(&throttle, "Levi", "::1", now), Some(WINDOW));
        drop(begun);
        assert_eq!(wait(&throttle, "Levi", "::1", now), None, "none of them failed");
    }

    #[test]
    fn a_right_password_clears_the_name_and_not_the_network() {
        let (throttle, now) = (throttle(), Instant::now());
        for name in ["Levi", "Levi", "a", "b"] {
            fail(&throttle, name, "::1", now);
        }
        throttle.begin("Levi", ip("::1"), now).unwrap().succeeded();
        fail(&throttle, "Levi", "::1", now);
        assert_eq!(wait(&throttle, "Levi", "::1", now), Some(WINDOW), "five of the network");
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_what_failed_often() {
        let (throttle, now) = (throttle(), Instant::now());
        for _ in 0..3 {
            fail(&throttle, "Levi", "192.0.2.1", now);
        }
        for i in 0..TALLIES_MAX as u32 {
            let client = IpAddr::from((0x0A00_0000 + i).to_be_bytes());
            throttle.begin("x", client, now).unwrap().counts();
            assert!(throttle.lock().len() <= TALLIES_MAX);
        }
        assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now), Some(WINDOW));
    }
}
