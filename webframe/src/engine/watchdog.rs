//! The watchdog: looks each millisecond whether a shard still lies on its table, and gives one
//! that does to another worker.

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

#[cfg(loom)]
use super::park_timeout;

use super::{Engine, lock, table::Seen};

/// A handler delays others by one to two of these, the first time.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// While every shard sleeps only the pool's size is reviewed.
const LOOK_WHEN_IDLE: Duration = Duration::from_secs(1);
/// Looks in a row that found every shard asleep before the watchdog sleeps too: to wake it for
/// each of the few requests of a quiet hour would cost more than it saves.
const LOOKS_BEFORE_SLEEP: u32 = if cfg!(loom) { 1 } else { 100 };
/// How long a crew of workers stays without being needed.
const REVIEW_EVERY: Duration = Duration::from_secs(10);

/// How shards tell the watchdog whether there is something to watch.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// Shards that do not sleep in their poll.
    awake: AtomicUsize,
    /// The watchdog sleeps until it is woken.
    asleep: AtomicBool,
    thread: Mutex<Option<Thread>>,
    ended: AtomicBool,
}

impl Watchdog {
    /// A watchdog for that many shards, all awake.
    pub(super) fn new(shards: usize) -> Watchdog {
        Watchdog {
            awake: AtomicUsize::new(shards),
            asleep: AtomicBool::new(false),
            thread: Mutex::default(),
            ended: AtomicBool::new(false),
        }
    }

    /// A shard goes to sleep.
    pub(super) fn rest(&self) {
        self.awake.fetch_sub(1, SeqCst);
    }

    /// A shard woke. Either it sees here that the watchdog sleeps, or the watchdog, having said
    /// so, sees the shard awake: both sides first write and then read (`webframe/loom` tries it).
    pub(super) fn wake(&self) {
        self.awake.fetch_add(1, SeqCst);
        if self.asleep.load(SeqCst) {
            self.unpark();
        }
    }

    /// Waits until the next look.
    fn wait(&self, quiet_looks: &mut u32) {
        *quiet_looks = if self.awake.load(SeqCst) == 0 { *quiet_looks + 1 } else { 0 };
        if *quiet_looks < LOOKS_BEFORE_SLEEP {
            return park_timeout(LOOK_EVERY);
        }
        self.asleep.store(true, SeqCst);
        // Not a load: a write sees the newest count and orders what stands before it in any model
        // of memory, loom's too, which has no order of loads over all variables.
        if self.awake.fetch_add(0, SeqCst) == 0 {
            park_timeout(LOOK_WHEN_IDLE);
        }
        self.asleep.store(false, SeqCst);
    }

    /// Ends the watchdog's thread.
    pub(super) fn end(&self) {
        self.ended.store(true, SeqCst);
        self.unpark();
    }

    fn unpark(&self) {
        if let Some(thread) = &*lock(&self.thread) {
            thread.unpark();
        }
    }
}

/// The watchdog's loop; ends with [`Watchdog::end`].
pub(super) fn watch(engine: &Engine) {
    *lock(&engine.watchdog.thread) = Some(thread::current());
    let mut seen = vec![Seen::default(); engine.tables.len()];
    let mut reviewed = Instant::now();
    let mut quiet_looks = 0;
    while !engine.watchdog.ended.load(SeqCst) {
        engine.watchdog.wait(&mut quiet_looks);
        for (table, seen) in engine.tables.iter().zip(&mut seen) {
            if let Some((mut shard, call)) = table.take_stale(seen) {
                shard.stalled_by(call);
                engine.workers.run_shard(move || shard.run());
            }
        }
        if reviewed.elapsed() > REVIEW_EVERY {
            reviewed = Instant::now();
            engine.workers.review();
        }
    }
}
