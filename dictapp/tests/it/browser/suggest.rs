//! Tests of the suggestions of the search box, with keyboard and mouse.

use super::driver::{Browser, Key, Profile};
use super::wait_until;
use crate::pages::site::Site;

const OPTION: &str = "#suggestions [role=option]";

/// A browser that shows the home page.
fn at_home(site: &Site) -> Browser {
    let browser = Browser::start(Profile { languages: "en-US,en", ..Profile::default() });
    browser.goto(&format!("{}/", site.url));
    browser
}

/// Whether the list of suggestions is open: the attribute `aria-expanded` of the search box.
#[track_caller]
fn expanded(browser: &Browser) -> Option<String> {
    browser.attribute("#q", "aria-expanded")
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn suggestions_appear_while_typing_and_are_chosen_with_the_keyboard() {
    let site = Site::start();
    let browser = at_home(&site);
    assert_eq!(expanded(&browser).as_deref(), Some("false"));
    browser.fill("#q", "ice cr");
    browser.wait_for(OPTION);
    wait_until("ice cream is offered", || browser.texts(OPTION)[0].starts_with("ice cream"));
    assert_eq!(expanded(&browser).as_deref(), Some("true"));
    assert_eq!(browser.attribute("#q", "aria-activedescendant"), None);

    browser.press(Key::Down);
    let active = browser.attribute("#q", "aria-activedescendant").unwrap();
    let selected = browser.attribute(&format!("#{active}"), "aria-selected");
    assert_eq!(selected.as_deref(), Some("true"));
    browser.press(Key::Up);
    assert_eq!(browser.attribute("#q", "aria-activedescendant"), None);
    browser.press(Key::Down);
    browser.press(Key::Enter);
    browser.wait_for("article.entry");
    assert_eq!(browser.current_url(), format!("{}/word/ice%20cream", site.url));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn escape_closes_the_list_and_enter_looks_up_what_was_typed() {
    let site = Site::start();
    let browser = at_home(&site);
    browser.fill("#q", "app");
    browser.wait_for(OPTION);
    browser.press(Key::Escape);
    assert_eq!(expanded(&browser).as_deref(), Some("false"));
    assert_eq!(browser.script("return document.querySelector('#q').value", &[]), "app");
    browser.fill("#q", "went");
    browser.press(Key::Enter);
    browser.wait_for("article.entry");
    assert_eq!(browser.current_url(), format!("{}/word/went", site.url));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_click_on_an_offered_word_leads_to_its_page() {
    let site = Site::start();
    let browser = at_home(&site);
    browser.fill("#q", "苹果");
    browser.wait_for(OPTION);
    wait_until("apple is offered", || browser.texts(OPTION)[0].starts_with("apple"));
    browser.click(OPTION);
    browser.wait_for("article.entry");
    assert_eq!(browser.text("h1.headword"), "apple");
    assert!(!browser.texts(".gloss").is_empty());
}
