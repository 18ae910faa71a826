//! A time limit for reading books in this thread. It is kept in a thread-local variable: otherwise
//! every function of a reader, down to those that open files, would have to pass it on.

use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

/// The time at which reading must end, and the duration that was allowed.
type End = Option<(Instant, Duration)>;

thread_local! {
    static END: Cell<End> = const { Cell::new(None) };
}

/// Restores the previous limit when it is dropped, also after a panic.
struct Restore(End);

impl Drop for Restore {
    fn drop(&mut self) {
        END.set(self.0);
    }
}

/// Calls `read`. Once `time` has passed, its attempts to read from files of books fail.
pub fn read_within<T>(time: Duration, read: impl FnOnce() -> T) -> T {
    let end = Instant::now().checked_add(time).map(|end| (end, time));
    let _restore = Restore(END.replace(end));
    read()
}

/// Checks the limit that [`read_within`] set for this thread, if there is one.
///
/// # Errors
/// `TimedOut` if the time is over.
pub(super) fn check() -> io::Result<()> {
    match END.get() {
        Some((end, time)) if Instant::now() >= end => {
            let text = format!("reading takes longer than {} s", time.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, text))
        }
        _ => Ok(()),
    }
}
