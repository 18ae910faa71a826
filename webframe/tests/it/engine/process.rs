//! A server in a process of its own: this test binary, started once more.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread,
};

use webframe::{Address, App, Body, Request, Response, Server, Urls, http::StatusCode};

use super::site::{Client, settings};

/// The environment variable that makes the test binary a server. The server has a logger, unless
/// the value is [`UNLOGGED`]. If the value is [`SIX`], it accepts six connections.
const CHILD: &str = "WEBFRAME_TEST_SERVER";
const UNLOGGED: &str = "unlogged";
pub(super) const SIX: &str = "six connections";

/// The beginning of a shell command that passes standard input on as a listening socket.
pub(super) const HAND_OVER: &str = "exec 3<&0 0</dev/null; export LISTEN_FDS=1 LISTEN_PID=$$;";

/// A server in a process of its own; killed when dropped.
pub(super) struct Process(Child);

impl Process {
    /// The process id, which the server also returns at `/`.
    pub(super) fn number(&self) -> String {
        self.0.id().to_string()
    }

    /// Stops the server and waits for its end. Returns whether no request was cut.
    pub(super) fn stop(mut self) -> bool {
        let asked = Command::new("kill").args(["-TERM", &self.number()]).status();
        assert!(asked.expect("kill").success());
        self.0.wait().expect("a child").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A logger for the server: writes each record to standard error.
struct StandardError;

impl log::Log for StandardError {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        eprintln!("{} {}", record.level(), record.args());
    }

    fn flush(&self) {}
}

fn fail(_: &(), _: &Request) -> Result<Response, webframe::Error> {
    Err(io::Error::other("the disk is gone"))?
}

/// Holds a worker until the process ends.
fn hold(_: &(), _: &Request) -> Result<Response, webframe::Error> {
    loop {
        thread::park();
    }
}

/// Announces ten bytes of an empty file.
fn short_file(_: &(), _: &Request) -> Result<Response, webframe::Error> {
    let file = File::open("/dev/null")?;
    Ok(Response::new(StatusCode::OK).with_body(Body::File { file, length: 10 }))
}

/// Sends a body that is stored in a file; returns the status.
pub(super) fn upload(address: SocketAddr) -> u16 {
    let mut client = Client::connect(address).expect("it listens");
    client.send("POST /keep HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
    client.try_send(&"x".repeat(500_000));
    client.answer().expect("an answer").status
}

/// Serves if [`start`] set the variable; otherwise does nothing.
#[test]
fn child_server() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    if std::env::var_os(CHILD).is_some_and(|mode| mode != UNLOGGED) {
        log::set_logger(&StandardError).expect("it is the first");
        log::set_max_level(log::LevelFilter::Warn);
    }
    let mut settings = settings();
    if std::env::var_os(CHILD).is_some_and(|mode| mode == SIX) {
        settings.limits.connections_max = 6;
    }
    let server = Server::bind(&settings).expect("a free port");
    let server = server.stop_on_signals().expect("signals");
    let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("TCP") };
    println!("\nlistening {address}");
    let number = |(): &(), _: &Request| Ok(Response::text(std::process::id().to_string()));
    let keep = |(): &(), request: &Request| Ok(Response::text(request.body()?.len().to_string()));
    let urls = Urls::new()
        .get("/", number)
        .get("/blocking", number)
        .blocking()
        .get("/hold", hold)
        .blocking()
        .get("/fail", fail)
        .get("/short", short_file)
        .post("/keep", keep);
    let stopped = server.serve(App::new(()).urls(urls)).expect("it serves");
    // Exits before the test harness prints its result: `start_as` has closed the output pipe.
    std::process::exit(i32::from(stopped.cut > 0));
}

#[test]
fn a_server_without_files_to_reload_ignores_hang_up_and_user_signals() {
    let (server, address) = start("", Stdio::null());
    for signal in ["-HUP", "-USR1", "-USR2"] {
        let sent = Command::new("kill").args([signal, &server.number()]).status();
        assert!(sent.expect("kill").success());
        let mut client = Client::connect(address).expect("it listens");
        assert_eq!(client.get("/").body, server.number());
    }
    assert!(server.stop(), "a stop cuts nothing");
}

#[test]
fn a_program_without_a_logger_writes_its_address_and_each_error_once() {
    let (mut server, address) = start_as(UNLOGGED, "", Stdio::null(), Stdio::piped());
    let mut errors = server.0.stderr.take().expect("a pipe");
    let mut client = Client::connect(address).expect("it listens");
    assert_eq!(client.get("/fail").status, 500);
    drop(client);
    assert!(server.stop(), "a stop cuts nothing");
    let mut text = String::new();
    errors.read_to_string(&mut text).expect("text");
    assert_eq!(text.matches("the disk is gone").count(), 1, "{text}");
    assert!(text.contains(&format!("listening on http://{address}\n")), "{text}");
}

#[test]
fn a_program_without_a_logger_writes_every_error_of_the_server() {
    let words = "export TMPDIR=/does/not/exist; ulimit -n 64;";
    let (mut server, address) = start_as(UNLOGGED, words, Stdio::null(), Stdio::piped());
    let mut errors = server.0.stderr.take().expect("a pipe");
    assert_eq!(upload(address), 500);
    let mut client = Client::connect(address).expect("it listens");
    client.send("GET /short HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_to_end();
    assert!(server.stop(), "a stop cuts nothing");
    let mut text = String::new();
    errors.read_to_string(&mut text).expect("text");
    for line in [
        "warning: connections_max is 20000, but",
        "error: the body of a request cannot be stored: ",
        "error: the source of an answer ended before its promised length\n",
    ] {
        assert!(text.contains(line), "{line:?} is missing in {text}");
    }
}

#[test]
fn a_body_over_the_limit_on_the_size_of_files_is_answered_507_and_logged() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let words = format!("ulimit -f 200; exec 2>'{}';", log.display());
    let (server, address) = start(&words, Stdio::null());
    assert_eq!(upload(address), 507);
    let mut client = Client::connect(address).expect("it listens");
    assert_eq!(client.get("/").body, server.number());
    let text = fs::read_to_string(&log).expect("a log");
    let line = "ERROR the body of a request cannot be stored: File too large";
    assert!(text.contains(line), "{text}");
}

/// Starts [`child_server`] from a shell that first runs the commands in `first_words`.
pub(super) fn start(first_words: &str, input: Stdio) -> (Process, SocketAddr) {
    start_as("1", first_words, input, Stdio::inherit())
}

pub(super) fn start_as(
    mode: &str,
    first_words: &str,
    input: Stdio,
    errors: Stdio,
) -> (Process, SocketAddr) {
    let binary = std::env::current_exe().expect("a path");
    let serve = "exec \"$0\" --exact engine::process::child_server --nocapture";
    let script = format!("{first_words} {serve}");
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .arg(binary)
        .stdin(input)
        .env(CHILD, mode)
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .map(Process)
        .expect("a shell");
    let output = BufReader::new(child.0.stdout.take().expect("a pipe"));
    let address: SocketAddr = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening ").map(|a| a.parse().expect("an address")))
        .expect("it listens");
    (child, address)
}
