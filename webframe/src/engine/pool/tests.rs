//! Tests of the pool with small numbers of threads.

use super::*;
use std::sync::{Barrier, mpsc};

fn workers(min: usize, max: usize, age: Duration) -> Workers {
    Workers::new(Bounds { min, max, reserve: 0, queue_age_max: age }).expect("threads")
}

fn queue(workers: &Workers, task: impl FnOnce() + Send + 'static) {
    workers.queue(Instant::now(), std::iter::once(Box::new(task) as Box<dyn Task>));
}

fn await_sleep(workers: &Workers, threads: usize) {
    while lock(&workers.shared.state).asleep.len() < threads {
        thread::yield_now();
    }
}

/// A pool in this state. Its threads get this name.
fn workers_in(state: State, thread_name: &'static str) -> Workers {
    let bounds = Bounds { min: 1, max: 9, reserve: 0, queue_age_max: Duration::from_secs(1) };
    let scheduling = Scheduling::Given;
    let state = Mutex::new(state);
    let has_orphans = AtomicBool::new(false);
    Workers { shared: Arc::new(Shared { bounds, thread_name, scheduling, has_orphans, state }) }
}

/// The worker must not panic and lose its task. An invalid thread name simulates a system without
/// free threads.
#[test]
fn a_worker_continues_if_the_system_refuses_threads() {
    let state = State { threads: 1, idle: 1, ..State::default() };
    let workers = workers_in(state, "no\0name");
    let shared = Arc::clone(&workers.shared);
    let (done, is_done) = mpsc::channel();
    workers.run_shard(move || done.send(()).expect("the test listens"));
    Arc::clone(&shared).work(0); // returns at once, since its crew is unknown
    is_done.try_recv().expect("the task ran");
    assert!(!lock(&shared.state).may_grow(), "the pool asks the system again at once");
    assert_eq!(
        workers.counts(),
        Counts { threads: 0, idle: 0, waiting: 0, oldest_wait: Duration::ZERO }
    );
}

/// A shard must not wait until a handler ends.
#[test]
fn refused_threads_are_requested_again_if_a_task_waits() {
    let (sender, done) = mpsc::channel();
    let task = || {
        let sender = sender.clone();
        Box::new(move || sender.send(()).expect("the test listens")) as Box<dyn Task>
    };
    let some_time_ago = Instant::now().checked_sub(2 * GROWTH_BACKOFF);
    for of_shard in [true, false] {
        // The pool's only thread is always busy.
        let mut state = State { threads: 1, refused: some_time_ago, ..State::default() };
        if of_shard {
            state.urgent.push_back(task())
        } else {
            state.queue.push_back((Instant::now(), task()))
        }
        let workers = workers_in(state, "worker");
        workers.retry_growth();
        done.recv_timeout(Duration::from_secs(20)).expect("a new thread runs it");
        assert!(workers.counts().threads <= 9);
        workers.close();
    }
}

/// Sums with the maximum must not overflow.
#[test]
fn a_pool_without_a_limit_grows() {
    let bounds = Bounds { min: 1, max: usize::MAX, reserve: 1, queue_age_max: Duration::MAX };
    let workers = Workers::new(bounds).expect("threads");
    let barrier = Arc::new(Barrier::new(4));
    for _ in 0..3 {
        let barrier = Arc::clone(&barrier);
        queue(&workers, move || {
            barrier.wait();
        });
    }
    barrier.wait(); // passes only when three tasks run at once
}

#[cfg(target_os = "linux")]
#[test]
fn a_thread_that_has_run_a_shard_is_batch_again() {
    let class = || {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux reports it");
        let (_, behind_name) = stat.rsplit_once(") ").expect("a name in parentheses");
        behind_name.split(' ').nth(38).expect("so many fields").to_owned()
    };
    let workers = Arc::new(workers(1, 1, Duration::from_secs(60)));
    let (sender, seen) = mpsc::channel();
    let shard_sender = sender.clone();
    let shard_workers = Arc::clone(&workers);
    workers.run_shard(move || {
        shard_workers.schedule(Class::Normal);
        shard_sender.send(class()).expect("the test listens");
    });
    queue(&workers, move || sender.send(class()).expect("the test listens"));
    assert_eq!([(); 2].map(|()| seen.recv().expect("it ran")), ["0", "3"]);
}

