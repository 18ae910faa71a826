//! What clients do: half-close, pipeline, send more than they should, go away.

use std::net::Shutdown;

use webframe::{Request, Response, Result, Urls};

use super::site::Site;

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
fn a_content_too_large_is_refused_before_it_is_read() {
    let site = site();
    let mut client = site.client();
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 413);
}

#[test]
fn an_expected_100_comes_only_where_the_content_is_wanted() {
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
fn a_content_larger_than_memory_allows_comes_whole() {
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
fn clients_that_go_away_at_any_point_leave_a_server_that_serves() {
    let site = site();
    let request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    for cut in 0..request.len() {
        site.client().send(&request[..cut]);
    }
    let mut client = site.client();
    client.send(request);
    assert_eq!(client.answer().expect("an answer").body, "hello");
}
