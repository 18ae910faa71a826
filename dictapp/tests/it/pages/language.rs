//! Tests of the language of pages: chosen by the browser's preference or by the switch.

use super::client::Person;
use super::site::Site;

#[test]
fn the_language_of_the_browser_is_used() {
    let site = Site::start();
    for (languages, html, text) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", "<html lang=\"zh-Hans\" ", "查一个词"),
        ("en-GB,en;q=0.9", "<html lang=\"en\" ", "Look up a word"),
        ("fr, zh;q=0.2", "<html lang=\"zh-Hans\" ", "查一个词"),
        ("fr", "<html lang=\"en\" ", "Look up a word"),
    ] {
        let page = Person::who_reads(&site, languages).get("/");
        page.assert_has(200, &[html, text]);
        assert_eq!(page.field("vary"), Some("Cookie, Accept-Language, Accept-Encoding"));
    }
}

#[test]
fn the_language_switch_is_a_link_that_returns() {
    let site = Site::start();
    let person = Person::new(&site);
    let page = person.get("/word/and%2For?x=1");
    let (_, rest) = page.body.split_once("href=\"/language?").expect("a switch");
    let link = format!("/language?{}", rest.split('"').next().unwrap().replace("&amp;", "&"));
    assert_eq!(person.get(&link).redirect_target("/word/and%2For?x=1"), "/word/and%2For?x=1");
    person.get("/").assert_has(200, &["<html lang=\"zh-Hans\" "]);
    assert_eq!(person.get("/language?to=en&next=//evil.example").redirect_target("/"), "/");
    person.get("/").assert_has(200, &["<html lang=\"en\" "]);
    assert_eq!(person.get("/language?to=fr").status, 400);
}

#[test]
fn reasons_and_errors_are_in_the_visitors_language() {
    let site = Site::start();
    let person = Person::who_reads(&site, "zh");
    person.get("/nothing").assert_has(404, &["页面不存在"]);
    let page = person.submit("/register", &[("name", "a b")]);
    page.assert_has(422, &["用户名不能包含空格。", "请填写密码。"]);
    let page = person.submit("/login", &[("name", "a"), ("password", "b")]);
    page.assert_has(401, &["用户名或密码不正确。"]);
    person.get("/search?q=").assert_has(422, &["请输入要查的词"]);
}
