//! The watchdog: looks each millisecond whether a shard still lies on its table, and gives one
//! that does to another worker. It sleeps while all shards do, and where requests come in floods it
//! leaves most looks to the shards: each looks after the next one, between its rounds.

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

/// A handler delays others by one to two of these, the first time.
const SCAN_INTERVAL: Duration = Duration::from_millis(1);
/// The watchdog's looks in a flood, where shards look after each other. Its looks take the processor
/// from a shard or a client in the middle of a batch: one each millisecond cost 8 % of the requests
/// at 2,000 connections, one each 2 ms half of that; those of the shards nothing that could be
/// measured (medians of 3 to 21 rounds beside the load generator on two processors). There a
/// handler that blocked delayed others by 1.7 ms (median of 80; 2.5 ms at most). Where all shards
/// are blocked at once nobody looks but the watchdog, which comes back soon when it finds all of them
/// on their tables: 2.1 ms (median of 160; 5.9 at most).
const SCAN_INTERVAL_IN_FLOOD: Duration = Duration::from_millis(4);
/// It is a flood while every shard has called so many handlers since the last look: so it begins
/// at four times the rate at which it ends.
const CALLS_IN_FLOOD: u32 = 8;
/// While every shard sleeps only the pool's size is reviewed.
const SCAN_INTERVAL_IDLE: Duration = Duration::from_secs(1);
/// Looks in a row that found every shard asleep before the watchdog sleeps too: to wake it for
/// each of the few requests of a quiet hour would cost more than it saves.
const IDLE_SCANS_BEFORE_SLEEP: u32 = if cfg!(loom) { 1 } else { 100 };
/// How often threads are asked for that the system has refused.
const GROWTH_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// How long a crew of workers stays without being needed.
const REVIEW_INTERVAL: Duration = Duration::from_secs(10);

/// What the looks up to now found.
#[derive(Debug, Default)]
struct Scans {
    /// In a row, with every shard asleep.
    quiet: u32,
    /// Handlers called since the look before, in the shard that called fewest.
    calls: u32,
    /// Every shard lay on its table at the last look: all of them may be blocked.
    all_wait: bool,
}

/// A shard's looks after the next one.
#[derive(Debug)]
pub(crate) struct Neighbour {
    number: usize,
    seen: LastScan,
    look_at: Instant,
}

/// How shards tell the watchdog whether there is something to watch.
#[derive(Debug)]
pub(crate) struct Watchdog {
    /// Shards that do not sleep in their poll.
    awake: AtomicUsize,
    /// The watchdog sleeps until it is woken.
    asleep: AtomicBool,
    thread: Mutex<Option<Thread>>,
    ended: AtomicBool,
}

impl Watchdog {
    /// A watchdog for that many shards, all awake.
    pub(crate) fn new(shards: usize) -> Watchdog {
        Watchdog {
            awake: AtomicUsize::new(shards),
            asleep: AtomicBool::new(false),
            thread: Mutex::default(),
            ended: AtomicBool::new(false),
        }
    }

    /// A shard goes to sleep.
    pub(crate) fn rest(&self) {
        self.awake.fetch_sub(1, SeqCst);
    }

    /// A shard woke. Either it sees here that the watchdog sleeps, or the watchdog, having said
    /// so, sees the shard awake: both sides first write and then read (`webframe/loom` tries it).
    pub(crate) fn wake(&self) {
        self.awake.fetch_add(1, SeqCst);
        if self.asleep.load(SeqCst) {
            self.unpark();
        }
    }

    /// Waits until the next look.
    fn wait(&self, looks: &mut Scans) {
        looks.quiet = if self.awake.load(SeqCst) == 0 { looks.quiet + 1 } else { 0 };
        if looks.quiet < IDLE_SCANS_BEFORE_SLEEP {
            return park_timeout(looks.pause());
        }
        self.asleep.store(true, SeqCst);
        // Not a load: a write sees the newest count and orders what stands before it in any model
        // of memory, loom's too, which has no order of loads over all variables.
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
    /// How long to wait for the next one.
    fn pause(&self) -> Duration {
        if self.calls < CALLS_IN_FLOOD || self.all_wait {
            SCAN_INTERVAL
        } else {
            SCAN_INTERVAL_IN_FLOOD
        }
    }
}

impl Neighbour {
    /// The one of that shard of so many. A shard alone is its own, and finds its table empty
    /// whenever it comes to look.
    pub(crate) fn of(number: usize, shards: usize) -> Neighbour {
        let number = (number + 1) % shards;
        Neighbour { number, seen: LastScan::default(), look_at: Instant::now() }
    }

    /// Looks after it, where the last look was long enough ago.
    pub(crate) fn look(&mut self, now: Instant, engine: &Engine) {
        if now >= self.look_at {
            self.look_at = now + SCAN_INTERVAL;
            look(engine, self.number, &mut self.seen);
        }
    }
}

/// Looks after a shard: where it waits for the call that it waited for at the last look, another
/// worker runs it from now on.
fn look(engine: &Engine, number: usize, seen: &mut LastScan) {
    if let Some((mut shard, call)) = engine.parking[number].steal(seen) {
        shard.stalled_by(call);
        engine.workers.run_shard(move || shard.run());
    }
}

/// The watchdog's loop; ends with [`Watchdog::end`].
pub(crate) fn watch(engine: &Engine) {
    *lock(&engine.watchdog.thread) = Some(thread::current());
    let mut seen = vec![LastScan::default(); engine.parking.len()];
    let (mut asked, mut reviewed) = (Instant::now(), Instant::now());
    let mut looks = Scans::default();
    while !engine.watchdog.ended.load(SeqCst) {
        engine.watchdog.wait(&mut looks);
        // A shard alone has nobody else who looks after it: it pays for each look.
        looks.calls = if engine.parking.len() > 1 { u32::MAX } else { 0 };
        looks.all_wait = true;
        for (number, seen) in seen.iter_mut().enumerate() {
            looks.calls = looks.calls.min(engine.parking[number].calls_since(*seen));
            look(engine, number, seen);
            looks.all_wait &= seen.waits;
        }
        if asked.elapsed() > GROWTH_RETRY_INTERVAL {
            asked = Instant::now();
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
    fn it_looks_less_often_only_while_every_shard_is_flooded() {
        let pause = |calls| Scans { calls, ..Scans::default() }.pause();
        assert_eq!(pause(CALLS_IN_FLOOD - 1), SCAN_INTERVAL);
        assert_eq!(pause(CALLS_IN_FLOOD), SCAN_INTERVAL_IN_FLOOD);
    }

    #[test]
    fn it_comes_back_soon_where_every_shard_may_be_blocked() {
        let looks = Scans { calls: CALLS_IN_FLOOD, all_wait: true, ..Scans::default() };
        assert_eq!(looks.pause(), SCAN_INTERVAL);
    }
}
