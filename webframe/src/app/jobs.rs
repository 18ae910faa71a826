//! Work without a request: jobs that run at intervals, and hooks that run when the server has
//! stopped. The jobs of the engine are something else: requests on their way to a worker.

use std::{
    io,
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    lock::{lock, unpoisoned},
    panics, report,
};

type JobFn<S> = dyn Fn(&S) + Send + Sync;

/// The jobs and hooks that an app declares.
pub(super) struct Jobs<S> {
    jobs: Vec<Job<S>>,
    on_stop: Vec<Box<JobFn<S>>>,
}

struct Job<S> {
    run: Box<JobFn<S>>,
    /// The time from the start of the server to the first run.
    first: Duration,
    /// The time from the end of a run to the next one. `None`: the job runs once.
    interval: Option<Duration>,
}

/// The thread of the jobs. Dropping this value waits for the job that is running, then calls the
/// hooks.
pub(crate) struct RunningJobs {
    /// Whether the thread has to end. The condition variable wakes it.
    stop: Arc<(Mutex<bool>, Condvar)>,
    /// `None` if the app has no jobs.
    thread: Option<JoinHandle<()>>,
    on_stop: Option<Box<dyn FnOnce() + Send>>,
}

impl<S> Default for Jobs<S> {
    fn default() -> Jobs<S> {
        Jobs { jobs: Vec::new(), on_stop: Vec::new() }
    }
}

impl<S: Send + Sync + 'static> Jobs<S> {
    pub(super) fn add(
        &mut self,
        first: Duration,
        interval: Option<Duration>,
        run: impl Fn(&S) + Send + Sync + 'static,
    ) {
        self.jobs.push(Job { run: Box::new(run), first, interval });
    }

    pub(super) fn add_hook(&mut self, hook: impl Fn(&S) + Send + Sync + 'static) {
        self.on_stop.push(Box::new(hook));
    }

    /// Starts the thread of the jobs, if there are any.
    pub(super) fn start(self, state: &Arc<S>) -> io::Result<RunningJobs> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let mut thread = None;
        if !self.jobs.is_empty() {
            let state = Arc::clone(state);
            let stop = Arc::clone(&stop);
            let jobs = self.jobs;
            let run = move || run_jobs(&jobs, &state, &stop);
            thread = Some(thread::Builder::new().name("jobs".to_owned()).spawn(run)?);
        }
        let state = Arc::clone(state);
        let hooks = self.on_stop;
        let on_stop = move || {
            for hook in &hooks {
                if let Err(panic) = panics::catch(|| hook(&state)) {
                    report::error(format_args!("a stop hook failed: {panic}"));
                }
            }
        };
        Ok(RunningJobs { stop, thread, on_stop: Some(Box::new(on_stop)) })
    }
}

/// The loop of the thread: runs each job when it is due, until the stop.
fn run_jobs<S>(jobs: &[Job<S>], state: &S, stop: &(Mutex<bool>, Condvar)) {
    let start = Instant::now();
    let mut due: Vec<Option<Instant>> = jobs.iter().map(|job| Some(start + job.first)).collect();
    let mut stopped = lock(&stop.0);
    while !*stopped {
        let Some((index, time)) = next_due(&due) else { return };
        let wait = time.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            stopped = unpoisoned(stop.1.wait_timeout(stopped, wait)).0;
            continue;
        }
        drop(stopped);
        if let Err(panic) = panics::catch(|| (jobs[index].run)(state)) {
            report::error(format_args!("a job failed: {panic}"));
        }
        // The interval starts when the job ends, so that runs of a job that takes longer than its
        // interval do not pile up.
        due[index] = jobs[index].interval.map(|interval| Instant::now() + interval);
        stopped = lock(&stop.0);
    }
}

/// The index of the job that is due next, and the time at which it is due. `None`: no job will run
/// again.
fn next_due(due: &[Option<Instant>]) -> Option<(usize, Instant)> {
    let times = due.iter().enumerate().filter_map(|(index, time)| Some((index, (*time)?)));
    times.min_by_key(|(_, time)| *time)
}

impl Drop for RunningJobs {
    fn drop(&mut self) {
        *lock(&self.stop.0) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join()); // panics of jobs are caught
        }
        if let Some(on_stop) = self.on_stop.take() {
            on_stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    type State = Mutex<Sender<&'static str>>;

    fn send(state: &State, text: &'static str) {
        lock(state).send(text).expect("the test listens");
    }

    #[test]
    fn jobs_run_at_their_intervals_even_after_a_panic_and_hooks_run_last() {
        let (sender, ran) = channel();
        let state: Arc<State> = Arc::new(Mutex::new(sender));
        let mut jobs = Jobs::default();
        let tick = Duration::from_millis(1);
        jobs.add(tick, Some(tick), |state: &State| {
            send(state, "every");
            panic!("meant");
        });
        jobs.add(Duration::ZERO, None, |state| send(state, "once"));
        jobs.add_hook(|state| send(state, "stopped"));
        let running = jobs.start(&state).expect("a thread");
        let first: Vec<_> = ran.iter().take(6).collect();
        assert_eq!(first.iter().filter(|text| **text == "once").count(), 1, "{first:?}");
        assert_eq!(first.iter().filter(|text| **text == "every").count(), 5, "{first:?}");
        drop(running);
        drop(state);
        assert_eq!(ran.iter().last(), Some("stopped"));
    }

    #[test]
    fn a_stop_does_not_wait_for_a_job_that_is_not_due() {
        let state: Arc<State> = Arc::new(Mutex::new(channel().0));
        let mut jobs = Jobs::default();
        jobs.add(Duration::from_secs(3600), None, |_| unreachable!("it is not due"));
        drop(jobs.start(&state).expect("a thread"));
    }
}
