//! Proxies in front of the server: trusted ones name the client, others are not believed.

use std::time::Duration;

use webframe::{Limits, Network, Request, Response, Result, ServerSettings, Timeouts, Urls};

use super::site::{Client, Site, settings};

fn peer(_: &(), request: &Request) -> Result<Response> {
    let peer = request.peer();
    let how = if peer.encrypted { "encrypted" } else { "plain" };
    Ok(Response::text(format!("{} {how}", peer.address)))
}

pub(super) fn urls() -> Urls<()> {
    Urls::new().get("/", peer)
}

fn site(settings: &ServerSettings) -> Site {
    Site::start_with(settings, (), urls())
}

fn networks(text: &str) -> Vec<Network> {
    text.split(' ').map(|network| network.parse().expect("a network")).collect()
}

/// Settings that require a PROXY header from clients on this machine.
fn proxy_protocol_settings() -> ServerSettings {
    ServerSettings { proxy_protocol_from: networks("127.0.0.0/8"), ..settings() }
}

#[test]
fn a_trusted_proxy_names_the_client_of_each_request() {
    let site = site(&ServerSettings { trusted_proxies: networks("127.0.0.1"), ..settings() });
    let mut client = site.client();
    let mut ask = |fields: &str| {
        client.send(&format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n"));
        client.answer().expect("an answer").body
    };
    let fields = "X-Forwarded-For: 1.1.1.1, 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
    assert_eq!(ask(fields), "192.0.2.1:0 encrypted");
    assert_eq!(ask("Forwarded: for=192.0.2.2;proto=http\r\n"), "192.0.2.2:0 plain");
    assert!(ask("").starts_with("127.0.0.1:"));
}

#[test]
fn other_peers_are_not_believed() {
    let site = site(&ServerSettings { trusted_proxies: networks("10.0.0.0/8"), ..settings() });
    let mut client = site.client();
    client.send(
        "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.1.1.1\r\nX-Forwarded-Proto: https\r\n\
         Forwarded: for=10.1.1.1;proto=https\r\n\r\n",
    );
    let answer = client.answer().expect("an answer");
    let own = client.socket().local_addr().expect("an address");
    assert_eq!(answer.body, format!("{own} plain"));
}

const VERSION_1: &[u8] = b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n";
const VERSION_2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\x0a\0\0\x01\x12\x67\0\x50";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn a_proxy_header_names_the_client_of_a_whole_connection() {
    let site = site(&proxy_protocol_settings());
    for header in [VERSION_1, VERSION_2] {
        let mut client = site.client();
        client.send_bytes(&[header, GET].concat());
        assert_eq!(client.answer().expect("an answer").body, "192.0.2.1:4711 plain");
        assert_eq!(client.get("/").body, "192.0.2.1:4711 plain");
        client.send_bytes(&[header, GET].concat());
        assert_eq!(client.answer().expect("an answer").status, 400);
        assert!(client.is_closed());
    }
}

/// The client of [`VERSION_2`] over TLS 1.3, with SNI, version and cipher, as haproxy sends it.
const ENCRYPTED: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x4c\xc0\0\x02\x01\x0a\0\0\x01\x12\x67\0\x50\
    \x02\0\x0cdict.example\x20\0\x2e\x01\0\0\0\0\x21\0\x07TLSv1.3\x23\0\x1cTLS_CHACHA20_POLY1305_SHA256";

#[test]
fn a_proxy_header_marks_a_whole_connection_as_encrypted() {
    let site = site(&proxy_protocol_settings());
    let mut client = site.client();
    client.send_bytes(&[ENCRYPTED, GET].concat());
    assert_eq!(client.answer().expect("an answer").body, "192.0.2.1:4711 encrypted");
    assert_eq!(client.get("/").body, "192.0.2.1:4711 encrypted");
    let mut other = site.client();
    other.send_bytes(&[VERSION_2, GET].concat());
    assert_eq!(other.answer().expect("an answer").body, "192.0.2.1:4711 plain");
}

