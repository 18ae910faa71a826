//! Requests and their answers to lines of a log, one each, in the order they were answered.
//!
//! A handler puts its line into a buffer and goes on; one thread writes. Where the terminal or the
//! disk does not keep up, lines are lost, counted, and the log says how many.

use std::{
    io::{self, Write},
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{Middleware, log_line::Line};
use crate::{LogFile, Request, Response, app::Next};

/// Writes a line for each answer.
///
/// Nothing in a request can end a line or hide in it, and values of query parameters that are
/// named like a password or a token are left out.
///
/// ```no_run
/// use webframe::{App, middleware::AccessLog};
///
/// let app = App::new(()).wrap(AccessLog::file("access.log")?);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct AccessLog {
    queue: Arc<Queue>,
    format: LogFormat,
}

/// What a line looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// The common log format with duration in microseconds and request id behind it.
    #[default]
    Common,
    /// An object in JSON.
    Json,
}

/// Bytes of lines that may wait for a slow disk or terminal. 1 MiB: some ten thousand.
const QUEUE_BYTES_MAX: usize = 1 << 20;

/// Lines that come within this time of each other are written together.
const GATHER: Duration = Duration::from_millis(20);

/// How long the end of the program waits for the last lines.
const FLUSH: Duration = Duration::from_secs(2);

impl AccessLog {
    /// A log on the standard error output.
    ///
    /// # Errors
    /// The thread that writes cannot be started.
    pub fn stderr() -> io::Result<AccessLog> {
        AccessLog::writer(io::stderr())
    }

    /// A log on the standard output.
    ///
    /// # Errors
    /// The thread that writes cannot be started.
    pub fn stdout() -> io::Result<AccessLog> {
        AccessLog::writer(io::stdout())
    }

    /// A log at the end of a file, which is made where it is not there. One that shall be opened
    /// anew when it was renamed is a [`LogFile`] as the [writer](AccessLog::writer).
    ///
    /// # Errors
    /// The file cannot be opened, or the thread that writes cannot be started.
    pub fn file(path: impl AsRef<Path>) -> io::Result<AccessLog> {
        AccessLog::writer(LogFile::open(path)?)
    }

    /// A log on anything that bytes can be written to.
    ///
    /// # Errors
    /// The thread that writes cannot be started.
    pub fn writer(writer: impl Write + Send + 'static) -> io::Result<AccessLog> {
        let queue = Arc::new(Queue::default());
        let of_writer = Arc::clone(&queue);
        thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || of_writer.write_out(writer))?;
        Ok(AccessLog { queue, format: LogFormat::Common })
    }

    /// The same log in another format.
    #[must_use]
    pub fn with_format(mut self, format: LogFormat) -> AccessLog {
        self.format = format;
        self
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for AccessLog {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let start = Instant::now();
        let response = next.run(request);
        let line = Line::of(request, &response, start.elapsed());
        self.queue.push(&line.text(self.format));
        response
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Lines on their way to the thread that writes them.
#[derive(Debug, Default)]
struct Queue {
    pending: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    text: String,
    lines: u64,
    lost: u64,
    closed: bool,
    done: bool,
}

impl Queue {
    fn push(&self, line: &str) {
        let mut pending = self.lock();
        if pending.text.len() + line.len() > QUEUE_BYTES_MAX {
            pending.lost += 1;
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

    /// Lets the writer finish, and waits for it; not for ever, for a terminal may be stopped.
    fn close(&self) {
        let mut pending = self.lock();
        pending.closed = true;
        self.changed.notify_all();
        let done = self.changed.wait_timeout_while(pending, FLUSH, |pending| !pending.done);
        drop(done);
    }

    fn write_out(&self, mut writer: impl Write) {
        let mut lost = 0;
        loop {
            let pending = self.take();
            lost += pending.lost;
            if write_all(&mut writer, &pending.text).is_err() {
                lost += pending.lines;
            }
            let told = format!("{lost} lines of this log were lost\n");
            if lost > 0 && write_all(&mut writer, &told).is_ok() {
                lost = 0;
            }
            if pending.closed {
                self.lock().done = true;
                self.changed.notify_all();
                return;
            }
            let gathered = self.changed.wait_timeout_while(self.lock(), GATHER, |p| !p.closed);
            drop(gathered);
        }
    }

    /// All that waits, once there is something.
    fn take(&self) -> Pending {
        let nothing = |p: &mut Pending| p.text.is_empty() && p.lost == 0 && !p.closed;
        let waited = self.changed.wait_while(self.lock(), nothing);
        let mut pending = waited.unwrap_or_else(PoisonError::into_inner);
        let closed = pending.closed;
        Pending {
            closed,
            ..std::mem::replace(&mut pending, Pending { closed, ..Pending::default() })
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
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
    use crate::{App, Result, TestClient, Urls};

    /// Keeps what was written, and waits before each write for a word, where one is asked for.
    struct Sink {
        written: Sender<Vec<u8>>,
        may: Option<Receiver<()>>,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(may) = &self.may {
                may.recv().map_err(io::Error::other)?;
            }
            self.written.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn ok(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::text("hello"))
    }

    fn logged(format: LogFormat, targets: &[&str]) -> String {
        let (written, lines) = channel();
        let log = AccessLog::writer(Sink { written, may: None }).unwrap().with_format(format);
        let app = App::new(()).wrap(log).urls(Urls::new().get("/{*all}", ok));
        for target in targets {
            TestClient::new(&app).get(target).send();
        }
        drop(app);
        String::from_utf8(lines.iter().flatten().collect()).unwrap()
    }

    #[test]
    fn all_lines_are_written_when_the_app_ends() {
        let text = logged(LogFormat::Common, &["/a", "/b?c=d"]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("127.0.0.1 - - ["), "{text}");
        assert!(lines[0].contains("] \"GET /a HTTP/1.1\" 200 5 "), "{text}");
        assert!(lines[1].contains("\"GET /b?c=d HTTP/1.1\""), "{text}");
    }

    #[test]
    fn a_line_in_json_is_an_object() {
        let text = logged(LogFormat::Json, &["/a?b=%22"]);
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["target"], "/a?b=%22");
        assert_eq!((&line["status"], &line["bytes"]), (&200.into(), &5.into()));
    }

    #[test]
    fn a_writer_that_stands_still_holds_no_handler_and_the_loss_is_told() {
        let (written, lines) = channel();
        let (go, may) = channel();
        let log = AccessLog::writer(Sink { written, may: Some(may) }).unwrap();
        let app = App::new(()).wrap(log).urls(Urls::new().get("/{*all}", ok));
        let client = TestClient::new(&app);
        let long = format!("/{}", "x".repeat(8000));
        let sent = 3 * QUEUE_BYTES_MAX / long.len();
        (0..sent).for_each(|_| drop(client.get(&long).send()));
        // However often it is asked for a word from now on.
        (0..sent).for_each(|_| go.send(()).unwrap());
        drop(app);
        let text = String::from_utf8(lines.iter().flatten().collect()).unwrap();
        let kept = text.matches("HTTP/1.1").count();
        let lost: usize = text
            .lines()
            .filter_map(|line| {
                line.strip_suffix(" lines of this log were lost")?.parse::<usize>().ok()
            })
            .sum();
        assert!(lost > 0);
        assert_eq!(kept + lost, sent);
    }
}
