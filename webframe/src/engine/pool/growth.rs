//! Adds threads when the watchdog scans: in place of orphaned workers (they run a task with a
//! result that nobody needs), and in place of threads that the system has refused to start.

use std::{
    sync::atomic::Ordering::Relaxed,
    time::{Duration, Instant},
};

use super::{CREW_SIZE, Workers};
use crate::lock::lock;

/// Time from the first orphaned worker until threads are added in its place. Clients that leave
/// together are noticed one after the other: threads that are added at once would run tasks for
/// clients that leave too.
const ORPHANS_SETTLE: Duration = Duration::from_millis(50);

impl Workers {
    /// Called when the result of a worker's task is no longer needed. The worker cannot be
    /// interrupted, so [`Workers::replace_orphaned`] may add another one.
    pub(crate) fn note_orphaned(&self) {
        let mut state = lock(&self.shared.state);
        state.orphaned += 1;
        state.orphaned_since.get_or_insert_with(Instant::now);
        self.shared.has_orphans.store(true, Relaxed);
    }

    /// Called when a worker has ended its task after [`Workers::note_orphaned`].
    pub(crate) fn note_orphan_ended(&self) {
        let mut state = lock(&self.shared.state);
        state.orphaned = state.orphaned.saturating_sub(1);
    }

    /// Adds threads in place of orphaned workers, if a task is waiting and no worker is idle.
    pub(crate) fn replace_orphaned(&self) {
        if !self.shared.has_orphans.load(Relaxed) {
            return; // the usual case takes no lock
        }
        let mut state = lock(&self.shared.state);
        if state.orphaned_since.is_some_and(|since| since.elapsed() < ORPHANS_SETTLE) {
            return;
        }
        state.orphaned_since = None;
        if state.orphaned == 0 {
            return self.shared.has_orphans.store(false, Relaxed);
        }
        let is_short = state.idle == 0 && !state.queue.is_empty() && state.may_grow();
        let added = if is_short { self.shared.addable(&state) } else { 0 };
        state.threads += added;
        drop(state);
        self.shared.grow(added);
    }

    /// Tries again to start threads that the system has refused, if a task is waiting.
    pub(crate) fn retry_growth(&self) {
        let mut state = lock(&self.shared.state);
        let nothing_waits = state.urgent.is_empty() && state.queue.is_empty();
        if nothing_waits || state.refused.is_none() || state.idle > 0 || !state.may_grow() {
            return;
        }
        let added = if state.urgent.is_empty() { self.shared.addable(&state) } else { CREW_SIZE };
        state.threads += added;
        drop(state);
        self.shared.grow(added);
    }
}
