//! Tests of connections to a MySQL server: over TLS, by a Unix socket, with a password from a file.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::Command,
    thread,
};

use dictapp::store::*;

use mysql::prelude::Queryable;

use crate::{
    mariadb::{MariaDb, PASSWORD, certificate},
    store::{at_url, name, register},
};

fn open(url: &str) -> Result<Store> {
    Store::open(&at_url(&[url]))
}

fn over_tls(url: &str, ca: &str) -> String {
    format!("{url}?ssl=required&ca={}", certificate(ca).display())
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_user_that_requires_tls_connects_only_over_tls() {
    let url = MariaDb::shared().database().replace("//dict:", "//tls:");
    let refused = open(&url).unwrap_err();
    assert!(refused.is_refused() && refused.to_string().contains("error 1045"), "{refused}");
    let store = open(&over_tls(&url, "first.crt")).unwrap();
    register(&store, "Levi");
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_server_with_another_certificate_or_name_is_refused() {
    let url = MariaDb::shared().database();
    let elsewhere = url.replace("@127.0.0.1:", "@[::ffff:127.0.0.1]:");
    for wrong in [
        format!("{url}?ssl=required"),
        over_tls(&url, "second.crt"),
        over_tls(&elsewhere, "first.crt"),
    ] {
        let error = open(&wrong).unwrap_err();
        assert!(error.is_refused() && error.to_string().contains("over TLS"), "{error}");
        assert!(!error.to_string().contains(PASSWORD), "{error}");
    }
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn no_login_is_sent_to_a_server_without_tls() {
    let server = MariaDb::shared();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let real = server.port();
    let sent = thread::spawn(move || {
        let mut client = listener.accept().unwrap().0;
        client.write_all(&greeting_without_tls(real)).unwrap();
        let mut sent = Vec::new();
        client.read_to_end(&mut sent).ok();
        sent
    });
    let url = server.database().replace(&format!(":{real}/"), &format!(":{port}/"));
    let error = open(&over_tls(&url, "first.crt")).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("over TLS"), "{error}");
    // At most the five bytes of COM_QUIT.
    assert!(sent.join().unwrap().len() <= 5);
}

/// The first packet of a real server with the flag `CLIENT_SSL` cleared.
fn greeting_without_tls(port: u16) -> Vec<u8> {
    const HEADER_AND_PROTOCOL: usize = 5;
    const THREAD_SCRAMBLE_FILLER: usize = 4 + 8 + 1;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let mut greeting = vec![0; 4];
    server.read_exact(&mut greeting).unwrap();
    let length = u32::from_le_bytes([greeting[0], greeting[1], greeting[2], 0]);
    greeting.resize(4 + length as usize, 0);
    server.read_exact(&mut greeting[4..]).unwrap();
    let version = greeting[HEADER_AND_PROTOCOL..].iter().position(|&byte| byte == 0).unwrap() + 1;
    greeting[HEADER_AND_PROTOCOL + version + THREAD_SCRAMBLE_FILLER + 1] &= !0x08;
    greeting
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_socket_and_a_password_file_need_no_network_and_no_password_in_the_url() {
    let server = MariaDb::shared();
    let database = server.database();
    let database = database.rsplit('/').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    fs::write(&password, format!("{PASSWORD}\n")).unwrap();
    let (socket, password) = (server.socket(), password.display());
    let store = open(&format!(
        "mysql://dict@localhost/{database}?socket={socket}&password_file={password}"
    ))
    .unwrap();
    register(&store, "Levi");
    assert_eq!(store.place(), format!("the database at {socket}/{database}"));

    let missing = open(&format!("mysql://dict@localhost/{database}?socket={socket}.gone"));
    assert!(missing.unwrap_err().is_unavailable());
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_user_of_the_machine_needs_no_password_over_the_socket() {
    let server = MariaDb::shared();
    let database = server.database();
    let database = database.rsplit('/').next().unwrap();
    let output = Command::new("id").arg("-un").output().unwrap();
    let user = String::from_utf8(output.stdout).unwrap();
    let user = user.trim();
    for statement in [
        format!("create user if not exists '{user}'@'localhost'"),
        format!("alter user '{user}'@'localhost' identified via unix_socket"),
        format!("grant all on {database}.* to '{user}'@'localhost'"),
    ] {
        server.root().query_drop(statement).unwrap();
    }
    let socket = server.socket();
    let store = open(&format!("mysql://{user}@localhost/{database}?socket={socket}")).unwrap();
    register(&store, "Levi");
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some());

    let stranger = format!("mysql://nobody@localhost/{database}?socket={socket}");
    assert!(open(&stranger).unwrap_err().is_refused());
}
