//! Certificates of a running server: reloaded on request or by SIGHUP, checked at the start.

use std::{fs, io::ErrorKind, net::TcpStream};

use rustls::version::TLS13;
use webframe::{Address, Server, ServerSettings, TlsSettings};

use super::{
    site::{Site, settings},
    tls::{client, client_config, file, serves_certificate, session, urls},
};

#[test]
fn certificates_are_reloaded_and_a_broken_one_leaves_the_old_one_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let put = |from: &str, to: &str| fs::copy(file(from), path(to)).expect("copied");
    let both = |name: &str| {
        put(&format!("{name}.crt"), "cert");
        put(&format!("{name}.key"), "key");
    };
    both("first");
    let tls = TlsSettings { cert: path("cert"), key: path("key") };
    let site = Site::start_with(&ServerSettings { tls: Some(tls), ..settings() }, (), urls());
    let mut before = client(&site);
    assert_eq!(before.get("/").status, 200);
    assert!(!serves_certificate(&site, "second"));

    both("second");
    assert!(serves_certificate(&site, "first"), "nothing changes before it is asked for");
    site.reload.reload().expect("a good certificate");
    assert!(serves_certificate(&site, "second") && !serves_certificate(&site, "first"));
    assert_eq!(before.get("/").status, 200);

    put("first.key", "key");
    let error = site.reload.reload().expect_err("they do not belong together");
    let (cert, key) = (path("cert"), path("key"));
    let start = format!(
        "the certificate {} cannot be used with the key {}: ",
        cert.display(),
        key.display()
    );
    assert!(error.to_string().starts_with(&start), "{error}");
    fs::write(&cert, "no certificate").expect("written");
    let error = site.reload.reload().expect_err("nothing in it");
    let text = format!("cannot read PEM from {}: it contains no such section", cert.display());
    assert_eq!(error.to_string(), text);
    assert!(serves_certificate(&site, "second"));
}

#[test]
fn sighup_reloads_the_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (folder.path().join("cert"), folder.path().join("key"));
    fs::copy(file("first.crt"), &cert).expect("copied");
    fs::copy(file("first.key"), &key).expect("copied");
    let tls = TlsSettings { cert: cert.clone(), key: key.clone() };
    let server = Server::bind(&ServerSettings { tls: Some(tls), ..settings() }).expect("bound");
    let server = server.stop_on_signals().expect("signals");
    let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("TCP") };
    let stop = server.stop_handle();
    let serving = std::thread::spawn(move || server.serve(webframe::App::new(()).urls(urls())));
    fs::copy(file("second.crt"), &cert).expect("copied");
    fs::copy(file("second.key"), &key).expect("copied");
    signal_hook::low_level::raise(signal_hook::consts::SIGHUP).expect("raised");
    let renewed = || {
        let mut socket = TcpStream::connect(address).expect("it listens");
        session(client_config("second", &[&TLS13])).complete_io(&mut socket).is_ok()
    };
    while !renewed() {}
    stop.stop();
    serving.join().expect("no panic").expect("no error");
}

#[test]
fn a_certificate_that_cannot_be_read_is_named_at_the_start() {
    let tls = TlsSettings { cert: file("none.crt"), key: file("first.key") };
    let error = Server::bind(&ServerSettings { tls: Some(tls), ..settings() }).expect_err("none");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("none.crt"), "{error}");
}
