//! Counts responses by route and status, collects their durations in a histogram, and writes the
//! page of metrics that a monitoring system reads.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::Exposition;
use crate::{
    Error, GaugesHandle, Handler, Middleware, Next, Refused, Request, Response, lock::lock,
};

/// The upper bounds of the histogram in microseconds; the last bucket has none.
const BOUNDS: [u64; 11] =
    [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// Counts responses: a layer of an app. [`Metrics::handler`] answers with the counts. Clones share
/// their counts.
///
/// Routes are counted by their pattern, so clients cannot increase the number of metrics.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    prefix: String,
    /// By the pattern of the route (empty without a route) and the status.
    responses: Mutex<BTreeMap<(&'static str, u16), Timing>>,
    /// The number of responses in each bucket; the last one counts those beyond all bounds.
    durations: [AtomicU64; BOUNDS.len() + 1],
    /// The sum of all durations.
    microseconds: AtomicU64,
    /// Set by [`Metrics::watch`].
    gauges: OnceLock<GaugesHandle>,
}

/// The number of responses of a route and their durations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The number of responses.
    pub responses: u64,
    /// The sum of the durations. Requests that the server refused count as 0.
    pub total: Duration,
    /// The longest duration.
    pub longest: Duration,
}

impl Timing {
    /// The average duration.
    pub fn mean(&self) -> Duration {
        self.total / u32::try_from(self.responses.max(1)).unwrap_or(u32::MAX)
    }

    fn add(&mut self, other: Timing) {
        self.responses += other.responses;
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }
}

impl Metrics {
    /// Metrics that start at zero. All names begin with the prefix: ASCII letters, digits and `_`.
    pub fn new(prefix: impl Into<String>) -> Metrics {
        Metrics(Arc::new(Counts {
            prefix: prefix.into(),
            responses: Mutex::default(),
            durations: Default::default(),
            microseconds: AtomicU64::new(0),
            gauges: OnceLock::new(),
        }))
    }

    /// Adds gauges of the server: connections, workers, waiting requests. A second call has no
    /// effect.
    pub fn watch(&self, gauges: GaugesHandle) {
        self.0.gauges.set(gauges).ok();
    }

    /// Whether the [watched](Metrics::watch) server was asked to stop: an obstacle for
    /// [`ready`](super::ready).
    pub fn is_stopping(&self) -> bool {
        self.0.gauges.get().is_some_and(GaugesHandle::is_stopping)
    }

    /// The number of responses of the route with this pattern that had this status.
    pub fn responses(&self, pattern: &'static str, status: u16) -> u64 {
        lock(&self.0.responses).get(&(pattern, status)).map_or(0, |timing| timing.responses)
    }

    /// The responses by pattern of the route, with any status. The route with the longest average
    /// duration comes first.
    pub fn slowest_routes(&self) -> Vec<(&'static str, Timing)> {
        let mut routes: BTreeMap<&'static str, Timing> = BTreeMap::new();
        for ((pattern, _), timing) in &*lock(&self.0.responses) {
            routes.entry(pattern).or_default().add(*timing);
        }
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by_key(|(_, timing)| Reverse(timing.mean()));
        routes
    }

    /// The handler of `/metrics`: the [`page`](Metrics::page) for clients on the same machine that
    /// use no proxy, and 404 for others. To answer others, or to add metrics, write your own
    /// handler with the page.
    pub fn handler<S>(&self) -> impl Handler<S> {
        let metrics = self.clone();
        move |_: &S, request: &Request| {
            if request.is_local() {
                Ok(metrics.page().into_response())
            } else {
                Err(Error::not_found(""))
            }
        }
    }

    /// All metrics, to which an app can add its own.
    ///
    /// ```
    /// use webframe::{Request, Response, Result, monitoring::Metrics};
    ///
    /// struct Shop {
    ///     metrics: Metrics,
    ///     carts: usize,
    /// }
    ///
    /// fn metrics(shop: &Shop, _: &Request) -> Result<Response> {
    ///     let mut page = shop.metrics.page();
    ///     page.gauge("carts", "Open carts.", shop.carts);
    ///     Ok(page.into_response())
    /// }
    /// ```
    pub fn page(&self) -> Exposition {
        let mut page = Exposition::new(&*self.0.prefix);
        page.family("requests_total", "counter", "Responses by route and status.");
        for ((pattern, status), timing) in &*lock(&self.0.responses) {
            let route = if pattern.is_empty() { "none" } else { pattern };
            let labels = [("route", route), ("status", &status.to_string())];
            page.sample("requests_total", &labels, timing.responses);
        }
        self.add_durations(&mut page);
        if let Some(gauges) = self.0.gauges.get() {
            let load = gauges.read();
            page.gauge("connections", "Open connections.", load.connections);
            page.gauge("shards", "Threads that read and write connections.", load.shards);
            page.gauge("workers", "Worker threads.", load.workers);
            page.gauge("workers_idle", "Worker threads without a task.", load.workers_idle);
            page.gauge(
                "requests_waiting",
                "Requests that wait for a worker.",
                load.requests_waiting,
            );
            let oldest = load.oldest_wait.as_secs_f64();
            page.gauge("queue_age_seconds", "Time that the oldest of them has waited.", oldest);
            page.gauge("handlers_overdue", "Handlers past their deadline.", load.handlers_overdue);
            page.gauge(
                "handlers_abandoned",
                "Handlers that run on after their 503.",
                load.handlers_abandoned,
            );
        }
        page
    }

