//! Tests of sessions, tokens and their cookies: browsers that log in and out, and attackers.

use std::time::Duration;

use http::{HeaderValue, Method, header};

use super::*;
use crate::{App, Peer, Response, TestClient, TestResponse, Urls};

/// `/set/{name}/{value}`, `/get/{name}` and so on: each does one thing with the session.
fn app(sessions: Sessions) -> App<()> {
    let act = |_: &(), request: &Request| {
        let session = Session::of(request)?;
        let name = request.param("name")?;
        match &*request.param("act")? {
            "set" => session.set(&name, &request.query_string())?,
            "push" => session.flash(name)?,
            "take" => return Ok(Response::text(session.take_flashes()?.join(","))),
            "remove" => session.remove(&name)?,
            "renew" => session.renew()?,
            "end" => session.end()?,
            "number" => drop(session.get::<u8>(&name)?),
            "nothing" => {}
            "public" => {
                let public = HeaderValue::from_static("private, max-age=5");
                session.set("a", &1)?;
                return Ok(Response::text("x").with_field(header::CACHE_CONTROL, public));
            }
            _ => return Ok(Response::text(session.get::<String>(&name)?.unwrap_or_default())),
        }
        Ok(Response::text("done"))
    };
    App::new(()).wrap(sessions).urls(Urls::new().get("/{act}/{name}", act))
}

/// The response to a browser that sends this secret and ignores new cookies.
fn with_secret(app: &App<()>, secret: &str, target: &str) -> TestResponse {
    TestClient::new(app).get(target).with_field("Cookie", &format!("session={secret}")).send()
}

#[test]
fn a_visitor_has_no_session_until_a_value_is_set() {
    let app = app(Sessions::in_store(MemorySessions::new().with_sessions_max(0)));
    let client = TestClient::new(&app);
    for target in ["/nothing/a", "/get/a", "/remove/a", "/renew/a", "/end/a", "/take/a"] {
        let answer = client.get(target).send();
        assert_eq!((answer.status().as_u16(), answer.field("set-cookie")), (200, None), "{target}");
    }
    let full = client.get("/set/a?x").send();
    assert_eq!((full.status().as_u16(), full.field("set-cookie")), (503, None));
    assert!(full.field("retry-after").is_some());
}

#[test]
fn a_renewed_session_keeps_its_values_and_its_old_secret_opens_nothing() {
    let app = app(Sessions::in_memory());
    let client = TestClient::new(&app);
    client.get("/set/user?Ada").send();
    let old = client.cookie("session").unwrap();
    client.get("/renew/a").send();
    assert_ne!(client.cookie("session").unwrap(), old);
    assert_eq!(client.get("/get/user").send().text(), "Ada");
    assert_eq!(with_secret(&app, &old, "/get/user").text(), "");
}

#[test]
fn a_secret_that_an_attacker_has_set_is_never_used() {
    let app = app(Sessions::in_memory());
    let planted = Secret::random().unwrap().to_text();
    let answer = with_secret(&app, &planted, "/set/user?Ada");
    let cookie = answer.field("set-cookie").unwrap();
    assert!(!cookie.contains(&planted), "{cookie}");
    assert_eq!(with_secret(&app, &planted, "/get/user").text(), "");
}

#[test]
fn an_ended_session_is_forgotten_on_both_sides() {
    let app = app(Sessions::in_memory());
    let client = TestClient::new(&app);
    client.get("/set/user?Ada").send();
    let secret = client.cookie("session").unwrap();
    let answer = client.get("/end/a").send();
    assert!(answer.field("set-cookie").unwrap().starts_with("session=; Path=/; Max-Age=0"));
    assert_eq!(client.cookie("session"), None);
    assert_eq!(with_secret(&app, &secret, "/get/user").text(), "");
}

#[test]
fn a_session_ends_after_its_lifetime_even_if_it_is_used() {
    let app = app(Sessions::in_memory().with_lifetime(Duration::ZERO));
    let client = TestClient::new(&app);
    let set = client.get("/set/user?Ada").send();
    let secret = set.field("set-cookie").unwrap().split(['=', ';']).nth(1).unwrap();
    assert_eq!(with_secret(&app, secret, "/get/user").text(), "");
}

