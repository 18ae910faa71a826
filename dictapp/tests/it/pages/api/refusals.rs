//! Tests of the requests that the API refuses, of its error responses, and of the rights of scripts
//! of other sites.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Program, made};
use crate::pages::client::{Answer, PASSWORD, Person};
use crate::pages::site::Site;

#[test]
fn scripts_of_named_sites_may_use_the_api_and_no_page() {
    let origin = "https://app.example.org";
    let site = Site::start_with(&["api.cors_origins=https://app.example.org"]);
    let person = Person::new(&site);
    let asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")];
    let preflight = person.send("OPTIONS", "/api/v1/sessions", &asked, None);
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.field("access-control-allow-origin"), Some(origin));
    let entry = person.get_with("/api/v1/words/apple", &[("Origin", origin)]);
    assert_eq!(entry.field("access-control-allow-origin"), Some(origin));
    assert_eq!(entry.field("access-control-allow-credentials"), None);
    let other = person.get_with("/api/v1/words/apple", &[("Origin", "https://b.example")]);
    assert_eq!(other.field("access-control-allow-origin"), None);
    let page = person.get_with("/word/apple", &[("Origin", origin)]);
    assert_eq!(page.field("access-control-allow-origin"), None);
    assert_eq!(person.post_with("/login", &[], &[("Origin", origin)]).status, 403);
}

