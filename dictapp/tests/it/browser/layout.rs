//! Checks the layout of every page at the width of a phone, a tablet and a projector, in both
//! languages and themes, with and without scripts: nothing is cut, covered, too small, or in the
//! other language. Pictures of the pages are left in the build folder, under `tmp/pages`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::all_pages::{GUEST, log_in, open_import, user_with_content};
use super::driver::{Browser, Profile, Scripts};
use crate::pages::admin::with_role;
use crate::pages::client::Person;
use crate::pages::site::Site;

const SIDEWAYS: &str = include_str!("../../data/browser/sideways.js");
const FAULTS: &str = include_str!("../../data/browser/faults.js");

/// The width, language, theme and scripts with which a page is shown.
struct View {
    width: u32,
    languages: &'static str,
    theme: &'static str,
    scripts: Scripts,
}

/// Each width in both languages and both themes. Scripts are on in half of these views, so that
/// each width, language and theme is shown with scripts and without.
fn views() -> Vec<View> {
    let mut views = Vec::new();
    for (n, width) in [360, 768, 1920].into_iter().enumerate() {
        for (m, (languages, theme)) in [
            ("zh-CN,zh", "light"),
            ("zh-CN,zh", "dark"),
            ("en-US,en", "light"),
            ("en-US,en", "dark"),
        ]
        .into_iter()
        .enumerate()
        {
            let scripts = if (n + m / 2 + m % 2) % 2 == 0 { Scripts::On } else { Scripts::Off };
            views.push(View { width, languages, theme, scripts });
        }
    }
    views
}

fn folder(view: &View) -> PathBuf {
    let View { width, languages, theme, scripts } = view;
    let name = format!("{width}-{}-{theme}-{scripts:?}", &languages[..2]).to_lowercase();
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages").join(name)
}

/// The faults of the open page. Writes its picture into the folder.
fn faults(browser: &Browser, page: &str, pictures: &Path) -> Vec<String> {
    let name = page.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    browser.picture(Path::new(&format!("{}{name}.png", pictures.display())));
    let found = browser.script(FAULTS, &[]);
    let found = found.as_str().expect("lines").to_owned();
    found.lines().map(|fault| format!("{page}: {fault}")).collect()
}

fn walk(browser: &Browser, site: &Site, pages: &[String], pictures: &Path) -> Vec<String> {
    let visit = |page: &String| {
        browser.goto(&format!("{}{page}", site.url));
        faults(browser, page, pictures)
    };
    pages.iter().flat_map(visit).collect()
}

/// Checks the page that shows the content of an Anki package.
fn walk_import(browser: &Browser, site: &Site, pictures: &Path) -> Vec<String> {
    open_import(browser, site);
    faults(browser, "/words/import", pictures)
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn on_no_page_is_anything_cut_covered_too_small_or_in_the_other_language() {
    let site = Site::start();
    let own = user_with_content(&site, "Ada");
    let guest: Vec<String> = GUEST.iter().map(|page| (*page).to_owned()).collect();
    let mut found = Vec::new();
    for view in views() {
        let View { width, languages, theme, scripts } = view;
        let pictures = folder(&view);
        fs::create_dir_all(&pictures).expect("the build folder can be written");
        let browser = Browser::start(Profile { languages, scripts, ..Profile::default() });
        browser.measure(width);
        browser.goto(&format!("{}/look?theme={theme}&size=normal", site.url));
        let mut faults = walk(&browser, &site, &guest, &pictures.join("guest-"));
        log_in(&browser, &site, "Ada");
        faults.extend(walk(&browser, &site, &own, &pictures.join("user-")));
        faults.extend(walk_import(&browser, &site, &pictures.join("user-")));
        let view = format!("{width} {languages} {theme} {scripts:?}");
        found.extend(faults.into_iter().map(|fault| format!("{view} {fault}")));
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

/// The tables behind "As a table" are unfolded too.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn with_the_largest_text_and_everything_unfolded_no_page_scrolls_sideways() {
    let site = Site::start();
    let own = user_with_content(&site, "Ada");
    drop(with_role(&site, "Lee", "teacher"));
    drop(Person::registered(&site, "Levi"));
    let mut found = Vec::new();
    let mut visit = |browser: &Browser, who: &str, pages: &[String]| {
        for page in pages {
            browser.goto(&format!("{}{page}", site.url));
            let faults = browser.script(SIDEWAYS, &[]);
            let faults = faults.as_str().expect("lines").lines();
            found.extend(faults.map(|fault| format!("{who} {page}: {fault}")));
        }
    };
    for languages in ["zh-CN,zh", "en-US,en"] {
        let browser = Browser::start(Profile { languages, ..Profile::default() });
        browser.measure(360);
        let largest = || {
            browser.cdp("Network.clearBrowserCookies", &json!({}));
            browser.goto(&format!("{}/look?theme=light&size=largest", site.url));
            assert_eq!(browser.attribute("html", "data-size").as_deref(), Some("largest"));
        };
        largest();
        let guest: Vec<String> = GUEST.iter().map(|page| (*page).to_owned()).collect();
        visit(&browser, "guest", &guest);
        let others = |page: &&String| !page.starts_with("/admin") && !page.starts_with("/classes/");
        let others: Vec<String> = own.iter().filter(others).cloned().collect();
        for (name, pages) in [("Ada", &own), ("Lee", &others), ("Levi", &others)] {
            largest();
            log_in(&browser, &site, name);
            visit(&browser, name, pages);
        }
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn with_text_of_twice_the_size_and_in_forced_colours_no_page_is_too_wide() {
    let site = Site::start();
    let own = user_with_content(&site, "Ada");
    let browser = Browser::start(Profile::default());
    browser.measure(360);
    let colours = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    browser.cdp("Emulation.setEmulatedMedia", &colours);
    let wide = "document.documentElement.style.fontSize = '200%'; \
        return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let mut found = Vec::new();
    let mut check = |page: &str| {
        browser.goto(&format!("{}{page}", site.url));
        let wider = browser.script(wide, &[]).as_i64().expect("a number");
        if wider > 0 {
            found.push(format!("{page} is {wider} pixels too wide"));
        }
    };
    GUEST.iter().for_each(|page| check(page));
    log_in(&browser, &site, "Ada");
    own.iter().for_each(|page| check(page));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Tries the rule on a page that breaks it.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_page_that_is_cut_covered_too_small_and_in_the_other_language_is_found() {
    let bad = "<html lang=zh-Hans><meta name=viewport content='width=device-width'><body style='margin:0'>\
        <p style='width:900px'>a</p><p style='width:20px;overflow:hidden;white-space:nowrap'>abc abc abc</p>\
        <p>this is no Chinese</p><div style='height:0'>one one one</div><div>two two two</div>\
        <button style='width:10px;height:10px;padding:0'></button>\
        <p style='width:1px;overflow-wrap:anywhere'>torn</p>\
        <p style='width:60px;overflow-wrap:anywhere'>incomprehensibility</p><p style='width:60px'>2026-11-30</p>";
    let browser = Browser::start(Profile::default());
    browser.measure(360);
    let escaped = bad.replace('%', "%25").replace('#', "%23");
    browser.goto(&format!("data:text/html,{escaped}"));
    let found = browser.script(FAULTS, &[]);
    let found = found.as_str().expect("lines");
    for fault in [
        "too wide",
        "cut: p",
        "English on a Chinese page",
        "covered",
        "a target of 10x10",
        "torn into letters: p",
        "the word incomprehensibility is torn: p",
        "2026-11-30 is broken: p",
    ] {
        assert!(found.contains(fault), "{fault} is not in {found}");
    }
}
