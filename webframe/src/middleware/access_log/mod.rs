//! The access log: one line for each request, in the order of the responses. Requests that the
//! server refused before a handler are included.
//!
//! The lines go to a [`LogQueue`]. Its thread writes them, so no handler waits for the terminal or
//! the disk.

mod line;

use std::{
    io::{self, Write},
    path::Path,
    time::Instant,
};

use self::line::Line;
use crate::{LogFile, LogQueue, Middleware, Next, Refused, Request, Response};

/// Writes a line for each response.
///
/// Text from the client is escaped, so that it cannot end or forge a line. Values of query
/// parameters whose names contain `password`, `passwd`, `token` or `secret` are left out.
///
/// ```no_run
/// use webframe::{App, middleware::AccessLog};
///
/// let app = App::new(()).wrap(AccessLog::file("access.log")?);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct AccessLog {
    queue: LogQueue,
    format: LogFormat,
    targets: LoggedTarget,
}

/// The part of the request target that a line shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoggedTarget {
    /// The path and the query.
    #[default]
    Whole,
    /// The pattern of the route, such as `/word/{word}`, without the query: the log does not show
    /// what visitors ask for. For requests without a route it shows `-`.
    Pattern,
}

/// The format of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// The common log format, followed by the duration in microseconds and the request id.
    #[default]
    Common,
    /// The combined log format (common, `Referer` and `User-Agent`), followed by the duration and
    /// the request id. With [`LoggedTarget::Pattern`], `Referer` is left out, since it may contain
    /// a target.
    Combined,
    /// A JSON object.
    #[cfg(feature = "json")]
    Json,
}

impl AccessLog {
    /// A log on standard error.
    ///
    /// # Errors
    /// The thread that writes cannot be started.
    pub fn stderr() -> io::Result<AccessLog> {
        AccessLog::writer(io::stderr())
    }

    /// A log on standard output.
    ///
    /// # Errors
    /// The thread that writes cannot be started.
    pub fn stdout() -> io::Result<AccessLog> {
        AccessLog::writer(io::stdout())
    }

    /// A log at the end of a file, which is created if it does not exist. For a file that is
    /// rotated by renaming, give a [`LogFile`] to [`AccessLog::writer`].
    ///
    /// # Errors
    /// The file cannot be opened, or the thread that writes cannot be started.
    pub fn file(path: impl AsRef<Path>) -> io::Result<AccessLog> {
        AccessLog::writer(LogFile::open(path)?)
    }

    /// A log on any writer.
    ///
    /// # Errors
    /// The thread that writes cannot be started.
    pub fn writer(writer: impl Write + Send + 'static) -> io::Result<AccessLog> {
        let report = |dropped| format!("{dropped} lines of this log were dropped\n");
        Ok(AccessLog::queue(LogQueue::start(writer, report)?))
    }

    /// A log that shares a queue, so that other lines of the program go to the same writer.
    pub fn queue(queue: LogQueue) -> AccessLog {
        AccessLog { queue, format: LogFormat::Common, targets: LoggedTarget::Whole }
    }

    /// The same log in another format.
    #[must_use]
    pub fn with_format(mut self, format: LogFormat) -> AccessLog {
        self.format = format;
        self
    }

    /// The same log, with this part of the request target in its lines.
    #[must_use]
    pub fn with_targets(mut self, targets: LoggedTarget) -> AccessLog {
        self.targets = targets;
        self
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for AccessLog {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let start = Instant::now();
        let response = next.run(request);
        let line = Line::answered(request, &response, start.elapsed(), self.targets);
        self.queue.push(&line.text(self.format));
        response
    }

    fn refused(&self, _: &S, refused: &Refused<'_>) {
        self.queue.push(&Line::refused(refused, self.targets).text(self.format));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use http::Method;

    use super::*;
    use crate::{App, Peer, Result, TestClient, Urls};

    /// A writer that sends its bytes to the test.
    struct Sink(Sender<Vec<u8>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(io::Error::other)?;
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
        let log = AccessLog::writer(Sink(written)).unwrap().with_format(format);
        let app = App::new(()).wrap(log).urls(Urls::new().get("/{*all}", ok));
        for target in targets {
            TestClient::new(&app).get(target).send();
        }
        drop(app);
        String::from_utf8(lines.iter().flatten().collect()).unwrap()
    }

    #[test]
    fn with_patterns_the_log_does_not_show_targets() {
        let (written, lines) = channel();
        let log = AccessLog::writer(Sink(written)).unwrap().with_targets(LoggedTarget::Pattern);
        let app = App::new(()).wrap(log).urls(Urls::new().get("/word/{word}", ok).get("/find", ok));
        for target in ["/word/secret", "/find?q=secret", "/secret?q=secret", "/word/secret/x"] {
            TestClient::new(&app).get(target).send();
        }
        drop(app);
        let text = String::from_utf8(lines.iter().flatten().collect()).unwrap();
        assert!(text.contains("GET /word/{word} ") && text.contains("GET /find "), "{text}");
        assert!(text.contains("GET - ") && !text.contains("secret"), "{text}");
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
    fn head_has_no_bytes_and_a_mapped_address_is_the_ipv4_address() {
        let (written, lines) = channel();
        let app = App::new(())
            .wrap(AccessLog::writer(Sink(written)).unwrap())
            .urls(Urls::new().get("/{*all}", ok));
        let address = "[::ffff:192.0.2.1]:1".parse().unwrap();
        let client = TestClient::new(&app).with_peer(Peer { address, encrypted: false });
        client.request(Method::HEAD, "/a").send();
        drop(app);
        let text = String::from_utf8(lines.iter().flatten().collect()).unwrap();
        assert!(text.starts_with("192.0.2.1 - - ["), "{text}");
        assert!(text.contains("\"HEAD /a HTTP/1.1\" 200 0 "), "{text}");
    }

    #[test]
    fn a_line_in_json_is_an_object() {
        let text = logged(LogFormat::Json, &["/a?b=%22"]);
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["target"], "/a?b=%22");
        assert_eq!((&line["status"], &line["bytes"]), (&200.into(), &5.into()));
    }
}
