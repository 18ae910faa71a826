//! Tests of the page of a word, and of its row in the history.

use super::client::{Person, encode_value};
use super::site::Site;

/// The headwords of the shipped book, as spelled in the file.
fn headwords() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/books/en-zh.book");
    let text = std::fs::read_to_string(path).expect("the book that ships");
    let records = text.split("\n\n").skip(1);
    let heads = records.filter_map(|record| record.trim_start().lines().next());
    heads.map(|head| head.split('\t').next().unwrap().to_owned()).collect()
}

/// The word, escaped as in a page.
fn escaped(word: &str) -> String {
    word.replace('&', "&#38;").replace('\'', "&#39;")
}

#[test]
fn every_word_of_the_book_is_found_by_its_own_spelling() {
    let site = Site::start();
    let person = Person::new(&site);
    let words = headwords();
    assert!(words.len() > 600, "{}", words.len());
    for word in words {
        let page = person.get(&format!("/word/{}", encode_value(&word)));
        page.assert_has(200, &[&format!(" lang=\"en\">{}</h1>", escaped(&word))]);
    }
}

#[test]
fn a_word_is_found_whatever_its_case_and_accents() {
    let site = Site::start();
    let person = Person::new(&site);
    for (asked, word) in [
        ("APPLE", "apple"),
        ("ice%20cream", "ice cream"),
        ("Ice%20%20CREAM", "ice cream"),
        ("o%27clock", "o'clock"),
        ("o%E2%80%99clock", "o'clock"),
        ("and%2For", "and/or"),
        ("cafe", "café"),
        ("caf%C3%A9", "café"),
        ("well-known", "well-known"),
        ("went", "go"),
        ("mice", "mouse"),
        ("Mr.", "Mr."),
    ] {
        let page = person.get(&format!("/word/{asked}"));
        page.assert_has(200, &[&format!(">{}</h1>", escaped(word))]);
    }
    person.get("/word/Went").assert_has(200, &["<p class=\"form\">Went: past tense of go</p>"]);
    let both = person.get("/word/China");
    let place = |word: &str| both.body.find(&format!(">{word}</h1>")).expect(word);
    assert!(place("China") < place("china"));
}

#[test]
fn a_page_has_explanations_by_part_of_speech() {
    let site = Site::start();
    let page = Person::new(&site).get("/word/answer");
    page.assert_has(
        200,
        &[
            "<title>answer: meaning - Dictionary</title>",
            "<span class=\"chip\" lang=\"en\">n.</span> noun",
            "<span class=\"chip\" lang=\"en\">v.</span> verb",
            "lang=\"zh-Hans\">答案",
            ">English-Chinese Dictionary</h2>",
            ">English Dictionary (WordNet)</h2>",
            "<p class=\"gloss\" lang=\"en\">react verbally</p>",
        ],
    );
}

#[test]
fn a_title_with_a_long_unknown_word_is_smaller_on_a_phone() {
    let site = Site::start();
    let person = Person::new(&site);
    let word = "x".repeat(22);
    let title = format!("<h1 class=\"query longer\">“{word}” was not found</h1>");
    person.get(&format!("/word/{word}")).assert_has(404, &[&title]);
    person.get(&format!("/search?q={word}")).assert_has(200, &[&title]);
}

#[test]
fn an_unknown_word_is_404_with_near_words() {
    let site = Site::start();
    let person = Person::new(&site);
    let page = person.get("/word/recieve");
    page.assert_has(404, &["“recieve” was not found", "href=\"/word/receive\"", "name=\"q\""]);
    let results = person.get("/word/%E8%8B%B9%E6%9E%9C").redirect_target("/search").to_owned();
    person.get(&results).assert_has(200, &["href=\"/word/apple\""]);
    let page = person.get("/word/%3Cb%3E");
    page.assert_has(404, &["“&#60;b&#62;” was not found"]);
    page.assert_has_not(&["<b>"]);
    let long = |chars: usize| person.get(&format!("/word/{}", "%E6%9E%9C".repeat(chars)));
    assert_eq!(long(255).status, 404);
    long(256).assert_has(422, &["at most 255 characters"]);
    for target in ["/word/", "/word/%20", "/word/a/b", &"/word/a".repeat(60)] {
        assert_eq!(person.get(target).status, 404, "{target}");
    }
    for target in ["/word/%FF", "/word/%00"] {
        assert_eq!(person.get(target).status, 400, "{target}");
    }
}

#[test]
fn a_look_up_is_recorded_as_typed_whether_found_or_not() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    for target in ["/word/APPLE", "/word/recieve", "/word/and%2For", "/word/ice%20cream"] {
        person.get(target);
    }
    assert_eq!(person.history(), ["ice cream", "and/or", "recieve", "APPLE"]);
    let page = person.get("/history");
    page.assert_has(200, &["not found", "href=\"/word/and%2For\"", "Levi · Newest first."]);
}

#[test]
fn prefetches_and_head_requests_are_not_recorded() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let head = person.send("HEAD", "/word/apple", &[], None);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for field in [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch")] {
        assert_eq!(person.get_with("/word/apple", &[field]).status, 503);
    }
    assert_eq!(Person::new(&site).get("/word/apple").status, 200);
    assert_eq!(person.history(), [""; 0]);
}

#[test]
fn if_a_log_in_is_required_guests_are_redirected_to_it_and_back() {
    let site = Site::start_with(&["dictionary.lookup_requires_login=true"]);
    let guest = Person::new(&site);
    let place = guest.get("/word/and%2For").redirect_target("/login").to_owned();
    assert_eq!(place, "/login?next=/word/and%252For");
    let search = guest.get("/search?q=ice+cream").redirect_target("/login").to_owned();
    assert_eq!(search, "/login?next=/search%3Fq%3Dice%2Bcream");
    guest.get(&place).assert_has(200, &["Log in to continue.", "value=\"/word/and%2For\""]);
    assert_eq!(guest.get("/").status, 200);
    let person = Person::registered(&site, "Levi");
    assert_eq!(person.get("/word/apple").status, 200);
}