    /// Adds the histogram of durations. Each bucket of the page includes those before it.
    fn add_durations(&self, page: &mut Exposition) {
        page.family("request_seconds", "histogram", "Time from the first layer to the response.");
        let counts = self.0.durations.each_ref().map(|count| count.load(Relaxed));
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(counts) {
            sum += count;
            let seconds = (*bound as f64 / 1e6).to_string();
            page.sample("request_seconds_bucket", &[("le", &seconds)], sum);
        }
        let all: u64 = counts.iter().sum();
        page.sample("request_seconds_bucket", &[("le", "+Inf")], all);
        let total = Duration::from_micros(self.0.microseconds.load(Relaxed));
        page.sample("request_seconds_sum", &[], total.as_secs_f64());
        page.sample("request_seconds_count", &[], all);
    }

    /// Counts a response of a route.
    fn count(&self, pattern: &'static str, status: u16, duration: Duration) {
        let timing = Timing { responses: 1, total: duration, longest: duration };
        lock(&self.0.responses).entry((pattern, status)).or_default().add(timing);
    }

    /// Adds a duration to the histogram.
    fn record_duration(&self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| microseconds <= *bound);
        self.0.durations[bucket.unwrap_or(BOUNDS.len())].fetch_add(1, Relaxed);
        self.0.microseconds.fetch_add(microseconds, Relaxed);
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for Metrics {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let start = Instant::now();
        let response = next.run(request);
        let duration = start.elapsed();
        self.count(request.pattern(), response.status().as_u16(), duration);
        self.record_duration(duration);
        response
    }

    fn refused(&self, _: &S, refused: &Refused<'_>) {
        let pattern = refused.request.map_or("", Request::pattern);
        self.count(pattern, refused.refusal.status().as_u16(), Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Peer, TestClient, Urls, WireError};

    #[test]
    fn a_response_counts_in_the_first_bucket_that_holds_it() {
        let metrics = Metrics::new("a");
        for microseconds in [1_000, 1_001, 60_000_000] {
            metrics.record_duration(Duration::from_micros(microseconds));
        }
        let page = metrics.page();
        for line in [
            "a_request_seconds_bucket{le=\"0.001\"} 1\n",
            "a_request_seconds_bucket{le=\"0.0025\"} 2\n",
            "a_request_seconds_bucket{le=\"5\"} 2\n",
            "a_request_seconds_bucket{le=\"+Inf\"} 3\n",
            "a_request_seconds_sum 60.002001\n",
            "a_request_seconds_count 3\n",
        ] {
            assert!(page.text().contains(line), "{line} is not in {}", page.text());
        }
        assert!(!page.text().contains("a_connections"), "no server is watched");
        metrics.watch(GaugesHandle::default());
        assert!(metrics.page().text().contains("a_connections 0\n"));
    }

    #[test]
    fn the_route_with_the_longest_average_comes_first() {
        let metrics = Metrics::new("a");
        for (pattern, status, milliseconds) in [("/", 200, 1), ("/", 500, 2), ("/slow", 200, 10)] {
            metrics.count(pattern, status, Duration::from_millis(milliseconds));
        }
        let [("/slow", _), ("/", home)] = metrics.slowest_routes()[..] else { panic!("two") };
        assert_eq!((home.responses, home.longest), (2, Duration::from_millis(2)));
        assert_eq!(home.mean(), Duration::from_micros(1500));
    }

    #[test]
    fn refused_and_unrouted_requests_are_counted_and_strangers_get_404() {
        let metrics = Metrics::new("a");
        let app = App::new(()).wrap(metrics.clone()).urls(
            Urls::new()
                .get("/metrics", metrics.handler())
                .post("/{id}", |_, _| Ok(Response::text("x")))
                .body_limit(1),
        );
        let client = TestClient::new(&app);
        client.get("/x/y").send();
        client.post("/7", &[("a", "b")]).send();
        let peer = Peer { address: ([127, 0, 0, 1], 1).into(), encrypted: false };
        let refusal = WireError::HeadTooLarge.into();
        Middleware::<()>::refused(
            &metrics,
            &(),
            &Refused { refusal, peer, request: None, target: &[], request_line: None },
        );
        let page = client.get("/metrics").send();
        for line in [
            "a_requests_total{route=\"none\",status=\"404\"} 1\n",
            "a_requests_total{route=\"none\",status=\"431\"} 1\n",
            "a_requests_total{route=\"/{id}\",status=\"413\"} 1\n",
        ] {
            assert!(page.text().contains(line), "{line} is not in {}", page.text());
        }
        assert_eq!(metrics.responses("/metrics", 200), 1);
        let stranger = Peer { address: ([192, 0, 2, 1], 1).into(), encrypted: false };
        let client = TestClient::new(&app).with_peer(stranger);
        assert_eq!(client.get("/metrics").send().status().as_u16(), 404);
    }

    #[test]
    fn clients_of_a_proxy_on_this_machine_that_is_not_trusted_get_404() {
        let metrics = Metrics::new("a");
        let app = App::new(()).urls(Urls::new().get("/metrics", metrics.handler()));
        let client = TestClient::new(&app);
        for field in ["X-Forwarded-For", "x-real-ip", "Forwarded"] {
            let answer = client.get("/metrics").with_field(field, "127.0.0.1").send();
            assert_eq!(answer.status().as_u16(), 404, "{field}");
        }
        assert_eq!(client.get("/metrics").send().status().as_u16(), 200);
    }
}
