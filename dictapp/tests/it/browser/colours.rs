//! Every page in colours that the user forces on it.

use super::driver::{Browser, Profile};
use super::every::{GUEST, log_in, settle};
use super::firefox::Colours;
use crate::pages::site::Site;

const UNREADABLE: &str = include_str!("../../data/browser/unreadable.js");

/// Regression: buttons that look like links were black on black, and so was the text in fields.
#[test]
#[ignore = "needs Firefox: cargo xtask test"]
fn in_forced_colours_every_text_differs_from_what_is_behind_it() {
    let site = Site::start();
    let own = settle(&site, "Ada");
    let browser = Browser::start_firefox(Profile::default(), Colours::OfTheUser);
    browser.goto(&format!("{}/look?theme=light&size=normal", site.url));
    let mut found = Vec::new();
    let mut check = |page: &str| {
        browser.goto(&format!("{}{page}", site.url));
        let faults = browser.script(UNREADABLE, &[]);
        let faults = faults.as_str().expect("lines").lines();
        found.extend(faults.map(|fault| format!("{page}: {fault}")));
    };
    GUEST.iter().for_each(|page| check(page));
    log_in(&browser, &site, "Ada");
    own.iter().for_each(|page| check(page));
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}
