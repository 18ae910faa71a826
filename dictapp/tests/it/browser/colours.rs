//! Checks every page in forced colours: the colours of the user replace those of the page.

use super::all_pages::{GUEST, log_in, user_with_content};
use super::driver::{Browser, Profile};
use super::firefox::Colours;
use crate::pages::site::Site;

const UNREADABLE: &str = include_str!("../../data/browser/unreadable.js");

#[test]
#[ignore = "needs Firefox: cargo xtask test"]
fn in_forced_colours_every_text_differs_from_what_is_behind_it() {
    let site = Site::start();
    let own = user_with_content(&site, "Ada");
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
