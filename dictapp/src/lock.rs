//! Locks that ignore poisoning: after a panic the data is used as it is.
//!
//! Code under a lock does not panic between two changes that belong together, so the data is valid
//! even if a thread panicked while it held the lock.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

/// Takes the guard out of the result of locking, even if the lock is poisoned.
pub(crate) fn unpoisoned<G>(guard: LockResult<G>) -> G {
    guard.unwrap_or_else(PoisonError::into_inner)
}

/// Locks a mutex, even if it is poisoned.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}
