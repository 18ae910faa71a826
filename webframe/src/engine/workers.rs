//! The workers: an elastic pool for whatever may block, and for the shards themselves.
//!
//! `threadpool` gives the threads, a crew at a time; the queue is ours, for its own is unbounded
//! and knows no age. Each thread of a crew runs one loop for as long as the crew lives. A crew is
//! added when the last idle worker is taken, and leaves when a whole window passed without need
//! of it; dropping its `ThreadPool` ends its threads, which the crate cannot do one by one.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use threadpool::ThreadPool;

use super::lock;

/// Threads of a crew that is added under load.
const CREW: usize = 8;

type Task = Box<dyn FnOnce() + Send>;

/// How many workers there may be, and how long a task may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) min: usize,
    pub(super) max: usize,
    /// Threads beyond `max`: the shards' own, and as many to take over a shard that stalls.
    pub(super) reserve: usize,
    pub(super) queue_age_max: Duration,
}

/// How the pool stands at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) threads: usize,
    /// Threads without a task.
    pub(super) idle: usize,
    /// Calls without a thread.
    pub(super) waiting: usize,
}

/// The pool; [`Workers::close`] lets its threads go.
pub(super) struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    bounds: Bounds,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// Shards to run: before everything else, and at any number.
    shards: VecDeque<Task>,
    calls: VecDeque<(Instant, Task)>,
    crews: Vec<Crew>,
    crews_made: u64,
    threads: usize,
    idle: usize,
    busy_peak: usize,
    closed: bool,
}

struct Crew {
    number: u64,
    size: usize,
    running: usize,
    retiring: bool,
    pool: ThreadPool,
}

impl Workers {
    pub(super) fn new(bounds: Bounds) -> Workers {
        let shared = Arc::new(Shared { bounds, state: Mutex::default(), work: Condvar::new() });
        let size = bounds.min + bounds.reserve;
        lock(&shared.state).threads = size;
        shared.add_crew(size);
        Workers { shared }
    }

    /// Runs a shard, before any call.
    pub(super) fn run_shard(&self, task: impl FnOnce() + Send + 'static) {
        let mut state = lock(&self.shared.state);
        state.shards.push_back(Box::new(task));
        let short = state.idle < state.shards.len();
        state.threads += if short { CREW } else { 0 };
        drop(state);
        self.shared.work.notify_one();
        if short {
            self.shared.add_crew(CREW);
        }
    }

    /// Whether a call may be queued: the oldest one waiting is not older than allowed.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let state = lock(&self.shared.state);
        let oldest = state.calls.front().map(|call| now.saturating_duration_since(call.0));
        oldest.is_none_or(|age| age <= self.shared.bounds.queue_age_max)
    }

    /// Queues a call.
    pub(super) fn call(&self, now: Instant, task: impl FnOnce() + Send + 'static) {
        lock(&self.shared.state).calls.push_back((now, Box::new(task)));
        self.shared.work.notify_one();
    }

    /// Lets every thread go when its task ends; what still waits is dropped.
    pub(super) fn close(&self) {
        lock(&self.shared.state).closed = true;
        self.shared.work.notify_all();
    }

    /// Lets a crew go that the time since the last call of this did not need.
    pub(super) fn review(&self) {
        let mut state = lock(&self.shared.state);
        let busy = state.threads - state.idle;
        let needed = state.busy_peak.max(busy) + CREW;
        state.busy_peak = busy;
        let spare = state.threads.saturating_sub(needed);
        let Some(crew) = state.crews.iter_mut().skip(1).rev().find(|crew| !crew.retiring) else {
            return;
        };
        if crew.size <= spare {
            crew.retiring = true;
            drop(state);
            self.shared.work.notify_all();
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let state = lock(&self.shared.state);
        Counts { threads: state.threads, idle: state.idle, waiting: state.calls.len() }
    }
}

impl Shared {
    /// Adds threads that were counted already, so that two growths never pass the limit.
    fn add_crew(self: &Arc<Shared>, size: usize) {
        let mut state = lock(&self.state);
        state.crews_made += 1;
        let number = state.crews_made;
        let pool = ThreadPool::with_name("worker".to_owned(), size);
        for _ in 0..size {
            let shared = Arc::clone(self);
            pool.execute(move || shared.work(number));
        }
        state.crews.push(Crew { number, size, running: size, retiring: false, pool });
        state.idle += size;
    }

