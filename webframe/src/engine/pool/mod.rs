//! The workers: an elastic pool of threads that run the shards (event loops), and tasks that may
//! block, such as jobs (calls of handlers).
//!
//! The crate `threadpool` provides the threads in crews: groups that start and end together, since
//! the crate cannot end its threads one by one. A crew is added when the last idle worker gets a
//! task, and dropped when it was not needed for a whole review interval. The tasks wait in a queue
//! of this module: the queue of the crate is unbounded and does not know the age of its tasks.

mod growth;
pub(crate) mod job;
pub(crate) mod scheduling;

use std::{
    collections::VecDeque,
    io, mem,
    sync::{Arc, Mutex, MutexGuard, atomic::AtomicBool},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use threadpool::ThreadPool;

use scheduling::{Class, Scheduling};

use crate::{lock::lock, panics, report};

/// Number of threads of a crew that is added under load.
const CREW_SIZE: usize = 8;
/// Back-off after the system provided no thread.
const GROWTH_BACKOFF: Duration = Duration::from_secs(1);

/// Returns a worker to the scheduling class `SCHED_BATCH` when it has run a shard.
struct BatchAgain(Scheduling);

impl Drop for BatchAgain {
    fn drop(&mut self) {
        self.0.set(Class::Batch);
    }
}

/// A task for a worker.
pub(crate) trait Task: Send {
    fn run(self: Box<Self>);
}

impl<F: FnOnce() + Send> Task for F {
    fn run(self: Box<Self>) {
        self();
    }
}

/// Limits of the pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Threads beyond `max`: one for each shard, and one for each shard that may be stolen.
    pub(crate) reserve: usize,
    pub(crate) queue_age_max: Duration,
}

/// The state of the pool in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) threads: usize,
    /// Threads without a task.
    pub(crate) idle: usize,
    /// Tasks in the queue.
    pub(crate) waiting: usize,
    /// How long the oldest of these tasks has waited.
    pub(crate) oldest_wait: Duration,
}

/// The pool. [`Workers::close`] ends its threads.
pub(crate) struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    bounds: Bounds,
    thread_name: &'static str,
    scheduling: Scheduling,
    /// Whether `state.orphaned` may be above 0.
    has_orphans: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Shards, and tasks that run even after the pool was closed. They run before those in `queue`.
    urgent: VecDeque<Box<dyn Task>>,
    /// All other tasks, each with the time at which it was queued.
    queue: VecDeque<(Instant, Box<dyn Task>)>,
    crews: Vec<Crew>,
    crews_made: u64,
    threads: usize,
    idle: usize,
    /// Sleeping threads. The last one is woken first, since its stack is in the cache.
    asleep: Vec<Thread>,
    /// When the system last refused a thread.
    refused: Option<Instant>,
    /// Number of orphaned workers: they run a task with a result that nobody needs. Each
    /// allows another thread beyond the maximum, up to twice the maximum.
    orphaned: usize,
    /// When the first worker was orphaned since threads were last added for them.
    orphaned_since: Option<Instant>,
    /// Maximum number of busy threads since the last review.
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
    /// Creates the pool with its first crew.
    ///
    /// # Errors
    /// The system provides too few threads.
    pub(crate) fn new(bounds: Bounds) -> io::Result<Workers> {
        let shared = Arc::new(Shared {
            bounds,
            thread_name: "worker",
            scheduling: Scheduling::of_this_thread(),
            has_orphans: AtomicBool::new(false),
            state: Mutex::default(),
        });
        let size = bounds.min + bounds.reserve;
        lock(&shared.state).threads = size;
        if shared.add_crew(size).is_err() {
            return Err(io::Error::other(format!("cannot start {size} threads")));
        }
        Ok(Workers { shared })
    }

    /// Runs a shard, before the tasks in the queue.
    pub(crate) fn run_shard(&self, task: impl FnOnce() + Send + 'static) {
        let afterwards = BatchAgain(self.shared.scheduling);
        let task = move || {
            let _afterwards = afterwards;
            task();
        };
        let mut state = lock(&self.shared.state);
        state.urgent.push_back(Box::new(task));
        let is_short = state.idle < state.urgent.len() && state.may_grow();
        let grow = if is_short { CREW_SIZE } else { 0 };
        state.threads += grow;
        wake_one(state);
        self.shared.grow(grow);
    }

    /// Runs a task before the tasks in the queue, even if the pool is closed meanwhile. Adds no
    /// thread: a server that stops may have thousands of live connections, each with such a task.
    pub(crate) fn run_in_any_case(&self, task: impl FnOnce() + Send + 'static) {
        let mut state = lock(&self.shared.state);
        state.urgent.push_back(Box::new(task));
        wake_one(state);
    }

    /// Sets the scheduling class of the calling thread, which runs a shard.
    pub(crate) fn schedule(&self, class: Class) {
        self.shared.scheduling.set(class);
    }

    /// Whether a task may be queued: none has waited in the queue for longer than `queue_age_max`.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let state = lock(&self.shared.state);
        let oldest = state.queue.front().map(|task| now.saturating_duration_since(task.0));
        oldest.is_none_or(|age| age <= self.shared.bounds.queue_age_max)
    }

    /// Queues tasks and wakes one worker. Each worker that takes a task wakes the next.
    pub(crate) fn queue(&self, now: Instant, tasks: impl Iterator<Item = Box<dyn Task>>) {
        let mut state = lock(&self.shared.state);
        if state.closed {
            return; // no thread would run them
        }
        state.queue.extend(tasks.map(|task| (now, task)));
        wake_one(state);
    }

    /// Ends each thread after its task. Drops the tasks in the queue; waiting shards still run.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.shared.state);
        state.closed = true;
        let waiting = mem::take(&mut state.queue);
        // A worker drops the tasks: they hold the engine, which holds the pool, and dropping them
        // may block.
        state.urgent.push_back(Box::new(move || drop(waiting)));
        wake_all(state);
    }

    /// Retires the newest crew, but never the first, if it was not needed since the last review.
    pub(crate) fn review(&self) {
        let mut state = lock(&self.shared.state);
        let busy = state.threads - state.idle;
        let needed = state.busy_peak.max(busy) + CREW_SIZE;
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
        let oldest_wait = state.queue.front().map(|task| task.0.elapsed()).unwrap_or_default();
        let State { threads, idle, .. } = *state;
        Counts { threads, idle, waiting: state.queue.len(), oldest_wait }
    }
}

