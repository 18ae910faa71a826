//! Buttons, fields and marks of all pages as a browser shows them.

use serde_json::json;

use super::all_pages::{GUEST, log_in, user_with_content};
use super::driver::{Browser, Profile, Scripts};
use crate::pages::site::Site;

/// Calls a script that returns the faults of a page as lines, on every page.
fn faults_of_all_pages(profile: Profile<'_>, width: u32, script: &str) -> Vec<String> {
    let site = Site::start();
    let own = user_with_content(&site, "Ada");
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
fn everything_that_unfolds_has_a_mark() {
    let script = "return [...document.querySelectorAll('main summary')]
        .filter(one => !one.matches('.primary, .icon'))
        .filter(one => getComputedStyle(one, '::after').content === 'none')
        .map(one => one.textContent)";
    no_faults(Profile::default(), 1280, script);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn all_labels_are_equally_far_from_their_fields() {
    let script = "const found = [];
        for (const label of document.querySelectorAll('.field label')) {
            const field = label.control;
            if (!field || /checkbox|radio/.test(field.type)) continue;
            const range = document.createRange();
            range.selectNode(label.firstChild);
            const gap = field.getBoundingClientRect().top - range.getBoundingClientRect().bottom;
            if (gap < 6 || gap > 11) found.push(label.firstChild.textContent + ' ' + gap);
        }
        return found";
    no_faults(Profile::default(), 360, script);
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

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_box_is_drawn_in_the_colours_of_the_page_and_on_the_line_of_its_label() {
    let script = "const found = [];
        for (const box of document.querySelectorAll('main :is([type=checkbox], [type=radio])')) {
            if (!box.checkVisibility()) continue;
            if (getComputedStyle(box).appearance !== 'none') found.push(box.name + ' is native');
            const range = document.createRange();
            range.selectNodeContents(box.labels[0]);
            const line = [...range.getClientRects()].find(one => one.width > 30);
            const { top, bottom } = box.getBoundingClientRect();
            const off = (top + bottom) / 2 - (line.top + line.bottom) / 2;
            if (Math.abs(off) > 1.5) found.push(box.name + ' is off by ' + off);
        }
        return found";
    no_faults(Profile::default(), 1280, script);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn no_word_of_a_table_and_no_command_is_cut() {
    let script = "const found = [];
        for (const cell of document.querySelectorAll('td :is(a, span, code), td, th, pre')) {
            if (!cell.checkVisibility()) continue;
            if (cell.matches('pre') && cell.scrollWidth > cell.clientWidth) found.push('cut: ' + cell.textContent);
            for (const node of cell.childNodes) {
                if (node.nodeType !== Node.TEXT_NODE || cell.matches('pre')) continue;
                for (const word of node.textContent.matchAll(/[a-z]{4,30}/gi)) {
                    const range = document.createRange();
                    range.setStart(node, word.index);
                    range.setEnd(node, word.index + word[0].length);
                    if (range.getClientRects().length > 1) found.push('torn: ' + word[0]);
                }
            }
        }
        return found.filter(fault => /^.(admin|api|privacy|help)/.test(location.pathname))";
    no_faults(Profile::default(), 360, script);
    no_faults(Profile::default(), 1280, script);
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_pages_of_settings_are_equally_wide_and_called_like_their_tabs() {
    let script = "const current = document.querySelector('#sections [aria-current]');
        if (!current) return [];
        const width = document.querySelector('#sections').clientWidth;
        const heading = document.querySelector('h1').textContent;
        const found = width < 600 ? ['the tabs have ' + width] : [];
        if (heading !== current.textContent) found.push(heading + ' is not ' + current.textContent);
        return found";
    no_faults(Profile::default(), 1280, script);
}
