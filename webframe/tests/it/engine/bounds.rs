//! Limits of time and number: a connection beyond them is answered or closed, and others continue.

use std::{io::Read, time::Duration};

use webframe::{
    Body, Limits, Request, Response, Result, ServerSettings, Timeouts, Urls, http::HeaderValue,
};

use super::site::{Client, Site, settings};

fn hello(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("hello"))
}

fn large(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::typed(HeaderValue::from_static("text/plain"), Body::Bytes(vec![b'x'; 32 << 20])))
}

fn urls() -> Urls<()> {
    Urls::new().get("/hello", hello).post("/hello", hello).get("/large", large)
}

fn soon() -> ServerSettings {
    let time = Duration::from_millis(200);
    let timeouts = Timeouts {
        head: time,
        body: time,
        idle: time,
        write: time,
        linger: time,
        ..Timeouts::default()
    };
    ServerSettings { timeouts, ..settings() }
}

#[test]
fn a_head_that_does_not_end_in_time_is_answered_408_and_closed() {
    let site = Site::start_with(&soon(), (), urls());
    let mut client = site.client();
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n");
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.closes()), (408, true));
    assert!(client.is_closed());
}

#[test]
fn the_408_of_a_head_request_has_no_content() {
    let site = Site::start_with(&soon(), (), urls());
    for begun in
        ["HEAD /hello HTTP/1.1\r\n", "HEAD /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"]
    {
        let mut client = site.client();
        client.send(begun);
        let answer = String::from_utf8(client.read_to_end()).expect("text");
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    }
}

#[test]
fn a_head_sent_byte_by_byte_gains_no_time() {
    let site = Site::start_with(&soon(), (), urls());
    let mut client = site.client();
    while client.try_send("G") {
        std::thread::yield_now();
        let mut byte = [0];
        client.socket().set_nonblocking(true).expect("a mode");
        let answered = client.socket().peek(&mut byte).is_ok();
        client.socket().set_nonblocking(false).expect("a mode");
        if answered {
            break;
        }
    }
    let status = client.answer().expect("an answer").status;
    assert!([408, 501, 431].contains(&status), "{status}");
}

#[test]
fn a_body_that_does_not_arrive_in_time_is_answered_408_and_closed() {
    let site = Site::start_with(&soon(), (), urls());
    let mut client = site.client();
    client.send("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
    assert_eq!(client.answer().expect("an answer").status, 408);
    assert!(client.is_closed());
}

#[test]
fn an_idle_connection_is_closed_without_a_response() {
    let site = Site::start_with(&soon(), (), urls());
    let mut client = site.client();
    assert_eq!(client.get("/hello").status, 200);
    assert!(client.is_closed());
}

#[test]
fn a_peer_that_reads_nothing_of_its_response_is_closed() {
    let limits = Limits { connections_per_address_max: 1, ..Limits::default() };
    let site = Site::start_with(&ServerSettings { limits, ..soon() }, (), urls());
    let mut client = site.client();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    client.wait_for_bytes();
    wait_for_place(&site); // its place is free: the server has given up
    assert!(client.read_to_end().len() < 32 << 20);
}

/// Connects again until the server has room for one more connection from this address.
fn wait_for_place(site: &Site) {
    loop {
        let mut client = site.client();
        if client.try_send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n") && client.answer().is_some() {
            return;
        }
    }
}

#[test]
fn a_slow_peer_gets_the_whole_of_a_large_response() {
    let site = Site::start((), urls());
    let mut client = site.client();
    client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let mut total = 0;
    let mut piece = [0; 1 << 16];
    loop {
        match client.socket().read(&mut piece).expect("more") {
            0 => break,
            n => total += n,
        }
        std::thread::yield_now();
    }
    assert!(total > 32 << 20);
}

#[test]
fn at_the_limit_the_longest_idle_connection_goes_first() {
    let limits = Limits { connections_max: 4, ..Limits::default() };
    let site = Site::start_with(&ServerSettings { limits, shards: 1, ..settings() }, (), urls());
    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..4 {
        let mut client = site.client();
        assert_eq!(client.get("/hello").status, 200);
        clients.push(client);
        pass_a_tick(&mut clients);
    }
    assert_eq!(clients[0].get("/hello").status, 200); // the second one is the longest idle now
    let mut fifth = site.client();
    assert_eq!(fifth.get("/hello").status, 200);
    assert!(clients[1].is_closed());
    for index in [0, 2, 3] {
        assert_eq!(clients[index].get("/hello").status, 200, "client {index}");
    }
}

/// Keeps the newest connection busy for two ticks of 32 ms, the unit in which the engine measures
/// idle times.
fn pass_a_tick(clients: &mut [Client]) {
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_millis(70) {
        if let Some(newest) = clients.last_mut() {
            assert_eq!(newest.get("/hello").status, 200);
        }
    }
}

#[test]
fn at_the_limit_of_an_address_its_longest_idle_connection_gives_way() {
    let limits = Limits { connections_per_address_max: 3, ..Limits::default() };
    let site = Site::start_with(&ServerSettings { limits, shards: 2, ..settings() }, (), urls());
    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..3 {
        clients.push(site.client());
        assert_eq!(clients.last_mut().expect("one").get("/hello").status, 200);
        pass_a_tick(&mut clients);
    }
    for _ in 0..10 {
        let mut newest = site.client();
        assert_eq!(newest.get("/hello").status, 200, "a new client is never shut out");
        clients.push(newest);
        pass_a_tick(&mut clients);
    }
    let open = clients.iter_mut().filter_map(|client| {
        client.try_send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").then(|| client.answer()).flatten()
    });
    assert_eq!(open.count(), 3);
}

/// Opens more connections than the limit allows, sends `begun` on each, and checks that other
/// clients are served.
#[track_caller]
fn gives_way(begun: &str) {
    let limits = Limits { connections_max: 8, ..Limits::default() };
    let site = Site::start_with(&ServerSettings { limits, shards: 2, ..settings() }, (), urls());
    let mut honest = site.client();
    assert_eq!(honest.get("/hello").status, 200);
    let mut attack: Vec<Client> = Vec::new();
    for _ in 0..15 {
        let mut client = site.client();
        client.try_send(begun);
        attack.push(client);
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(70) {
            assert_eq!(
                honest.get("/hello").status,
                200,
                "a client that sends requests keeps its connection"
            );
        }
        assert_eq!(site.get("/hello").status, 200, "there is room for a new client");
    }
}

#[test]
fn unfinished_heads_give_way_to_clients_that_ask() {
    gives_way("GET /hello HTTP/1.1\r\nHo");
}

#[test]
fn unfinished_bodies_give_way_to_clients_that_ask() {
    gives_way("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1");
}

#[test]
fn answers_that_nobody_reads_give_way_to_clients_that_ask() {
    gives_way("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
}

#[test]
fn the_last_request_of_a_connection_is_answered_with_close() {
    let limits = Limits { requests_per_connection_max: 3, ..Limits::default() };
    let site = Site::start_with(&ServerSettings { limits, ..settings() }, (), urls());
    let mut client = site.client();
    let closes = [(); 3].map(|()| client.get("/hello").closes());
    assert_eq!(closes, [false, false, true]);
    assert!(client.is_closed());
}
