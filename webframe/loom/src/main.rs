//! The engine's hand-overs become every order of events that threads could bring about: loom runs each, and none may go wrong.
//!
//! A program and not a test: the files that it shares with the engine have tests of their own, which need real locks. The models were
//! each seen to fail with a fault put in: a table that gives away what was laid just now, or does not count, or looks with its lock let
//! go between; a bell that rings late or outside its lock; a stall that is overwritten; a watchdog that looks for shards awake before it
//! says that it sleeps, shards that ask whether it sleeps before they say that they woke, or ring no bell, an end told after its ring;
//! a neighbour that looks after the wrong shard, or too early, or too late. Only the models of coming back late and of two who look
//! have not been seen to fail yet.

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
    ("what is laid has one owner, whoever takes it", one_owner),
    ("what two look after has one owner, too", one_owner_of_three),
    (
        "a neighbour that looks a millisecond later gives the shard away, and not before",
        a_neighbour_looks,
    ),
    ("what is taken away has lain since the last look", only_what_is_stale),
    ("a worker that comes back late finds the shard of another, or none", coming_back_late),
    ("no message is left in the box without a ring", no_message_is_left),
    ("a stall is remembered whatever calls end beside it", a_stall_is_remembered),
    ("a handler that begins while the watchdog goes to sleep is watched", a_sleeper_is_woken),
];

fn main() {
    for (name, model) in MODELS {
        loom::model(model);
        println!("model ... {name} ... ok");
    }
}

/// As webframe's own, for loom's locks.
mod lock {
    use loom::sync::{Mutex, MutexGuard};
    use std::sync::PoisonError;

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bell of an inbox: as `mio`'s, a ring is kept until somebody waits for it.
#[derive(Clone, Debug)]
struct Waker(Arc<Notify>);

impl Waker {
    fn wake(&self) -> io::Result<()> {
        self.0.notify();
        Ok(())
    }
}

/// Two quick handlers in the shard's thread, a watchdog that looks three times.
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

/// A handler in the shard's thread; the watchdog and a neighbour look twice each.
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

/// A handler blocks in the first shard, the watchdog does not look, the second shard does, once too early.
fn a_neighbour_looks() {
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
        let (mut neighbour, millisecond) = (Neighbour::of(1, 2), Duration::from_millis(1));
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

/// What the watchdog takes was laid before its look before: a handler has at least the time between two looks.
fn only_what_is_stale() {
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

/// A worker whose shard was given away, while the one that got it lays it down again for a handler of its own.
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
    // Whoever has no shard has sent its answer; nobody who has one has.
    assert!(messages.load(SeqCst) <= 1 && (mine.is_some() || messages.load(SeqCst) == 1));
}

/// Two workers put a message each; the shard sleeps until the bell rings and then takes all there is.
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
        waker.0.wait(); // for ever where a message lies there and nobody rings: loom says so
        inbox.empty_into(&mut all);
    }
    for worker in workers {
        worker.join().expect("no panic");
    }
}

/// A route that is known to be quick stalls in one shard while a call of it ends in another.
fn a_stall_is_remembered() {
    let pace = Arc::new(Pace::learned());
    (0..8).for_each(|_| pace.learn(false));
    pace.learn(true);
    assert!(!pace.blocks());
    let elsewhere = Arc::clone(&pace);
    let call = thread::spawn(move || elsewhere.learn(false));
    pace.learn_stall();
    call.join().expect("no panic");
    assert!(pace.blocks(), "the stall is forgotten");
}

/// As much of the engine as the watchdog's loop knows.
struct Engine {
    watchdog: Watchdog,
    parking: Vec<ParkingSpot<Box<Shard>>>,
    workers: Workers,
}

/// A shard that tells its handler when another worker runs it.
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
}

/// The next look comes at any moment. The long sleep of a quiet hour has no end but a ring here, so that whoever is saved by its end
/// only is found.
fn park_timeout(time: Duration) {
    match time < Duration::from_millis(100) {
        true => thread::yield_now(),
        false => thread::park(),
    }
}

/// The only shard sleeps, so the watchdog goes to sleep too; then a request comes whose handler blocks until the shard was given
/// away. Afterwards the watchdog is told to end, which it must hear in its sleep as well.
fn a_sleeper_is_woken() {
    let engine = Arc::new(Engine {
        watchdog: Watchdog::new(1),
        parking: vec![ParkingSpot::new()],
        workers: Workers,
    });
    let registration = Arc::clone(&engine);
    engine.watchdog.rest();
    let watchdog = thread::spawn(move || watch(&registration));
    engine.watchdog.wake();
    let (given, comes) = mpsc::channel();
    engine.parking[0].begin_call(0);
    engine.parking[0].park(Box::new(Shard(given)));
    comes.recv().expect("the watchdog gives the shard away"); // for ever where nobody looks: loom says so
    assert!(engine.parking[0].reclaim().is_none());
    engine.watchdog.rest();
    engine.watchdog.end();
    watchdog.join().expect("no panic");
}
