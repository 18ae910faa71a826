//! Sends commands to chromedriver, and returns values or the driver's error message.
//!
//! Implements only the part of HTTP and W3C WebDriver that chromedriver needs, with `std` and
//! `serde_json`: a client crate would add a hundred dependencies. `driver.rs` has the verbs for
//! tests.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// A first start on two busy cores takes seconds.
const START_MAX: Duration = Duration::from_secs(120);
/// Longer than any wait inside the driver.
const ANSWER_MAX: Duration = Duration::from_secs(90);
const STOP_MAX: Duration = Duration::from_secs(20);

/// A chromedriver process, stopped with its browsers when dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
    /// Closed when neither the driver nor one of its browsers holds its output.
    ended: Receiver<()>,
}

impl Driver {
    /// Starts chromedriver on a port that it chooses and prints. Its log goes to `log`.
    pub(crate) fn start(log: &Path) -> Driver {
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=WARNING"])
            .arg(format!("--log-path={}", log.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("chromedriver: {error} (apt-get install chromium-driver)")
            });
        let output = process.stdout.take().expect("its output is piped");
        let (told, port) = mpsc::channel();
        let (alive, ended) = mpsc::channel();
        thread::spawn(move || {
            let _alive = alive;
            let mut output = BufReader::new(output);
            // The receiver may be gone if the start failed; the output must still be read.
            let _ = told.send(read_port(&mut output));
            let _ = io::copy(&mut output, &mut io::sink());
        });
        let mut driver = Driver { process, port: 0, ended };
        driver.port = match port.recv_timeout(START_MAX) {
            Ok(Some(port)) => port,
            told => panic!("chromedriver did not tell its port within {START_MAX:?}: {told:?}"),
        };
        driver
    }

    /// Sends one command. The error is the driver's message after its kind: `no such element: ...`.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let fault = |error: io::Error| format!("chromedriver: {error}");
        let (status, answer) = self.exchange(method, path, body).map_err(fault)?;
        let mut answer: Value = serde_json::from_slice(&answer).map_err(|e| fault(e.into()))?;
        let value = answer["value"].take();
        if status == 200 {
            return Ok(value);
        }
        let said = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        // The message continues with versions and a stack trace.
        let message = said("message");
        Err(format!("{}: {}", said("error"), message.lines().next().unwrap_or_default()))
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> io::Result<(u16, Vec<u8>)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes())?;
        read_answer(&mut BufReader::new(stream))
    }
}

impl Drop for Driver {
    /// Asks chromedriver to stop, and kills it only if it does not, because a killed one leaves its
    /// browsers running.
    fn drop(&mut self) {
        let asked = self.port != 0 && self.exchange("GET", "/shutdown", &Value::Null).is_ok();
        if !asked || self.ended.recv_timeout(STOP_MAX) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// `ChromeDriver was started successfully on port 41447.` or `None` if it ends before that line.
fn read_port(output: &mut BufReader<ChildStdout>) -> Option<u16> {
    let port_in = |line: String| {
        line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
    };
    output.lines().map_while(Result::ok).find_map(port_in)
}

/// The status and the body. chromedriver always keeps the connection open, so the body ends by its
/// length.
fn read_answer(stream: &mut impl BufRead) -> io::Result<(u16, Vec<u8>)> {
    let bad = |line: &str| io::Error::other(format!("an answer with {line:?}"));
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| bad(&line))?;
    let mut length = 0;
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(|_| bad(&line))?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((status, body))
}
