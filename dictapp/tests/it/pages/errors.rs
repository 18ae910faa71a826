//! Requests that cannot be answered become pages of the site that say why.

use super::client::Person;
use super::site::Site;

#[test]
fn what_is_not_there_or_not_that_way_is_a_page() {
    let site = Site::start();
    let person = Person::new(&site);
    for target in ["/nothing", "/static/nothing.css", "/static/../Cargo.toml", "/word"] {
        person.get(target).assert_has(404, &["There is no such page", "name=\"q\"", "href=\"/\""]);
    }
    let answer = person.send("DELETE", "/login", &[], None);
    answer.assert_has(405, &["That does not work here"]);
    assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS, POST"));
}

#[test]
fn a_host_that_is_not_ours_is_not_served_where_ours_are_named() {
    let site = Site::start_with(&["server.allowed_hosts=dict.example"]);
    let person = Person::new(&site);
    person.get("/").assert_has(421, &["the host is not served here", "No such site here"]);
}

#[test]
fn what_the_server_refuses_by_itself_is_a_page_in_both_languages() {
    let site = Site::start_with(&["limits.head_bytes_max=1KiB", "limits.target_bytes_max=256B"]);
    let person = Person::new(&site);
    let answer = person.get_with("/", &[("Content-Length", "x")]);
    answer.assert_has(400, &["请求有误", "That request is not right", "Content-Length is not one"]);
    answer.assert_has(400, &["lang=\"zh-Hans\"", "lang=\"en\"", "/static/css/site.css"]);
    assert_eq!(answer.field("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.field("content-length"), Some(answer.body.len().to_string().as_str()));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    assert!(answer.field("content-security-policy").is_some_and(|it| it.contains("'self'")));
    let long = "x".repeat(1000);
    person.get_with("/", &[("X", &long)]).assert_has(431, &["请求太长", "clear the cookies"]);
    person.get(&format!("/{long}")).assert_has(414, &["请求太长", "That request is too long"]);
    person.send("BREW", "/ HTTP/9.9\r\nX:", &[], None).assert_has(505, &["无法完成这个请求"]);
}

#[test]
fn a_damaged_form_names_the_field() {
    let site = Site::start();
    let person = Person::new(&site);
    person.get("/login");
    let answer = person.post("/login", &[("name", "a"), ("name", "b")]);
    answer.assert_has(400, &["That request is not right", "duplicate field `name`"]);
}

#[test]
fn a_fault_of_ours_is_500_with_a_number_that_is_in_the_log_with_its_cause() {
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