    /// The loop of one thread: takes tasks until its crew retires or the pool closes.
    fn work(self: Arc<Shared>, crew: u64) {
        let mut state = lock(&self.state);
        loop {
            if let Some(task) = state.shards.pop_front() {
                state = self.run(state, task);
            } else if state.closed || state.crew(crew).is_none_or(|crew| crew.retiring) {
                break;
            } else if let Some((_, task)) = state.calls.pop_front() {
                state = self.run(state, task);
            } else {
                state = self.work.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
        }
        state.leave(crew);
    }

    fn run<'a>(
        self: &'a Arc<Shared>,
        mut state: std::sync::MutexGuard<'a, State>,
        task: Task,
    ) -> std::sync::MutexGuard<'a, State> {
        state.idle -= 1;
        let busy = state.threads - state.idle;
        state.busy_peak = state.busy_peak.max(busy);
        let limit = self.bounds.max + self.bounds.reserve;
        let grow = if state.idle == 0 { limit.saturating_sub(state.threads).min(CREW) } else { 0 };
        state.threads += grow;
        drop(state);
        if grow > 0 {
            self.add_crew(grow);
        }
        if catch_unwind(AssertUnwindSafe(task)).is_err() {
            log::error!("a worker's task panicked: this is a fault of the server");
        }
        let mut state = lock(&self.state);
        state.idle += 1;
        state
    }
}

impl State {
    fn crew(&mut self, number: u64) -> Option<&mut Crew> {
        self.crews.iter_mut().find(|crew| crew.number == number)
    }

    /// One thread of a crew ends its loop; the last one lets the crew's threads end.
    fn leave(&mut self, number: u64) {
        self.threads -= 1;
        self.idle -= 1;
        if let Some(crew) = self.crew(number) {
            crew.running -= 1;
            if crew.running == 0 {
                self.crews.retain(|crew| crew.number != number);
            }
        }
    }
}

impl std::fmt::Debug for Crew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Crew({} of {})", self.running, self.pool.max_count())
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("bounds", &self.shared.bounds).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, mpsc};

    fn workers(min: usize, max: usize, age: Duration) -> Workers {
        Workers::new(Bounds { min, max, reserve: 0, queue_age_max: age })
    }

    fn call(workers: &Workers, task: impl FnOnce() + Send + 'static) {
        workers.call(Instant::now(), task);
    }

    #[test]
    fn grows_while_all_are_busy_up_to_the_limit() {
        let workers = workers(2, 20, Duration::from_secs(60));
        let together = Arc::new(Barrier::new(21));
        for _ in 0..20 {
            let together = Arc::clone(&together);
            call(&workers, move || {
                together.wait();
            });
        }
        together.wait(); // reached only when twenty run at once
        assert!(workers.counts().threads <= 20 + CREW);
    }

    #[test]
    fn lets_crews_go_that_were_not_needed() {
        let workers = workers(2, 40, Duration::from_secs(60));
        let together = Arc::new(Barrier::new(31));
        for _ in 0..30 {
            let together = Arc::clone(&together);
            call(&workers, move || {
                together.wait();
            });
        }
        together.wait();
        while workers.counts().threads > 2 + CREW {
            workers.review();
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_thousand_panics_cost_no_worker() {
        let workers = workers(2, 2, Duration::from_secs(60));
        let (done, all) = mpsc::channel();
        for _ in 0..1_000 {
            let done = done.clone();
            call(&workers, move || {
                done.send(()).expect("the test listens");
                std::panic::resume_unwind(Box::new("meant"));
            });
        }
        assert_eq!(all.iter().take(1_000).count(), 1_000);
        assert_eq!(workers.counts().threads, 2);
    }

    #[test]
    fn refuses_a_call_when_the_oldest_is_too_old() {
        let workers = workers(1, 1, Duration::from_millis(100));
        let (hold, held) = mpsc::channel::<()>();
        let (started, start) = mpsc::channel();
        call(&workers, move || {
            started.send(()).expect("the test listens");
            held.recv().ok();
        });
        start.recv().expect("the only worker is busy");
        call(&workers, || ());
        assert!(workers.admits(Instant::now()));
        assert!(!workers.admits(Instant::now() + Duration::from_secs(1)));
        drop(hold);
    }
}
