//! Tests of logging in: limits, redirects, and forms without a valid token.

use super::client::{Answer, PASSWORD, Person, encode_value};
use super::site::Site;

/// The page without the token, which differs at each visit.
fn without_token(body: &str) -> String {
    let (before, rest) = body.split_once("name=\"form_token\" value=\"").unwrap();
    format!("{before}{}", rest.split_once('"').unwrap().1)
}

#[test]
fn an_unknown_name_and_a_wrong_password_look_the_same() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    let wrong = [("name", "Levi"), ("password", "wrong horse")];
    let wrong = Person::new(&site).submit("/login", &wrong);
    wrong.assert_has(401, &["The name or the password is wrong.", "value=\"Levi\""]);
    wrong.assert_has_not(&["wrong horse"]);
    let unknown = [("name", "Nobody"), ("password", "wrong horse")];
    let unknown = Person::new(&site).submit("/login", &unknown);
    assert_eq!(unknown.status, 401);
    assert_eq!(without_token(&unknown.body).replace("Nobody", "Levi"), without_token(&wrong.body));
    for name in ["", "two words", "LEVI"] {
        let form = [("name", name), ("password", PASSWORD)];
        assert_eq!(Person::new(&site).submit("/login", &form).status, 401, "{name}");
    }
}

#[test]
fn a_log_in_redirects_only_within_the_site() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    for (next, place) in [
        ("/history", "/history"),
        ("/word/and%2For", "/word/and%2For"),
        ("/search?q=a&b=//c", "/search?q=a&b=//c"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("history", "/"),
        ("", "/"),
    ] {
        let person = Person::new(&site);
        let page = format!("/login?next={}", encode_value(next));
        let token = person.get(&page).form_token();
        let form = [("name", "Levi"), ("password", PASSWORD), ("form_token", &token)];
        assert_eq!(
            person.post(&page, &form).redirect_target(place),
            place,
            "{next:?} in the query"
        );
        let person = Person::new(&site);
        let form = [("name", "Levi"), ("password", PASSWORD), ("next", next)];
        assert_eq!(
            person.submit("/login", &form).redirect_target(place),
            place,
            "{next:?} in the form"
        );
    }
}

#[test]
fn a_proxy_that_the_settings_do_not_name_is_reported_once() {
    let warning =
        "127.0.0.1 sends X-Forwarded-For or Forwarded and is not in server.trusted_proxies";
    let log_in = |site: &Site, name: &str| {
        let person = Person::new(site);
        let token = person.get("/login").form_token();
        let form = [("name", name), ("password", PASSWORD), ("form_token", &token)];
        person.post_with("/login", &form, &[("X-Forwarded-For", "192.0.2.7")])
    };
    let site = Site::start();
    Person::registered(&site, "Levi");
    assert_eq!(log_in(&site, "Nobody").status, 401);
    assert_eq!(log_in(&site, "Levi").status, 303);
    let log = site.log_with(warning);
    assert_eq!(log.matches(warning).count(), 1, "{log}");

    let site = Site::start_with(&["server.trusted_proxies=127.0.0.1"]);
    Person::registered(&site, "Levi");
    assert_eq!(log_in(&site, "Levi").status, 303);
    assert!(!site.log().contains("server.trusted_proxies"), "{}", site.log());
}

/// A site behind a trusted proxy, so that a visitor can have any address.
fn start_throttled() -> Site {
    let settings = ["server.trusted_proxies=127.0.0.1", "accounts.login_failures_max=2"];
    let network = "accounts.login_failures_per_network_max=5";
    Site::start_with(&[settings[0], settings[1], network])
}

#[track_caller]
fn log_in_from(address: &str, person: &Person<'_>, name: &str, password: &str) -> Answer {
    let token = person.get("/login").form_token();
    let form = [("name", name), ("password", password), ("form_token", &token)];
    person.post_with("/login", &form, &[("X-Forwarded-For", address)])
}

