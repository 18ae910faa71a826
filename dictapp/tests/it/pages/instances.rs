//! Tests of two instances on one database: each shows changes by the other within two seconds.

use super::client::{PASSWORD, Person};
use super::site::Site;
use crate::store_instances::assert_seen_within_two_seconds;

/// Two instances that use the database file of the first one.
fn two_instances() -> [Site; 2] {
    let one = Site::start();
    let url = format!("database.url=sqlite:{}", one.database().display());
    let other = Site::start_with(&[&url]);
    [one, other]
}

/// The same browser, at the other instance.
fn person_at<'s>(site: &'s Site, person: &Person<'_>) -> Person<'s> {
    let elsewhere = Person::new(site);
    elsewhere.set_cookie("session", &person.cookie("session").expect("a session"));
    elsewhere
}

#[test]
fn a_log_out_holds_on_another_instance_within_two_seconds() {
    let [one, other] = two_instances();
    let levi = Person::registered(&one, "Levi");
    let elsewhere = person_at(&other, &levi);
    assert_eq!(elsewhere.get("/history").status, 200);
    let form_token = levi.get("/").form_token();
    assert_eq!(levi.post("/logout", &[("form_token", &form_token)]).status, 303);
    assert_seen_within_two_seconds(|| elsewhere.get("/history").status == 303);
}

#[test]
fn the_end_of_all_other_sessions_holds_on_another_instance_within_two_seconds() {
    let [one, other] = two_instances();
    let levi = Person::registered(&one, "Levi");
    let phone = Person::new(&one);
    phone.submit("/login", &[("name", "Levi"), ("password", PASSWORD)]);
    let [own, ended] = [person_at(&other, &levi), person_at(&other, &phone)];
    assert_eq!([own.get("/history").status, ended.get("/history").status], [200, 200]);
    let form_token = levi.get("/account").form_token();
    let all = [("session", ""), ("form_token", form_token.as_str())];
    assert_eq!(levi.post("/account/sessions", &all).status, 303);
    assert_seen_within_two_seconds(|| ended.get("/history").status == 303);
    assert_eq!(own.get("/history").status, 200, "the session that ended the others");
}

#[test]
fn a_word_saved_or_removed_on_another_instance_is_marked_within_two_seconds() {
    let [one, other] = two_instances();
    let levi = Person::registered(&one, "Levi");
    let elsewhere = person_at(&other, &levi);
    let is_marked = || elsewhere.get("/word/apple").body.contains("class=\"saved\"");
    assert!(!is_marked());
    assert_eq!(levi.submit("/words", &[("action", "save"), ("word", "apple")]).status, 303);
    assert_seen_within_two_seconds(is_marked);
    assert_eq!(levi.submit("/words", &[("action", "remove"), ("word", "apple")]).status, 303);
    assert_seen_within_two_seconds(|| !is_marked());
}
