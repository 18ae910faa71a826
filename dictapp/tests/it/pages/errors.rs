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
    person.get("/").assert_has(421, &["the host is not served here"]);
}

#[test]
fn a_damaged_form_names_the_field() {
    let site = Site::start();
    let person = Person::new(&site);
    person.get("/login");
    let answer = person.post("/login", &[("name", "a"), ("name", "b")]);
    answer.assert_has(400, &["That request is not right", "duplicate field `name`"]);
}
