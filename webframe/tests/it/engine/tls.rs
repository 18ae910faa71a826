//! TLS on real sockets: encrypted clients work, and none of them delays others.

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use http::HeaderValue;
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
    version::{TLS12, TLS13},
};
use socket2::{Domain, Socket, Type};
use webframe::{
    Address, Network, Request, Response, Result, ServerSettings, Stopped, Timeouts, TlsSettings,
    Urls,
};

use super::site::{Client, PATIENCE, Site, settings};

pub(super) type TlsClient<S = TcpStream> = Client<StreamOwned<ClientConnection, S>>;

const LARGE: usize = 8 << 20;

pub(super) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls").join(name)
}

pub(super) fn encrypted_settings(name: &str) -> ServerSettings {
    let tls = TlsSettings { cert: file(&format!("{name}.crt")), key: file(&format!("{name}.key")) };
    ServerSettings { tls: Some(tls), ..settings() }
}

fn peer(_: &(), request: &Request) -> Result<Response> {
    let peer = request.peer();
    Ok(Response::text(format!("{} {}", peer.address.ip(), peer.encrypted)))
}

fn echo(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(request.body()?.into_owned()))
}

fn large(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text(content(LARGE)))
}

/// Answers with a stream that fails after some bytes.
fn cut(_: &(), _: &Request) -> Result<Response> {
    struct Fault;
    impl Read for Fault {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("meant"))
        }
    }
    let source = Read::chain(&b"half"[..], Fault);
    Ok(Response::stream(HeaderValue::from_static("text/plain"), source))
}

pub(super) fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| b'a' + (n % 23) as u8).collect()
}

pub(super) fn urls() -> Urls<()> {
    Urls::new().get("/", peer).quick().post("/echo", echo).get("/large", large).get("/cut", cut)
}

fn site() -> Site {
    Site::start_with(&encrypted_settings("first"), (), urls())
}

