//! Plain HTTP requests on a TLS port: they get a response in plain HTTP.

use std::{net::Shutdown, time::Duration};

use webframe::{Network, ServerSettings, Timeouts};

use super::{
    site::Site,
    tls::{content, encrypted_settings, serves_certificate, urls},
};

const UNENCRYPTED: &str =
    "400 Bad Request: this port uses HTTPS: use an address that begins with https://\n";

#[test]
fn a_plain_request_on_a_tls_port_gets_a_plain_response() {
    let site = Site::start_with(&encrypted_settings("first"), (), urls());
    for request in [
        "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n",
        "get / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
    ] {
        let mut client = site.client();
        client.send(request);
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.closes()), (400, true), "{request:?}");
        assert_eq!(answer.body, UNENCRYPTED, "{request:?}");
        assert!(client.is_closed());
    }
    assert!(serves_certificate(&site, "first"));
}

#[test]
fn a_plain_request_on_a_tls_port_may_come_byte_by_byte() {
    let site = Site::start_with(&encrypted_settings("first"), (), urls());
    let mut client = site.client();
    for byte in b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" {
        client.send_bytes(&[*byte]);
    }
    client.send_bytes(&content(200_000));
    assert_eq!(client.answer().expect("it was not reset").body, UNENCRYPTED);
    assert!(client.is_closed());
}

#[test]
fn a_plain_head_request_on_a_tls_port_gets_only_a_head() {
    let site = Site::start_with(&encrypted_settings("first"), (), urls());
    let mut client = site.client();
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    let head = String::from_utf8(client.read_to_end()).expect("text");
    assert!(head.starts_with("HTTP/1.1 400 ") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}\r\n", UNENCRYPTED.len())), "{head}");
}

#[test]
fn an_unfinished_plain_request_on_a_tls_port_times_out() {
    let timeouts = Timeouts { head: Duration::from_millis(100), ..Timeouts::default() };
    let site =
        Site::start_with(&ServerSettings { timeouts, ..encrypted_settings("first") }, (), urls());
    let mut client = site.client();
    client.send("G");
    assert_eq!(client.answer().expect("an answer").status, 408);
    assert!(client.is_closed());
}

#[test]
fn a_plain_request_after_a_proxy_header_gets_a_plain_response() {
    let proxy_protocol_from = vec!["127.0.0.1".parse::<Network>().expect("a network")];
    let settings = ServerSettings { proxy_protocol_from, ..encrypted_settings("first") };
    let site = Site::start_with(&settings, (), urls());
    let (header, request) =
        ("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    for pieces in [&[header, request][..], &[&format!("{header}{request}")]] {
        let mut client = site.client();
        pieces.iter().for_each(|piece| client.send(piece));
        assert_eq!(client.answer().expect("an answer").body, UNENCRYPTED);
    }
}

#[test]
fn bytes_that_are_neither_tls_nor_http_get_an_alert() {
    let site = Site::start_with(&encrypted_settings("first"), (), urls());
    for bytes in ["\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n", "\0\0\0\0\0\0\0\0\0\0", "1", ""]
    {
        let mut client = site.client();
        client.send(bytes);
        client.socket().shutdown(Shutdown::Write).expect("open");
        let rest = client.read_to_end();
        assert!(rest.is_empty() || rest.starts_with(&[0x15, 3]), "{bytes:?}: {rest:?}");
    }
}
