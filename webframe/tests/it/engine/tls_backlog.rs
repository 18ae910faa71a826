//! Encrypted bytes that the session still holds because the socket took no more: they go out,
//! whatever else happens on the connection meanwhile.

use std::{net::Shutdown, os::unix::net::UnixStream};

use rustls::{StreamOwned, version::TLS13};
use webframe::{Address, Request, Response, Result, ServerSettings, Urls};

use super::{
    site::{Client, PATIENCE, Site},
    tls::{config, content, encrypted, session},
};

fn sized(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(content(request.param_as("bytes")?)))
}

/// A Unix socket takes so much and no more, where TCP grows; somewhere between these lengths all
/// that the socket does not take is in the session, which holds up to 64 KiB.
#[test]
fn what_only_the_session_holds_is_not_lost_when_the_client_ends_its_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let mut settings = encrypted("first");
    settings.addresses.push(Address::Unix(path.clone()));
    let settings = ServerSettings { workers_max: 2, ..settings };
    let site = Site::start_with(&settings, (), Urls::new().get("/{bytes}", sized));
    for length in (1..=48).map(|step| step * (16 << 10)) {
        let socket = UnixStream::connect(&path).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let session = session(config("first", &[&TLS13]));
        let mut client = Client::over(StreamOwned::new(session, socket));
        client.send(&format!("GET /{length} HTTP/1.1\r\nHost: x\r\n\r\n"));
        client.socket().sock.shutdown(Shutdown::Write).expect("open");
        let answer = client.answer().expect("an answer");
        assert!(answer.body.into_bytes() == content(length), "{length} bytes");
    }
    drop(site);
}
