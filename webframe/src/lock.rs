//! Locks of the standard library without poisoning: after a panic the data is used as it is.
//!
//! No invariant of webframe spans several statements under a lock, so a value that a panicking
//! thread left behind is as good as any other.

use std::sync::{LockResult, Mutex, MutexGuard};

/// Takes the guard of a lock, poisoned or not.
pub(crate) fn unpoisoned<G>(guard: LockResult<G>) -> G {
    guard.unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Locks a mutex, poisoned or not.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}