pub(super) fn client_config(
    trusted: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(file(&format!("{trusted}.crt")));
    roots.add(certificate.expect("a certificate")).expect("a root");
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

pub(super) fn session(config: ClientConfig) -> ClientConnection {
    let name = ServerName::try_from("localhost").expect("a name");
    ClientConnection::new(Arc::new(config), name).expect("a session")
}

fn connected(site: &Site) -> TcpStream {
    let socket = TcpStream::connect(site.address).expect("it listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    socket.set_nodelay(true).expect("no delay");
    socket
}

fn client_with(site: &Site, config: ClientConfig) -> TlsClient {
    Client::new(StreamOwned::new(session(config), connected(site)))
}

pub(super) fn client(site: &Site) -> TlsClient {
    client_with(site, client_config("first", &[&TLS13]))
}

/// Whether the handshake succeeds for a client that trusts only this certificate.
pub(super) fn serves_certificate(site: &Site, certificate: &str) -> bool {
    let mut session = session(client_config(certificate, &[&TLS13]));
    session.complete_io(&mut connected(site)).is_ok()
}

#[test]
fn both_versions_of_tls_work_and_requests_are_marked_as_encrypted() {
    let site = site();
    for (version, wanted) in
        [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)]
    {
        let mut client = client_with(&site, client_config("first", &[version]));
        for _ in 0..3 {
            assert_eq!(client.get("/").body, "127.0.0.1 true");
        }
        assert_eq!(client.socket().conn.protocol_version(), Some(wanted));
    }
}

#[test]
fn the_only_protocol_is_http_1_1() {
    let site = site();
    let mut both = client_config("first", &[&TLS13]);
    both.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut client = client_with(&site, both);
    assert_eq!(client.get("/").status, 200);
    assert_eq!(client.socket().conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let mut other = client_config("first", &[&TLS13]);
    other.alpn_protocols = vec![b"h2".to_vec()];
    let error = session(other).complete_io(&mut connected(&site)).expect_err("it is refused");
    assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
}

#[test]
fn silent_tls_clients_are_closed_at_the_deadline_of_the_head() {
    let timeouts = Timeouts { head: Duration::from_millis(300), ..Timeouts::default() };
    let settings = ServerSettings { workers_max: 2, timeouts, ..encrypted_settings("first") };
    let site = Site::start_with(&settings, (), urls());
    let mut silent: Vec<Client> = (0..100).map(|_| site.client()).collect();
    for half in silent.iter_mut().skip(50) {
        half.send_bytes(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    }
    assert_eq!(client(&site).get("/").status, 200);
    assert!(silent.iter_mut().all(Client::is_closed));
}

/// A stream that writes one byte at a time.
struct Drip(TcpStream);

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for Drip {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(&bytes[..bytes.len().min(1)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn handshake_and_request_may_come_byte_by_byte() {
    let site = site();
    for version in [&TLS12, &TLS13] {
        let session = session(client_config("first", &[version]));
        let mut client = Client::new(StreamOwned::new(session, Drip(connected(&site))));
        assert_eq!(client.get("/").body, "127.0.0.1 true");
        assert_eq!(client.get("/").body, "127.0.0.1 true");
    }
}

#[test]
fn a_client_that_takes_little_at_once_gets_a_long_chain_of_certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    let chain = folder.path().join("chain.crt");
    let (first, second) = (fs::read(file("first.crt")), fs::read(file("second.crt")));
    let rest = second.expect("a certificate").repeat(120); // about 50 KB
    fs::write(&chain, [first.expect("a certificate"), rest].concat()).expect("written");
    let tls = TlsSettings { cert: chain, key: file("first.key") };
    let site = Site::start_with(&ServerSettings { tls: Some(tls), ..settings() }, (), urls());
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(2048).expect("a small window");
    socket.connect(&site.address.into()).expect("it listens");
    let session = session(client_config("first", &[&TLS13]));
    let mut client = Client::new(StreamOwned::new(session, TcpStream::from(socket)));
    assert_eq!(client.get("/").body, "127.0.0.1 true");
    assert_eq!(client.get("/").body, "127.0.0.1 true");
}

#[test]
fn a_record_that_never_ends_gains_no_time() {
    let timeouts = Timeouts { idle: Duration::from_millis(300), ..Timeouts::default() };
    let site =
        Site::start_with(&ServerSettings { timeouts, ..encrypted_settings("first") }, (), urls());
    let mut client = client(&site);
    assert_eq!(client.get("/").status, 200);
    let mut socket = client.socket().sock.try_clone().expect("a socket");
    socket.write_all(&[0x17, 3, 3, 0x40, 0]).expect("it reads");
    socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    let began = Instant::now();
    // Sends a byte after each pause, until the server closes.
    while socket.read(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
        drop(socket.write_all(b"x"));
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn a_slow_reader_of_a_large_response_gets_it_whole_and_delays_no_other() {
    let site = site();
    let mut slow = client(&site);
    slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    for _ in 0..10 {
        assert_eq!(client(&site).get("/").status, 200);
    }
    assert!(slow.answer().expect("an answer").body.into_bytes() == content(LARGE));
    assert_eq!(slow.get("/").status, 200);
}

#[test]
fn a_thousand_pipelined_requests_are_answered_in_order() {
    let site = site();
    let mut client = client(&site);
    let request = |n| format!("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{n:04}");
    client.send(&(0..1000).map(request).collect::<String>());
    for n in 0..1000 {
        assert_eq!(client.answer().expect("an answer").body, format!("{n:04}"));
    }
}

#[test]
fn a_body_of_many_records_arrives_whole() {
    let site = site();
    let mut client = client(&site);
    let content = String::from_utf8(content(900_000)).expect("text");
    client.send(&format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        content.len()
    ));
    client.send(&content);
    assert!(client.answer().expect("an answer").body == content);
}

#[test]
fn a_complete_response_ends_with_close_notify_and_a_cut_one_does_not() {
    let site = site();
    let mut whole = client(&site);
    whole.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(whole.answer().expect("an answer").status, 200);
    assert_eq!(whole.socket_mut().read(&mut [0]).expect("close_notify"), 0);
    let mut cut = client(&site);
    cut.send("GET /cut HTTP/1.0\r\n\r\n");
    let mut text = Vec::new();
    let error = cut.socket_mut().read_to_end(&mut text).expect_err("no close_notify");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert!(text.ends_with(b"half"));
}

#[test]
fn a_client_that_still_sends_can_read_the_refusal() {
    let site = site();
    let mut client = client(&site);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\nmore and more");
    assert_eq!(client.answer().expect("an answer").status, 400);
    assert_eq!(client.socket_mut().read(&mut [0]).expect("close_notify"), 0);
}

#[test]
fn a_client_that_sends_close_notify_gets_its_responses() {
    let site = site();
    for shutdown in [true, false] {
        let mut client = client(&site);
        let StreamOwned { conn, sock } = client.socket_mut();
        conn.complete_io(sock).expect("a handshake");
        let requests = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2);
        conn.writer().write_all(requests.as_bytes()).expect("room");
        conn.send_close_notify();
        let mut records = Vec::new();
        while conn.wants_write() {
            conn.write_tls(&mut records).expect("room");
        }
        sock.write_all(&records).expect("it reads");
        if shutdown {
            client.socket().sock.shutdown(Shutdown::Write).expect("open");
        }
        assert_eq!(client.answer().expect("an answer").status, 200);
        assert_eq!(client.answer().expect("an answer").status, 200);
        assert_eq!(client.socket_mut().read(&mut [0]).expect("close_notify"), 0);
    }
}

/// The garbage is a record of 16 KiB that cannot be decrypted.
#[test]
fn garbage_after_the_handshake_closes_only_that_connection() {
    let site = site();
    let mut client = client(&site);
    assert_eq!(client.get("/").status, 200);
    let mut record = vec![0x17, 3, 3, 0x40, 0];
    record.extend([7; 0x4000]);
    client.socket_mut().sock.write_all(&record).expect("it reads");
    assert!(client.socket_mut().read(&mut [0]).is_err());
    assert!(serves_certificate(&site, "first"));
}

#[test]
fn plain_http_is_redirected_to_the_tls_port() {
    let redirect_addresses = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
    let allowed_hosts = vec!["x".to_owned()];
    let settings =
        ServerSettings { redirect_addresses, allowed_hosts, ..encrypted_settings("first") };
    let site = Site::start_with(&settings, (), urls());
    let mut plain = Client::connect(site.redirects_at.expect("an address")).expect("it listens");
    let answer = plain.get("/a?b");
    let place = format!("ocation: https://x:{}/a?b\r\n", site.address.port());
    assert!(answer.status == 308 && answer.head.contains(&place), "{answer:?}");
    assert_eq!(client(&site).get("/").status, 200);
}

#[test]
fn a_proxy_header_may_precede_the_handshake() {
    let proxy_protocol_from = vec!["127.0.0.1".parse::<Network>().expect("a network")];
    let settings = ServerSettings { proxy_protocol_from, ..encrypted_settings("first") };
    let site = Site::start_with(&settings, (), urls());
    let v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\x0a\0\0\x01\x12\x67\0\x50";
    // A proxy that does not decrypt reports that the client uses no TLS with the proxy.
    let v2_without_tls =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\xc0\0\x02\x01\x0a\0\0\x01\x12\x67\0\x50\
        \x20\0\x05\0\0\0\0\x01";
    for header in [&b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n"[..], v2, v2_without_tls] {
        let mut session = session(client_config("first", &[&TLS13]));
        let mut socket = connected(&site);
        let mut first = header.to_vec();
        session.write_tls(&mut first).expect("a ClientHello");
        socket.write_all(&first).expect("it reads");
        let mut client = Client::new(StreamOwned::new(session, socket));
        assert_eq!(client.get("/").body, "192.0.2.1 true");
    }
    assert!(!serves_certificate(&site, "first"));
}

#[test]
fn a_stop_answers_encrypted_requests_and_sends_close_notify_to_idle_clients() {
    let site = site();
    let mut idle = client(&site);
    assert_eq!(idle.get("/").status, 200);
    let _silent = site.client();
    site.stop.stop();
    assert_eq!(idle.socket_mut().read(&mut [0]).expect("close_notify"), 0);
    assert_eq!(site.stopped().cut, 0);
}

/// A connection that has just finished its handshake has the short deadline of a first request, not
/// the deadline of an idle connection, which is longer than the drain time of a stop.
#[test]
fn a_stop_does_not_wait_for_a_client_that_has_only_finished_its_handshake() {
    let linger = Duration::from_secs(1);
    let timeouts = Timeouts { linger, ..Timeouts::default() };
    let site = Site::start_with(
        &ServerSettings { shards: 1, timeouts, ..encrypted_settings("first") },
        (),
        urls(),
    );
    let mut idle = client(&site);
    assert_eq!(idle.get("/").status, 200);
    let (mut session, mut socket) = (session(client_config("first", &[&TLS13])), connected(&site));
    session.write_tls(&mut socket).expect("a ClientHello");
    session.read_tls(&mut socket).expect("a ServerHello");
    site.stop.stop();
    assert!(idle.is_closed(), "the stop has begun");
    session.process_new_packets().expect("a valid ServerHello");
    session.complete_io(&mut socket).expect("the end of the handshake");
    assert_eq!(site.stopped(), Stopped { cut: 0 });
}
