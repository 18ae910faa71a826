//! A bounded queue of log lines, and a thread that writes them to a writer that may block.
//!
//! `push` never waits for the writer. If the terminal, the pipe or the disk does not keep up, lines
//! are dropped and counted, and the log reports their number.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use crate::lock::{lock, unpoisoned};

/// Maximum size of waiting lines in bytes. 1 MiB: about ten thousand lines.
const QUEUE_BYTES_MAX: usize = 1 << 20;

/// Lines that arrive within this time after a write are written together.
const GATHER: Duration = Duration::from_millis(20);

/// Maximum time that [`LogQueue::flush`] and the drop of the last clone wait for the last lines.
const FLUSH_MAX: Duration = Duration::from_secs(2);

/// A bounded queue of lines for a writer. Clones share the queue. Dropping the last clone waits
/// until the lines in the queue are written, for at most two seconds.
///
/// ```
/// use webframe::LogQueue;
///
/// let queue = LogQueue::start(std::io::sink(), |dropped| format!("{dropped} lines dropped\n"))?;
/// queue.push("one line\n");
/// queue.flush();
/// assert_eq!(queue.dropped(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LogQueue(Arc<Handle>);

/// Closes the queue when the last clone is dropped; the writing thread holds only the `Queue`.
#[derive(Debug)]
struct Handle(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    pending: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    text: String,
    /// Lines in `text`.
    lines: u64,
    /// Dropped lines that are not reported in the log yet.
    unreported: u64,
    /// All dropped lines.
    dropped: u64,
    /// Number of callers of `flush`. While there are any, the writer does not wait for more lines.
    flushing: usize,
    /// The writer's thread is writing lines that it has taken from `text`.
    writing: bool,
    /// The last clone of the queue was dropped: the writer has to end.
    closed: bool,
    /// The writer has ended.
    done: bool,
}

impl LogQueue {
    /// Starts the thread that writes. `report` makes the line that reports the number of dropped
    /// lines.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start(
        writer: impl Write + Send + 'static,
        report: impl Fn(u64) -> String + Send + 'static,
    ) -> io::Result<LogQueue> {
        let queue = Arc::new(Queue::default());
        let writer_queue = Arc::clone(&queue);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || writer_queue.write_lines(writer, report))?;
        Ok(LogQueue(Arc::new(Handle(queue))))
    }

    /// Adds a line, which must end with a line feed, or drops it if the queue is full.
    pub fn push(&self, line: &str) {
        self.0.0.push(line);
    }

    /// The number of lines dropped so far.
    pub fn dropped(&self) -> u64 {
        self.0.0.lock().dropped
    }

    /// Waits until all earlier lines are written, at most two seconds.
    pub fn flush(&self) {
        self.0.0.flush();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Queue {
    fn push(&self, line: &str) {
        let mut pending = self.lock();
        if pending.text.len() + line.len() > QUEUE_BYTES_MAX {
            pending.unreported += 1;
            pending.dropped += 1;
            return;
        }
        let first = pending.text.is_empty();
        pending.text.push_str(line);
        pending.lines += 1;
        drop(pending);
        if first {
            self.changed.notify_all();
        }
    }

    fn flush(&self) {
        let mut pending = self.lock();
        pending.flushing += 1;
        self.changed.notify_all();
        let waits = |p: &mut Pending| !p.done && (p.writing || !p.text.is_empty());
        let waited = self.changed.wait_timeout_while(pending, FLUSH_MAX, waits);
        unpoisoned(waited).0.flushing -= 1;
    }

    /// Lets the writer finish. The wait is bounded: a terminal may be stopped.
    fn close(&self) {
        let mut pending = self.lock();
        pending.closed = true;
        self.changed.notify_all();
        drop(self.changed.wait_timeout_while(pending, FLUSH_MAX, |pending| !pending.done));
    }

    /// The loop of the writer's thread: writes lines until the queue is closed. Lines that cannot
    /// be written count as dropped.
    fn write_lines(&self, mut writer: impl Write, report: impl Fn(u64) -> String) {
        let mut unreported = 0;
        loop {
            let taken = self.take();
            unreported += taken.unreported;
            if write_all(&mut writer, &taken.text).is_err() {
                unreported += taken.lines;
                self.lock().dropped += taken.lines;
            }
            if unreported > 0 && write_all(&mut writer, &report(unreported)).is_ok() {
                unreported = 0;
            }
            let mut pending = self.lock();
            pending.writing = false;
            pending.done = taken.closed;
            self.changed.notify_all();
            if taken.closed {
                return;
            }
            let may_gather = |p: &mut Pending| !p.closed && p.flushing == 0;
            drop(self.changed.wait_timeout_while(pending, GATHER, may_gather));
        }
    }

    /// Waits until there is something to write, and takes all of it.
    fn take(&self) -> Pending {
        let nothing = |p: &mut Pending| p.text.is_empty() && p.unreported == 0 && !p.closed;
        let waited = self.changed.wait_while(self.lock(), nothing);
        let mut pending = unpoisoned(waited);
        pending.writing = true;
        Pending {
            text: mem::take(&mut pending.text),
            lines: mem::take(&mut pending.lines),
            unreported: mem::take(&mut pending.unreported),
            closed: pending.closed,
            ..Pending::default()
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        lock(&self.pending)
    }
}

fn write_all(writer: &mut impl Write, text: &str) -> io::Result<()> {
    writer.write_all(text.as_bytes())?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Sends the written bytes to the test; waits before each write for a permission.
    struct Gated {
        written: Sender<Vec<u8>>,
        may: Receiver<()>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.may.recv().map_err(io::Error::other)?;
            self.written.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn report(dropped: u64) -> String {
        format!("{dropped} dropped\n")
    }

    #[test]
    fn a_blocked_writer_blocks_no_caller_and_dropped_lines_are_counted() {
        let (written, texts) = channel();
        let (go, may) = channel();
        let queue = LogQueue::start(Gated { written, may }, report).unwrap();
        let line = format!("{}\n", "x".repeat(8000));
        let sent = 3 * QUEUE_BYTES_MAX / line.len();
        (0..sent).for_each(|_| queue.push(&line));
        let dropped = queue.dropped();
        assert!(dropped > 0);
        (0..sent).for_each(|_| go.send(()).unwrap());
        drop(queue);
        let text = String::from_utf8(texts.iter().flatten().collect()).unwrap();
        let kept = text.lines().filter(|line| line.starts_with('x')).count();
        let reported: u64 = text
            .lines()
            .filter_map(|line| line.strip_suffix(" dropped")?.parse::<u64>().ok())
            .sum();
        assert_eq!(reported, dropped);
        assert_eq!(kept as u64 + dropped, sent as u64);
    }

    #[test]
    fn a_flush_waits_for_the_lines_before_it() {
        let (written, texts) = channel();
        let (go, may) = channel();
        let queue = LogQueue::start(Gated { written, may }, report).unwrap();
        queue.push("one\n");
        go.send(()).unwrap();
        queue.flush();
        assert_eq!(texts.try_recv().unwrap(), b"one\n");
    }

    #[test]
    fn a_line_that_the_writer_refuses_counts_as_dropped() {
        let (written, texts) = channel();
        drop(texts);
        let (go, may) = channel();
        let queue = LogQueue::start(Gated { written, may }, report).unwrap();
        queue.push("one\n");
        go.send(()).unwrap();
        go.send(()).unwrap();
        queue.flush();
        assert_eq!(queue.dropped(), 1);
    }
}
