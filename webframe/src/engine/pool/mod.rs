//! The workers: an elastic pool for whatever may block, and for the shards themselves.
//!
//! `threadpool` gives the threads, a crew at a time; the queue is ours, for its own is unbounded
//! and knows no age. Each thread of a crew runs one loop for as long as the crew lives. A crew is
//! added when the last idle worker is taken, and leaves when a whole window passed without need
//! of it; dropping its `ThreadPool` ends its threads, which the crate cannot do one by one.

pub(crate) mod job;
pub(crate) mod scheduling;

use std::{
    collections::VecDeque,
    io, mem,
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use threadpool::ThreadPool;

use scheduling::{Class, Scheduling};

use crate::{app::panics, lock::lock};

/// Threads of a crew that is added under load.
const CREW: usize = 8;
/// How long none is asked for after the system gave none.
const GROW_AGAIN: Duration = Duration::from_secs(1);

/// Makes a thread that has run a shard, and as it likes to be scheduled, what workers are.
struct BatchAgain(Scheduling);

impl Drop for BatchAgain {
    fn drop(&mut self) {
        self.0.set(Class::Batch);
    }
}

/// What a worker runs.
pub(crate) trait Task: Send {
    fn run(self: Box<Self>);
}

impl<F: FnOnce() + Send> Task for F {
    fn run(self: Box<Self>) {
        self();
    }
}

/// How many workers there may be, and how long a task may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Threads beyond `max`: the shards' own, and as many to take over a shard that stalls.
    pub(crate) reserve: usize,
    pub(crate) queue_age_max: Duration,
}

/// How the pool stands at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) threads: usize,
    /// Threads without a task.
    pub(crate) idle: usize,
    /// Calls without a thread.
    pub(crate) waiting: usize,
}

/// The pool; [`Workers::close`] lets its threads go.
pub(crate) struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    bounds: Bounds,
    thread_name: &'static str,
    scheduling: Scheduling,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Shards to run: before everything else, at any number, and even when the pool is closed.
    shards: VecDeque<Box<dyn Task>>,
    calls: VecDeque<(Instant, Box<dyn Task>)>,
    crews: Vec<Crew>,
    crews_made: u64,
    threads: usize,
    idle: usize,
    /// Those of the idle threads that sleep, the last to lie down at the end: it is woken first, for
    /// its stack is still warm.
    asleep: Vec<Thread>,
    /// When the system last gave no threads.
    refused: Option<Instant>,
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
    /// The pool with its first crew.
    ///
    /// # Errors
    /// The system gives no threads.
    pub(crate) fn new(bounds: Bounds) -> io::Result<Workers> {
        let shared = Arc::new(Shared {
            bounds,
            thread_name: "worker",
            scheduling: Scheduling::of_this_thread(),
            state: Mutex::default(),
        });
        let size = bounds.min + bounds.reserve;
        lock(&shared.state).threads = size;
        if shared.add_crew(size).is_err() {
            return Err(io::Error::other(format!("the system gives no {size} threads")));
        }
        Ok(Workers { shared })
    }

    /// Runs a shard, before any call.
    pub(crate) fn run_shard(&self, task: impl FnOnce() + Send + 'static) {
        let afterwards = BatchAgain(self.shared.scheduling);
        let task = move || {
            let _afterwards = afterwards;
            task();
        };
        let mut state = lock(&self.shared.state);
        state.shards.push_back(Box::new(task));
        let short = state.idle < state.shards.len() && state.may_grow();
        let grow = if short { CREW } else { 0 };
        state.threads += grow;
        wake_one(state);
        self.shared.grow(grow);
    }

    /// Asks again for threads that the system has refused, where somebody still waits for one.
    pub(crate) fn retry_growth(&self) {
        let mut state = lock(&self.shared.state);
        let again = state.refused.is_some() && state.idle == 0 && state.may_grow();
        let grow = match (again, state.shards.is_empty(), state.calls.is_empty()) {
            (false, ..) | (true, true, true) => return,
            (true, false, _) => CREW,
            (true, true, false) => self.shared.room(&state),
        };
        state.threads += grow;
        drop(state);
        self.shared.grow(grow);
    }

    /// Has this thread scheduled so, one of the pool's that runs a shard.
    pub(crate) fn schedule(&self, class: Class) {
        self.shared.scheduling.set(class);
    }

    /// Whether a call may be queued: the oldest one waiting is not older than allowed.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let state = lock(&self.shared.state);
        let oldest = state.calls.front().map(|call| now.saturating_duration_since(call.0));
        oldest.is_none_or(|age| age <= self.shared.bounds.queue_age_max)
    }

    /// Queues calls. One worker is woken, and each that takes a call wakes the next: so whoever
    /// brings many need not wake them all.
    pub(crate) fn call(&self, now: Instant, tasks: impl Iterator<Item = Box<dyn Task>>) {
        let mut state = lock(&self.shared.state);
        if state.closed {
            return; // nobody would take them
        }
        state.calls.extend(tasks.map(|task| (now, task)));
        wake_one(state);
    }

    /// Lets every thread go when its task ends; what still waits is dropped.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.shared.state);
        state.closed = true;
        let waiting = mem::take(&mut state.calls);
        // They hold the engine, which holds the pool; and may block when they are dropped.
        state.shards.push_back(Box::new(move || drop(waiting)));
        wake_all(state);
    }

    /// Lets a crew go that the time since the last call of this did not need.
    pub(crate) fn review(&self) {
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
            wake_all(state);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let state = lock(&self.shared.state);
        Counts { threads: state.threads, idle: state.idle, waiting: state.calls.len() }
    }
}

