//! The list of all pages of the site, and functions that make content for them, for the tests that
//! visit all pages. A test fails if a page of `paths.rs` is missing here.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::driver::{Browser, Key};
use crate::pages::admin::{upload, with_role};
use crate::pages::client::{Answer, PASSWORD};
use crate::pages::site::Site;

/// Pages that a guest sees.
pub(crate) const GUEST: &[&str] = &[
    "/",
    "/word/answer",
    "/word/better",
    "/word/act",
    "/word/ice%20cream",
    "/word/incomprehensibility",
    "/word/recieve",
    "/word/zzzzzz",
    "/search?q=re%3Fd",
    "/search?q=%E8%8B%B9%E6%9E%9C",
    "/search?q=",
    "/login",
    "/register",
    "/reset",
    "/look",
    "/help",
    "/about",
    "/privacy",
    "/api",
    "/report?word=apple",
    "/nothing",
];

/// Pages of a user who learns, teaches and administers.
const USER: &[&str] = &[
    "/",
    "/word/better",
    "/word/apple",
    "/words",
    "/words?added=3&known=3&filled=1&kept=1&skipped=1&full",
    "/review",
    "/review?undone=apple",
    "/progress",
    "/history",
    "/history?q=zzz",
    "/account",
    "/settings",
    "/classes",
    "/admin",
    "/admin/users",
    "/admin/books",
    "/admin/uploads/1",
    "/admin/reports",
    "/admin/audit",
];

/// Paths without a page: targets of forms, redirects, and paths for programs.
const NO_PAGES: &[&str] = &[
    "/logout",
    "/account/password",
    "/account/sessions",
    "/account/tokens",
    "/account/export",
    "/account/history",
    "/account/delete",
    "/suggest",
    "/gloss",
    "/random",
    "/words/import",
    "/words/export",
    "/review/undo",
    "/review/kind",
    "/admin/uploads",
    "/admin/upload-events",
    "/manifest.webmanifest",
    "/worker.js",
    "/opensearch.xml",
    "/complete",
    "/language",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/",
];

/// The text after `before` on a page, up to a quote or a tag.
#[track_caller]
fn value(page: &Answer, before: &str) -> String {
    let rest = page.body.split_once(before).unwrap_or_else(|| panic!("{before}: {page:?}")).1;
    rest.split(['"', '<']).next().expect("its end").to_owned()
}

/// Makes a user who administers, teaches and learns, with content on each page. Returns the pages.
pub(crate) fn user_with_content(site: &Site, name: &str) -> Vec<String> {
    let ada = with_role(site, name, "admin");
    ada.submit("/classes", &[("action", "make"), ("name", "Class 7")]).redirect_target("/classes");
    let class = format!("/classes/{}", value(&ada.get("/classes"), "href=\"/classes/"));
    let code = value(&ada.get(&class), "id=\"code\">");
    let words = "apple\nbanana\nweather\nincomprehensibility";
    let list = [("action", "add"), ("name", "Unit 5"), ("due", "2099-12-04"), ("words", words)];
    ada.submit(&class, &list).redirect_target(&class);
    ada.submit("/classes", &[("action", "join"), ("code", &code)]).redirect_target("/classes");
    for word in ["apple", "ice%20cream", "zzzzzz", "%E8%8B%B9%E6%9E%9C", "incomprehensibility"] {
        ada.get(&format!("/word/{word}"));
    }
    let sentence = ("sentence", "An apple a day keeps the doctor away.");
    for (word, list) in [
        ("apple", "Unit 5"),
        ("give up", ""),
        ("umbrella", "Phrases"),
        ("went", ""),
        ("incomprehensibility", ""),
    ] {
        let form = [("action", "save"), ("word", word), ("list", list), ("tags", "fruit food")];
        ada.submit("/words", &[&form[..], &[sentence, ("note", "red")]].concat())
            .redirect_target("/words");
    }
    let card = ada.get("/review");
    let (word, seen) = (value(&card, "name=\"word\" value=\""), "0");
    ada.submit("/review", &[("word", &word), ("seen", seen), ("grade", "3")])
        .redirect_target("/review");
    let report = [("word", "apple"), ("text", "The plural is missing.")];
    let token = ada.get("/report?word=apple").form_token();
    ada.post("/report", &[&report[..], &[("form_token", &token)]].concat());
    let file = upload(&ada, &[("unit.csv", "word,meaning\nzyzzyva,象鼻虫\n")], "Unit 5");
    let preview = file.redirect_target("/admin").to_owned();
    let mut pages: Vec<String> = USER.iter().map(|page| (*page).to_owned()).collect();
    pages.retain(|page| !page.starts_with("/admin/uploads"));
    pages.extend([class, preview]);
    for page in &pages {
        assert_eq!(ada.get(page).status, 200, "{page}");
    }
    pages
}

/// Opens the page that shows the content of an Anki package, which answers a form.
#[track_caller]
pub(crate) fn open_import(browser: &Browser, site: &Site) {
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/learning/anki-new.apkg");
    browser.goto(&format!("{}/words", site.url));
    browser.click(".import summary");
    browser.choose_file("input[type=file]", Path::new(package));
    browser.click("form[enctype] button");
    browser.wait_for(".mapping");
}

/// Types a letter into the element that has the focus.
#[track_caller]
pub(crate) fn type_letter(browser: &Browser, letter: &str) {
    for kind in ["keyDown", "keyUp"] {
        let event = json!({ "type": kind, "key": letter, "text": letter });
        browser.cdp("Input.dispatchKeyEvent", &event);
    }
}

/// Logs in on the log-in page, and waits for the page that follows. The link for logging out does
/// not show that: a browser that is logged in already has it on the log-in page too.
#[track_caller]
pub(crate) fn log_in(browser: &Browser, site: &Site, name: &str) {
    browser.goto(&format!("{}/login", site.url));
    browser.fill("#name", name);
    browser.fill("#password", PASSWORD);
    browser.script("document.documentElement.dataset.left = 'yes'", &[]);
    browser.press(Key::Enter);
    browser.wait_for("html:not([data-left]) #logout");
}

/// The paths of the table in `paths.rs`, by name.
fn paths() -> BTreeMap<&'static str, &'static str> {
    let source = include_str!("../../../src/paths.rs");
    let path = |line: &'static str| {
        let rest = line.strip_prefix("pub(crate) const ")?;
        let (name, value) = rest.split_once(": &str = \"")?;
        Some((name, value.split('"').next()?))
    };
    source.lines().filter_map(path).collect()
}

#[test]
fn every_path_of_the_site_is_a_page_that_the_browser_tests_walk_or_is_known_to_be_none() {
    let paths = paths();
    assert!(paths.len() > 40, "{paths:?}");
    let walked = |path: &str| {
        let beginning = path.split('{').next().unwrap_or(path);
        let is_it = |page: &&&str| {
            if path.contains('{') {
                page.starts_with(beginning)
            } else {
                page.split('?').next() == Some(path)
            }
        };
        GUEST.iter().chain(USER).any(|page| is_it(&page)) || beginning == "/classes/"
    };
    let is_none =
        |path: &str| NO_PAGES.contains(&path) || path.starts_with("/api/") || path == "/static";
    let forgotten: Vec<_> =
        paths.iter().filter(|(_, path)| !walked(path) && !is_none(path)).collect();
    assert!(forgotten.is_empty(), "walked by no test: {forgotten:?}");
    let both: Vec<_> = paths.values().filter(|path| walked(path) && is_none(path)).collect();
    assert!(both.is_empty(), "a page and none: {both:?}");
}
