//! Limits the rate of requests for each network, with token buckets in memory of a fixed size.

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use http::{HeaderName, HeaderValue};

use crate::{Error, Middleware, Next, Request, Response, lock::lock};

/// Number of rows of slots, each with its own hash function. A network has a slot in each row.
const ROWS: usize = 2;

/// Number of slots in a row. The slots of all rows together take 1 MiB.
const SLOTS: usize = 1 << 16;

/// The IPv6 networks that an address belongs to: a /64 is one link, a /56 one household, a /48 one
/// organisation (RFC 6177 §2).
const IPV6_NETWORKS: [Ipv6Network; 3] = [
    Ipv6Network { prefix_bits: 64, burst_factor: 1 },
    Ipv6Network { prefix_bits: 56, burst_factor: 2 },
    Ipv6Network { prefix_bits: 48, burst_factor: 4 },
];

/// A size of IPv6 networks, and the multiple of the limit that such a network may reach.
struct Ipv6Network {
    prefix_bits: u32,
    burst_factor: u32,
}

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit");

/// Refuses requests with 429 and `Retry-After` if a network sends too many. Every response has the
/// policy (`RateLimit-Policy`) and the remaining quota (`RateLimit`), as in the IETF draft
/// "RateLimit header fields for HTTP".
///
/// A network is an IPv4 address or an IPv6 /64. Each may send `burst` requests at once, and then
/// one every `interval`; an IPv6 /56 may send twice as many, a /48 four times. If there is a proxy,
/// name it in [`trusted_proxies`](crate::ServerSettings::trusted_proxies); otherwise all clients
/// count as one network. A flood from many networks can make the limit stricter for other networks,
/// but never laxer: the memory has a fixed size, and no network is ever forgotten.
///
/// ```
/// use std::time::Duration;
/// use webframe::{App, Request, Response, Result, TestClient, Urls, middleware::RateLimit};
///
/// fn expensive(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("done"))
/// }
///
/// let limit = RateLimit::new(2, Duration::from_secs(10));
/// let app = App::new(()).urls(Urls::new().get("/expensive", expensive).wrap_route(limit));
/// let client = TestClient::new(&app);
/// let answer = client.get("/expensive").send();
/// assert_eq!(answer.field("RateLimit-Policy"), Some("\"network\";q=2;w=20"));
/// assert_eq!(answer.field("RateLimit"), Some("\"network\";r=1;t=10"));
/// let status = || client.get("/expensive").send().status().as_u16();
/// assert_eq!([status(), status()], [200, 429]);
/// ```
#[derive(Debug)]
pub struct RateLimit {
    interval: Duration,
    burst: u32,
    /// The times in `full_at` are counted from this one.
    started: Instant,
    hashers: [RandomState; ROWS],
    /// A count-min sketch: for each slot the time at which its bucket will be full again, in
    /// nanoseconds. A network has one slot in each row and shares it with other networks. The
    /// earliest time of its slots counts: sharing can only make a time later.
    full_at: Mutex<Vec<u64>>,
}

/// The slots of a network, and the multiple of the limit that it may reach.
struct Bucket {
    slots: [usize; ROWS],
    burst_factor: u32,
}

impl RateLimit {
    /// At most `burst` requests at once, and one every `interval` in the long run.
    pub fn new(burst: u32, interval: Duration) -> RateLimit {
        RateLimit {
            interval,
            burst: burst.max(1),
            started: Instant::now(),
            hashers: [RandomState::new(), RandomState::new()],
            full_at: Mutex::new(vec![0; ROWS * SLOTS]),
        }
    }

    /// Counts a request. Returns the time until all buckets of the client are full again. If the
    /// request exceeds the limit, it is not counted, and the error is the time to wait.
    fn take(&self, client: IpAddr, now: Instant) -> Result<Duration, Duration> {
        let now = nanoseconds(now.saturating_duration_since(self.started));
        let allowed = now.saturating_add(nanoseconds(self.window()));
        let mut full_at = lock(&self.full_at);
        let taken: Vec<(Bucket, u64)> = self
            .buckets_of(client)
            .map(|bucket| {
                let earliest = bucket.slots.map(|slot| full_at[slot]).into_iter().min();
                let cost = nanoseconds(self.interval / bucket.burst_factor);
                let until = earliest.map_or(now, |at| at.max(now)).saturating_add(cost);
                (bucket, until)
            })
            .collect();
        let until = taken.iter().map(|(_, until)| *until).max().unwrap_or(now);
        if until > allowed {
            return Err(Duration::from_nanos(until - allowed));
        }
        for (bucket, until) in &taken {
            for slot in bucket.slots {
                full_at[slot] = full_at[slot].max(*until);
            }
        }
        Ok(Duration::from_nanos(until - now))
    }

    /// The time in which an empty bucket fills.
    fn window(&self) -> Duration {
        self.interval.saturating_mul(self.burst)
    }

