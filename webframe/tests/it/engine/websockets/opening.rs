//! Handshakes of WebSockets: accepted, or refused with a reason.

use webframe::{
    App, Response, TestClient, Urls,
    http::Method,
    middleware::SameOrigin,
    websocket::{Message, Origins, Socket, SocketSettings},
};

use super::{PATIENCE, Talk, upgrade};

#[test]
fn a_handshake_that_breaks_the_rfc_is_refused() {
    let talk = Talk::start();
    let good = upgrade("/", "");
    assert_eq!(talk.status("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 426);
    assert_eq!(talk.status(&good.replace("Version: 13", "Version: 12")), 426);
    assert_eq!(talk.status(&good.replace("ZQ==", "")), 400);
    assert_eq!(talk.status(&good.replace("HTTP/1.1", "HTTP/1.0")), 400);
    assert_eq!(talk.status(&good.replace("GET", "POST")), 405);
    assert_eq!(talk.status(&upgrade("/", "Sec-WebSocket-Protocol: a, a\r\n")), 400);
    assert_eq!(talk.status(&upgrade("/", "Sec-WebSocket-Extensions: a b\r\n")), 400);
}

#[test]
fn a_handshake_with_another_method_is_answered_405_with_allow() {
    let urls = Urls::new()
        .any("/", |_, request| Response::websocket(request, |_: &Socket, _: Message| Ok(())));
    let app = App::new(()).urls(urls);
    let fields = [("Connection", "Upgrade"), ("Upgrade", "websocket")];
    let client = TestClient::new(&app);
    let post = client.request(Method::POST, "/");
    let post = fields.into_iter().fold(post, |post, (name, value)| post.with_field(name, value));
    let answer = post.send();
    assert_eq!((answer.status().as_u16(), answer.field("Allow")), (405, Some("GET")));
}

#[test]
fn a_request_without_upgrade_is_answered_426() {
    let talk = Talk::start();
    let mut client = talk.site.client();
    for _ in 0..2 {
        let answer = client.get("/");
        assert_eq!(answer.status, 426);
        assert_eq!(answer.field("Upgrade"), Some("websocket"));
        assert_eq!(answer.field("Connection"), Some("Upgrade"));
        assert_eq!(answer.field("Sec-Websocket-Version"), Some("13"));
    }
}

#[test]
fn only_the_sites_own_pages_may_connect_unless_others_are_allowed() {
    let talk = Talk::start();
    let upgrade_from = |origin: &str| upgrade("/", &format!("Origin: {origin}\r\n"));
    assert_eq!(talk.status(&upgrade_from("http://x")), 101);
    assert_eq!(talk.status(&upgrade_from("http://evil.example")), 403);
    assert_eq!(talk.status(&upgrade_from("null")), 403);
    let own = SameOrigin::new().with_origin("https://friend.example");
    let friends = Talk::start_with(SocketSettings {
        origins: Origins::Own(own),
        ..SocketSettings::default()
    });
    assert_eq!(friends.status(&upgrade_from("https://friend.example")), 101);
    assert_eq!(friends.status(&upgrade_from("http://evil.example")), 403);
    let all =
        Talk::start_with(SocketSettings { origins: Origins::Any, ..SocketSettings::default() });
    assert_eq!(all.status(&upgrade_from("http://evil.example")), 101);
}

#[test]
fn the_subprotocol_that_the_client_prefers_is_chosen() {
    let protocols = vec!["v1".to_owned(), "v2".to_owned()];
    let talk = Talk::start_with(SocketSettings { protocols, ..SocketSettings::default() });
    for (offer, taken) in [("v3, v2, v1", Some("v2")), ("V1", None)] {
        let mut client = talk.site.client();
        client.send(&upgrade("/", &format!("Sec-WebSocket-Protocol: {offer}\r\n")));
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.field("Sec-Websocket-Protocol")), (101, taken));
    }
    let socket = talk.sockets.recv_timeout(PATIENCE).expect("a socket");
    assert_eq!(socket.protocol(), Some("v2"));
}
