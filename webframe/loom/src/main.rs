//! Models of the engine's hand-overs between threads. loom runs each in every possible order of
//! events.
//!
//! A program and not a test, since the files that it shares with the engine have tests of their
//! own, which need real locks.

#![cfg_attr(not(loom), allow(unused))]

#[cfg(not(loom))]
compile_error!("build with RUSTFLAGS=\"--cfg loom\", or run cargo xtask test");

#[expect(dead_code, reason = "a model asks no inbox whether it is empty, and closes none")]
#[path = "../../src/engine/shard/inbox.rs"]
mod inbox;
#[expect(dead_code, reason = "a model needs no route that was marked")]
#[path = "../../src/pace.rs"]
mod pace;
#[path = "../../src/engine/watch/parking.rs"]
mod parking;
#[expect(dead_code, reason = "a model reports no warning")]
#[path = "../../src/report.rs"]
mod report;
#[path = "../../src/engine/watch/watchdog.rs"]
mod watchdog;

use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::sync::{Arc, Notify, mpsc};
use loom::thread;
use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use inbox::Inbox;
use pace::Pace;
use parking::{LastScan, ParkingSpot};
use watchdog::{Neighbour, Watchdog, watch};

const MODELS: &[(&str, fn())] = &[
    ("a parked shard has one owner, whether it is reclaimed or stolen", one_owner),
    ("a shard that two threads scan has one owner", one_owner_of_three),
    (
        "a neighbour that scans a millisecond later steals the shard, and not before",
        a_neighbour_scans,
    ),
    ("a shard is stolen only if it was parked before the previous scan", only_a_stale_shard_is_stolen),
    ("a worker that returns late does not get a shard that another worker parked", coming_back_late),
    ("no message is left in the inbox without a wake-up", no_message_is_left),
    ("a stall is not overwritten by concurrent calls", a_stall_is_kept),
    ("a handler that begins while the watchdog goes to sleep is watched", a_sleeper_is_woken),
];

fn main() {
    for (name, model) in MODELS {
        loom::model(model);
        println!("model ... {name} ... ok");
    }
}

/// webframe's `lock` with loom's locks.
mod lock {
    use loom::sync::{Mutex, MutexGuard};
    use std::sync::PoisonError;

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The waker of an inbox. Like `mio`'s, a wake-up is kept until a thread waits for it.
#[derive(Clone, Debug)]
struct Waker(Arc<Notify>);

impl Waker {
    fn wake(&self) -> io::Result<()> {
        self.0.notify();
        Ok(())
    }
}

/// Two quick handlers in the shard's thread, and a watchdog that scans three times.
fn one_owner() {
    let spot = Arc::new(ParkingSpot::new());
    let registration = Arc::clone(&spot);
    let watchdog = thread::spawn(move || {
        let mut seen = LastScan::default();
        (0..3).filter(|_| registration.steal(&mut seen).is_some()).count()
    });
    let mut shard = Some(Box::new("shard"));
    for _ in 0..2 {
        if let Some(mine) = shard.take() {
            spot.begin_call(0);
            let ticket = spot.park(mine);
            spot.begin_call(1);
            let given = spot.was_stolen(ticket);
            shard = spot.reclaim();
            assert!(!given || shard.is_none());
        }
    }
    let taken = watchdog.join().expect("no panic");
    assert_eq!(taken + usize::from(shard.is_some()), 1);
}

/// A handler in the shard's thread; the watchdog and a neighbour scan twice each.
fn one_owner_of_three() {
    let spot = Arc::new(ParkingSpot::new());
    let lookers = [(), ()].map(|()| {
        let registration = Arc::clone(&spot);
        thread::spawn(move || {
            let mut seen = LastScan::default();
            (0..2).filter(|_| registration.steal(&mut seen).is_some()).count()
        })
    });
    spot.begin_call(0);
    spot.park(Box::new("shard"));
    let mine = spot.reclaim();
    let taken: usize = lookers.map(|looker| looker.join().expect("no panic")).iter().sum();
    assert_eq!(taken + usize::from(mine.is_some()), 1);
}

/// A handler blocks in the first shard. The watchdog does not scan; the second shard does, once too
/// early.
fn a_neighbour_scans() {
    let engine = Arc::new(Engine {
        watchdog: Watchdog::new(2),
        parking: vec![ParkingSpot::new(), ParkingSpot::new()],
        workers: Workers,
    });
    let looking = Arc::clone(&engine);
    let (given, comes) = mpsc::channel();
    engine.parking[0].begin_call(0);
    engine.parking[0].park(Box::new(Shard(given)));
    let looks = thread::spawn(move || {
        let (mut neighbour, millisecond) = (Neighbour::new(1, 2), Duration::from_millis(1));
        let first = Instant::now();
        for now in [first, first + millisecond / 2] {
            neighbour.scan(now, &looking);
            assert!(comes.try_recv().is_err(), "given away too early");
        }
        neighbour.scan(first + millisecond, &looking);
        assert!(comes.try_recv().is_ok(), "not given away");
    });
    looks.join().expect("no panic");
    assert!(engine.parking[0].reclaim().is_none());
}

/// The watchdog steals only a shard that was parked before its previous scan: a handler has at
/// least the time between two scans.
fn only_a_stale_shard_is_stolen() {
    let (spot, begun) = (Arc::new(ParkingSpot::new()), Arc::new(AtomicUsize::new(0)));
    let (registration, laid) = (Arc::clone(&spot), Arc::clone(&begun));
    let watchdog = thread::spawn(move || {
        let (mut seen, mut laid_before) = (LastScan::default(), 0);
        for _ in 0..3 {
            if let Some((round, _)) = registration.steal(&mut seen) {
                assert!(round <= laid_before, "{round} was laid after the look at {laid_before}");
                return;
            }
            laid_before = laid.load(SeqCst);
        }
    });
    for round in 1..=3 {
        begun.store(round, SeqCst);
        spot.begin_call(0);
        spot.park(round);
        if spot.reclaim().is_none() {
            break;
        }
    }
    watchdog.join().expect("no panic");
}

/// A worker that has lost its shard returns while the new owner parks the shard again for its own
/// handler.
fn coming_back_late() {
    let (spot, messages) = (Arc::new(ParkingSpot::new()), Arc::new(AtomicUsize::new(0)));
    let (given, answered) = (Arc::clone(&spot), Arc::clone(&messages));
    spot.begin_call(1);
    spot.park(Box::new("shard"));
    let other = thread::spawn(move || {
        let mut seen = LastScan::default();
        given.steal(&mut seen);
        let (shard, _) = given.steal(&mut seen)?;
        given.begin_call(2);
        given.park(shard);
        let back = given.reclaim();
        if back.is_none() {
            answered.fetch_add(1, SeqCst);
        }
        back
    });
    let mine = spot.reclaim();
    if mine.is_none() {
        messages.fetch_add(1, SeqCst);
    }
    let theirs = other.join().expect("no panic");
    assert_eq!([&mine, &theirs].iter().filter(|shard| shard.is_some()).count(), 1);
    assert!(spot.reclaim().is_none());
    // A worker without a shard has sent its response as a message; a worker with a shard has not.
    assert!(messages.load(SeqCst) <= 1 && (mine.is_some() || messages.load(SeqCst) == 1));
}

/// Two workers push a message each. The shard sleeps until it is woken, then takes all messages.
fn no_message_is_left() {
    let waker = Waker(Arc::new(Notify::new()));
    let inbox = Arc::new(Inbox::new(waker.clone()));
    let workers: Vec<_> = (0..2)
        .map(|number| {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || inbox.put(number))
        })
        .collect();
    let mut all = VecDeque::new();
    while all.len() < workers.len() {
        waker.0.wait(); // blocks for ever if a message is left without a wake-up: loom reports it
        inbox.empty_into(&mut all);
    }
    for worker in workers {
        worker.join().expect("no panic");
    }
}

