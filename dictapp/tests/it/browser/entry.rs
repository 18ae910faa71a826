//! Tests of the page of a word as a reader uses it: the popup, saving, sharing, and reading without
//! a network. Also tests the buttons that copy an example of the API.

use serde_json::json;

use super::all_pages::{log_in, type_letter};
use super::driver::{Browser, Key, Profile, Scripts};
use super::wait_until;
use crate::pages::client::Person;
use crate::pages::site::Site;

/// A script that selects the word "react" at the beginning of a gloss.
const SELECT: &str = "const gloss = [...document.querySelectorAll('p.gloss[lang=en]')] \
    .find(one => one.textContent.startsWith('react')); \
    getSelection().setBaseAndExtent(gloss.firstChild, 0, gloss.firstChild, 5)";

/// The link to the word in the open popup.
const POPUP: &str = ".popup:not([hidden]) a[href='/word/react']";

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_popup_is_opened_by_key_and_by_long_press_and_gives_the_focus_back() {
    let site = Site::start();
    let browser = Browser::start(Profile::default());
    browser.goto(&format!("{}/word/answer", site.url));
    browser.script(SELECT, &[]);
    browser.script("document.querySelector('.anchors a').focus()", &[]);
    type_letter(&browser, "d");
    browser.wait_for(POPUP);
    let focus = "return document.activeElement.className || document.activeElement.hash";
    assert_eq!(browser.script(focus, &[]), "popup");
    browser.press(Key::Escape);
    browser.wait_for(".popup[hidden]");
    assert_eq!(browser.script(focus, &[]), "#book-1-1");
    browser.script("getSelection().removeAllRanges()", &[]);
    // The end of a touch, and the selection that the browser makes of a long press.
    let touch = "document.querySelector('.entry-page').dispatchEvent(new Event('touchend'))";
    browser.script(touch, &[]);
    browser.script(SELECT, &[]);
    browser.wait_for(POPUP);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_word_is_saved_with_its_star_and_its_link_is_copied() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let browser = Browser::start(Profile::default());
    log_in(&browser, &site, "Levi");
    browser.goto(&format!("{}/word/apple", site.url));
    browser.click(".save button");
    browser.wait_for(".saved a.on[aria-label='Saved']");
    levi.get("/words").assert_has(200, &[">apple</a>"]);
    allow_clipboard(&browser);
    browser.click("#share");
    browser.wait_for("#share.done[aria-label='Link copied']");
    let copied = browser.script("return navigator.clipboard.readText()", &[]);
    assert_eq!(copied, json!(format!("{}/word/apple", site.url)));
}

fn allow_clipboard(browser: &Browser) {
    let both = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    browser.cdp("Browser.grantPermissions", &both);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_example_of_the_api_is_copied_by_its_button_and_is_plain_text_without_scripts() {
    let site = Site::start();
    let browser = Browser::start(Profile::default());
    browser.goto(&format!("{}/api", site.url));
    allow_clipboard(&browser);
    browser.click("pre.example .copy");
    wait_until("it says so", || browser.text("pre.example .copy") == "Copied");
    let copied = browser.script("return navigator.clipboard.readText()", &[]);
    assert_eq!(copied, json!(browser.text("pre.example code")));
    let browser = Browser::start(Profile { scripts: Scripts::Off, ..Profile::default() });
    browser.goto(&format!("{}/api", site.url));
    assert!(browser.text("pre.example").starts_with("curl "));
    assert!(!browser.exists(".copy"));
}

/// The paths that the service worker keeps.
fn kept(browser: &Browser) -> String {
    let paths = "const all = await Promise.all((await caches.keys()).map(async name => \
        (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname)))";
    let script = format!("return (async () => {{ {paths}; return all.flat().join(' ') }})()");
    browser.script(&script, &[]).as_str().expect("a text").to_owned()
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn without_a_server_the_last_words_of_a_guest_are_shown_and_no_page_of_a_user_is_kept() {
    let site = Site::start();
    drop(Person::registered(&site, "Levi"));
    let browser = Browser::start(Profile::default());
    let url = site.url.clone();
    browser.goto(&format!("{url}/"));
    let controlled = "return navigator.serviceWorker.controller !== null";
    wait_until("the worker runs", || browser.script(controlled, &[]) == true);
    for page in ["/", "/word/apple"] {
        browser.goto(&format!("{url}{page}"));
    }
    wait_until("the word is kept", || {
        let kept = kept(&browser);
        kept.contains("/word/apple") && kept.contains("/static/")
    });
    log_in(&browser, &site, "Levi");
    for page in ["/", "/word/book", "/history", "/words", "/review", "/progress", "/account"] {
        browser.goto(&format!("{url}{page}"));
    }
    let kept = kept(&browser);
    for path in kept.split_whitespace() {
        let is_public = path == "/" || path == "/word/apple" || path.starts_with("/static/");
        assert!(is_public, "{path} is kept");
    }
    let home = "return caches.match('/').then(kept => kept.text())";
    let home = browser.script(home, &[]);
    assert!(!home.as_str().expect("a page").contains("Levi"), "{home}");
    drop(site.kill());
    browser.goto(&format!("{url}/word/apple"));
    assert_eq!(browser.text("h1.headword"), "apple");
    let styled = "return getComputedStyle(document.body).display";
    assert_eq!(browser.script(styled, &[]), "flex");
    let history = "return fetch('/history').then(() => 'shown', () => 'away')";
    assert_eq!(browser.script(history, &[]), "away");
}
