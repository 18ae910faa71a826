//! Names that are written from right to left: what stands around them keeps its order.

use serde_json::json;

use super::all_pages::log_in;
use super::driver::{Browser, Profile};
use crate::pages::admin::with_role;
use crate::pages::client::{Answer, Person};
use crate::pages::site::Site;

const ORDER: &str = include_str!("../../data/browser/order.js");

const TEACHER: &str = "שרה";
const CLASS: &str = "כיתה";
const LIST: &str = "יחידה";
const TAG: &str = "פרי";
const NOTE: &str = "אדום";
const TEXTS: [&str; 5] = [TEACHER, CLASS, LIST, TAG, NOTE];

#[track_caller]
fn between(page: &Answer, before: &str, after: &str) -> String {
    let rest = page.body.split_once(before).unwrap_or_else(|| panic!("{before}: {page:?}")).1;
    rest.split(after).next().unwrap_or_default().to_owned()
}

/// How many of these texts are on the open page, and what is on the wrong side of one.
fn misplaced(browser: &Browser, texts: &[&str]) -> (i64, String) {
    let answer = browser.script(ORDER, &[json!(texts)]);
    (answer[0].as_i64().unwrap_or(0), answer[1].as_str().unwrap_or("no text").to_owned())
}

/// Makes an administrator who teaches a class, and who has joined it. Returns the class's page.
fn settle(site: &Site) -> String {
    let sara = with_role(site, TEACHER, "admin");
    sara.submit("/classes", &[("action", "make"), ("name", CLASS)]).redirect_target("/classes");
    let class = format!("/classes/{}", between(&sara.get("/classes"), "href=\"/classes/", "\""));
    let code = between(&sara.get(&class), "id=\"code\">", "<");
    let list = [("action", "add"), ("name", LIST), ("due", "2099-12-04"), ("words", "apple")];
    sara.submit(&class, &list).redirect_target(&class);
    let levi = Person::registered(site, "Levi");
    for person in [&sara, &levi] {
        person
            .submit("/classes", &[("action", "join"), ("code", &code)])
            .redirect_target("/classes");
    }
    for word in ["apple", "book"] {
        let form = [("action", "save"), ("word", word), ("list", LIST), ("tags", TAG)];
        sara.submit("/words", &[&form[..], &[("note", NOTE)]].concat()).redirect_target("/words");
    }
    sara.get("/word/%D7%A9%D7%A8%D7%94");
    let token = sara.get("/report?word=apple").form_token();
    sara.post("/report", &[("form_token", &token), ("word", "apple"), ("text", NOTE)]);
    class
}

/// Numbers after a Hebrew name are shown after it.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_name_from_right_to_left_does_not_reorder_what_is_around_it() {
    let site = Site::start();
    let class = settle(&site);
    let list = "%D7%99%D7%97%D7%99%D7%93%D7%94";
    let own = format!("/words?list={list}");
    let review = format!("/review?own={list}");
    let pages = [
        ("/", 3),
        ("/words", 8),
        (&own, 8),
        ("/words?list=%D7%90%D7%93%D7%95%D7%9D", 2),
        (&review, 1),
        ("/classes", 5),
        (&class, 4),
        ("/history", 2),
        ("/account", 1),
        ("/admin/users", 1),
        ("/admin/reports", 2),
        ("/admin/audit", 2),
        ("/search?q=%D7%A9%D7%A8%D7%94", 1),
    ];
    let mut found = Vec::new();
    for languages in ["zh-CN,zh", "en-US,en"] {
        let browser = Browser::start(Profile { languages, ..Profile::default() });
        log_in(&browser, &site, TEACHER);
        for (page, least) in pages {
            browser.goto(&format!("{}{page}", site.url));
            let (count, wrong) = misplaced(&browser, &TEXTS);
            assert!(count >= least, "{page} has {count} names");
            found.extend(wrong.lines().map(|line| format!("{page}: {line}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Tries the rule on a page that breaks it.
#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn a_name_that_reorders_what_is_around_it_is_found() {
    let browser = Browser::start(Profile::default());
    let check = |html: &str| {
        let encoded: String = html.bytes().map(|byte| format!("%{byte:02x}")).collect();
        browser.goto(&format!("data:text/html;charset=utf-8,{encoded}"));
        misplaced(&browser, &[LIST])
    };
    let (count, wrong) = check(&format!("<p><b>{LIST}</b> <span>5</span> words</p>"));
    assert!(count == 1 && wrong.contains("\"5\" is on the wrong side"), "{count} {wrong}");
    let fine = (1, String::new());
    assert_eq!(check(&format!("<p><b dir=auto>{LIST}</b> <span>5</span> words</p>")), fine);
    assert_eq!(check(&format!("<p>\u{2068}{LIST}\u{2069} 5 words</p>")), fine);
    assert_eq!(check(&format!("<p>\u{2068}{LIST}\u{2069} 5</p>")), fine);
}