/// A quick route stalls in one shard while a call of it ends in another.
fn a_stall_is_kept() {
    let pace = Arc::new(Pace::learned());
    (0..8).for_each(|_| pace.learn(Duration::ZERO));
    pace.learn(Duration::from_secs(1));
    assert!(!pace.blocks());
    let elsewhere = Arc::clone(&pace);
    let call = thread::spawn(move || elsewhere.learn(Duration::ZERO));
    pace.learn_stall();
    call.join().expect("no panic");
    assert!(pace.blocks(), "the stall is forgotten");
}

/// The part of the engine that the watchdog's loop uses.
struct Engine {
    watchdog: Watchdog,
    parking: Vec<ParkingSpot<Box<Shard>>>,
    workers: Workers,
}

/// A shard that notifies its handler when another worker runs it.
struct Shard(mpsc::Sender<()>);

impl Shard {
    fn stalled_by(&mut self, _: u32) {}

    fn run(self: Box<Shard>) {
        self.0.send(()).expect("its handler waits");
    }
}

struct Workers;

impl Workers {
    fn run_shard(&self, run: impl FnOnce()) {
        run();
    }

    fn review(&self) {}

    fn retry_growth(&self) {}

    fn replace_orphaned(&self) {}
}

/// A short sleep may end at any moment. A long sleep ends only by a wake-up, so that loom finds
/// code that relies on its end.
fn park_timeout(time: Duration) {
    match time < Duration::from_millis(100) {
        true => thread::yield_now(),
        false => thread::park(),
    }
}

/// The only shard sleeps, so the watchdog sleeps too. Then a handler blocks until another worker
/// runs its shard. Afterwards the watchdog is stopped, which must also work while it sleeps.
fn a_sleeper_is_woken() {
    let engine = Arc::new(Engine {
        watchdog: Watchdog::new(1),
        parking: vec![ParkingSpot::new()],
        workers: Workers,
    });
    let registration = Arc::clone(&engine);
    engine.watchdog.shard_sleeps();
    let watchdog = thread::spawn(move || watch(&registration));
    engine.watchdog.shard_wakes();
    let (given, comes) = mpsc::channel();
    engine.parking[0].begin_call(0);
    engine.parking[0].park(Box::new(Shard(given)));
    // Blocks for ever if nobody scans: loom reports it.
    comes.recv().expect("the watchdog gives the shard away");
    assert!(engine.parking[0].reclaim().is_none());
    engine.watchdog.shard_sleeps();
    engine.watchdog.end();
    watchdog.join().expect("no panic");
}