    /// The buckets that a client's requests are counted in, one for each of its networks. In
    /// `full_at` the slots of a row come after those of the row before.
    fn buckets_of(&self, client: IpAddr) -> impl Iterator<Item = Bucket> {
        networks_of(client).into_iter().map(move |(prefix, burst_factor)| {
            let mut next_row = 0;
            let slots = self.hashers.each_ref().map(|hasher| {
                let hash = hasher.hash_one((prefix, burst_factor)) % SLOTS as u64;
                let row = next_row;
                next_row += SLOTS;
                row + usize::try_from(hash).unwrap_or_default()
            });
            Bucket { slots, burst_factor }
        })
    }

    /// The value of `RateLimit-Policy`, the same for all responses.
    fn policy(&self) -> String {
        let window = self.window().as_secs().max(1);
        format!("\"network\";q={};w={window}", self.burst)
    }

    /// The value of `RateLimit` for a bucket that will be full again after `until_full`.
    fn remaining(&self, until_full: Duration) -> String {
        let taken = until_full.as_nanos().div_ceil(self.interval.as_nanos().max(1));
        let remaining = u128::from(self.burst).saturating_sub(taken);
        format!("\"network\";r={remaining};t={}", until_full.as_millis().div_ceil(1000))
    }
}

/// The networks that a client's requests count for: the prefix of each, and its multiple of the
/// limit.
fn networks_of(client: IpAddr) -> Vec<(u128, u32)> {
    match client.to_canonical() {
        IpAddr::V4(address) => vec![(address.to_ipv6_mapped().to_bits(), 1)],
        IpAddr::V6(address) => {
            let prefix = |bits| address.to_bits() & (u128::MAX << (128 - bits));
            IPV6_NETWORKS.iter().map(|it| (prefix(it.prefix_bits), it.burst_factor)).collect()
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl<S: Send + Sync + 'static> Middleware<S> for RateLimit {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let taken = self.take(request.peer().address.ip(), Instant::now());
        let (mut response, remaining) = match taken {
            Ok(until_full) => (next.run(request), self.remaining(until_full)),
            Err(wait) => {
                let error = Error::too_many_requests("too many requests", wait);
                (next.refuse(request, error), self.remaining(self.window()))
            }
        };
        for (name, value) in [(POLICY, self.policy()), (REMAINING, remaining)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.set(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_its_burst_and_then_its_rate() {
        let second = Duration::from_secs(1);
        let limit = RateLimit::new(3, second);
        let start = limit.started;
        let take = |client, at: u32| limit.take(ip(client), start + second * at);
        let one = "192.0.2.1";
        assert!((0..3).all(|_| take(one, 0).is_ok()));
        assert_eq!(take(one, 0), Err(second));
        assert_eq!(take("::ffff:192.0.2.1", 0), Err(second), "IPv4-mapped");
        assert!(take("192.0.2.2", 0).is_ok(), "another network");
        assert!(take(one, 1).is_ok() && take(one, 1).is_err());
        assert!((0..3).all(|_| take(one, 10).is_ok()) && take(one, 10).is_err(), "the burst again");
    }

    #[test]
    fn responses_have_the_remaining_quota_and_its_reset() {
        let limit = RateLimit::new(3, Duration::from_millis(1500));
        assert_eq!(limit.policy(), "\"network\";q=3;w=4");
        let remaining = || {
            let until_full = limit.take(ip("::1"), limit.started).ok()?;
            Some(limit.remaining(until_full))
        };
        assert_eq!(remaining().as_deref(), Some("\"network\";r=2;t=2"));
        assert_eq!(remaining().as_deref(), Some("\"network\";r=1;t=3"));
        assert_eq!(remaining().as_deref(), Some("\"network\";r=0;t=5"));
        assert_eq!(remaining(), None);
    }

    #[test]
    fn a_flood_from_many_networks_does_not_reset_the_limit_of_any_network() {
        let limit = RateLimit::new(1, Duration::from_secs(3600));
        let now = limit.started;
        assert!(limit.take(ip("198.51.100.1"), now).is_ok());
        for number in 0..4 * SLOTS as u128 {
            let address = std::net::Ipv6Addr::from_bits((0x2001_0db8 << 96) | (number << 80));
            let _ = limit.take(address.into(), now);
        }
        assert!(limit.take(ip("198.51.100.1"), now).is_err());
        assert_eq!(lock(&limit.full_at).len(), ROWS * SLOTS, "it takes no more memory");
    }

    #[test]
    fn rotating_a_64_inside_a_48_is_limited_as_one_organisation() {
        let limit = RateLimit::new(3, Duration::from_secs(60));
        let take = |address: &str| limit.take(ip(address), limit.started);
        let allowed = (0..100).filter(|i| take(&format!("2001:db8:1:{i:02x}00::1")).is_ok());
        assert_eq!(allowed.count(), 12, "four times the burst of a /64");
        let allowed = (0..100).filter(|i| take(&format!("2001:db8:2:{i:x}::1")).is_ok());
        assert_eq!(allowed.count(), 6, "twice, inside one /56");
        let allowed = (0..100).filter(|i| take(&format!("2001:db8:3:1::{i:x}")).is_ok());
        assert_eq!(allowed.count(), 3, "one /64");
    }
}