#[test]
fn a_name_with_too_many_failures_waits_only_in_that_network_even_if_it_does_not_exist() {
    let site = start_throttled();
    Person::registered(&site, "Levi");
    let person = Person::new(&site);
    let mut refused = Vec::new();
    for (name, network) in [("Levi", "192.0.2.1"), ("Nobody", "192.0.2.2")] {
        for _ in 0..2 {
            assert_eq!(log_in_from(network, &person, name, "wrong horse").status, 401);
        }
        let answer = log_in_from(network, &person, name, PASSWORD);
        answer.assert_has(429, &["Too many log-ins have failed. Try again in 15 min."]);
        answer.assert_has_not(&["is wrong", PASSWORD]);
        let seconds: u64 = answer.field("retry-after").expect("a time").parse().unwrap();
        assert!((840..=900).contains(&seconds), "{seconds}");
        refused.push(without_token(&answer.body).replace("Nobody", "Levi"));
    }
    assert_eq!(refused[0], refused[1]);
    let chinese = Person::who_reads(&site, "zh");
    let answer = log_in_from("192.0.2.1", &chinese, "Levi", PASSWORD);
    answer.assert_has(429, &["登录失败次数过多，请 15 分钟后再试。"]);
    assert_eq!(log_in_from("192.0.2.3", &person, "Levi", PASSWORD).redirect_target("/"), "/");
}

#[test]
fn a_network_with_too_many_failures_waits_with_every_name() {
    let site = start_throttled();
    Person::registered(&site, "Levi");
    let person = Person::new(&site);
    for name in ["a", "b", "c", "d", "e"] {
        assert_eq!(log_in_from("192.0.2.1", &person, name, "wrong horse").status, 401);
    }
    assert_eq!(log_in_from("192.0.2.1", &person, "Levi", PASSWORD).status, 429);
    assert_eq!(log_in_from("192.0.2.2", &person, "Levi", PASSWORD).redirect_target("/"), "/");
}

#[test]
fn a_class_cannot_lock_a_known_browser_out() {
    let site = start_throttled();
    let levi = Person::registered(&site, "Levi");
    let person = Person::new(&site);
    for name in ["Levi", "Levi", "a", "b", "c"] {
        assert_eq!(log_in_from("192.0.2.1", &person, name, "wrong horse").status, 401);
    }
    assert_eq!(log_in_from("192.0.2.1", &person, "Levi", PASSWORD).status, 429);
    assert_eq!(log_in_from("192.0.2.1", &levi, "Levi", PASSWORD).redirect_target("/"), "/");
}

#[test]
fn successful_log_ins_are_not_counted() {
    let site = start_throttled();
    Person::registered(&site, "Levi");
    for _ in 0..4 {
        let person = Person::new(&site);
        assert_eq!(log_in_from("192.0.2.1", &person, "Levi", "wrong horse").status, 401);
        assert_eq!(log_in_from("192.0.2.1", &person, "Levi", PASSWORD).redirect_target("/"), "/");
    }
}

#[test]
fn the_form_keeps_its_destination_after_a_failure() {
    let site = Site::start();
    let person = Person::new(&site);
    let form = [("name", "Levi"), ("password", "x"), ("next", "/history")];
    let page = person.submit("/login", &form);
    page.assert_has(401, &["name=\"next\" value=\"/history\""]);
}

#[test]
fn a_form_from_another_page_is_refused_with_an_explanation() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    let form = |token: &str| {
        let pairs = [("name", "Levi"), ("password", PASSWORD), ("form_token", token)];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let post = |person: &Person<'_>, token: &str, fields: &[(&str, &str)]| {
        let form = form(token);
        let form: Vec<(&str, &str)> = form.iter().map(|p| (p.0.as_str(), p.1.as_str())).collect();
        person.post_with("/login", &form, fields)
    };
    let person = Person::new(&site);
    let token = person.get("/login").form_token();
    let others = Person::new(&site).get("/login").form_token();
    for (token, fields) in [
        ("", &[][..]),
        (&*others, &[]),
        (&*token, &[("Origin", "https://evil.example")]),
        (&*token, &[("Origin", "null")]),
        (&*token, &[("Sec-Fetch-Site", "cross-site")]),
        (&*token, &[("Sec-Fetch-Site", "same-site"), ("Origin", &*site.url)]),
    ] {
        let answer = post(&person, token, fields);
        answer.assert_has(403, &["The form has expired", "reload the page"]);
        assert_eq!(person.cookie("session"), None);
    }
    // Without the cookie the token is invalid.
    assert_eq!(post(&Person::new(&site), &token, &[]).status, 403);
    for fields in [&[][..], &[("Sec-Fetch-Site", "same-origin")], &[("Origin", &*site.url)]] {
        let person = Person::new(&site);
        let token = person.get("/login").form_token();
        assert_eq!(post(&person, &token, fields).redirect_target("/"), "/");
    }
}

