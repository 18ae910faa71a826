//! Clients that half-close, pipeline, send too much, or leave.

use std::{
    io::{self, Read},
    net::Shutdown,
    sync::{Arc, Barrier},
};

use webframe::{
    App, Limits, Request, Response, Result, ServerSettings, Urls,
    http::{HeaderValue, StatusCode},
    middleware::SameOrigin,
};

use super::site::{Site, settings};

fn echo(_: &(), request: &Request) -> Result<Response> {
    let body = String::from_utf8_lossy(&request.body()?).into_owned();
    Ok(Response::text(body))
}

fn site() -> Site {
    Site::start((), Urls::new().post("/echo", echo).get("/echo", echo))
}

#[test]
fn a_half_closed_client_still_gets_its_answers() {
    let site = site();
    let mut client = site.client();
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiGET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    client.socket().shutdown(Shutdown::Write).expect("open");
    assert_eq!(client.answer().expect("an answer").body, "hi");
    assert_eq!(client.answer().expect("an answer").status, 200);
    assert!(client.is_closed());
}

#[test]
fn a_thousand_pipelined_requests_are_answered_in_order() {
    let site = site();
    let mut client = site.client();
    let batch: String = (0..1000)
        .map(|n| format!("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{n:04}"))
        .collect();
    client.send(&batch);
    for n in 0..1000 {
        assert_eq!(client.answer().expect("an answer").body, format!("{n:04}"));
    }
}

#[test]
fn nothing_behind_a_refused_request_is_answered() {
    let site = site();
    let mut client = site.client();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx\
         GET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.closes()), (400, true));
    assert!(client.is_closed());
}

#[test]
fn nothing_behind_a_request_that_closes_is_answered() {
    let site = site();
    let mut client = site.client();
    client.send(
        "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n\
         GET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    assert_eq!(client.answer().expect("an answer").status, 200);
    assert!(client.is_closed());
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let site = site();
    let mut client = site.client();
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 413);
}

#[test]
fn the_limit_of_a_route_replaces_the_servers() {
    let urls = Urls::new().post("/small", echo).body_limit(4).post("/large", echo).body_limit(64);
    let limits = Limits { body_bytes_max: 16, ..Limits::default() };
    let site = Site::start_with(&ServerSettings { limits, ..settings() }, (), urls);
    let long = "x".repeat(60);
    for (path, framing, body, status) in [
        ("/small", "Content-Length: 4", "abcd", 200),
        ("/small", "Content-Length: 5", "", 413),
        ("/small", "Transfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n", 413),
        ("/large", "Content-Length: 60", &long, 200),
        ("/large", "Content-Length: 65", "", 413),
    ] {
        let mut client = site.client();
        client.send(&format!("POST {path} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n{body}"));
        assert_eq!(client.answer().expect("an answer").status, status, "{path} {framing}");
    }
}

#[test]
fn the_refusal_of_a_head_request_has_no_content() {
    let site = site();
    for request in [
        "HEAD / HTTP/1.1\r\n\r\n",
        "HEAD /\x01",
        "HEAD * HTTP/1.1\r\nHost: x\r\n\r\n",
        "HEAD / HTTP/2.0\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nExpect: y\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz",
    ] {
        let answer = |request: &str| {
            let mut client = site.client();
            client.send(request);
            String::from_utf8(client.read_to_end()).expect("text")
        };
        let head = answer(request);
        assert!(head.starts_with("HTTP/1.1 ") && head.ends_with("\r\n\r\n"), "{request:?}: {head}");
        assert!(!head.contains("Content-Length: 0\r\n"), "{request:?}: {head}");
        let get = answer(&request.replace("HEAD", "GET"));
        assert!(!get.ends_with("\r\n\r\n"), "{request:?}: {get}");
    }
}

#[test]
fn bytes_after_the_last_request_do_not_destroy_its_response() {
    const LENGTH: usize = 32 << 20;
    let large = |(): &(), _: &Request| {
        let length = LENGTH as u64;
        Ok(Response::stream(HeaderValue::from_static("a/b"), io::repeat(b'x').take(length)))
    };
    let site = Site::start((), Urls::new().get("/large", large));
    for version in ["1.0", "1.1"] {
        let mut client = site.client();
        client.send(&format!("GET /large HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n"));
        client.wait_for_bytes();
        client.send("\r\n");
        let answer = client.read_to_end();
        assert!(answer.len() > LENGTH, "{} bytes", answer.len());
        assert!(answer.ends_with(if version == "1.0" { b"xxxxx" } else { b"0\r\n\r\n" }));
    }
}