impl Shared {
    /// How many threads may be added for calls, at once.
    fn room(&self, state: &State) -> usize {
        let limit = self.bounds.max.saturating_add(self.bounds.reserve);
        limit.saturating_sub(state.threads).min(CREW)
    }

    /// Adds threads that were counted already, so that two growths never pass the limit; or fewer,
    /// where the system gives no more. Who needs them goes on without: a worker, or a shard in its
    /// round.
    fn grow(self: &Arc<Shared>, counted: usize) {
        let mut size = counted;
        while size > 0 && self.add_crew(size).is_err() {
            size /= 2;
        }
        if size < counted {
            log::error!("{counted} more workers are needed, and the system gives {size}");
            let mut state = lock(&self.state);
            state.threads -= counted - size;
            state.refused = Some(Instant::now());
        }
    }

    /// Adds threads that were counted already.
    ///
    /// # Errors
    /// The system does not give as many.
    fn add_crew(self: &Arc<Shared>, size: usize) -> Result<(), String> {
        let mut state = lock(&self.state);
        state.crews_made += 1;
        let number = state.crews_made;
        // It panics where it cannot start a thread; those that it started end with it.
        let pool = panics::catch(|| ThreadPool::with_name(self.thread_name.to_owned(), size))?;
        for _ in 0..size {
            let shared = Arc::clone(self);
            pool.execute(move || shared.work(number));
        }
        state.crews.push(Crew { number, size, running: size, retiring: false, pool });
        state.idle += size;
        Ok(())
    }

    /// The loop of one thread: takes tasks until its crew retires or the pool closes.
    fn work(self: Arc<Shared>, crew: u64) {
        self.scheduling.set(Class::Batch);
        let mut state = lock(&self.state);
        loop {
            if let Some(task) = state.shards.pop_front() {
                state = self.run(state, task);
            } else if state.closed || state.crew(crew).is_none_or(|crew| crew.retiring) {
                break;
            } else if let Some((_, task)) = state.calls.pop_front() {
                state = self.run(state, task);
            } else {
                state = self.sleep(state);
            }
        }
        state.leave(crew);
    }

    /// Sleeps until there may be a task.
    fn sleep<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let me = thread::current();
        let id = me.id();
        state.asleep.push(me);
        drop(state);
        thread::park();
        let mut state = lock(&self.state);
        // Nobody has woken it where the wake-up was meant for a handler that ran here before.
        if let Some(place) = state.asleep.iter().rposition(|thread| thread.id() == id) {
            state.asleep.remove(place);
        }
        state
    }

    fn run<'a>(
        self: &'a Arc<Shared>,
        mut state: MutexGuard<'a, State>,
        task: Box<dyn Task>,
    ) -> MutexGuard<'a, State> {
        state.idle -= 1;
        let busy = state.threads - state.idle;
        state.busy_peak = state.busy_peak.max(busy);
        let grow = if state.idle == 0 && state.may_grow() { self.room(&state) } else { 0 };
        state.threads += grow;
        match state.calls.is_empty() {
            true => drop(state),
            false => wake_one(state),
        }
        self.grow(grow);
        if let Err(panic) = panics::catch(|| task.run()) {
            log::error!("a worker's task: {panic}: this is a fault of the server");
        }
        let mut state = lock(&self.state);
        state.idle += 1;
        state
    }
}

impl State {
    fn may_grow(&self) -> bool {
        self.refused.is_none_or(|at| at.elapsed() > GROW_AGAIN)
    }

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

/// Wakes one sleeping worker, if there is one, with the lock given back before.
fn wake_one(mut state: MutexGuard<'_, State>) {
    let thread = state.asleep.pop();
    drop(state);
    if let Some(thread) = thread {
        thread.unpark();
    }
}

fn wake_all(mut state: MutexGuard<'_, State>) {
    let threads = mem::take(&mut state.asleep);
    drop(state);
    threads.iter().for_each(Thread::unpark);
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
        Workers::new(Bounds { min, max, reserve: 0, queue_age_max: age }).expect("threads")
    }

    fn call(workers: &Workers, task: impl FnOnce() + Send + 'static) {
        workers.call(Instant::now(), std::iter::once(Box::new(task) as Box<dyn Task>));
    }

    fn await_sleep(workers: &Workers, threads: usize) {
        while lock(&workers.shared.state).asleep.len() < threads {
            thread::yield_now();
        }
    }

