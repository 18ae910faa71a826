//! Encrypted bytes that the session holds because the socket is full: they are sent, even if the
//! client half-closes meanwhile.

use std::{net::Shutdown, os::unix::net::UnixStream};

use rustls::{StreamOwned, version::TLS13};
use webframe::{Address, Request, Response, Result, ServerSettings, Urls};

use super::{
    site::{Client, PATIENCE, Site},
    tls::{client_config, content, encrypted_settings, session},
};

fn sized(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(content(request.param_as("bytes")?)))
}

/// A Unix socket has a fixed buffer, unlike TCP. At some of these lengths, everything that the
/// socket does not take is in the session, which holds up to 64 KiB.
#[test]
fn bytes_inside_the_tls_session_are_not_lost_at_a_half_close() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let mut settings = encrypted_settings("first");
    settings.addresses.push(Address::Unix(path.clone()));
    let settings = ServerSettings { workers_max: 2, ..settings };
    let site = Site::start_with(&settings, (), Urls::new().get("/{bytes}", sized));
    for length in (1..=48).map(|step| step * (16 << 10)) {
        let socket = UnixStream::connect(&path).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let session = session(client_config("first", &[&TLS13]));
        let mut client = Client::new(StreamOwned::new(session, socket));
        client.send(&format!("GET /{length} HTTP/1.1\r\nHost: x\r\n\r\n"));
        client.socket().sock.shutdown(Shutdown::Write).expect("open");
        let answer = client.answer().expect("an answer");
        assert!(answer.body.into_bytes() == content(length), "{length} bytes");
    }
    drop(site);
}
