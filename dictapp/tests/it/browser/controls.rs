//! Buttons, fields and marks of all pages as a browser shows them.

use serde_json::json;

use super::driver::{Browser, Profile, Scripts};
use crate::pages::site::Site;

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
