//! A review whose connection drops in the middle: nothing is lost, and nothing counts twice.

use std::time::Instant;

use super::driver::{Browser, Network, Profile};
use super::every::log_in;
use crate::pages::client::Person;
use crate::pages::site::Site;

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + crate::PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
    }
}

fn word(browser: &Browser) -> String {
    // In one step: the card may be replaced at any moment.
    let word = "return (document.getElementById('card') || { dataset: {} }).dataset.word || ''";
    browser.script(word, &[]).as_str().expect("a text").to_owned()
}

fn waiting(browser: &Browser) -> String {
    let text = "const note = document.getElementById('waiting'); return note.hidden ? '' : note.textContent";
    browser.script(text, &[]).as_str().expect("a text").to_owned()
}

/// Shows the answer and grades it.
#[track_caller]
fn grade(browser: &Browser, grade: u8) {
    browser.click("#answer summary");
    browser.click(&format!("#grades [value='{grade}']"));
}

fn saved<'s>(site: &'s Site, words: &[&str]) -> Person<'s> {
    let levi = Person::registered(site, "Levi");
    for word in words {
        levi.submit("/words", &[("action", "save"), ("word", word)]).to("/words");
    }
    levi
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn answers_wait_in_the_page_while_the_connection_is_cut_and_are_sent_once_it_is_back() {
    let site = Site::start();
    let levi = saved(&site, &["apple", "book", "chair", "door"]);
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    assert_eq!(word(&browser), "apple");
    grade(&browser, 4);
    wait_until("the next card comes from the server", || word(&browser) == "book");
    browser.network(Network::Cut);
    grade(&browser, 4);
    wait_until("the next card is in the page", || word(&browser) == "chair");
    wait_until("it is told", || waiting(&browser).contains("Answers kept on this device: 1."));
    grade(&browser, 4);
    wait_until("and the next", || word(&browser) == "door");
    browser.click("#undo");
    wait_until("taken back before it was sent", || word(&browser) == "chair");
    grade(&browser, 3);
    wait_until("the card that was shown before", || word(&browser) == "door");
    wait_until("two wait", || waiting(&browser).contains("device: 2."));
    levi.get("/progress").assert_has(200, &["past year: 1, days with reviews: 1"]);
    browser.network(Network::There);
    browser.script("dispatchEvent(new Event('online'))", &[]);
    wait_until("all are there", || {
        levi.get("/progress").body.contains("past year: 3, days with reviews: 1")
    });
    wait_until("the page goes on", || word(&browser) == "door" && waiting(&browser).is_empty());
    browser.goto(&format!("{}/review", site.url));
    assert_eq!(word(&browser), "door");
    levi.get("/progress").assert_has(200, &["past year: 3, days with reviews: 1"]);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_answer_outlives_the_server_and_the_page() {
    let site = Site::start();
    drop(saved(&site, &["apple", "book"]));
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    let (authority, url) = (site.authority().to_owned(), site.url.clone());
    let folder = site.kill();
    grade(&browser, 4);
    wait_until("the next card is in the page", || word(&browser) == "book");
    let settings = format!("server.address={authority}");
    let site = Site::start_in(folder, &[&settings]);
    assert_eq!(site.url, url);
    browser.goto(&format!("{url}/review"));
    let levi = Person::new(&site);
    let form = [("name", "Levi"), ("password", crate::pages::client::PASSWORD)];
    levi.submit("/login", &form).to("/");
    wait_until("it is sent", || {
        levi.get("/progress").body.contains("past year: 1, days with reviews: 1")
    });
    wait_until("the other card is shown", || word(&browser) == "book");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_answer_whose_token_is_refused_is_kept_and_sent_with_a_new_one() {
    let site = Site::start();
    let levi = saved(&site, &["apple", "book"]);
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/review", site.url));
    browser.script("document.getElementById('form_token').value = 'old'", &[]);
    grade(&browser, 4);
    wait_until("it is sent", || {
        levi.get("/progress").body.contains("past year: 1, days with reviews: 1")
    });
    wait_until("the page goes on", || word(&browser) == "book" && waiting(&browser).is_empty());
}
