//! The watchdog scans the parked shards (event loops that wait for a handler) every millisecond.
//! If a shard is still parked for the same call as at the last scan, another worker runs the shard
//! from then on. The watchdog sleeps while all shards sleep. In a flood of requests the shards do
//! most scans: each shard scans the next one between its rounds.

#[cfg(loom)]
use loom::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, Thread},
};
use std::time::{Duration, Instant};
#[cfg(not(loom))]
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, Thread, park_timeout},
};

use super::parking::LastScan;
#[cfg(loom)]
use super::{Engine, park_timeout};
#[cfg(not(loom))]
use crate::engine::Engine;
use crate::lock::lock;

/// The interval between two scans. A route that blocks unexpectedly delays other requests by one to
/// two intervals.
const SCAN_INTERVAL: Duration = Duration::from_millis(1);
/// The interval in a flood, when shards scan each other. A scan of the watchdog interrupts a shard
/// or a client. At 2,000 connections one scan each millisecond costs 8 % of the requests, one each
/// 2 ms half of that. Scans by shards cost nothing measurable (medians of 3 to 21 rounds on two
/// processors with the load generator). In a flood a handler that blocks delays others by 1.7 ms
/// (median of 80; at most 2.5 ms). If all shards are blocked at once, only the watchdog scans. When
/// it finds all of them parked, it scans again after [`SCAN_INTERVAL`]. Then the delay is 2.1 ms
/// (median of 160; at most 5.9 ms).
const SCAN_INTERVAL_IN_FLOOD: Duration = Duration::from_millis(4);
/// There is a flood if every shard had this number of calls since the last scan. The interval is
/// four times as long in a flood, so a flood ends at a quarter of the rate at which it begins.
const CALLS_IN_FLOOD: u32 = 8;
/// The interval while every shard sleeps. Only the size of the pool of workers is reviewed then.
const SCAN_INTERVAL_IDLE: Duration = Duration::from_secs(1);
/// The watchdog sleeps after this number of scans in a row that found all shards asleep. If it
/// slept at once, waking it for each of a few requests would cost more than the sleep saves.
const IDLE_SCANS_BEFORE_SLEEP: u32 = if cfg!(loom) { 1 } else { 100 };
/// How often the pool of workers retries to start threads that the system refused.
const GROWTH_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// How often the pool is checked for a crew (workers that started together) that is not needed.
const REVIEW_INTERVAL: Duration = Duration::from_secs(10);

/// The results of the scans up to now.
#[derive(Debug, Default)]
struct Scans {
    /// Number of scans in a row that found every shard asleep.
    asleep: u32,
    /// Number of calls since the last scan, in the shard with the fewest calls.
    calls: u32,
    /// Every shard was parked for a new call at the last scan: all may be blocked.
    all_parked: bool,
}

/// A shard's scans of its neighbour, the shard with the next number.
#[derive(Debug)]
pub(crate) struct Neighbour {
    number: usize,
    seen: LastScan,
    next_scan: Instant,
}

/// Shared state by which shards wake the watchdog and let it sleep.
#[derive(Debug)]
pub(crate) struct Watchdog {
    /// Number of shards that do not sleep in their poll.
    awake: AtomicUsize,
    /// Whether the watchdog sleeps. If so, a shard that wakes must wake it.
    asleep: AtomicBool,
    thread: Mutex<Option<Thread>>,
    ended: AtomicBool,
}

impl Watchdog {
    /// A watchdog for this number of shards, all awake.
    pub(crate) fn new(shards: usize) -> Watchdog {
        Watchdog {
            awake: AtomicUsize::new(shards),
            asleep: AtomicBool::new(false),
            thread: Mutex::default(),
            ended: AtomicBool::new(false),
        }
    }

    /// Called when a shard goes to sleep.
    pub(crate) fn shard_sleeps(&self) {
        self.awake.fetch_sub(1, SeqCst);
    }

    /// Called when a shard wakes. Either it sees here that the watchdog sleeps, or the watchdog
    /// sees that the shard is awake: both write first and then read (modelled in `webframe/loom`).
    pub(crate) fn shard_wakes(&self) {
        self.awake.fetch_add(1, SeqCst);
        if self.asleep.load(SeqCst) {
            self.unpark();
        }
    }