impl Shared {
    /// The number of threads that may be added at once for the tasks in the queue.
    fn addable(&self, state: &State) -> usize {
        let orphaned = state.orphaned.min(self.bounds.max);
        let limit = self.bounds.max.saturating_add(self.bounds.reserve).saturating_add(orphaned);
        limit.saturating_sub(state.threads).min(CREW_SIZE)
    }

    /// Adds threads that are already counted, so that concurrent growth never exceeds the limit. If
    /// the system refuses them, tries fewer; the caller continues without the rest.
    fn grow(self: &Arc<Shared>, counted: usize) {
        let mut size = counted;
        while size > 0 && self.add_crew(size).is_err() {
            size /= 2;
        }
        if size < counted {
            report::error(format_args!(
                "{counted} more workers are needed, but only {size} threads can be started"
            ));
            let mut state = lock(&self.state);
            state.threads -= counted - size;
            state.refused = Some(Instant::now());
        }
    }

    /// Adds threads that are already counted.
    ///
    /// # Errors
    /// The system provides fewer.
    fn add_crew(self: &Arc<Shared>, size: usize) -> Result<(), String> {
        let mut state = lock(&self.state);
        state.crews_made += 1;
        let number = state.crews_made;
        // `with_name` panics if a thread cannot be started. Then those that it has started end.
        let pool = panics::catch(|| ThreadPool::with_name(self.thread_name.to_owned(), size))?;
        for _ in 0..size {
            let shared = Arc::clone(self);
            pool.execute(move || shared.work(number));
        }
        state.crews.push(Crew { number, size, running: size, retiring: false, pool });
        state.idle += size;
        Ok(())
    }

    /// The loop of a worker: runs tasks until its crew retires or the pool closes.
    fn work(self: Arc<Shared>, crew: u64) {
        self.scheduling.set(Class::Batch);
        let mut state = lock(&self.state);
        loop {
            if let Some(task) = state.urgent.pop_front() {
                state = self.run(state, task);
            } else if state.closed || state.crew(crew).is_none_or(|crew| crew.retiring) {
                break;
            } else if let Some((_, task)) = state.queue.pop_front() {
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
        // The pool removes a thread from the list when it wakes the thread. If the thread is still
        // listed, a late `unpark` for a handler on this thread has woken it.
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
        let grow = if state.idle == 0 && state.may_grow() { self.addable(&state) } else { 0 };
        state.threads += grow;
        if state.queue.is_empty() {
            drop(state);
        } else {
            wake_one(state);
        }
        self.grow(grow);
        if let Err(panic) = panics::catch(|| task.run()) {
            report::error(format_args!(
                "a task of a worker panicked, which is a bug of the server: {panic}"
            ));
        }
        let mut state = lock(&self.state);
        state.idle += 1;
        state
    }
}

impl State {
    fn may_grow(&self) -> bool {
        self.refused.is_none_or(|at| at.elapsed() > GROWTH_BACKOFF)
    }

    fn crew(&mut self, number: u64) -> Option<&mut Crew> {
        self.crews.iter_mut().find(|crew| crew.number == number)
    }

    /// Called when a thread leaves its crew. The last one drops the crew.
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

/// Wakes a sleeping worker, if there is one, after releasing the lock.
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
mod tests;
