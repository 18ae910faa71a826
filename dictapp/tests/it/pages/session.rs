//! Tests of sessions: how they begin and end, and that forged and ended ones are invalid.

use std::time::Instant;

use super::client::{PASSWORD, Person};
use super::site::Site;

/// Whether the session of this token is alive.
fn is_alive(site: &Site, token: &str) -> bool {
    let person = Person::new(site);
    person.set_cookie("session", token);
    person.get("/history").status == 200
}

#[test]
fn logging_out_ends_the_session_on_the_server() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let token = person.cookie("session").unwrap();
    assert!(is_alive(&site, &token));
    let form_token = person.get("/").form_token();
    let answer = person.post("/logout", &[("form_token", &form_token)]);
    assert_eq!(answer.redirect_target("/"), "/");
    assert_eq!(person.cookie("session"), None);
    assert!(!is_alive(&site, &token));
    assert_eq!(person.get("/history").redirect_target("/login"), "/login?next=/history");
}

#[test]
fn no_other_site_and_no_link_can_log_a_user_out() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let token = person.get("/").form_token();
    let form = [("form_token", token.as_str())];
    let evil = [("Origin", "https://evil.example")];
    assert_eq!(person.post_with("/logout", &form, &evil).status, 403);
    assert_eq!(person.post("/logout", &[]).status, 403);
    let link = person.get("/logout");
    assert_eq!((link.status, link.field("allow")), (405, Some("OPTIONS, POST")));
    assert_eq!(person.get("/history").status, 200);
}

#[test]
fn logging_in_again_makes_a_new_session_and_ends_the_old_one() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let old = person.cookie("session").unwrap();
    let form = [("name", "Levi"), ("password", PASSWORD)];
    assert_eq!(person.submit("/login", &form).redirect_target("/"), "/");
    let new = person.cookie("session").unwrap();
    assert_ne!(old, new);
    assert!(is_alive(&site, &new));
    assert!(!is_alive(&site, &old));
}

#[test]
fn a_log_out_keeps_the_users_other_sessions() {
    let site = Site::start();
    let first = Person::registered(&site, "Levi");
    let second = Person::new(&site);
    let form = [("name", "Levi"), ("password", PASSWORD)];
    assert_eq!(second.submit("/login", &form).redirect_target("/"), "/");
    let token = second.get("/").form_token();
    second.post("/logout", &[("form_token", &token)]);
    assert_eq!(first.get("/history").status, 200);
}

#[test]
fn an_expired_session_is_a_guest() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    assert_eq!(person.get("/history").status, 200);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let expire = |column: &str, days: i64| {
        let back = days * 86_400_000_000;
        let sql = format!("update session set {column} = {column} - {back}");
        assert_eq!(database.execute(&sql, []).unwrap(), 1);
    };
    // The server caches sessions for a moment.
    let wait_for = |status: u16| {
        let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
        while person.get("/history").status != status {
            assert!(Instant::now() < deadline, "the history is never {status}");
        }
    };
    expire("seen", 8);
    wait_for(303);
    expire("seen", -8);
    wait_for(200);
    expire("created", 31);
    wait_for(303);
    person.get("/").assert_has(200, &["href=\"/login\""]);
}

#[test]
fn made_up_tokens_are_guests() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    for token in ["", "x", &"0".repeat(64), "' or 1=1 --", &"a".repeat(1000)] {
        assert!(!is_alive(&site, token), "{token}");
    }
}

#[test]
fn cookies_are_secure_if_the_site_is() {
    for settings in
        [&["accounts.cookie_secure=always"][..], &["server.public_url=https://d.example"]]
    {
        let site = Site::start_with(settings);
        let person = Person::new(&site);
        let page = person.get("/login");
        let cookie = page.field("set-cookie").expect("the visitor's cookie");
        assert!(cookie.contains("; Secure"), "{cookie}");
    }
}
