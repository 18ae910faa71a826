//! Tests of error pages: a request that cannot be answered gets a page with the reason.

use super::client::Person;
use super::site::Site;

#[test]
fn unknown_paths_and_methods_are_answered_with_a_page() {
    let site = Site::start();
    let person = Person::new(&site);
    for target in ["/nothing", "/static/nothing.css", "/static/../Cargo.toml", "/word"] {
        person.get(target).assert_has(404, &["Page not found", "name=\"q\"", "href=\"/\""]);
    }
    let answer = person.send("DELETE", "/login", &[], None);
    answer.assert_has(405, &["Method not allowed"]);
    assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS, POST"));
}

#[test]
fn other_hosts_are_refused_if_the_allowed_ones_are_set() {
    let site = Site::start_with(&["server.allowed_hosts=dict.example"]);
    let person = Person::new(&site);
    person.get("/").assert_has(421, &["the host is not served here", "Unknown host"]);
}

#[test]
fn refusals_of_the_server_are_pages_in_both_languages() {
    let site = Site::start_with(&["limits.head_bytes_max=1KiB", "limits.target_bytes_max=256B"]);
    let person = Person::new(&site);
    let answer = person.get_with("/", &[("Content-Length", "x")]);
    answer
        .assert_has(400, &["请求有误", "Invalid request", "Content-Length is invalid or repeated"]);
    answer.assert_has(400, &["lang=\"zh-Hans\"", "lang=\"en\"", "/static/css/site.css"]);
    assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.field("content-length"), Some(answer.body.len().to_string().as_str()));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    assert!(answer.field("content-security-policy").is_some_and(|it| it.contains("'self'")));
    let long = "x".repeat(1000);
    person.get_with("/", &[("X", &long)]).assert_has(431, &["请求太长", "clear the cookies"]);
    person.get(&format!("/{long}")).assert_has(414, &["请求太长", "The request is too long"]);
    person.send("BREW", "/ HTTP/9.9\r\nX:", &[], None).assert_has(505, &["无法处理这个请求"]);
}

#[test]
fn a_damaged_form_names_the_field() {
    let site = Site::start();
    let person = Person::new(&site);
    person.get("/login");
    let answer = person.post("/login", &[("name", "a"), ("name", "b")]);
    answer.assert_has(400, &["Invalid request", "duplicate field `name`"]);
}

#[test]
fn a_form_of_more_than_64_kib_is_refused_by_its_head() {
    let site = Site::start();
    let person = Person::new(&site);
    let fields = [("Content-Length", "65537")];
    for target in ["/login", "/register", "/api/v1/sessions"] {
        assert_eq!(person.send("POST", target, &fields, None).status, 413, "{target}");
    }
    let name = "a".repeat(60_000);
    assert_eq!(person.submit("/login", &[("name", &name)]).status, 401);
}

#[test]
fn an_internal_error_is_a_500_with_its_id_in_the_log() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let database = rusqlite::Connection::open(site.database()).unwrap();
    database.execute_batch("alter table hist rename column word to wort").unwrap();
    let answer = person.get("/history");
    answer.assert_has(500, &["Something went wrong here", "id=\"request\">Request "]);
    let id = answer.field("x-request-id").expect("a number").to_owned();
    answer.assert_has(500, &[&format!("Request {id}<")]);
    answer.assert_has_not(&["hist:", "SQL", "no such column"]);
    let log = site.log_with("ERROR");
    let line = log.lines().find(|line| line.contains(&id) && line.contains("ERROR"));
    assert!(line.expect("a line").contains("no such column: word"), "{log}");
    person.get("/").assert_has(200, &["Logged in as Levi"]);
}