#[test]
fn bytes_during_the_last_request_do_not_reset_the_connection() {
    let came = Arc::new((Barrier::new(2), Barrier::new(2)));
    let slow = |came: &Arc<(Barrier, Barrier)>, _: &Request| {
        came.0.wait();
        came.1.wait();
        Ok(Response::text("x".repeat(100_000)))
    };
    let site = Site::start(Arc::clone(&came), Urls::new().get("/slow", slow).blocking());
    let mut client = site.client();
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    came.0.wait();
    client.send("\r\n");
    came.1.wait();
    assert_eq!(client.answer().expect("an answer").body.len(), 100_000);
    assert_eq!(client.socket().peek(&mut [0]).expect("no reset"), 0);
}

/// The client does not know yet that its request was the last one: its further bytes must not reset
/// the connection before the response arrives.
#[test]
fn a_client_that_continues_to_send_gets_the_whole_last_response() {
    const LENGTH: usize = 150_000; // taken at once by the system, and not at once by the client
    let limits = Limits { requests_per_connection_max: 1, ..Limits::default() };
    let settings = ServerSettings { limits, ..settings() };
    let large = |(): &(), _: &Request| Ok(Response::text("x".repeat(LENGTH)));
    let site = Site::start_with(&settings, (), Urls::new().get("/large", large).quick());
    let mut client = site.client();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    client.wait_for_bytes();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    let answer = client.answer().expect("a whole answer");
    assert_eq!((answer.body.len(), answer.closes()), (LENGTH, true));
    assert_eq!(client.socket().peek(&mut [0]).expect("no reset"), 0);
}

#[test]
fn a_client_that_sends_far_too_much_reads_the_refusal_and_a_clean_end() {
    let site = site();
    let mut client = site.client();
    let content = "x".repeat(4 << 20);
    let length = content.len();
    client.send(&format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{content}"
    ));
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.closes()), (413, true));
    assert_eq!(client.socket().peek(&mut [0]).expect("no reset"), 0);
}

#[test]
fn an_interim_status_of_a_handler_is_a_500() {
    let early = |(): &(), _: &Request| Ok(Response::new(StatusCode::EARLY_HINTS));
    let site = Site::start((), Urls::new().get("/early", early).get("/echo", echo));
    let mut client = site.client();
    assert_eq!(client.get("/early").status, 500);
    assert_eq!(client.get("/echo").status, 200);
}

#[test]
fn a_100_is_sent_only_if_the_body_is_accepted() {
    let site = site();
    let mut client = site.client();
    let head = |path| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
    };
    client.send(&head("/echo"));
    assert_eq!(client.answer().expect("an interim answer").status, 100);
    client.send("ok");
    assert_eq!(client.answer().expect("an answer").body, "ok");
    client.send(&head("/none"));
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.closes()), (404, true));
}

#[test]
fn a_body_larger_than_its_memory_arrives_whole() {
    let site = site();
    let mut client = site.client();
    let content = "0123456789abcdef".repeat(60_000);
    let length = content.len();
    client.send(&format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{content}"
    ));
    assert_eq!(client.answer().expect("an answer").body, content);
}

#[test]
fn clients_that_leave_at_any_point_do_no_harm() {
    let site = site();
    let request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    for cut in 0..request.len() {
        site.client().send(&request[..cut]);
    }
    let mut client = site.client();
    client.send(request);
    assert_eq!(client.answer().expect("an answer").body, "hello");
}

#[test]
fn a_field_of_bytes_that_are_not_text_is_not_ignored() {
    let form = |_: &(), request: &Request| {
        let pairs: Vec<(String, String)> = request.form()?;
        Ok(Response::text(format!("{}", pairs.len())))
    };
    let app = App::new(()).wrap(SameOrigin::new()).urls(Urls::new().post("/", form));
    let site = Site::start_app(&settings(), app);
    for (name, status) in [("Origin", 403), ("Sec-Fetch-Site", 403), ("Content-Encoding", 415)] {
        let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n{name}: ");
        let media_type = b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n";
        let mut client = site.client();
        client.send_bytes(&[head.as_bytes(), b"\xff", media_type].concat());
        assert_eq!(client.answer().expect("an answer").status, status, "{name}");
    }
}
