//! Tests of a whole visit in the browser: registering, looking words up and reading the history,
//! with both databases, and with a server that is killed and started again.

use std::time::Instant;

use super::all_pages::log_in;
use super::driver::{Browser, Key, Profile, Scripts};
use super::firefox::Colours;
use crate::mariadb::MariaDb;
use crate::pages::site::Site;

const PASSWORD: &str = "correct horse";

const WORDS: [&str; 10] = [
    "apple",
    "ICE CREAM",
    "and/or",
    "o'clock",
    "cafe",
    "well-known",
    "went",
    "China",
    "dictionary",
    "umbrella",
];

fn browser(languages: &str) -> Browser {
    Browser::start(Profile { languages, scripts: Scripts::Off, ..Profile::default() })
}

#[track_caller]
fn register(browser: &Browser, site: &Site, name: &str) {
    browser.goto(&format!("{}/register", site.url));
    browser.fill("#name", name);
    browser.fill("#password", PASSWORD);
    browser.fill("#password_again", PASSWORD);
    browser.click("main button.primary");
    browser.wait_for("#logout");
}

/// Types a word into the search box and waits for its page.
#[track_caller]
fn look_up(browser: &Browser, word: &str) {
    browser.script("document.documentElement.dataset.left = 'yes'", &[]); // gone with this page
    browser.fill("#q", word);
    browser.press(Key::Enter);
    browser.wait_for("html:not([data-left]) article.entry h1.headword");
}

#[track_caller]
fn history(browser: &Browser, site: &Site) -> Vec<String> {
    browser.goto(&format!("{}/history", site.url));
    browser.wait_for("#history");
    browser.texts("#history tbody td:first-child a")
}

/// The words in the order of the history.
fn newest_first(words: &[&str]) -> Vec<String> {
    words.iter().rev().map(|word| (*word).to_owned()).collect()
}

