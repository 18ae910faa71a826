//! A time limit for reading books in this thread. A reader opens several files deep inside, so that the
//! limit is kept beside them.

use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

/// When reading must end, and the time that was given.
type End = Option<(Instant, Duration)>;

thread_local! {
    static END: Cell<End> = const { Cell::new(None) };
}

/// Restores an earlier limit, after a panic too.
struct Restore(End);

impl Drop for Restore {
    fn drop(&mut self) {
        END.set(self.0);
    }
}

/// Calls `read`. Files of books that it reads after this time fail.
pub fn within<T>(time: Duration, read: impl FnOnce() -> T) -> T {
    let end = Instant::now().checked_add(time).map(|end| (end, time));
    let _restore = Restore(END.replace(end));
    read()
}

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