    /// Waits until the next scan.
    fn wait(&self, scans: &mut Scans) {
        scans.asleep = if self.awake.load(SeqCst) == 0 { scans.asleep + 1 } else { 0 };
        if scans.asleep < IDLE_SCANS_BEFORE_SLEEP {
            return park_timeout(scans.pause());
        }
        self.asleep.store(true, SeqCst);
        // A write, not a load: it sees the newest count and orders the store before it in every
        // memory model. Loom has no total order of loads.
        if self.awake.fetch_add(0, SeqCst) == 0 {
            park_timeout(SCAN_INTERVAL_IDLE);
        }
        self.asleep.store(false, SeqCst);
    }

    /// Ends the watchdog's thread.
    pub(crate) fn end(&self) {
        self.ended.store(true, SeqCst);
        self.unpark();
    }

    fn unpark(&self) {
        if let Some(thread) = &*lock(&self.thread) {
            thread.unpark();
        }
    }
}

impl Scans {
    /// The time until the next scan.
    fn pause(&self) -> Duration {
        if self.calls < CALLS_IN_FLOOD || self.all_parked {
            SCAN_INTERVAL
        } else {
            SCAN_INTERVAL_IN_FLOOD
        }
    }
}

impl Neighbour {
    /// The neighbour of a shard. A single shard is its own neighbour and always finds its parking
    /// spot empty.
    pub(crate) fn new(number: usize, shards: usize) -> Neighbour {
        let number = (number + 1) % shards;
        Neighbour { number, seen: LastScan::default(), next_scan: Instant::now() }
    }

    /// Scans the neighbour, if the last scan was long enough ago.
    pub(crate) fn scan(&mut self, now: Instant, engine: &Engine) {
        if now >= self.next_scan {
            self.next_scan = now + SCAN_INTERVAL;
            scan(engine, self.number, &mut self.seen);
        }
    }
}

/// Scans a shard. If it is still parked for the same call as at the last scan, another worker runs
/// the shard from now on.
fn scan(engine: &Engine, number: usize, seen: &mut LastScan) {
    if let Some((mut shard, call)) = engine.parking[number].steal(seen) {
        shard.stalled_by(call);
        engine.workers.run_shard(move || shard.run());
    }
}

/// The watchdog's loop, until [`Watchdog::end`].
pub(crate) fn watch(engine: &Engine) {
    *lock(&engine.watchdog.thread) = Some(thread::current());
    let mut seen = vec![LastScan::default(); engine.parking.len()];
    let mut retried = Instant::now();
    let mut reviewed = Instant::now();
    let mut scans = Scans::default();
    while !engine.watchdog.ended.load(SeqCst) {
        engine.watchdog.wait(&mut scans);
        // A single shard has no neighbour, so it is scanned at the full rate.
        scans.calls = if engine.parking.len() > 1 { u32::MAX } else { 0 };
        scans.all_parked = true;
        for (number, seen) in seen.iter_mut().enumerate() {
            scans.calls = scans.calls.min(engine.parking[number].calls_since(*seen));
            scan(engine, number, seen);
            scans.all_parked &= seen.is_parked_for_new_call;
        }
        engine.workers.replace_orphaned();
        if retried.elapsed() > GROWTH_RETRY_INTERVAL {
            retried = Instant::now();
            engine.workers.retry_growth();
        }
        if reviewed.elapsed() > REVIEW_INTERVAL {
            reviewed = Instant::now();
            engine.workers.review();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_scans_less_often_only_while_every_shard_is_flooded() {
        let pause = |calls| Scans { calls, ..Scans::default() }.pause();
        assert_eq!(pause(CALLS_IN_FLOOD - 1), SCAN_INTERVAL);
        assert_eq!(pause(CALLS_IN_FLOOD), SCAN_INTERVAL_IN_FLOOD);
    }

    #[test]
    fn it_scans_again_soon_if_every_shard_may_be_blocked() {
        let scans = Scans { calls: CALLS_IN_FLOOD, all_parked: true, ..Scans::default() };
        assert_eq!(scans.pause(), SCAN_INTERVAL);
    }
}
