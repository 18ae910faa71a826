//! Limits the rate of requests for each network, with a token bucket for each, in bounded memory.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use http::{HeaderName, HeaderValue};

use crate::{Error, Middleware, Next, Request, Response, lock::lock};

/// Maximum number of networks in memory. 64 Ki of them take about 6 MiB.
const NETWORKS_MAX: usize = 64 << 10;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Refuses requests with 429 and `Retry-After` if a network sends too many. Every response has the
/// policy (`RateLimit-Policy`) and the remaining quota (`RateLimit`), as in the IETF draft
/// "RateLimit header fields for HTTP".
///
/// A network is an IPv4 address or an IPv6 /64. Each may send `burst` requests at once, and then
/// one every `interval`. If there is a proxy, name it in
/// [`trusted_proxies`](crate::ServerSettings::trusted_proxies); otherwise all clients count as one
/// network. If there are too many networks, those that have been quiet longest are forgotten.
///
/// ```
/// use std::time::Duration;
/// use webframe::{App, Request, Response, Result, TestClient, Urls, middleware::RateLimit};
///
/// fn dear(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("done"))
/// }
///
/// let limit = RateLimit::new(2, Duration::from_secs(10));
/// let app = App::new(()).urls(Urls::new().get("/dear", dear).wrap_route(limit));
/// let client = TestClient::new(&app);
/// let answer = client.get("/dear").send();
/// assert_eq!(answer.field("RateLimit-Policy"), Some("\"network\";q=2;w=20"));
/// assert_eq!(answer.field("RateLimit"), Some("\"network\";r=1;t=10"));
/// let status = || client.get("/dear").send().status().as_u16();
/// assert_eq!([status(), status()], [200, 429]);
/// ```
#[derive(Debug)]
pub struct RateLimit {
    interval: Duration,
    burst: u32,
    buckets: Mutex<Buckets>,
}

#[derive(Debug, Default)]
struct Buckets {
    /// The time at which the bucket of a network will be full again, and its place in `order`.
    full_at: HashMap<u128, (Instant, u64)>,
    /// Networks by their latest request.
    order: BTreeMap<u64, u128>,
    clock: u64,
}

impl RateLimit {
    /// At most `burst` requests at once, and one every `interval` in the long run.
    pub fn new(burst: u32, interval: Duration) -> RateLimit {
        RateLimit { interval, burst: burst.max(1), buckets: Mutex::default() }
    }

    /// Counts a request. Returns the time until the bucket is full again, or the time to wait if
    /// the request is one too many.
    fn take(&self, network: u128, now: Instant) -> Result<Duration, Duration> {
        let mut buckets = lock(&self.buckets);
        let known = buckets.full_at.get(&network).map(|bucket| bucket.0);
        let full_at = known.map_or(now, |at| at.max(now)) + self.interval;
        let allowed = now + self.interval * self.burst;
        if full_at > allowed {
            return Err(full_at - allowed);
        }
        buckets.note(network, full_at);
        Ok(full_at - now)
    }

    /// The value of `RateLimit-Policy`, the same for all responses.
    fn policy(&self) -> String {
        let window = (self.interval * self.burst).as_secs().max(1);
        format!("\"network\";q={};w={window}", self.burst)
    }

    /// The value of `RateLimit` for a bucket that will be full again after `until_full`.
    fn left(&self, until_full: Duration) -> String {
        let taken = until_full.as_nanos().div_ceil(self.interval.as_nanos().max(1));
        let left = u128::from(self.burst).saturating_sub(taken);
        format!("\"network\";r={left};t={}", until_full.as_millis().div_ceil(1000))
    }
}

impl Buckets {
    fn note(&mut self, network: u128, full_at: Instant) {
        self.clock += 1;
        if let Some((_, place)) = self.full_at.insert(network, (full_at, self.clock)) {
            self.order.remove(&place);
        }
        self.order.insert(self.clock, network);
        if self.full_at.len() > NETWORKS_MAX
            && let Some((_, quietest)) = self.order.pop_first()
        {
            self.full_at.remove(&quietest);
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 address: a customer usually has at least a /64.
fn network_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() & !u128::from(u64::MAX),
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for RateLimit {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let taken = self.take(network_of(request.peer().address.ip()), Instant::now());
        let (mut response, left) = match taken {
            Ok(until_full) => (next.run(request), self.left(until_full)),
            Err(wait) => {
                let error = Error::too_many_requests("too many requests", wait);
                (next.refuse(request, error), self.left(self.interval * self.burst))
            }
        };
        for (name, value) in [(POLICY, self.policy()), (LEFT, left)] {
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

    #[test]
    fn a_network_has_its_burst_and_then_its_rate() {
        let second = Duration::from_secs(1);
        let limit = RateLimit::new(3, second);
        let start = Instant::now();
        let take = |network, at: u32| limit.take(network, start + second * at);
        assert!((0..3).all(|_| take(1, 0).is_ok()));
        assert_eq!(take(1, 0), Err(second));
        assert!(take(2, 0).is_ok(), "another network");
        assert!(take(1, 1).is_ok() && take(1, 1).is_err());
        assert!((0..3).all(|_| take(1, 10).is_ok()) && take(1, 10).is_err(), "never more at once");
    }

    #[test]
    fn responses_have_the_remaining_quota_and_its_reset() {
        let limit = RateLimit::new(3, Duration::from_millis(1500));
        assert_eq!(limit.policy(), "\"network\";q=3;w=4");
        let start = Instant::now();
        let left = || limit.take(1, start).map(|until_full| limit.left(until_full)).ok();
        assert_eq!(left().as_deref(), Some("\"network\";r=2;t=2"));
        assert_eq!(left().as_deref(), Some("\"network\";r=1;t=3"));
        assert_eq!(left().as_deref(), Some("\"network\";r=0;t=5"));
        assert_eq!(left(), None);
    }

    #[test]
    fn a_flood_of_networks_forgets_the_quietest_and_takes_no_more_memory() {
        let limit = RateLimit::new(1, Duration::from_secs(3600));
        let now = Instant::now();
        for network in 0..=NETWORKS_MAX as u128 {
            assert!(limit.take(network, now).is_ok());
        }
        let buckets = lock(&limit.buckets);
        assert_eq!((buckets.full_at.len(), buckets.order.len()), (NETWORKS_MAX, NETWORKS_MAX));
        drop(buckets);
        assert!(limit.take(NETWORKS_MAX as u128, now).is_err(), "the last one is remembered");
        assert!(limit.take(0, now).is_ok(), "the first one is not");
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket_and_mapped_ones_are_ipv4() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:0:2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