#[test]
fn a_pool_grows_to_its_limit_while_all_workers_are_busy() {
    let workers = workers(2, 20, Duration::from_secs(60));
    let barrier = Arc::new(Barrier::new(21));
    for _ in 0..20 {
        let barrier = Arc::clone(&barrier);
        queue(&workers, move || {
            barrier.wait();
        });
    }
    barrier.wait(); // passes only when twenty tasks run at once
    assert!(workers.counts().threads <= 20 + CREW_SIZE);
}

#[test]
fn the_worker_that_slept_last_wakes_first() {
    let workers = workers(3, 3, Duration::from_secs(60));
    let (sender, who) = mpsc::channel();
    let mut ran_last = None;
    for _ in 0..20 {
        await_sleep(&workers, 3);
        let sender = sender.clone();
        queue(&workers, move || sender.send(thread::current().id()).expect("the test listens"));
        let ran = who.recv().expect("the task runs");
        assert!(ran_last.is_none_or(|last| last == ran), "{ran_last:?}, then {ran:?}");
        ran_last = Some(ran);
    }
}

#[test]
fn concurrent_tasks_run_concurrently() {
    let workers = workers(8, 8, Duration::from_secs(60));
    await_sleep(&workers, 8);
    let barrier = Arc::new(Barrier::new(9));
    let task = |_| {
        let barrier = Arc::clone(&barrier);
        Box::new(move || {
            barrier.wait();
        }) as Box<dyn Task>
    };
    workers.queue(Instant::now(), (0..8).map(task));
    barrier.wait(); // passes only if each worker that took a task has woken the next
}

#[test]
fn a_wake_up_for_another_worker_loses_no_task() {
    let workers = workers(1, 1, Duration::from_secs(60));
    let (sender, done) = mpsc::channel();
    for number in 0..100 {
        let sender = sender.clone();
        queue(&workers, move || {
            thread::current().unpark(); // like a late wake-up that was meant for a handler
            sender.send(number).expect("the test listens");
        });
        assert_eq!(done.recv(), Ok(number));
    }
    await_sleep(&workers, 1);
    assert_eq!(lock(&workers.shared.state).asleep.len(), 1, "it is listed once");
}

#[test]
fn idle_crews_are_released() {
    let workers = workers(2, 40, Duration::from_secs(60));
    let barrier = Arc::new(Barrier::new(31));
    for _ in 0..30 {
        let barrier = Arc::clone(&barrier);
        queue(&workers, move || {
            barrier.wait();
        });
    }
    barrier.wait();
    while workers.counts().threads > 2 + CREW_SIZE {
        workers.review();
        thread::yield_now();
    }
}

#[test]
fn a_thousand_panics_end_no_worker() {
    let workers = workers(2, 2, Duration::from_secs(60));
    let (done, all) = mpsc::channel();
    for _ in 0..1_000 {
        let done = done.clone();
        queue(&workers, move || {
            done.send(()).expect("the test listens");
            std::panic::resume_unwind(Box::new("meant"));
        });
    }
    assert_eq!(all.iter().take(1_000).count(), 1_000);
    assert_eq!(workers.counts().threads, 2);
}

#[test]
fn a_task_is_refused_if_the_oldest_has_waited_too_long() {
    let workers = workers(1, 1, Duration::from_millis(100));
    let (hold, held) = mpsc::channel::<()>();
    let (started, start) = mpsc::channel();
    queue(&workers, move || {
        started.send(()).expect("the test listens");
        held.recv().ok();
    });
    start.recv().expect("the only worker is busy");
    queue(&workers, || ());
    assert!(workers.admits(Instant::now()));
    assert!(!workers.admits(Instant::now() + Duration::from_secs(1)));
    drop(hold);
}
