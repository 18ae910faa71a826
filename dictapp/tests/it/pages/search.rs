//! Searching: to the word, or to the best matches.

use super::client::{Person, encode};
use super::site::Site;

fn search(person: &Person<'_>, query: &str) -> super::client::Answer {
    person.get(&format!("/search?{}", encode(&[("q", query)])))
}

#[test]
fn what_finds_a_word_leads_to_its_page() {
    let site = Site::start();
    let person = Person::new(&site);
    for (query, place) in [
        ("apple", "/word/apple"),
        ("  apple ", "/word/apple"),
        ("ICE  CREAM", "/word/ICE%20CREAM"),
        ("and/or", "/word/and%2For"),
        ("cafe", "/word/cafe"),
        ("went", "/word/went"),
        ("o'clock", "/word/o%27clock"),
    ] {
        assert_eq!(search(&person, query).to(place), place);
    }
}

#[test]
fn an_empty_query_is_told_so() {
    let site = Site::start();
    let person = Person::new(&site);
    for target in ["/search", "/search?q=", "/search?q=+%09+"] {
        person.get(target).assert_has(422, &["Type a word to look up", "name=\"q\"", "autofocus"]);
    }
    search(&person, &"x".repeat(256)).assert_has(422, &["That is too long"]);
    search(&person, "a\u{7}b").assert_has(422, &["control character"]);
}

#[test]
fn what_finds_no_word_gives_the_best_matches() {
    let site = Site::start();
    let person = Person::new(&site);
    for (query, headline, word) in [
        ("recieve", "“recieve” was not found", "receive"),
        ("苹果", "Words that mean “苹果”", "apple"),
        ("dict*", "Words that match dict*", "dictionary"),
        ("gr?at", "Words that match gr?at", "great"),
        ("/^umb.*a$/", "Words that match /^umb.*a$/", "umbrella"),
        ("the apples", "The words in “the apples”", "apple"),
    ] {
        let page = search(&person, query);
        page.assert_has(200, &[headline, &format!("href=\"/word/{word}\">{word}</a>")]);
    }
    search(&person, "qqqqzzzz")
        .assert_has(200, &["“qqqqzzzz” was not found", "Check the spelling"]);
    search(&person, "/(/").assert_has(200, &["This pattern cannot be used"]);
    search(&person, ".").assert_has(200, &["“.” was not found"]);
}

#[test]
fn many_matches_are_shown_by_pages() {
    let site = Site::start();
    let person = Person::new(&site);
    let (mut target, mut words, mut pages) = ("/search?q=%2A".to_owned(), Vec::new(), 0);
    loop {
        let page = person.get(&target);
        let list = page.body.split("<ul class=\"words\">").nth(1).expect("a list");
        let links = list.split("<li><a lang=\"en\" href=\"").skip(1);
        words.extend(links.map(|link| link.split('"').next().unwrap().to_owned()));
        pages += 1;
        let next = page.body.split("rel=\"next\" href=\"").nth(1);
        let Some(next) = next.and_then(|rest| rest.split('"').next()) else { break };
        target = next.replace("&amp;", "&");
    }
    assert!(pages > 10 && words.len() > 600, "{pages} pages, {} words", words.len());
    let distinct: std::collections::BTreeSet<_> = words.iter().collect();
    assert_eq!(distinct.len(), words.len());
}

#[test]
fn a_search_is_in_the_history_once() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let place = search(&person, "apple").to("/word/apple").to_owned();
    person.get(&place);
    search(&person, "recieve");
    search(&person, "苹果");
    assert_eq!(person.history(), ["苹果", "recieve", "apple"]);
    let page = person.get("/history").body;
    assert_eq!(page.matches("not found").count(), 1, "{page}");
}
