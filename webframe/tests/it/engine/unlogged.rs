//! A program without a logger writes the failures of its own code to standard error. The program is
//! this test binary, started once more.

use std::{process::Command, sync::mpsc, time::Duration};

use webframe::{
    Address, App, Error, LineProtocol, LineSettings, Peer, Replies, Request, Response, Result,
    Server, Templates, TestClient, Urls,
    websocket::{Message, Socket},
};

use super::site::{Client, settings};

/// The environment variable that makes the test binary run as the program.
const CHILD: &str = "WEBFRAME_TEST_UNLOGGED";

fn talk(_: &(), request: &Request) -> Result<Response> {
    Response::websocket(request, |_: &Socket, message: Message| match message.as_text() {
        Some("panic") => panic!("the socket panics"),
        _ => Err(Error::internal("the socket fails")),
    })
}

struct Panics;

impl LineProtocol for Panics {
    type Session = ();

    fn open(&self, _: Peer, _: &mut Replies) {}

    fn line(&self, (): &mut (), _: &[u8], _: &mut Replies) {
        panic!("the line panics");
    }
}

/// The program, if [`CHILD`] is set; otherwise does nothing.
#[test]
fn child_program() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let app = App::new(()).urls(Urls::new().get("/talk", talk));
    let client = TestClient::new(&app);
    for text in ["error", "panic"] {
        client.get("/talk").connect().send(text);
    }
    drop(Templates::dir("no/such/place"));
    let server = Server::bind(&settings()).expect("a free port");
    let address = Address::Tcp(([127, 0, 0, 1], 0).into());
    let server = server.with_lines(&address, LineSettings::default(), Panics).expect("bound");
    let Some(Address::Tcp(address)) = server.line_addresses().pop() else { panic!("TCP") };
    let stop = server.stop_handle();
    let (begin, begun) = mpsc::sync_channel(1);
    let app = App::new(())
        .after(Duration::ZERO, move |(): &()| {
            begin.send(()).expect("the test waits");
            panic!("the job panics");
        })
        .on_stop(|(): &()| panic!("the hook panics"));
    let serving = std::thread::spawn(move || server.serve(app));
    let mut client = Client::connect(address).expect("it listens");
    client.send("x\r\n");
    client.read_to_end();
    begun.recv().expect("the job runs");
    stop.stop();
    serving.join().expect("no panic").expect("it stops");
}

#[test]
fn a_program_without_a_logger_writes_each_failure_of_a_live_connection_or_job() {
    let output = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "engine::unlogged::child_program", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    for line in [
        "error: a WebSocket's handler: 500: the socket fails\n",
        "error: a WebSocket's handler: a panic: the socket panics\n",
        "error: a call of a live connection: a panic: the line panics\n",
        "error: a job failed: a panic: the job panics\n",
        "/no/such/place with templates\n",
        "error: a stop hook failed: a panic: the hook panics\n",
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line:?} in {text}");
    }
}