#[test]
fn a_header_may_come_byte_by_byte() {
    let site = site(&proxy_protocol_settings());
    for header in [VERSION_1, VERSION_2, ENCRYPTED] {
        let mut client = site.client();
        [header, GET].concat().iter().for_each(|byte| client.send_bytes(&[*byte]));
        let body = client.answer().expect("an answer").body;
        assert!(body.starts_with("192.0.2.1:4711 "), "{body}");
    }
}

#[test]
fn a_half_closed_client_behind_a_header_gets_its_answer_and_the_end() {
    let site = site(&proxy_protocol_settings());
    let mut client = site.client();
    client.send_bytes(&[VERSION_1, GET].concat());
    client.socket().shutdown(std::net::Shutdown::Write).expect("open");
    assert_eq!(client.answer().expect("an answer").status, 200);
    assert!(client.is_closed());
}

#[test]
fn a_local_header_makes_the_proxy_the_peer() {
    let site = site(&proxy_protocol_settings());
    for header in [LOCAL, b"PROXY UNKNOWN\r\n"] {
        let mut client = site.client();
        client.send_bytes(&[header, GET].concat());
        let own = client.socket().local_addr().expect("an address");
        assert_eq!(client.answer().expect("an answer").body, format!("{own} plain"));
    }
}

#[test]
fn a_connection_without_the_required_header_is_closed_without_a_response() {
    let site = site(&proxy_protocol_settings());
    for bytes in [GET, b"PROXY TCP4 nonsense\r\n", &[b'\r'; 600], b"PROXY TCP4 1.1.1.1 1.1.1.1 1\n"]
    {
        let mut client = site.client();
        client.try_send(std::str::from_utf8(bytes).expect("text"));
        assert!(client.is_closed(), "{bytes:?}");
    }
}

#[test]
fn a_header_from_others_is_a_bad_request() {
    let site = site(&ServerSettings { proxy_protocol_from: networks("10.0.0.0/8"), ..settings() });
    for header in [VERSION_1, VERSION_2] {
        let mut client = site.client();
        client.send_bytes(&[header, GET].concat());
        assert_eq!(client.answer().expect("an answer").status, 400);
        assert!(client.is_closed());
    }
}

#[test]
fn a_silent_proxy_is_closed_at_the_deadline_of_a_head() {
    let timeouts = Timeouts { head: Duration::from_millis(100), ..Timeouts::default() };
    let site = site(&ServerSettings { timeouts, ..proxy_protocol_settings() });
    let mut silent = site.client();
    let mut half = site.client();
    half.send_bytes(&VERSION_1[..20]);
    assert!(silent.is_closed() && half.is_closed());
}

#[test]
fn the_limit_of_one_address_counts_clients_and_not_proxies() {
    let limits = Limits { connections_per_address_max: 2, ..Limits::default() };
    let trusted = ServerSettings {
        trusted_proxies: networks("127.0.0.1"),
        limits: limits.clone(),
        ..settings()
    };
    let of_proxy = site(&trusted);
    let mut clients: Vec<Client> = (0..8).map(|_| of_proxy.client()).collect();
    clients.iter_mut().for_each(|client| assert_eq!(client.get("/").status, 200));

    let of_clients = site(&ServerSettings { limits, ..proxy_protocol_settings() });
    let connect_as = |client: &str| {
        let mut connection = of_clients.client();
        let line = format!("PROXY TCP4 {client} 10.0.0.1 1 2\r\n");
        connection.send_bytes(&[line.as_bytes(), GET].concat());
        let status = connection.answer().map(|answer| answer.status);
        (connection, status)
    };
    let ((one, first), (two, second)) = (connect_as("192.0.2.1"), connect_as("192.0.2.1"));
    assert_eq!((first, second), (Some(200), Some(200)));
    // The third is refused, or takes the place of one that has been idle for a moment.
    let (three, _) = connect_as("192.0.2.1");
    assert_eq!(connect_as("192.0.2.2").1, Some(200));
    let alive = [one, two, three].into_iter().filter_map(|mut connection| {
        connection.try_send(std::str::from_utf8(GET).expect("text"));
        connection.answer().map(|answer| (connection, answer.status))
    });
    let mut alive: Vec<_> = alive.collect();
    assert_eq!(alive.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [200, 200]);
    alive.pop();
    while connect_as("192.0.2.1").1.is_none() {} // until the server has noticed the close
}
