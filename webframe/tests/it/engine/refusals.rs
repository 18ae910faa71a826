//! An app's own pages for refusals of the server.

use std::{
    io::{ErrorKind, Write},
    sync::mpsc::{Sender, channel},
    time::Duration,
};

use webframe::middleware::{AccessLog, LogFormat};
use webframe::{
    App, Error, Limits, Refusal, Request, Response, Result, Server, ServerSettings, Timeouts, Urls,
};

use super::site::{PATIENCE, Site, settings};

fn page(name: &str, refusal: Refusal) -> Response {
    Response::html(format!("<h1>{name}: {} {refusal:?}</h1>", refusal.status().as_u16()))
}

fn hello(_: &String, _: &Request) -> Result<Response> {
    Ok(Response::text("hello"))
}

fn site(settings: &ServerSettings) -> Site {
    let app = App::new("dict".to_owned()).urls(Urls::new().get("/", hello).post("/", hello));
    Site::start_app(settings, app.refusal_page(|name, refusal| Ok(page(name, refusal))))
}

#[test]
fn each_refusal_is_the_apps_page_for_it_and_ends_the_connection() {
    let limits = Limits { head_fields_max: 2, ..Limits::default() };
    let timeouts = Timeouts { head: Duration::from_millis(100), ..Timeouts::default() };
    let site = site(&ServerSettings { limits, timeouts, ..settings() });
    for (request, body) in [
        ("GET / HTTP/1.1\r\n\r\n", "dict: 400 Unacceptable(Host)"),
        ("GET / HTTP/2.0\r\n\r\n", "dict: 505 Unacceptable(Version)"),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n",
            "dict: 431 Unacceptable(TooManyFields)",
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "dict: 400 Unacceptable(Chunk)",
        ),
        ("GET / HTTP/1.1\r\nHo", "dict: 408 Unacceptable(Timeout)"),
    ] {
        let mut client = site.client();
        client.send(request);
        let answer = client.answer().expect("an answer");
        assert_eq!(answer.body, format!("<h1>{body}</h1>"));
        assert!(answer.head.contains("Content-Type: text/html; charset=utf-8\r\n"), "{answer:?}");
        assert!(answer.closes() && client.is_closed(), "{answer:?}");
    }
}

#[test]
fn a_refused_head_request_has_the_length_but_no_body() {
    let allowed_hosts = vec!["dict.example".to_owned()];
    let site = site(&ServerSettings { allowed_hosts, ..settings() });
    let mut client = site.client();
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    let head = String::from_utf8(client.read_to_end()).expect("text");
    let length = "<h1>dict: 421 Unacceptable(HostNotServed)</h1>".len();
    assert!(head.contains(&format!("\r\nContent-Length: {length}\r\n")), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
}

/// A log that sends its lines to the test.
struct Lines(Sender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.0.send(text).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_refused_request_is_in_the_access_log() {
    let (sender, lines) = channel();
    let log = AccessLog::writer(Lines(sender)).expect("a thread");
    let timeouts = Timeouts { head: Duration::from_millis(100), ..Timeouts::default() };
    let app = App::new("x".to_owned()).urls(Urls::new().post("/{name}", hello).body_limit(9));
    let site = Site::start_app(&ServerSettings { timeouts, ..settings() }, app.wrap(log));
    for (request, line) in [
        ("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", "\"-\" 400 - - -\n"),
        ("GET / HTTP/1.1\r\n\r\n", "\"GET / HTTP/1.1\" 400 - - -\n"),
        ("GET / HTTP/1.1\r\nHo", "\"GET / HTTP/1.1\" 408 - - -\n"),
        (
            "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
            "\"POST /a?b HTTP/1.1\" 413 - - -\n",
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\na\r\n",
            "\"POST /a HTTP/1.1\" 413 - - -\n",
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx",
            "\"POST /a HTTP/1.1\" 400 - - -\n",
        ),
    ] {
        let mut client = site.client();
        client.send(request);
        client.answer().expect("an answer");
        let logged = lines.recv_timeout(PATIENCE).expect("a line");
        assert!(logged.starts_with("127.0.0.1 - - [") && logged.ends_with(line), "{logged}");
    }
}

#[test]
fn a_valid_request_line_of_a_refused_request_and_the_reason_are_in_the_access_log() {
    let (sender, lines) = channel();
    let log = AccessLog::writer(Lines(sender)).expect("a thread").with_format(LogFormat::Json);
    let app = App::new("x".to_owned()).urls(Urls::new().post("/{name}", hello));
    let allowed_hosts = vec!["x".to_owned()];
    let site = Site::start_app(&ServerSettings { allowed_hosts, ..settings() }, app.wrap(log));
    let many_fields = "a: b\r\n".repeat(257);
    for (rest, status, reason) in [
        ("Host: x\r\nHost: x\r\n", 400, "Host"),
        ("Host: x\r\nA: b\r\n c\r\n", 400, "header"),
        ("Host: x\r\nA: b\0c\r\n", 400, "header"),
        (&*many_fields, 431, "fields"),
        ("Host: y\r\nContent-Length: 20\r\n\r\nPUT /body HTTP/1.1\r\n", 421, "host"),
    ] {
        let mut client = site.client();
        client.send(&format!("POST /a?b=c&token=d HTTP/1.1\r\n{rest}\r\n"));
        client.answer().expect("an answer");
        let logged = lines.recv_timeout(PATIENCE).expect("a line");
        let line: serde_json::Value = serde_json::from_str(&logged).expect("JSON");
        assert_eq!((&line["method"], &line["status"]), (&"POST".into(), &status.into()), "{line}");
        assert_eq!(line["target"], "/a?b=c&token=***", "{line}");
        assert!(line["reason"].as_str().is_some_and(|it| it.contains(reason)), "{line}");
    }
}

#[test]
fn an_app_with_a_broken_refusal_page_is_not_served() {
    let broken = |_: &(), refusal| match refusal {
        Refusal::Busy => Err(Error::internal("no template busy.html")),
        other => Ok(page("x", other)),
    };
    let server = Server::bind(&settings()).expect("a free port");
    let error = server.serve(App::new(()).refusal_page(broken)).expect_err("a mistake");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), "the page of Busy: 500: no template busy.html");
}
