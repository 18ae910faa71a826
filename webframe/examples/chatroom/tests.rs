//! Tests the chat room with members on WebSockets and a member on an event stream.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};
use webframe::{
    Address, Server, ServerSettings, TestClient, TestSocket, http::Method, websocket::CloseCode,
};

use super::*;

fn client(app: &App<Arc<Room>>) -> TestClient<'_, Arc<Room>> {
    let client = TestClient::new(app);
    assert_eq!(client.get("/").send().status().as_u16(), 200);
    client
}

fn enter(client: &TestClient<'_, Arc<Room>>, name: &str) -> TestSocket {
    client.get(&format!("/socket?name={name}")).connect()
}

#[track_caller]
fn next_news(socket: &mut TestSocket) -> Value {
    serde_json::from_slice(socket.receive().as_bytes()).expect("JSON")
}

#[test]
fn all_members_are_notified_of_who_enters_writes_and_leaves() {
    let app = app(Arc::default());
    let client = client(&app);
    let mut ann = enter(&client, "Ann");
    assert_eq!(next_news(&mut ann), json!({"kind": "entered", "name": "Ann", "names": ["Ann"]}));
    let mut bob = enter(&client, "Bob");
    let entered = json!({"kind": "entered", "name": "Bob", "names": ["Ann", "Bob"]});
    assert_eq!((next_news(&mut ann), next_news(&mut bob)), (entered.clone(), entered));
    bob.send(" 你好 ");
    let said = json!({"kind": "said", "name": "Bob", "text": "你好"});
    assert_eq!((next_news(&mut ann), next_news(&mut bob)), (said.clone(), said));
    bob.close(CloseCode::NORMAL, "");
    drop(bob);
    assert_eq!(next_news(&mut ann), json!({"kind": "left", "name": "Bob", "names": ["Ann"]}));
}

#[test]
fn a_name_is_unique_while_its_member_is_there() {
    let app = app(Arc::default());
    let client = client(&app);
    let ann = enter(&client, "Ann");
    for name in ["Ann", "aNN", "%20Ann%20"] {
        let refused = client.get(&format!("/socket?name={name}")).as_websocket().send();
        assert_eq!(refused.status().as_u16(), 409, "{name}");
        assert!(refused.text().contains("the name is taken"));
    }
    drop(ann);
    enter(&client, "ann");
}

#[test]
fn names_that_look_the_same_are_the_same_name() {
    let app = app(Arc::default());
    let client = client(&app);
    let _rene = enter(&client, "Ren%C3%A9");
    for name in ["Ren%C3%A9", "Rene%CC%81", "REN%C3%89", "%EF%BC%B2en%C3%A9"] {
        let refused = client.get(&format!("/socket?name={name}")).as_websocket().send();
        assert_eq!(refused.status().as_u16(), 409, "{name}");
    }
    let _hindi = enter(&client, "%E0%A4%A6%E0%A5%87%E0%A4%B5");
}

#[test]
fn the_head_of_the_events_enters_nobody() {
    let app = app(Arc::default());
    let client = client(&app);
    let mut ann = enter(&client, "Ann");
    next_news(&mut ann);
    let head = client.request(Method::HEAD, "/events?name=Bob").send();
    assert_eq!(head.status().as_u16(), 200);
    client.post("/say", &[("name", "Ann"), ("text", "hi")]).send();
    assert_eq!(next_news(&mut ann)["kind"], "said");
}

/// If an empty key were accepted, every browser could write under a name with this key.
#[test]
fn an_empty_cookie_is_no_key() {
    let app = app(Arc::default());
    let client = TestClient::new(&app);
    let empty = client.get("/socket?name=Ann").with_field("Cookie", "chatroom=").as_websocket();
    assert_eq!(empty.send().status().as_u16(), 403);
    let say = client.post("/say", &[("name", "Ann"), ("text", "hi")]);
    assert_eq!(say.send().status().as_u16(), 403);
    let page = client.get("/").with_field("Cookie", "chatroom=").send();
    assert!(page.field("Set-Cookie").is_some_and(|cookie| cookie.starts_with("chatroom=")));
}