    /// As if it stood so, with threads of this name.
    fn workers_in(state: State, thread_name: &'static str) -> Workers {
        let bounds = Bounds { min: 1, max: 9, reserve: 0, queue_age_max: Duration::from_secs(1) };
        let (scheduling, state) = (Scheduling::Given, Mutex::new(state));
        Workers { shared: Arc::new(Shared { bounds, thread_name, scheduling, state }) }
    }

    /// Once, a worker that asked for more threads than the system gives died of it, and its task with
    /// it. A name that no thread can have stands for that system.
    #[test]
    fn a_worker_goes_on_without_the_threads_that_the_system_does_not_give() {
        let state = State { threads: 1, idle: 1, ..State::default() };
        let workers = workers_in(state, "no\0name");
        let shared = Arc::clone(&workers.shared);
        let (done, is_done) = mpsc::channel();
        workers.run_shard(move || done.send(()).expect("the test listens"));
        Arc::clone(&shared).work(0); // ends, for its crew is not known
        is_done.try_recv().expect("the task ran");
        assert!(!lock(&shared.state).may_grow(), "it asks again at once");
        assert_eq!(workers.counts(), Counts { threads: 0, idle: 0, waiting: 0 });
    }

    /// Once, nobody asked before some handler ended; and a shard waited for that.
    #[test]
    fn threads_that_the_system_refused_are_asked_for_again_where_somebody_waits() {
        let (told, done) = mpsc::channel();
        let task = || {
            let told = told.clone();
            Box::new(move || told.send(()).expect("the test listens")) as Box<dyn Task>
        };
        let some_time_ago = Instant::now().checked_sub(2 * GROW_AGAIN);
        for of_shard in [true, false] {
            // Its one thread is busy for ever.
            let mut state = State { threads: 1, refused: some_time_ago, ..State::default() };
            match of_shard {
                true => state.shards.push_back(task()),
                false => state.calls.push_back((Instant::now(), task())),
            }
            let workers = workers_in(state, "worker");
            workers.retry_growth();
            done.recv_timeout(Duration::from_secs(20)).expect("a new thread runs it");
            assert!(workers.counts().threads <= 9);
            workers.close();
        }
    }

    /// Once, it was a sum that overflowed.
    #[test]
    fn a_pool_without_a_limit_grows() {
        let bounds = Bounds { min: 1, max: usize::MAX, reserve: 1, queue_age_max: Duration::MAX };
        let workers = Workers::new(bounds).expect("threads");
        let together = Arc::new(Barrier::new(4));
        for _ in 0..3 {
            let together = Arc::clone(&together);
            call(&workers, move || {
                together.wait();
            });
        }
        together.wait(); // reached only when three run at once
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn whoever_has_run_a_shard_is_batch_again() {
        let class = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux tells it");
            let (_, behind_name) = stat.rsplit_once(") ").expect("a name in parentheses");
            behind_name.split(' ').nth(38).expect("so many fields").to_owned()
        };
        let workers = Arc::new(workers(1, 1, Duration::from_secs(60)));
        let (told, seen) = mpsc::channel();
        let (tell, of_shard) = (told.clone(), Arc::clone(&workers));
        workers.run_shard(move || {
            of_shard.schedule(Class::Normal);
            tell.send(class()).expect("the test listens");
        });
        call(&workers, move || told.send(class()).expect("the test listens"));
        assert_eq!([(); 2].map(|()| seen.recv().expect("it ran")), ["0", "3"]);
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
    fn the_worker_that_has_slept_least_is_woken_first() {
        let workers = workers(3, 3, Duration::from_secs(60));
        let (told, who) = mpsc::channel();
        let mut ran_last = None;
        for _ in 0..20 {
            await_sleep(&workers, 3);
            let told = told.clone();
            call(&workers, move || told.send(thread::current().id()).expect("the test listens"));
            let ran = who.recv().expect("the call runs");
            assert!(ran_last.is_none_or(|last| last == ran), "{ran_last:?}, then {ran:?}");
            ran_last = Some(ran);
        }
    }

    #[test]
    fn calls_that_come_together_run_together() {
        let workers = workers(8, 8, Duration::from_secs(60));
        await_sleep(&workers, 8);
        let together = Arc::new(Barrier::new(9));
        let task = |_| {
            let together = Arc::clone(&together);
            Box::new(move || {
                together.wait();
            }) as Box<dyn Task>
        };
        workers.call(Instant::now(), (0..8).map(task));
        together.wait(); // reached only when each worker that took a call has woken the next
    }

    #[test]
    fn a_wake_up_meant_for_a_handler_loses_no_call() {
        let workers = workers(1, 1, Duration::from_secs(60));
        let (told, done) = mpsc::channel();
        for number in 0..100 {
            let told = told.clone();
            call(&workers, move || {
                thread::current().unpark(); // as a handler's own, come too late
                told.send(number).expect("the test listens");
            });
            assert_eq!(done.recv(), Ok(number));
        }
        await_sleep(&workers, 1);
        assert_eq!(lock(&workers.shared.state).asleep.len(), 1, "it lies there once");
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
            thread::yield_now();
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