#[test]
fn a_session_that_is_not_used_ends() {
    let app = app(Sessions::in_memory().with_idle(Duration::ZERO));
    let client = TestClient::new(&app);
    client.get("/set/user?Ada").send();
    assert_eq!(client.get("/get/user").send().text(), "");
}

#[test]
fn changes_of_concurrent_requests_are_all_kept() {
    let app = app(Sessions::in_memory());
    let client = TestClient::new(&app);
    client.get("/set/0?0").send();
    let secret = client.cookie("session").unwrap();
    std::thread::scope(|scope| {
        for name in 1..=8 {
            let (app, secret) = (&app, &secret);
            scope.spawn(move || with_secret(app, secret, &format!("/set/{name}?{name}")));
        }
    });
    for name in 0..=8 {
        assert_eq!(client.get(&format!("/get/{name}")).send().text(), name.to_string());
    }
}

/// A store in which another request always changes the record first.
#[derive(Debug)]
struct Contended(MemorySessions);

impl SessionStore for Contended {
    fn insert(&self, key: &SessionKey, record: &str, idle: Duration) -> Result<()> {
        self.0.insert(key, record, idle)
    }
    fn load(&self, key: &SessionKey, idle: Duration) -> Result<Option<String>> {
        self.0.load(key, idle)
    }
    fn replace(&self, _: &SessionKey, _: &str, _: &str) -> Result<bool> {
        Ok(false)
    }
    fn rename(&self, _: &SessionKey, _: &SessionKey) -> Result<bool> {
        Ok(false)
    }
    fn remove(&self, key: &SessionKey) -> Result<()> {
        self.0.remove(key)
    }
}

#[test]
fn a_change_that_never_succeeds_is_a_503_and_a_lost_session_is_not_renewed() {
    let app = app(Sessions::in_store(Contended(MemorySessions::new())));
    let client = TestClient::new(&app);
    client.get("/set/a?1").send();
    assert_eq!(client.get("/set/a?2").send().status().as_u16(), 503);
    assert_eq!(client.get("/renew/a").send().field("set-cookie"), None);
}