#[test]
fn lines_of_the_administrator_may_be_empty_or_not_text() {
    let room = Arc::new(Room::default());
    let app = app(Arc::clone(&room));
    let client = client(&app);
    let mut ann = enter(&client, "Ann");
    next_news(&mut ann);
    administrate(&room, &b"\n  \r\nbad \xff line\r\nafter"[..]);
    for text in ["bad \u{fffd} line", "after"] {
        assert_eq!(next_news(&mut ann), json!({"kind": "announced", "text": text}));
    }
}

#[test]
fn a_name_is_short_and_visible() {
    let app = app(Arc::default());
    let client = client(&app);
    let unseen = ["%E2%80%8B", "Ada%E2%80%8B", "%EF%BB%BF", "a%E2%80%AEb", "a%E2%80%A8b"];
    for name in ["", "%20", "a%07b", "123456789012345678901"].into_iter().chain(unseen) {
        let refused = client.get(&format!("/socket?name={name}")).as_websocket().send();
        assert_eq!(refused.status().as_u16(), 400, "{name}");
    }
}

#[test]
fn the_administrator_writes_to_the_room_in_the_terminal() {
    let room = Arc::new(Room::default());
    let app = app(Arc::clone(&room));
    let client = client(&app);
    let mut ann = enter(&client, "Ann");
    next_news(&mut ann);
    administrate(&room, &b"welcome\nto all\n"[..]);
    for text in ["welcome", "to all"] {
        assert_eq!(next_news(&mut ann), json!({"kind": "announced", "text": text}));
    }
}

#[test]
fn only_the_browser_that_entered_with_a_name_may_write_under_it() {
    let app = app(Arc::default());
    let (own, other) = (client(&app), client(&app));
    let mut ann = enter(&own, "Ann");
    next_news(&mut ann);
    let message = [("name", "Ann"), ("text", "hi")];
    assert_eq!(other.post("/say", &message).send().status().as_u16(), 403);
    assert_eq!(own.post("/say", &message).send().status().as_u16(), 204);
    assert_eq!(next_news(&mut ann), json!({"kind": "said", "name": "Ann", "text": "hi"}));
    let long = [("name", "Ann".to_owned()), ("text", "x".repeat(2_001))];
    assert_eq!(own.post("/say", &long).send().status().as_u16(), 400);
}

/// Uses a real connection: the test client has none.
#[test]
fn a_member_on_the_event_stream_gets_the_same_messages_and_leaves_with_its_connection() {
    let room = Arc::new(Room::default());
    let addresses = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
    let settings = ServerSettings { addresses, ..ServerSettings::default() };
    let server = Server::bind(&settings).expect("a free port");
    let Some(Address::Tcp(address)) = server.addresses().pop() else { panic!("TCP") };
    let stop = server.stop_handle();
    let served_app = app(Arc::clone(&room));
    let serving = std::thread::spawn(move || server.serve(served_app));

    let app_of_client = app(room);
    let client = client(&app_of_client);
    let mut ann = enter(&client, "Ann");
    next_news(&mut ann);
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let request = "GET /events?name=Eve HTTP/1.1\r\nHost: x\r\nCookie: chatroom=k\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    assert_eq!(next_news(&mut ann)["name"], "Eve");
    ann.send("hello");
    next_news(&mut ann);
    let mut lines = BufReader::new(&stream).lines().map_while(io::Result::ok);
    assert!(lines.any(|line| line.starts_with("data: ") && line.contains("\"Eve\"")));
    assert!(lines.any(|line| line.starts_with("data: ") && line.contains("hello")));
    drop(lines);
    drop(stream);
    assert_eq!(next_news(&mut ann), json!({"kind": "left", "name": "Eve", "names": ["Ann"]}));
    stop.stop();
    stop.stop();
    drop(serving.join());
}
