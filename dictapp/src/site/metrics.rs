//! Answers to counts by route and status and to a histogram of durations, for monitoring.

use std::{
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

/// What is counted since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By the pattern of the route, which is empty if there was none, and the status.
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    /// Answers within each bound, and all others.
    durations: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
    gauges: OnceLock<GaugesHandle>,
    log: OnceLock<LogQueue>,
}

impl Metrics {
    /// Counts an answer.
    pub fn count(&self, pattern: &'static str, status: u16, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| microseconds <= *bound);
        self.durations[bucket.unwrap_or(BOUNDS.len())].fetch_add(1, Relaxed);
        self.microseconds.fetch_add(microseconds, Relaxed);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((pattern, status)).or_default() += 1;
    }

    /// The answers by route and status.
    pub fn requests(&self) -> BTreeMap<(&'static str, u16), u64> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    }
}
