//! The scheduling class of the engine's threads.
//!
//! When a thread wakes another, Linux may run the woken thread at once, in place of the running
//! one. If this happens for each request, the switches cost more than the requests. A thread of
//! class `SCHED_BATCH` gets the same share of the processors, but does not preempt others
//! (sched(7)).
//!
//! - Workers are always in this class: a worker does not preempt the shard (event loop) that wakes
//!   it.
//! - The thread of a shard is in the class only during a flood of new connections: each of them
//!   would wake the shard several times. At other times it is an ordinary thread, so that it need
//!   not wait for threads that compute.
//! - A thread can only change its own class. So a worker that takes over a shard is woken in the
//!   class of workers, and a worker that has lost its shard keeps the shard's class until its
//!   handler ends.
//! - Threads and processes that a handler starts inherit the class.
//!
//! The effect of the class on shards, measured on two processors together with the load generator
//! (medians of 5 or 7 interleaved rounds with 64 clients; processor time of a request relative to
//! axum, and 99th percentile):
//!
//! | | axum | in the class | not in it |
//! |---|---|---|---|
//! | a connection for each request | 1, 7 to 8 ms | 0.37, 4 to 7 ms | 0.81, 4.6 ms |
//! | kept connections | 1, 4.2 ms | 0.88, 6.4 ms | 0.92, 3.0 ms |
//!
//! 500 quick requests a second beside two handlers that compute without end are not affected. If
//! shards were always in the class, their median would be 95 instead of 57 us, and their 90th
//! percentile 1.6 instead of 1.0 ms.

use std::time::{Duration, Instant};

/// Interval in which new connections are counted before the class is reviewed.
const PERIOD: Duration = Duration::from_millis(32);
/// New connections a second from which a shard is in a flood.
const FLOOD: u128 = 500;
/// New connections a second below which the flood is over.
const CALM: u128 = 250;

/// The scheduling class of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// May preempt another thread when it is woken.
    Normal,
    /// Preempts no other thread when it is woken.
    Batch,
}

/// Whether the engine chooses the class of its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "no other system has the class"))]
pub(crate) enum Scheduling {
    Chosen,
    /// The server was started with an unusual class, which is kept.
    Given,
}

/// The load of a shard since the last review, and the class of its thread.
#[derive(Debug)]
pub(crate) struct ShardLoad {
    class: Class,
    connections: usize,
    since: Instant,
}

impl ShardLoad {
    pub(crate) fn new(now: Instant) -> ShardLoad {
        ShardLoad { class: Class::Normal, connections: 0, since: now }
    }

    pub(crate) fn class(&self) -> Class {
        self.class
    }

    pub(crate) fn count_connection(&mut self) {
        self.connections += 1;
    }

    /// Maximum sleep of a shard until [`ShardLoad::review`]: a shard that falls asleep in a flood
    /// must not wait for its next request in the batch class.
    pub(crate) fn sleep_max(&self) -> Option<Duration> {
        (self.class == Class::Batch).then_some(PERIOD)
    }

    /// Chooses the class by the load since the last review. Returns it if it has changed. Does
    /// nothing before a [`PERIOD`] has passed.
    pub(crate) fn review(&mut self, now: Instant) -> Option<Class> {
        let passed = now.saturating_duration_since(self.since);
        if passed < PERIOD {
            return None;
        }
        let rate = self.connections as u128 * 1_000 / passed.as_millis();
        (self.connections, self.since) = (0, now);
        let class = match self.class {
            Class::Normal if rate >= FLOOD => Class::Batch,
            Class::Batch if rate < CALM => Class::Normal,
            _ => return None,
        };
        self.class = class;
        Some(class)
    }
}

#[cfg(not(target_os = "linux"))]
impl Scheduling {
    /// Other systems do not have the class.
    pub(crate) fn of_this_thread() -> Scheduling {
        Scheduling::Given
    }

