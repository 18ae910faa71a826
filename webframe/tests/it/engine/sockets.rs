//! Unix sockets and their files, and sockets that are handed over by another process.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{FileTypeExt, PermissionsExt},
            net::{UnixListener, UnixStream},
        },
    },
    path::Path,
    process::Stdio,
    sync::mpsc::{Sender, channel},
    thread,
};

use webframe::{Address, Network, Server, ServerSettings};

use super::{
    process::{self, HAND_OVER, Process},
    proxies,
    site::{self, Client, PATIENCE, Site},
};

/// Settings for a Unix socket at `path`, and for the TCP address that [`Site`] requires.
fn settings(path: &Path) -> ServerSettings {
    let mut settings = site::settings();
    settings.addresses.push(Address::Unix(path.to_owned()));
    settings
}

fn connect(path: &Path) -> Client<UnixStream> {
    let socket = UnixStream::connect(path).expect("it listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    Client::new(socket)
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("a file").permissions().mode() & 0o777
}

#[test]
fn all_addresses_of_ipv4_and_of_ipv6_can_have_one_port() {
    let (ipv4, ipv6) = (IpAddr::from([0; 4]), IpAddr::from([0_u16; 8]));
    let bind = || {
        let free = TcpListener::bind((ipv6, 0)).expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let addresses = [ipv4, ipv6].map(|ip| Address::Tcp((ip, port).into())).into();
        Server::bind(&ServerSettings { addresses, ..site::settings() })
    };
    // Several attempts, since another process may take the port in between.
    assert!((0..10).any(|_| bind().is_ok()), "{:?}", bind());
}

#[test]
fn a_unix_socket_is_for_owner_and_group_and_removed_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.sock");
    let site = Site::start_with(&settings(&path), (), proxies::urls());
    assert_eq!(mode(&path), 0o660);
    assert_eq!(connect(&path).get("/").body, "0.0.0.0:0 plain");
    site.stop.stop();
    site.stopped();
    assert!(!path.exists());
}

#[test]
fn a_unix_socket_may_be_for_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.sock");
    let settings = ServerSettings { unix_mode: 0o666, ..settings(&path) };
    let _site = Site::start_with(&settings, (), proxies::urls());
    assert_eq!(mode(&path), 0o666);
}

#[test]
fn a_proxy_on_a_unix_socket_is_believed_if_unix_is_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.sock");
    let settings = ServerSettings { trusted_proxies: vec![Network::UNIX], ..settings(&path) };
    let site = Site::start_with(&settings, (), proxies::urls());
    let mut unix = connect(&path);
    unix.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
    assert_eq!(unix.answer().expect("an answer").body, "192.0.2.1:0 plain");
    let mut tcp = site.client();
    tcp.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
    assert!(tcp.answer().expect("an answer").body.starts_with("127.0.0.1:"));
}

#[test]
fn the_socket_file_of_a_killed_server_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.sock");
    drop(UnixListener::bind(&path).expect("a fresh path"));
    assert!(path.exists());
    let _site = Site::start_with(&settings(&path), (), proxies::urls());
    assert_eq!(connect(&path).get("/").status, 200);
}

#[test]
fn a_file_that_is_in_use_or_not_a_socket_is_named_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (used, plain) = (folder.path().join("used.sock"), folder.path().join("notes.txt"));
    let _listener = UnixListener::bind(&used).expect("a fresh path");
    std::fs::write(&plain, "mine").expect("a file");
    for path in [&used, &plain] {
        let error = Server::bind(&settings(path)).expect_err("it is taken");
        assert!(error.to_string().contains(&format!("unix:{}", path.display())), "{error}");
    }
    assert!(used.metadata().expect("still there").file_type().is_socket());
    assert_eq!(std::fs::read_to_string(&plain).expect("still there"), "mine");
}

#[test]
fn a_stop_keeps_the_socket_file_of_a_later_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.sock");
    let first = Site::start_with(&settings(&path), (), proxies::urls());
    std::fs::remove_file(&path).expect("the first one's");
    let second = Site::start_with(&settings(&path), (), proxies::urls());
    first.stop.stop();
    first.stopped();
    assert_eq!(connect(&path).get("/").status, 200);
    drop(second);
    assert!(!path.exists());
}

#[test]
fn a_socket_that_was_handed_over_is_served_instead_of_the_settings() {
    let ours = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = ours.local_addr().expect("an address");
    let (server, listening_at) = process::start(HAND_OVER, Stdio::from(OwnedFd::from(ours)));
    assert_eq!(listening_at, address);
    let answer = Client::connect(address).expect("it listens").get("/");
    assert_eq!(answer.body, server.number());
}

/// Sends requests on new connections in a loop, and passes each response to `sender`, until the
/// receiver is dropped.
fn keep_asking(address: SocketAddr, sender: &Sender<Option<String>>) {
    for path in ["/", "/blocking"].iter().cycle() {
        let mut client = Client::connect(address).expect("somebody listens");
        let sent = client.try_send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        let answer = Some(&mut client).filter(|_| sent).and_then(Client::answer);
        if sender.send(answer.map(|answer| answer.body)).is_err() {
            return;
        }
    }
}

#[test]
fn no_accepted_request_is_lost_while_servers_on_one_socket_replace_each_other() {
    let ours = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = ours.local_addr().expect("an address");
    let start = || {
        let socket = OwnedFd::from(ours.try_clone().expect("a descriptor"));
        process::start(HAND_OVER, Stdio::from(socket)).0
    };
    let (sender, answers) = channel::<Option<String>>();
    let await_answer_of = |server: &Process| {
        let number = server.number();
        assert!(
            answers.iter().map(|answer| answer.expect("an answer")).any(|answer| answer == number)
        );
    };
    let mut serving = start();
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let sender = sender.clone();
            thread::spawn(move || keep_asking(address, &sender))
        })
        .collect();
    for _ in 0..5 {
        await_answer_of(&serving);
        let next = start();
        assert!(serving.stop(), "connections were cut");
        serving = next;
    }
    await_answer_of(&serving);
    drop(answers);
    clients.into_iter().for_each(|client| client.join().expect("no panic"));
}

#[test]
fn sockets_for_another_process_are_left_alone() {
    let ours = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = ours.local_addr().expect("an address");
    let hand_over = "exec 3<&0 0</dev/null; export LISTEN_FDS=1 LISTEN_PID=1;";
    let (_server, listening_at) = process::start(hand_over, Stdio::from(OwnedFd::from(ours)));
    assert_ne!(listening_at, address);
}
