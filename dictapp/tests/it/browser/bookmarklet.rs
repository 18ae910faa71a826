//! Tests of the bookmarklet of the help page. It is run on a page of another site.

use serde_json::{Value, json};

use super::driver::{Browser, Profile};
use crate::pages::site::Site;

/// A page of another site.
const FOREIGN: &str = "data:text/html,<title>News</title><p>An <b>apple</b> a day</p>";

/// Selects the element `select`, runs the bookmarklet, and returns the address that it opens.
/// `typed` is the answer to the prompt of the bookmarklet.
fn run(browser: &Browser, bookmarklet: &str, select: &str, typed: Option<&str>) -> Value {
    browser.goto(FOREIGN);
    let body = "let asked = null; window.open = url => { asked = url; };
        window.prompt = () => arguments[2];
        const wanted = document.querySelector(arguments[1]);
        if (wanted) getSelection().selectAllChildren(wanted);
        (0, eval)(arguments[0]); return asked;";
    browser.script(body, &[json!(bookmarklet), json!(select), json!(typed)])
}

#[test]
#[ignore = "needs Chromium: cargo xtask test"]
fn the_bookmarklet_looks_up_what_is_selected_on_any_page() {
    let site = Site::start();
    let browser = Browser::start(Profile::default());
    browser.goto(&format!("{}/help", site.url));
    let link = browser.attribute("#bookmarklet", "href").expect("a link");
    let bookmarklet = link.strip_prefix("javascript:").expect("a script");
    let asked = run(&browser, bookmarklet, "b", None);
    assert_eq!(asked, json!(format!("{}/search?q=apple", site.url)));
    assert_eq!(run(&browser, bookmarklet, "#none", Some("ice cream & co")), {
        json!(format!("{}/search?q=ice%20cream%20%26%20co", site.url))
    });
    // Without a selection and an answer, nothing is opened.
    assert_eq!(run(&browser, bookmarklet, "#none", None), Value::Null);
    browser.goto(asked.as_str().expect("an address"));
    browser.wait_for("article.entry");
}