    pub(crate) fn set(self, _: Class) {}
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::getpriority_process;
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id, thread_schedule_policy,
    };

    use super::{Class, Scheduling};

    const NORMAL: ThreadSchedulePolicy =
        ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    const BATCH: ThreadSchedulePolicy =
        ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);

    impl Scheduling {
        /// Whether the engine chooses the classes in a server that this thread starts: only if this
        /// thread has the usual class.
        pub(crate) fn of_this_thread() -> Scheduling {
            match thread_schedule_policy() {
                Ok(NORMAL) => Scheduling::Chosen,
                _ => Scheduling::Given,
            }
        }

        /// Sets the class of this thread, if the engine may choose it. A failure is only logged.
        pub(crate) fn set(self, class: Class) {
            let policy = match (self, class) {
                (Scheduling::Given, _) => return,
                (Scheduling::Chosen, Class::Normal) => NORMAL,
                (Scheduling::Chosen, Class::Batch) => BATCH,
            };
            let Some(priority) = priority(policy) else { return };
            if let Err(error) = set_thread_priority_and_policy(thread_native_id(), priority, policy)
            {
                log::debug!("the class or the niceness of a thread cannot be set: {error}");
            }
        }
    }

    /// The thread's current niceness as a priority: the crate cannot set the class alone.
    fn priority(policy: ThreadSchedulePolicy) -> Option<ThreadPriority> {
        let nice = getpriority_process(None).ok()?;
        (0..=u8::MAX)
            .map_while(|value| ThreadPriorityValue::try_from(value).ok())
            .map(ThreadPriority::Crossplatform)
            .find(|priority| priority.to_posix(policy).is_ok_and(|posix| posix == nice))
    }

    #[cfg(test)]
    mod tests {
        use std::{fs, thread};

        use rustix::process::setpriority_process;

        use super::*;

        /// The result of a function on a thread of its own.
        fn on_a_thread<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
            thread::spawn(act).join().expect("no panic")
        }

        #[test]
        fn a_thread_becomes_batch_and_normal_again() {
            let seen = on_a_thread(|| {
                let classes = [Class::Batch, Class::Batch, Class::Normal];
                classes.map(|class| {
                    Scheduling::Chosen.set(class);
                    // Asks the kernel: the C library returns the value that it was given.
                    let stat = fs::read_to_string("/proc/thread-self/stat").expect("it is Linux");
                    stat.split(' ').nth_back(52 - 41).expect("field 41 of 52").to_owned()
                })
            });
            assert_eq!(seen, ["3", "3", "0"]);
        }

        #[test]
        fn a_thread_keeps_its_niceness() {
            let now = getpriority_process(None).expect("Linux tells it");
            for niceness in now..=19 {
                let seen = on_a_thread(move || {
                    setpriority_process(None, niceness).expect("to be nicer is allowed");
                    Scheduling::Chosen.set(Class::Batch);
                    let policy = thread_schedule_policy().expect("Linux tells it");
                    (policy, getpriority_process(None).expect("Linux tells it"))
                });
                assert_eq!(seen, (BATCH, niceness));
            }
        }

        #[test]
        fn a_scheduling_class_set_from_outside_is_kept() {
            let seen = on_a_thread(|| {
                Scheduling::Chosen.set(Class::Batch); // as with `chrt --batch 0`
                let scheduling = Scheduling::of_this_thread();
                scheduling.set(Class::Normal);
                (scheduling, thread_schedule_policy().expect("Linux tells it"))
            });
            assert_eq!(seen, (Scheduling::Given, BATCH));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The classes of a shard after periods with these numbers of new connections.
    fn classes(periods: &[usize]) -> Vec<Class> {
        let mut now = Instant::now();
        let mut load = ShardLoad::new(now);
        let class_after = |&connections: &usize| {
            (0..connections).for_each(|_| load.count_connection());
            now += Duration::from_millis(100);
            load.review(now);
            load.class()
        };
        periods.iter().map(class_after).collect()
    }

    #[test]
    fn a_shard_is_batch_in_a_flood_until_it_is_calm() {
        use Class::{Batch, Normal};
        assert_eq!(
            classes(&[49, 50, 25, 49, 24, 49, 0, 50]),
            [Normal, Batch, Batch, Batch, Normal, Normal, Normal, Batch]
        );
    }

    #[test]
    fn a_short_burst_is_not_a_flood() {
        let now = Instant::now();
        let mut load = ShardLoad::new(now);
        (0..100).for_each(|_| load.count_connection());
        assert_eq!(load.review(now + PERIOD / 2), None);
        assert_eq!(load.review(now + Duration::from_millis(500)), None);
    }
}