#[test]
fn what_the_server_itself_refuses_is_a_problem_too() {
    let site = Site::start();
    let body = "x".repeat(3 << 20);
    let post = |length: usize| {
        format!(
            "POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n"
        )
    };
    for (request, status) in [
        ("GET /api/v1/words/%zz HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 400),
        ("GET /api/v1/words/%00 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 400),
        ("GET /api/v1/words/apple HTTP/1.1\r\n\r\n".to_owned(), 400),
        (format!("{}{body}", post(body.len())), 413),
        (format!("GET /api/v1/words/{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(9000)), 414),
        (format!("GET /api/v1/books HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", &body[..40_000]), 431),
        ("GET /api/v1/books HTTP/3.0\r\nHost: x\r\n\r\n".to_owned(), 505),
    ] {
        let answer = raw(&site, &request);
        let (head, problem) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert!(head.contains("Content-Type: application/problem+json\r\n"), "{head}");
        let problem: Value = serde_json::from_str(problem).unwrap();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    }
    assert!(raw(&site, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n").contains("text/html"));
}

/// Sends these bytes and returns the response.
#[track_caller]
fn raw(site: &Site, request: &str) -> String {
    let mut socket = TcpStream::connect(site.authority()).unwrap();
    socket.set_read_timeout(Some(crate::EVENT_WAIT_MAX)).unwrap();
    socket.write_all(request.as_bytes()).unwrap_or_default(); // it may be refused before its end
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap_or_default(); // a reset after the answer
    String::from_utf8(answer).unwrap()
}

/// serde can also read an object from a list.
#[test]
fn a_list_is_no_object() {
    let site = Site::start();
    let answer = Program::new(&site).send("POST", "/api/v1/accounts", &json!(["tom", PASSWORD]));
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["detail"], "invalid JSON: a list, expected an object");
    Program::registered(&site, "tom");
}

/// Checks that a response is a problem with this status; returns its reason.
#[track_caller]
fn is_problem(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.field("content-type"), Some("application/problem+json"), "{answer:?}");
    assert!(answer.field("ratelimit").is_some_and(|it| it.contains("r=")), "{answer:?}");
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{answer:?}");
    problem["detail"].as_str().unwrap().to_owned()
}

#[test]
fn every_refusal_is_a_problem_that_names_its_reason() {
    let site = Site::start();
    let program = Program::registered(&site, "Levi");
    let with = |method: &str, target: &str, kind: &str, body: &str| {
        let token = format!("Bearer {}", program.token.as_deref().unwrap());
        let fields = [("Authorization", token.as_str())];
        program.person.send(method, target, &fields, Some((kind, body)))
    };
    let json = |body: &str| with("POST", "/api/v1/review", "application/json", body);
    for (body, detail) in [
        ("", "invalid JSON: EOF while parsing a value at line 1 column 0"),
        (
            "{\"word\": \"a\",\n\"seen\": \"x\"}",
            "invalid JSON in the field seen: invalid type: string \"x\", expected u64 at line 2 column 11",
        ),
        (
            "{\"word\": 5}",
            "invalid JSON in the field word: invalid type: integer `5`, expected a string at line 1 column 10",
        ),
        (
            "{\"wrod\": \"a\"}",
            "invalid JSON in the field wrod: unknown field `wrod`, expected one of `word`, `seen`, `grade` at line 1 column 7",
        ),
        ("{\"word\": \"a\", ", "invalid JSON: EOF while parsing a value at line 1 column 14"),
        ("{\"word\": \"a\"}", "invalid JSON: missing field `seen` at line 1 column 13"),
        (
            "[]",
            "invalid JSON: invalid length 0, expected struct Answer with 3 elements at line 1 column 2",
        ),
    ] {
        assert_eq!(is_problem(&json(body), 400), detail, "{body}");
    }
    let other = with("POST", "/api/v1/review", "text/plain", "{}");
    assert_eq!(is_problem(&other, 415), "the body is sent as application/json");
    let wrong = with("PUT", "/api/v1/review", "application/json", "{}");
    assert_eq!(is_problem(&wrong, 405), "/api/v1/review does not accept PUT");
    assert_eq!(wrong.field("allow"), Some("DELETE, GET, HEAD, OPTIONS, POST"));
    for (target, detail) in [
        ("/api/v1/history?cursor=x", "cursor"),
        ("/api/v1/history?limit=-1", "limit"),
        ("/api/v1/history?cursor=9223372036854775807", "invalid cursor"),
        ("/api/v1/wordbook?limit=1001", "limit must be a number from 1 to 1000"),
        ("/api/v1/search", "q: "),
    ] {
        let said = is_problem(&program.get(target), 400);
        assert!(said.contains(detail), "{target}: {said}");
    }
    is_problem(&program.get("/api/v1/wordbook/nothing"), 404);
    is_problem(&program.get("/api/v2/words/apple"), 404);
    let basic = [("Authorization", "Basic TGV2aTp4")];
    let answer = program.person.get_with("/api/v1/account", &basic);
    assert_eq!(is_problem(&answer, 401), "the token is not valid");
}

#[test]
fn an_unknown_method_is_a_problem_and_no_error_in_the_log() {
    let site = Site::start();
    let program = Program::new(&site);
    let answer = program.send("BREW", "/api/v1/words/apple", &Value::Null);
    assert_eq!(is_problem(&answer, 501), "unknown method BREW");
    program.person.send("BREW", "/word/apple", &[], None).assert_has(501, &["<html"]);
    site.signal("TERM");
    let log = site.log_with("stopped");
    assert!(log.contains("BREW") && !log.contains("ERROR"), "{log}");
}

#[test]
fn each_operation_needs_its_scope() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let reads = Program::with_token(&site, made(&person, &["read"]));
    let guest = Program::new(&site);
    let note = json!({ "note": "x" });
    let answer = json!({ "word": "apple", "seen": 0, "grade": 3 });
    let change = json!({ "disabled": true });
    for (method, target, body, scope) in [
        ("GET", "/api/v1/history", None, "history"),
        ("DELETE", "/api/v1/history", None, "history"),
        ("GET", "/api/v1/wordbook", None, "history"),
        ("GET", "/api/v1/wordbook/apple", None, "history"),
        ("PUT", "/api/v1/wordbook/apple", Some(&note), "history"),
        ("DELETE", "/api/v1/wordbook/apple", None, "history"),
        ("GET", "/api/v1/review", None, "history"),
        ("POST", "/api/v1/review", Some(&answer), "history"),
        ("DELETE", "/api/v1/review", None, "history"),
        ("GET", "/api/v1/accounts", None, "admin"),
        ("PATCH", "/api/v1/accounts/Levi", Some(&change), "admin"),
    ] {
        let detail = format!("the token does not have the scope {scope}");
        assert_eq!(is_problem(&reads.ask(method, target, body), 403), detail, "{method} {target}");
        let unknown = guest.ask(method, target, body);
        assert_eq!(is_problem(&unknown, 401), "send a user's token", "{method} {target}");
        assert_eq!(unknown.field("www-authenticate"), Some("Bearer realm=\"dictapp\""));
    }
    let history = Program::with_token(&site, made(&person, &["history"]));
    assert_eq!(history.get("/api/v1/history").status, 200);
    is_problem(&history.get("/api/v1/accounts"), 403);
}

/// The terminal client asks in the language of its menus.
#[test]
fn what_a_person_typed_is_refused_in_their_language() {
    let site = Site::start();
    let refused = |name: &str, password: &str, language: &str| {
        let body = json!({ "name": name, "password": password }).to_string();
        let body = Some(("application/json", body.as_str()));
        let person = Person::who_reads(&site, language);
        let answer = person.send("POST", "/api/v1/accounts", &[], body);
        (is_problem(&answer, 422), answer.json()["field"].as_str().unwrap().to_owned())
    };
    let zh = refused("Levi", "short", "zh-CN");
    assert_eq!(zh, ("密码至少 8 个字符。".to_owned(), "password".to_owned()));
    assert_eq!(refused("a b", PASSWORD, "zh").0, "用户名不能包含空格。");
    assert_eq!(refused("Levi", "short", "fr").0, "the password is shorter than 8 characters");
}

#[test]
fn scripts_of_other_sites_read_the_fields_that_they_need_and_send_no_cookies() {
    let origin = ("Origin", "https://app.example.org");
    for setting in ["api.cors_origins=https://app.example.org", "api.cors_origins=*"] {
        let site = Site::start_with(&[setting]);
        let person = Person::new(&site);
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            let fields = [
                origin,
                ("Access-Control-Request-Method", method),
                ("Access-Control-Request-Headers", "authorization, content-type"),
            ];
            let preflight = person.send("OPTIONS", "/api/v1/wordbook/apple", &fields, None);
            assert_eq!((preflight.status, preflight.body.as_str()), (204, ""), "{method}");
            let allowed = preflight.field("access-control-allow-methods").unwrap();
            assert!(allowed.split(", ").any(|name| name == method), "{allowed}");
            let fields = preflight.field("access-control-allow-headers");
            assert_eq!(fields, Some("authorization, content-type"));
            assert_eq!(preflight.field("access-control-allow-credentials"), None);
        }
        for target in ["/api/v1/words/apple", "/api/v1/words/qzxqzx", "/api/v1/history"] {
            let answer = person.get_with(target, &[origin]);
            let exposed = Some("ETag, RateLimit, RateLimit-Policy, Retry-After");
            assert_eq!(answer.field("access-control-expose-headers"), exposed, "{target}");
            assert!(answer.field("access-control-allow-origin").is_some(), "{target}");
            assert_eq!(answer.field("access-control-allow-credentials"), None, "{target}");
        }
    }
}
