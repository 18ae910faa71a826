//! Answers to counts by route and status and to a histogram of durations, for monitoring.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use webframe::{Gauges, GaugesHandle, LogQueue};

/// The upper bounds of the histogram in microseconds; the last one is infinite.
pub const BOUNDS: [u64; 11] =
    [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// The answers of one route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// How many.
    pub answers: u64,
    /// Their durations together.
    pub total: Duration,
    /// The longest of them.
    pub longest: Duration,
}

/// What is counted since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By the pattern of the route, which is empty if there was none, and the status.
    requests: Mutex<BTreeMap<(&'static str, u16), Timing>>,
    /// Answers within each bound, and all others.
    durations: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
    gauges: OnceLock<GaugesHandle>,
    log: OnceLock<LogQueue>,
}

impl Timing {
    /// The average duration.
    pub fn mean(&self) -> Duration {
        self.total / u32::try_from(self.answers.max(1)).unwrap_or(u32::MAX)
    }

    fn add(&mut self, other: Timing) {
        self.answers += other.answers;
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }
}

impl Metrics {
    /// Counts an answer.
    pub fn count(&self, pattern: &'static str, status: u16, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| microseconds <= *bound);
        self.durations[bucket.unwrap_or(BOUNDS.len())].fetch_add(1, Relaxed);
        self.microseconds.fetch_add(microseconds, Relaxed);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.entry((pattern, status)).or_default().add(Timing {
            answers: 1,
            total: duration,
            longest: duration,
        });
    }

    /// The answers by route, whatever their status; those that took longest on average first.
    pub fn slowest_routes(&self) -> Vec<(&'static str, Timing)> {
        let mut routes: BTreeMap<&'static str, Timing> = BTreeMap::new();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((pattern, _), timing) in requests.iter() {
            routes.entry(*pattern).or_default().add(*timing);
        }
        drop(requests);
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by_key(|(_, timing)| Reverse(timing.mean()));
        routes
    }

    /// The answers by route and status.
    pub fn requests(&self) -> BTreeMap<(&'static str, u16), u64> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().map(|(key, timing)| (*key, timing.answers)).collect()
    }

    /// The answers within each of [`BOUNDS`] and no smaller one, then all others.
    pub fn durations(&self) -> [u64; BOUNDS.len() + 1] {
        self.durations.each_ref().map(|count| count.load(Relaxed))
    }

    /// The sum of all durations.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.microseconds.load(Relaxed))
    }

    /// Connects the running server and its log; a second call has no effect.
    pub fn connect(&self, gauges: GaugesHandle, log: LogQueue) {
        self.gauges.set(gauges).ok();
        self.log.set(log).ok();
    }

    /// The load of the server; zero before it serves.
    pub fn gauges(&self) -> Gauges {
        self.gauges.get().map(GaugesHandle::read).unwrap_or_default()
    }

    /// Lines of the log that were dropped.
    pub fn dropped_lines(&self) -> u64 {
        self.log.get().map_or(0, LogQueue::dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_in_the_first_bucket_that_holds_it() {
        let metrics = Metrics::default();
        metrics.count("/", 200, Duration::from_micros(1000));
        metrics.count("/", 200, Duration::from_micros(1001));
        metrics.count("", 404, Duration::from_secs(60));
        let durations = metrics.durations();
        assert_eq!((durations[0], durations[1], durations[BOUNDS.len()]), (1, 1, 1));
        assert_eq!(metrics.requests(), BTreeMap::from([(("", 404), 1), (("/", 200), 2)]));
        assert_eq!(metrics.duration(), Duration::from_micros(60_002_001));
        let [(slowest, _), (home, timing)] = metrics.slowest_routes()[..] else { panic!("two") };
        assert_eq!((slowest, home, timing.answers), ("", "/", 2));
        assert_eq!(timing.longest, Duration::from_micros(1001));
    }
}
