//! Checks the accessibility of every page, and of the popup on the page of a word, with axe-core.
//! It finds missing names, low contrast and broken roles.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::all_pages::{GUEST, log_in, open_import, type_letter, user_with_content};
use super::driver::{Browser, Key, Profile, Scripts};
use crate::pages::admin::with_role;
use crate::pages::site::Site;

const AXE: &str = "axe-core@4.14.1";

/// The script of axe-core, fetched by npm once for each build folder.
fn axe() -> String {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{AXE}.js"));
    if let Ok(script) = fs::read_to_string(&kept) {
        return script;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut npm = Command::new("npm");
    let packed = npm.args(["pack", "--silent", AXE]).current_dir(folder.path()).status();
    assert!(packed.expect("npm is installed").success(), "npm pack {AXE}");
    let archive = fs::read_dir(folder.path()).expect("a folder").next().expect("an archive");
    let mut tar = Command::new("tar");
    let tar = tar.arg("-xzOf").arg(archive.expect("an entry").path()).arg("package/axe.min.js");
    let script = String::from_utf8(tar.output().expect("tar runs").stdout).expect("UTF-8");
    assert!(script.contains("axe"), "the package has no axe.min.js");
    fs::write(kept, &script).expect("the build folder can be written");
    script
}

#[track_caller]
fn assert_accessible(browser: &Browser, axe: &str, url: &str) {
    browser.goto(url);
    assert_state(browser, axe, url);
}

/// Checks what the browser shows now.
#[track_caller]
fn assert_state(browser: &Browser, axe: &str, url: &str) {
    browser.script(axe, &[]);
    let run = "return axe.run().then(result => result.violations.map(found => \
        `${found.id}: ${found.nodes[0].html.slice(0, 160)}`).join('\\n'))";
    assert_eq!(browser.script(run, &[]), "", "{url}");
    let wider = "return document.documentElement.scrollWidth - window.innerWidth";
    let wider = browser.script(wider, &[]).as_i64().expect("a number");
    assert!(wider <= 0, "{url} is {wider} pixels too wide");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn no_page_has_a_finding_of_axe_in_either_language_theme_or_width() {
    let site = Site::start();
    let axe = axe();
    for (languages, width, look) in [
        ("en-US,en", 500, "theme=light&size=normal"),
        ("zh-CN,zh", 1920, "theme=dark&size=normal"),
        ("zh-CN,zh", 500, "theme=dark&size=largest"),
    ] {
        let browser = Browser::start(Profile { languages, width, ..Profile::default() });
        browser.goto(&format!("{}/look?{look}", site.url));
        for page in GUEST {
            assert_accessible(&browser, &axe, &format!("{}{page}", site.url));
        }
    }
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn no_page_of_users_teachers_and_administrators_has_a_finding_of_axe() {
    let axe = axe();
    for (languages, width, look) in [
        ("en-US,en", 500, "theme=light&size=normal"),
        ("zh-CN,zh", 768, "theme=dark&size=normal"),
        ("en-US,en", 1920, "theme=dark&size=large"),
        ("zh-CN,zh", 500, "theme=light&size=largest"),
    ] {
        let site = Site::start();
        let browser = Browser::start(Profile { languages, width, ..Profile::default() });
        let pages = user_with_content(&site, "Ada");
        log_in(&browser, &site, "Ada");
        browser.goto(&format!("{}/look?{look}", site.url));
        for page in pages {
            assert_accessible(&browser, &axe, &format!("{}{page}", site.url));
        }
    }
}

/// What opens on a page, and the pages that answer a form.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn nothing_that_opens_on_a_page_has_a_finding_of_axe() {
    let (site, axe) = (Site::start(), axe());
    let browser = Browser::start(Profile { languages: "zh-CN,zh", ..Profile::default() });
    let goto = |page: &str| browser.goto(&format!("{}{page}", site.url));
    drop(user_with_content(&site, "Ada"));
    goto("/register");
    browser.fill("#name", "a b");
    browser.click("main button.primary");
    browser.wait_for("#name-problem");
    assert_state(&browser, &axe, "problems of a form");
    log_in(&browser, &site, "Ada");
    goto("/");
    browser.fill("#q", "app");
    browser.wait_for("#suggestions [role=option]");
    browser.press(Key::Down);
    assert_state(&browser, &axe, "suggestions");
    goto("/review");
    browser.click("#answer summary");
    assert_state(&browser, &axe, "an answer");
    browser.script("document.getElementById('kind').value = 'spelling'", &[]);
    browser.click(".review-tools form:last-child button");
    browser.fill("#typed", "x");
    browser.press(Key::Enter);
    browser.wait_for("#verdict.problem");
    assert_state(&browser, &axe, "a wrong spelling");
    browser.click("#account summary");
    assert_state(&browser, &axe, "the menu");
    goto("/word/answer");
    browser.script("getSelection().selectAllChildren(document.querySelector('h1'))", &[]);
    type_letter(&browser, "d");
    browser.wait_for(".popup:not([hidden])");
    assert_state(&browser, &axe, "a popup");
    goto("/progress");
    browser.click("figure.chart summary");
    assert_state(&browser, &axe, "the table of a chart");
    open_import(&browser, &site);
    assert_state(&browser, &axe, "an Anki package");
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn an_import_shows_its_progress_until_it_is_done_without_a_reload_by_hand() {
    for scripts in [Scripts::On, Scripts::Off] {
        let site = Site::start();
        let browser = Browser::start(Profile { scripts, ..Profile::default() });
        drop(with_role(&site, "Ada", "admin"));
        log_in(&browser, &site, "Ada");
        browser.goto(&format!("{}/admin/books", site.url));
        let words: String = (0..20_000).map(|n| format!("word{n}x,词\n")).collect();
        let file = site.folder.path().join("many.csv");
        fs::write(&file, format!("word,meaning\n{words}")).expect("a file");
        browser.choose_file("#files", &file);
        browser.click("form[enctype] button");
        browser.wait_for("#preview");
        browser.click("#import");
        browser.wait_for("#imported");
        assert!(browser.text("main").contains("many was imported. Entries: 20000."));
    }
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_double_click_on_a_word_shows_its_meaning_and_escape_hides_it() {
    let site = Site::start();
    let browser = Browser::start(Profile::default());
    browser.goto(&format!("{}/word/answer", site.url));
    let select = "const gloss = [...document.querySelectorAll('p.gloss[lang=en]')] \
        .find(one => one.textContent.startsWith('react')); \
        getSelection().setBaseAndExtent(gloss.firstChild, 0, gloss.firstChild, 5); \
        gloss.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))";
    browser.script(select, &[]);
    browser.wait_for(".popup:not([hidden]) a[href='/word/react']");
    browser.press(Key::Escape);
    browser.wait_for(".popup[hidden]");
}