fn person_registers_looks_up_ten_words_and_logs_out(settings: &[&str], browser: &Browser) {
    let site = Site::start_with(settings);
    register(browser, &site, "Levi");
    assert_eq!(browser.current_url(), format!("{}/", site.url));
    browser.click("#account summary");
    browser.click("#logout");
    browser.wait_for("a[href='/login']");
    log_in(browser, &site, "Levi");
    for word in WORDS {
        look_up(browser, word);
        assert!(!browser.texts(".gloss").is_empty(), "{word}");
    }
    assert_eq!(history(browser, &site), newest_first(&WORDS));

    // Killed between two requests: answered look-ups are still there.
    let site = Site::start_in(site.kill(), settings);
    log_in(browser, &site, "Levi");
    assert_eq!(history(browser, &site), newest_first(&WORDS));

    browser.click("#account summary");
    browser.click("#logout");
    browser.wait_for("a[href='/login']");
    browser.goto(&format!("{}/history", site.url));
    assert_eq!(browser.current_url(), format!("{}/login?next=/history", site.url));
    assert!(!browser.exists("#history"));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_person_registers_looks_up_ten_words_and_logs_out() {
    person_registers_looks_up_ten_words_and_logs_out(&[], &browser("en-US,en"));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_person_does_the_same_with_mariadb() {
    let url = format!("database.url={}", MariaDb::shared().database());
    person_registers_looks_up_ten_words_and_logs_out(&[&url], &browser("en-US,en"));
}

#[test]
#[ignore = "needs Firefox: cargo xtask test"]
fn a_person_does_the_same_in_firefox_with_and_without_scripts() {
    for scripts in [Scripts::On, Scripts::Off] {
        let browser =
            Browser::start_firefox(Profile { scripts, ..Profile::default() }, Colours::OfThePage);
        person_registers_looks_up_ten_words_and_logs_out(&[], &browser);
    }
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_search_box_has_the_focus_and_the_keyboard_is_enough() {
    let site = Site::start();
    let browser = Browser::start(Profile::default());
    browser.goto(&format!("{}/", site.url));
    assert_eq!(browser.script("return document.activeElement.id", &[]), "q");
    browser.press(Key::Enter);
    browser.wait_for("body.results");
    assert_eq!(browser.text("main h1"), "Type a word to look up");
    assert_eq!(browser.script("return document.activeElement.id", &[]), "q");
    browser.fill("#q", "recieve");
    browser.press(Key::Enter);
    browser.wait_for("ul.words a");
    browser.click("ul.words a");
    browser.wait_for("article.entry");
    assert_eq!(browser.text("h1.headword"), "receive");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_mistake_in_the_form_is_shown_beside_its_field() {
    let site = Site::start();
    let browser = browser("zh-CN,zh");
    browser.goto(&format!("{}/register", site.url));
    browser.fill("#name", "李 雷");
    browser.fill("#password", "12345");
    browser.fill("#password_again", "1234");
    browser.click("main button.primary");
    browser.wait_for("#name-problem");
    assert_eq!(browser.text("#name-problem"), "用户名不能包含空格。");
    assert_eq!(browser.text("#password-problem"), "密码至少 8 个字符。");
    assert_eq!(browser.text("#password_again-problem"), "两次输入的密码不一致。");
    assert_eq!(browser.attribute("#name", "value").as_deref(), Some("李 雷"));
    assert_eq!(browser.attribute("#password", "value"), None);
    let described = browser.attribute("#password", "aria-describedby");
    assert_eq!(described.as_deref(), Some("password-problem password-hint"));
    let border = |field: &str| {
        let script = "return getComputedStyle(document.querySelector(arguments[0])).borderColor";
        browser.script(script, &[field.into()])
    };
    let wrong = border("#password");
    browser.goto(&format!("{}/register", site.url));
    browser.wait_for("#password");
    assert_ne!(border("#password"), wrong, "a wrong field looks as any other");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_switch_of_languages_stays_on_the_page() {
    let site = Site::start();
    let browser = browser("en-US,en");
    browser.goto(&format!("{}/word/and%2For", site.url));
    browser.click("#language");
    let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
    while browser.attribute("html", "lang").as_deref() != Some("zh-Hans") {
        assert!(Instant::now() < deadline, "the language does not change");
    }
    assert_eq!(browser.current_url(), format!("{}/word/and%2For", site.url));
    assert_eq!(browser.text("h1.headword"), "and/or");
}

/// On a phone no page overflows at the side, and no page violates its content security policy.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn every_page_fits_a_phone() {
    let site = Site::start();
    let profile = Profile { width: 390, height: 844, ..Profile::default() };
    let browser = Browser::start(profile);
    register(&browser, &site, "a-rather-long-name-of-somebody-x");
    look_up(&browser, "answer");
    for page in [
        "/",
        "/word/answer",
        "/word/recieve",
        "/search?q=*",
        "/history",
        "/settings",
        "/login",
        "/register",
    ] {
        browser.goto(&format!("{}{page}", site.url));
        let wider = "return document.documentElement.scrollWidth - window.innerWidth";
        let wider = browser.script(wider, &[]).as_i64().expect("a number");
        assert!(wider <= 0, "{page} is {wider} pixels too wide");
        let styled = "return getComputedStyle(document.body).display";
        assert_eq!(browser.script(styled, &[]), "flex", "{page} has no stylesheet");
    }
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn on_a_phone_the_settings_can_be_reached_and_a_row_of_the_history_is_not_broken_up() {
    let site = Site::start();
    let browser = Browser::start(Profile { width: 390, height: 844, ..Profile::default() });
    register(&browser, &site, "a-rather-long-name-of-somebody-x");
    look_up(&browser, "answer");
    browser.goto(&format!("{}/word/{}", site.url, "x".repeat(120)));
    browser.goto(&format!("{}/history", site.url));
    let lines = "const of = document.querySelector('#history tbody tr:last-child time'); \
        return of.getBoundingClientRect().height / parseFloat(getComputedStyle(of).lineHeight)";
    let lines = browser.script(lines, &[]).as_f64().expect("a number");
    assert!(lines < 2.5, "a time takes {lines} lines");
    let menu = "const tops = [...document.querySelectorAll('.menu > *')] \
        .map(one => one.getBoundingClientRect()).filter(one => one.height > 0) \
        .map(one => one.top + one.height / 2); \
        return Math.max(...tops) - Math.min(...tops)";
    let apart = browser.script(menu, &[]).as_f64().expect("a number");
    assert!(apart < 8.0, "the menu is broken up over {apart} pixels");
    browser.click("#account summary");
    browser.click("#settings");
    browser.wait_for("body.settings");
}
