//! The course's client: one request per `send` without a line end, one message per `recv`.

use super::Client;
use crate::pages::site::Site;

const ON: &[&str] = &["course.enabled=true", "course.address=127.0.0.1:0"];
const NAME: &str = "the course's protocol";

fn site(more: &[&str]) -> Site {
    Site::start_with(&[ON, more].concat())
}

#[track_caller]
fn asks(client: &mut Client, request: &str, reply: &str) {
    client.send(request.as_bytes());
    assert_eq!(client.recv(), reply, "{request}");
}

#[test]
fn a_whole_session_of_the_old_client_works() {
    let site = site(&[]);
    let mut client = Client::connect(&site, NAME);
    asks(&mut client, "R lily orange-horse-7", "OK");
    asks(&mut client, "L lily orange-horse-7", "OK");
    for word in ["apple", "went", "ice cream", "book", "run"] {
        client.send(format!("Q lily {word}").as_bytes());
        let reply = client.recv();
        assert!(reply.contains(" : "), "{word}: {reply}");
        assert!(!reply.contains('\n'), "{word}: {reply}");
    }
    asks(&mut client, "Q lily qqqqzz", "FAIL");
    client.send(b"H lily");
    assert_eq!(client.recv(), "OK");
    let rows: Vec<String> = (0..6).map(|_| client.recv()).collect();
    assert!(rows[0].starts_with("lily   qqqqzz "), "{rows:?}");
    assert!(rows[5].starts_with("lily   apple "), "{rows:?}");
    assert_eq!(client.recv(), "##");
    client.send(b"E");
    assert_eq!(client.recv(), "", "the connection ends");
}

#[test]
fn old_clients_get_ok_before_the_meaning() {
    let site = site(&["course.query_reply=ok-first"]);
    let mut client = Client::connect(&site, NAME);
    asks(&mut client, "R lily orange-horse-7", "OK");
    asks(&mut client, "Q lily apple", "OK");
    assert!(client.recv().starts_with("apple : n. 苹果"));
}

#[test]
fn a_line_end_ends_a_request_at_once() {
    let site = site(&["course.request_pause=10s"]);
    let mut client = Client::connect(&site, NAME);
    asks(&mut client, "R lily orange-horse-7\n", "OK");
    asks(&mut client, "H lily\r\n", "FAIL");
}

#[test]
fn a_request_in_pieces_is_one_request() {
    let site = site(&["course.request_pause=2s"]);
    let mut client = Client::connect(&site, NAME);
    for piece in ["R li", "ly orange", "-horse-7"] {
        client.send(piece.as_bytes());
    }
    assert_eq!(client.recv(), "OK");
}

#[test]
fn a_connection_sees_only_its_own_user() {
    let site = site(&[]);
    let (mut lily, mut tom) = (Client::connect(&site, NAME), Client::connect(&site, NAME));
    asks(&mut lily, "R lily orange-horse-7", "OK");
    asks(&mut tom, "R tom purple-cow-88", "OK");
    asks(&mut tom, "Q lily apple", "FAIL");
    asks(&mut tom, "H lily", "FAIL");
    let mut nobody = Client::connect(&site, NAME);
    asks(&mut nobody, "Q lily apple", "FAIL");
    asks(&mut nobody, "H tom", "FAIL");
}

#[test]
fn a_taken_name_exists_and_a_wrong_password_fails() {
    let site = site(&[]);
    let mut client = Client::connect(&site, NAME);
    asks(&mut client, "R lily orange-horse-7", "OK");
    asks(&mut client, "R lily other-horse-9", "EXISTS");
    asks(&mut client, "L lily other-horse-9", "FAIL");
    asks(&mut client, "R x", "FAIL");
    asks(&mut client, "nonsense", "FAIL");
}

#[test]
fn a_flood_without_a_line_end_closes_only_its_own_connection() {
    let site = site(&[]);
    let mut client = Client::connect(&site, NAME);
    client.send(&[b'x'; 4000]);
    assert_eq!(client.recv(), "FAIL");
    assert_eq!(client.recv(), "", "the connection ends");
    asks(&mut Client::connect(&site, NAME), "R lily orange-horse-7", "OK");
}

#[test]
fn hostile_bytes_fail_and_a_half_closed_client_gets_its_reply() {
    let site = site(&[]);
    let mut lily = Client::connect(&site, NAME);
    asks(&mut lily, "R lily orange-horse-7", "OK");
    for bytes in [&b"\0"[..], b"Q lily a\0b", b"Q lily \xff\xfe", b"\x1b[2J", b"R\tx\ty"] {
        let mut client = Client::connect(&site, NAME);
        client.send(bytes);
        assert_eq!(client.recv(), "FAIL", "{}", bytes.escape_ascii());
    }
    let mut word = Client::connect(&site, NAME);
    word.flood(format!("Q lily {}", "x".repeat(10 << 20)).as_bytes());
    assert!(["FAIL", ""].contains(&word.read_to_end().as_str()));
    for (request, reply) in [("L lily orange-horse-7", "OK"), ("L lily nonsense", "FAIL"), ("", "")]
    {
        let mut half = Client::connect(&site, NAME);
        half.send(request.as_bytes());
        assert_eq!(half.read_to_end(), reply, "{request}");
    }
    lily.send(b"Q lily apple");
    assert!(lily.recv().starts_with("apple : "));
}

/// An old client cannot send a ticket back.
#[test]
fn the_owner_of_a_name_under_attack_gets_in_after_the_delay() {
    let site = site(&["accounts.login_failures_before_delay=1", "accounts.login_delay=1s"]);
    let mut client = Client::connect(&site, NAME);
    asks(&mut client, "R lily orange-horse-7", "OK");
    asks(&mut client, "L lily other-horse-9", "FAIL");
    asks(&mut client, "L lily orange-horse-7", "FAIL");
    let began = std::time::Instant::now();
    loop {
        client.send(b"L lily orange-horse-7");
        if client.recv() == "OK" {
            break;
        }
        assert!(began.elapsed() < super::EVENT_WAIT_MAX, "the owner is locked out");
    }
    assert!(began.elapsed().as_millis() > 800, "a delay");
}