#[test]
fn a_form_of_another_kind_is_415() {
    let site = Site::start();
    let person = Person::new(&site);
    let field = [("Content-Type", "application/json")];
    let answer = person.send("POST", "/login", &field, None);
    assert_eq!(answer.status, 415);
    answer.assert_has(415, &["Unsupported format"]);
}

#[test]
fn a_course_users_hash_is_replaced_at_the_first_log_in() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    let folder = site.kill();
    let database = folder.path().join("data/dictapp.db");
    let passwd = |new: Option<&str>| -> String {
        let database = rusqlite::Connection::open(&database).unwrap();
        if let Some(new) = new {
            let sql = "update user set passwd = ? where name = 'Levi'";
            assert_eq!(database.execute(sql, [new]).unwrap(), 1);
        }
        let sql = "select passwd from user where name = 'Levi'";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    passwd(Some("18c397028b3e18311b980efb9272f4b2"));
    let site = Site::start_in(folder, &[]);
    let wrong = [("name", "Levi"), ("password", PASSWORD)];
    assert_eq!(Person::new(&site).submit("/login", &wrong).status, 401);
    for _ in 0..2 {
        let form = [("name", "Levi"), ("password", "123456")];
        assert_eq!(Person::new(&site).submit("/login", &form).redirect_target("/"), "/");
        assert!(passwd(None).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}

#[test]
fn a_course_users_md5_is_wrapped_after_the_start_without_a_log_in() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    let folder = site.kill();
    let md5 = "18c397028b3e18311b980efb9272f4b2";
    let database = rusqlite::Connection::open(folder.path().join("data/dictapp.db")).unwrap();
    database.execute("update user set passwd = ?", [md5]).unwrap();
    let site = Site::start_in(folder, &[]);
    site.log_with("wrapped the course's password hash of user");
    let stored: String =
        database.query_row("select passwd from user", [], |row| row.get(0)).unwrap();
    assert!(stored.starts_with("course$argon2id$") && !stored.contains(md5), "{stored}");
    let form = [("name", "Levi"), ("password", "123456")];
    assert_eq!(Person::new(&site).submit("/login", &form).redirect_target("/"), "/");
}

#[test]
fn to_stay_logged_in_is_a_choice() {
    let site = Site::start();
    Person::registered(&site, "Levi");
    for (keep, lasts) in [(&[][..], false), (&[("keep", "1")], true)] {
        let form = [&[("name", "Levi"), ("password", PASSWORD)][..], keep].concat();
        let answer = Person::new(&site).submit("/login", &form);
        let cookie = answer.all("set-cookie").find(|cookie| cookie.starts_with("session="));
        assert_eq!(cookie.expect("a session").contains("Max-Age"), lasts, "{cookie:?}");
    }
}

/// People sometimes type their password into that field.
#[test]
fn the_typed_name_is_not_in_the_log_when_the_database_fails() {
    let site = Site::start();
    let person = Person::new(&site);
    person.get("/login").assert_has(200, &[]);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    database.execute_batch("alter table user rename column passwd to elsewhere").unwrap();
    let answer = person.submit("/login", &[("name", "hunter2-secret"), ("password", "x")]);
    assert_eq!(answer.status, 500);
    let log = site.log_with("find a user");
    assert!(!log.contains("hunter2-secret"), "{log}");
}