#[test]
fn over_tls_the_cookie_has_a_name_that_other_subdomains_cannot_set() {
    let app = app(Sessions::in_memory());
    let peer = Peer { address: ([127, 0, 0, 1], 1).into(), encrypted: true };
    let client = TestClient::new(&app).with_peer(peer);
    let answer = client.get("/set/user?Ada").send();
    let cookie = answer.field("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once(';').unwrap();
    assert!(pair.starts_with("__Host-session="), "{cookie}");
    assert_eq!(attributes, " Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax");
    let secret = client.cookie("__Host-session").unwrap();
    let other = TestClient::new(&app).with_peer(peer);
    let answer = other.get("/get/user").with_field("Cookie", &format!("session={secret}")).send();
    assert_eq!(answer.text(), "", "a cookie without the prefix is ignored");
}

#[test]
fn a_session_that_grows_beyond_its_limit_keeps_what_it_had() {
    let app = app(Sessions::in_memory().with_record_bytes_max(100));
    let client = TestClient::new(&app);
    client.get("/set/a?kept").send();
    assert_eq!(client.get(&format!("/set/b?{}", "x".repeat(100))).send().status().as_u16(), 500);
    assert_eq!(client.get("/get/a").send().text(), "kept");
    assert_eq!(client.get("/number/a").send().status().as_u16(), 500, "not a number");
}

#[test]
fn responses_that_used_a_session_are_not_cached_unless_the_handler_says_so() {
    let app = app(Sessions::in_memory());
    let client = TestClient::new(&app);
    assert_eq!(client.get("/nothing/a").send().field("cache-control"), None);
    assert_eq!(client.get("/set/a?1").send().field("cache-control"), Some("no-store"));
    assert_eq!(client.get("/get/a").send().field("cache-control"), Some("no-store"));
    assert_eq!(client.get("/public/a").send().field("cache-control"), Some("private, max-age=5"));
    assert_eq!(client.get("/nothing/a").send().field("cache-control"), None);
}

#[test]
fn messages_are_shown_once_and_in_order() {
    let app = app(Sessions::in_memory());
    let client = TestClient::new(&app);
    client.get("/push/one").send();
    client.get("/push/two").send();
    assert_eq!(client.get("/take/a").send().text(), "one,two");
    assert_eq!(client.get("/take/a").send().text(), "");
}

#[test]
fn a_route_outside_of_the_layer_says_what_is_missing() {
    let ask = |_: &(), request: &Request| {
        let error = Session::of(request).unwrap_err();
        Ok(Response::text(format!("{error}, {}", Csrf::token(request).unwrap_err())))
    };
    let app = App::new(()).urls(Urls::new().get("/", ask));
    assert_eq!(
        TestClient::new(&app).get("/").send().text(),
        "500: no layer `Sessions` is around this route, 500: no layer `Csrf` is around this route"
    );
}

mod csrf {
    use super::*;

    fn app() -> App<()> {
        let form = |_: &(), request: &Request| Ok(Response::text(Csrf::token(request)?));
        let ok = |_: &(), _: &Request| Ok(Response::text("saved"));
        App::new(())
            .wrap(Csrf::new())
            .urls(Urls::new().get("/", form).get("/plain", ok).post("/", ok))
    }

    fn token(client: &TestClient<'_, ()>) -> String {
        client.get("/").send().text().to_owned()
    }

    #[test]
    fn a_token_is_read_from_a_form_with_or_without_files_or_from_a_header() {
        let app = app();
        let client = TestClient::new(&app);
        let token = token(&client);
        assert_eq!(client.post("/", &[("csrf_token", &token)]).send().text(), "saved");
        let post = || client.request(Method::POST, "/");
        assert_eq!(post().with_field("X-CSRF-Token", &token).send().text(), "saved");
        let part = format!(
            "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--x--\r\n"
        );
        let upload = post().with_field("Content-Type", "multipart/form-data; boundary=x");
        assert_eq!(upload.with_body(part).send().text(), "saved");
    }

    #[test]
    fn a_request_without_the_token_of_its_browser_is_refused() {
        let app = app();
        let client = TestClient::new(&app);
        let token = token(&client);
        let other = TestClient::new(&app);
        let foreign = other.get("/").send().text().to_owned();
        let cut = &token[1..];
        for given in ["", "x", cut, &foreign, &"A".repeat(86)] {
            let answer = client.post("/", &[("csrf_token", given)]).send();
            assert_eq!(answer.status().as_u16(), 403, "{given}");
        }
        let without_cookie = TestClient::new(&app);
        let answer = without_cookie.post("/", &[("csrf_token", &token)]).send();
        assert_eq!(answer.status().as_u16(), 403);
        let post = client.request(Method::POST, "/");
        assert_eq!(post.with_body("csrf_token=x").send().status().as_u16(), 403);
        let broken = client.request(Method::POST, "/").with_body("csrf_token=%ff");
        let broken = broken.with_field("Content-Type", "application/x-www-form-urlencoded").send();
        assert_eq!(broken.status().as_u16(), 400, "a form that cannot be read is named so");
    }

    #[test]
    fn every_page_has_a_different_token_and_a_page_without_one_sets_no_cookie() {
        let app = app();
        let client = TestClient::new(&app);
        let plain = client.get("/plain").send();
        assert_eq!((plain.field("set-cookie"), plain.field("cache-control")), (None, None));
        let first = client.get("/").send();
        assert!(first.field("set-cookie").is_some_and(|cookie| cookie.starts_with("csrf=")));
        assert_eq!(first.field("cache-control"), Some("no-store"));
        let second = client.get("/").send();
        assert_eq!(second.field("set-cookie"), None);
        assert_ne!(first.text(), second.text());
        assert_eq!(client.post("/", &[("csrf_token", first.text())]).send().text(), "saved");
        assert_eq!(client.post("/", &[("csrf_token", second.text())]).send().text(), "saved");
    }
}
