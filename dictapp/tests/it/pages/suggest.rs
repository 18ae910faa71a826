//! Tests of the suggestions while a word is typed.

use serde_json::Value;

use super::client::{Person, encode};
use super::site::Site;

fn suggest(person: &Person<'_>, typed: &str) -> Vec<Value> {
    let answer = person.get(&format!("/suggest?{}", encode(&[("q", typed)])));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.field("content-type"), Some("application/json"));
    match serde_json::from_str(&answer.body).unwrap() {
        Value::Array(suggestions) => suggestions,
        other => panic!("no list: {other}"),
    }
}

fn words(suggestions: &[Value]) -> Vec<&str> {
    suggestions.iter().map(|suggestion| suggestion["word"].as_str().unwrap()).collect()
}

#[test]
fn words_are_suggested_from_the_first_letter_with_gloss_and_link() {
    let site = Site::start();
    let person = Person::new(&site);
    let found = suggest(&person, "a");
    assert_eq!(found.len(), 10);
    assert_eq!(words(&found)[0], "a");
    let found = suggest(&person, "Ice c");
    assert_eq!(words(&found)[0], "ice cream");
    assert_eq!(found[0]["href"], "/word/ice%20cream");
    assert!(found[0]["gloss"].as_str().unwrap().contains("冰淇淋"), "{found:?}");
    assert_eq!(found[0]["lang"], "zh-Hans");
    // The first book provides the gloss, even if another one ranks the word higher.
    let found = suggest(&person, "run into");
    assert!(found[0]["gloss"].as_str().unwrap().contains("偶然遇到"), "{found:?}");
    assert!(words(&suggest(&person, "crea")).contains(&"cream"));
    assert!(words(&suggest(&person, "苹果")).contains(&"apple"));
}

#[test]
fn a_text_that_no_word_begins_with_has_no_suggestions() {
    let site = Site::start();
    let person = Person::new(&site);
    for typed in ["", " ", "qqqq", "\u{7}", "<>", &"x".repeat(300)] {
        assert_eq!(words(&suggest(&person, typed)), [""; 0], "{typed:?}");
    }
    assert_eq!(person.get("/suggest").status, 200);
}

#[test]
fn suggestions_are_small_and_may_be_cached() {
    let site = Site::start();
    let answer = Person::new(&site).get("/suggest?q=s");
    assert!(answer.body.len() < 4000, "{} bytes", answer.body.len());
    assert_eq!(answer.field("cache-control"), Some("public, max-age=60"));
    assert_eq!(answer.all("set-cookie").count(), 0);
    let site = Site::start_with(&["dictionary.suggestions=0"]);
    assert_eq!(Person::new(&site).get("/suggest?q=s").body, "[]");
}

#[test]
fn guests_get_no_suggestions_if_they_may_not_look_words_up() {
    let site = Site::start_with(&["dictionary.lookup_requires_login=true"]);
    let answer = Person::new(&site).get("/suggest?q=app");
    assert_eq!((answer.body.as_str(), answer.field("cache-control")), ("[]", Some("no-store")));
    let user = Person::registered(&site, "Levi");
    assert!(words(&suggest(&user, "app")).contains(&"apple"));
    assert_eq!(user.history(), [""; 0]);
}
