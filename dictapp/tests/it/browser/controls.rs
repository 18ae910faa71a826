//! Buttons, fields and marks of all pages as a browser shows them.

use serde_json::json;

use super::driver::{Browser, Profile, Scripts};
use super::every::{GUEST, log_in, settle};
use crate::pages::site::Site;

/// Calls a script that returns the faults of a page as lines, on every page.
fn faults_of_all_pages(profile: Profile<'_>, width: u32, script: &str) -> Vec<String> {
    let site = Site::start();
    let own = settle(&site, "Ada");
    let browser = Browser::start(profile);
    browser.measure(width);
    browser.goto(&format!("{}/look?theme=dark&size=normal", site.url));
    let mut found = Vec::new();
    let mut check = |page: &str| {
        browser.goto(&format!("{}{page}", site.url));
        let faults = browser.script(script, &[]);
        let faults = faults.as_array().expect("a list").clone();
        found.extend(faults.iter().map(|fault| format!("{page}: {fault}")));
    };
    GUEST.iter().for_each(|page| check(page));
    log_in(&browser, &site, "Ada");
    own.iter().for_each(|page| check(page));
    found
}

#[track_caller]
fn no_faults(profile: Profile<'_>, width: u32, script: &str) {
    let found = faults_of_all_pages(profile, width, script);
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn what_needs_scripts_is_shown_only_with_scripts() {
    let site = Site::start();
    for (scripts, expected) in [(Scripts::On, true), (Scripts::Off, false)] {
        let browser = Browser::start(Profile { scripts, ..Profile::default() });
        for (page, css) in [
            ("/help", "table.scripted"),
            ("/help", "#bookmarklet"),
            ("/look", "input[name=speech]"),
        ] {
            browser.goto(&format!("{}{page}", site.url));
            let body = "return document.querySelector(arguments[0]).checkVisibility()";
            let shown = browser.script(body, &[json!(css)]);
            assert_eq!(shown, expected, "{page} {css}");
        }
    }
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_form_has_one_button_for_its_passwords_after_their_hints() {
    let script = "return [...document.forms]
        .filter(form => form.querySelector('input[type=password]'))
        .filter(form => {
            const buttons = form.querySelectorAll('button[aria-controls]');
            const last = [...form.querySelectorAll('.field .hint, input[type=password]')].pop();
            return buttons.length !== 1 ||
                !(last.compareDocumentPosition(buttons[0]) & Node.DOCUMENT_POSITION_FOLLOWING);
        })
        .map(form => form.action)";
    no_faults(Profile::default(), 1280, script);
    let site = Site::start();
    let browser = Browser::start(Profile::default());
    browser.goto(&format!("{}/register", site.url));
    let kinds = || browser.script("return [password.type, password_again.type]", &[]);
    browser.click("button[aria-controls]");
    assert_eq!(kinds(), json!(["text", "text"]));
    browser.click("button[aria-controls]");
    assert_eq!(kinds(), json!(["password", "password"]));
}
